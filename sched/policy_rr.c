/* SPDX-License-Identifier: MIT
 *
 * policy_rr.c - every client its turn, in device time: deficit round robin (Shreedhar and
 * Varghese, "Efficient Fair Queuing Using Deficit Round-Robin", 1995) with slices in place of
 * packets.
 *
 * Clients with something ready stand in a ring. The turn of the first one begins with a quantum of
 * credit and ends, at the back of the ring, when the credit is used up. A slice costs its estimate
 * at once and the difference when it is done, so wrong estimates are paid back.
 *
 * Everybody has one turn in a round. Who was away for a moment, because it waits for its results
 * before it launches more, goes on with its turn when it is back, or has the one it missed: so it
 * gets as much as those who always have something waiting.
 */
#include <stdlib.h>
#include <utlist.h>

#include "sched/policy.h"

#define MAX_DEBT_TURNS 8 /* what one wrong estimate can cost */

struct rr {
    struct policy_client *ring;
    uint64_t round;
    int64_t quantum_ns;
};

static void *rr_create(const struct sched_config *config)
{
    struct rr *rr = calloc(1, sizeof(*rr));
    if (!rr)
        return NULL;
    rr->quantum_ns = config->quantum_ns ? (int64_t)config->quantum_ns : 1;
    rr->round = 1;
    return rr;
}

/* First if its turn is on or still to come in this round, else last. Of more than one round it has
 * missed only the last; debt stays. */
static void join_ring(struct rr *rr, struct policy_client *client)
{
    if (client->round + 1 < rr->round) {
        client->round = rr->round - 1;
        client->in_turn = false;
        client->credit_ns = client->credit_ns < 0 ? client->credit_ns : 0;
    }
    if (client->in_turn || client->round < rr->round)
        DL_PREPEND(rr->ring, client);
    else
        DL_APPEND(rr->ring, client);
}

static void rr_enqueue(void *policy, struct launch *launch)
{
    struct policy_client *client = launch_policy_client(launch);
    if (!client->ready)
        join_ring(policy, client);
    policy_list_insert(&client->ready, launch);
}

static void rr_dequeue(void *policy, struct launch *launch)
{
    struct policy_client *client = launch_policy_client(launch);
    struct rr *rr = policy;
    policy_list_remove(&client->ready, launch);
    if (!client->ready)
        DL_DELETE(rr->ring, client);
}

/* When somebody is first who had its turn in this round, all had: the next one begins. */
static void begin_turn(struct rr *rr, struct policy_client *client)
{
    if (client->round == rr->round)
        rr->round++;
    client->round = rr->round;
    client->in_turn = true;
    client->credit_ns += rr->quantum_ns * client->weight;
}

/* Ends: debt is bounded, and every turn that begins pays a quantum of it back. */
static struct launch *rr_pick(void *policy)
{
    struct rr *rr = policy;
    struct policy_client *client;
    while ((client = rr->ring)) {
        if (!client->in_turn)
            begin_turn(rr, client);
        if (client->credit_ns > 0)
            return client->ready;
        client->in_turn = false;
        if (client->round < rr->round)
            continue; /* it missed one */
        DL_DELETE(rr->ring, client);
        DL_APPEND(rr->ring, client);
    }
    return NULL;
}

static void rr_charge(void *policy, struct policy_client *client, int64_t ns)
{
    struct rr *rr = policy;
    int64_t turn_ns = rr->quantum_ns * client->weight;
    client->credit_ns -= ns;
    if (client->credit_ns > turn_ns)
        client->credit_ns = turn_ns;
    if (client->credit_ns < -MAX_DEBT_TURNS * turn_ns)
        client->credit_ns = -MAX_DEBT_TURNS * turn_ns;
}

const struct sched_policy policy_rr = {
    .name = "rr",
    .help = "round robin: every client the same device time, a quantum at a turn",
    .whole_turns = true,
    .create = rr_create,
    .destroy = free,
    .enqueue = rr_enqueue,
    .dequeue = rr_dequeue,
    .pick = rr_pick,
    .charge = rr_charge,
};
