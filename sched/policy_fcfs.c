/* SPDX-License-Identifier: MIT
 *
 * policy_fcfs.c - launches in the order they came, whoever they are from: all slices of one before
 * those of a later one. One that may not go yet is passed over.
 */
#include <stdlib.h>

#include "sched/policy.h"

struct fcfs {
    struct launch *ready; /* of all clients, oldest first */
};

static void *fcfs_create(const struct sched_config *config)
{
    (void)config;
    return calloc(1, sizeof(struct fcfs));
}

static void fcfs_enqueue(void *policy, struct launch *launch)
{
    struct fcfs *fcfs = policy;
    policy_list_insert(&fcfs->ready, launch);
}

static void fcfs_dequeue(void *policy, struct launch *launch)
{
    struct fcfs *fcfs = policy;
    policy_list_remove(&fcfs->ready, launch);
}

static struct launch *fcfs_pick(void *policy)
{
    struct fcfs *fcfs = policy;
    return fcfs->ready;
}

static void fcfs_charge(void *policy, struct policy_client *client, int64_t ns)
{
    (void)policy;
    (void)client;
    (void)ns;
}

const struct sched_policy policy_fcfs = {
    .name = "fcfs",
    .help = "first come, first served: launches in the order they came",
    .create = fcfs_create,
    .destroy = free,
    .enqueue = fcfs_enqueue,
    .dequeue = fcfs_dequeue,
    .pick = fcfs_pick,
    .charge = fcfs_charge,
};
