/* SPDX-License-Identifier: MIT
 *
 * cluster.c - the blocks of a cluster: made together, run in turn on one thread, so that the
 * barrier and the accesses to each other's shared memory need no locks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/softgpu/exec/block.h"

struct exec_cluster {
    uint32_t n;
    struct exec_block *blocks[]; /* by rank */
};

static uint32_t size_of(const struct exec_launch *launch)
{
    uint32_t n = 1;

    for (unsigned i = 0; i < 3; i++)
        n *= launch->cluster[i] ? launch->cluster[i] : 1;
    return n;
}

static int create_blocks(struct exec_cluster *cluster, const struct exec_launch *launch,
                         const uint32_t first[3], const uint32_t *sms)
{
    const uint32_t *size = launch->cluster;

    for (uint32_t rank = 0; rank < cluster->n; rank++) {
        uint32_t index[3] = {first[0], first[1], first[2]};
        int r;
        if (cluster->n > 1) {
            index[0] += rank % size[0];
            index[1] += rank / size[0] % size[1];
            index[2] += rank / size[0] / size[1];
        }
        r = exec_block_create(launch, index, sms ? sms[rank] : 0, &cluster->blocks[rank]);
        if (r < 0)
            return r;
        if (cluster->n > 1) {
            cluster->blocks[rank]->peers = cluster->blocks;
            cluster->blocks[rank]->n_peers = cluster->n;
        }
    }
    return 0;
}

int exec_cluster_create(const struct exec_launch *launch, const uint32_t first[3],
                        const uint32_t *sms, struct exec_cluster **ret_cluster)
{
    uint32_t n = size_of(launch);
    struct exec_cluster *cluster;
    int r;

    if (n > EXEC_CLUSTER_BLOCKS)
        return -EINVAL;
    cluster = calloc(1, sizeof(*cluster) + n * sizeof(cluster->blocks[0]));
    if (!cluster)
        return -ENOMEM;
    cluster->n = n;
    r = create_blocks(cluster, launch, first, sms);
    if (r < 0)
        exec_cluster_destroy(cluster);
    else
        *ret_cluster = cluster;
    return r;
}

void exec_cluster_destroy(struct exec_cluster *cluster)
{
    if (!cluster)
        return;
    for (uint32_t i = 0; i < cluster->n; i++)
        exec_block_destroy(cluster->blocks[i]);
    free(cluster);
}

uint64_t exec_cluster_instructions(const struct exec_cluster *cluster)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < cluster->n; i++)
        sum += cluster->blocks[i]->instructions;
    return sum;
}

/* The first block that is not done; NULL: all are. */
static struct exec_block *unfinished(const struct exec_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->n; i++) {
        if (cluster->blocks[i]->n_exited < cluster->blocks[i]->n_threads)
            return cluster->blocks[i];
    }
    return NULL;
}

enum exec_status exec_cluster_run(struct exec_cluster *cluster, uint64_t budget,
                                  uint64_t *ret_costs, struct exec_fault *ret_fault)
{
    struct exec_block *left;
    bool moved = false;

    memset(ret_costs, 0, cluster->n * sizeof(*ret_costs));
    for (uint32_t i = 0; i < cluster->n; i++) {
        uint64_t before = cluster->blocks[i]->instructions;
        if (exec_block_run(cluster->blocks[i], budget, &ret_costs[i], ret_fault) == EXEC_FAULT)
            return EXEC_FAULT;
        moved |= cluster->blocks[i]->instructions != before;
    }
    left = unfinished(cluster);
    if (!left)
        return EXEC_DONE;
    if (moved || !left->stuck)
        return EXEC_YIELDED;
    block_deadlock(left);
    *ret_fault = left->fault;
    return EXEC_FAULT;
}

/* --- the barrier --- */

static bool all_came(const struct exec_block *block)
{
    for (uint32_t i = 0; i < block->n_warps; i++) {
        const struct exec_warp *warp = &block->warps[i];
        if ((warp->cluster_arrived | warp->exited) != EXEC_ALL_LANES)
            return false;
    }
    return true;
}

static void release(struct exec_block *block)
{
    for (uint32_t i = 0; i < block->n_warps; i++) {
        struct exec_warp *warp = &block->warps[i];
        warp->cluster_arrived = 0;
        for (unsigned g = 0; g < warp->n_groups; g++) {
            struct exec_group *group = &warp->groups[g];
            if (group->state != GROUP_BARRIER || group->barrier != EXEC_CLUSTER_BARRIER)
                continue;
            group->state = GROUP_READY;
            warp->limit = 0;
        }
    }
    block->epoch++;
}

void cluster_look(struct exec_block *block)
{
    for (uint32_t i = 0; i < block->n_peers; i++) {
        if (!all_came(block->peers[i]))
            return;
    }
    for (uint32_t i = 0; i < block->n_peers; i++)
        release(block->peers[i]);
}

void cluster_arrive(struct exec_warp *warp, const struct insn *in, uint32_t mask)
{
    if (warp->cluster_owed & mask) {
        warp_fault(warp, in, EXEC_FAULT_BARRIER, __builtin_ctz(warp->cluster_owed & mask), 0,
                   "arrives at the cluster's barrier again without having waited");
        return;
    }
    warp->cluster_owed |= mask;
    warp->cluster_arrived |= mask;
    cluster_look(warp->block);
}

void cluster_wait(struct exec_warp *warp, const struct insn *in, uint32_t mask)
{
    uint32_t stay = mask & warp->cluster_arrived;

    if (mask & ~warp->cluster_owed) {
        warp_fault(warp, in, EXEC_FAULT_BARRIER, __builtin_ctz(mask & ~warp->cluster_owed), 0,
                   "waits for the cluster's barrier without having arrived");
        return;
    }
    warp->cluster_owed &= ~mask;
    if (stay) {
        struct exec_group *group = warp_park(warp, stay, warp->pc, GROUP_BARRIER);
        group->barrier = EXEC_CLUSTER_BARRIER;
        group->barrier_insn = in;
    }
}
