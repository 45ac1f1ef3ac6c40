/* SPDX-License-Identifier: MIT
 *
 * policy.h - what a policy is: it is shown the launches that may go and says whose slice goes next.
 *
 * A policy is one file that ends in one const struct sched_policy, and one row in policies.c. Every
 * member is called with the scheduler's mutex held and must not wait, allocate (but in create) or
 * call the scheduler. What stands for one client is the client's struct policy_client.
 */
#ifndef SCHED_POLICY_H
#define SCHED_POLICY_H

#include "sched/sched.h"

struct policy_client {
    unsigned weight; /* its share against others'; set by the scheduler, at least 1 */
    /* --- the policy's from here on; all zero for a new client --- */
    struct launch *ready; /* its launches that may go, oldest first (launch->prev, next) */
    struct policy_client *prev, *next;
    int64_t credit_ns;
    uint64_t round;
    bool in_turn;
};

struct sched_policy {
    const char *name; /* as in SLIVER_POLICY */
    const char *help; /* one line */
    bool whole_turns; /* another client's slices wait until the work in flight is about to end,
                         where they would keep it from going on */

    /* The policy's state for one scheduler; NULL: no memory. */
    void *(*create)(const struct sched_config *config);
    void (*destroy)(void *policy); /* takes NULL; no launch is ready any more */

    /* The launch may go: it is first on its stream, nothing orders it behind something else and one
     * of its lanes is free. The policy owns its links until dequeue. */
    void (*enqueue)(void *policy, struct launch *launch);
    /* It may not go any more: all of it was submitted, its lanes are busy, it is given up ... */
    void (*dequeue)(void *policy, struct launch *launch);

    /* Whose slice goes next; it stays enqueued. NULL only if none is. Called again, with nothing
     * charged in between, if there was no room for that slice. */
    struct launch *(*pick)(void *policy);

    /* Device time that the launch's next slice may take. NULL: always the quantum. */
    uint64_t (*slice_ns)(void *policy, const struct launch *launch);

    /* The client's device time: first the estimate, when a slice is submitted; then, when it is
     * done, what is to be added or taken back. */
    void (*charge)(void *policy, struct policy_client *client, int64_t ns);

    /* Nothing of the client is held or in flight any more. NULL: doesn't matter. */
    void (*idle)(void *policy, struct policy_client *client);
};

/* All of them, ended by NULL; the first is the default. */
extern const struct sched_policy *const sched_policies[];
const struct sched_policy *sched_policy_find(const char *name); /* NULL: no such */

struct policy_client *launch_policy_client(const struct launch *launch);

/* Adds a launch to a list that is ordered by arrival. */
void policy_list_insert(struct launch **list, struct launch *launch);
void policy_list_remove(struct launch **list, struct launch *launch);

#endif
