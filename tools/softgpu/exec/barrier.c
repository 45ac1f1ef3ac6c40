/* SPDX-License-Identifier: MIT
 *
 * barrier.c - the sixteen barriers of a block.
 *
 * Threads arrive one by one (as since Volta), but a count given by the program counts whole warps:
 * a lane that has exited, or never was, counts for its warp once any lane of that has come.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/softgpu/exec/block.h"

int barriers_init(struct exec_block *block)
{
    uint32_t *arrived = calloc((size_t)block->n_warps * EXEC_BARRIERS, sizeof(*arrived));

    if (!arrived)
        return -ENOMEM;
    for (unsigned i = 0; i < EXEC_BARRIERS; i++)
        block->barriers[i].arrived = arrived + (size_t)i * block->n_warps;
    return 0;
}

void barriers_finish(struct exec_block *block)
{
    free(block->barriers[0].arrived);
}

static bool is_complete(const struct exec_block *block, const struct exec_barrier *barrier)
{
    uint64_t came = 0;

    for (uint32_t i = 0; i < block->n_warps; i++) {
        const struct exec_warp *warp = &block->warps[i];
        uint32_t arrived = barrier->arrived[i];
        if (!barrier->expected && (arrived | warp->exited) != EXEC_ALL_LANES)
            return false;
        if (arrived)
            came += __builtin_popcount(arrived | warp->exited);
    }
    return came >= barrier->expected;
}

/* Writes the reduction's result for the lanes of a waiting group. */
static void write_result(const struct exec_barrier *barrier, const struct exec_group *group)
{
    const struct insn *in = group->barrier_insn;
    uint32_t *slot;

    if (!in->mode)
        return;
    slot = (uint32_t *)(group->frame->regs + (in->op[0] & ~EXEC_AREA_MASK));
    if ((in->op[0] & EXEC_AREA_MASK) != AREA_FRAME)
        return;
    if (in->mode == BARRIER_POPC) {
        for (uint32_t m = group->mask; m; m &= m - 1)
            slot[__builtin_ctz(m)] = barrier->count;
    } else {
        bool value = in->mode == BARRIER_AND ? barrier->all_of : barrier->any_of;
        *slot = (*slot & ~group->mask) | (value ? group->mask : 0);
    }
}

static void complete(struct exec_block *block, unsigned id)
{
    struct exec_barrier *barrier = &block->barriers[id];

    for (uint32_t i = 0; i < block->n_warps; i++) {
        struct exec_warp *warp = &block->warps[i];
        for (unsigned g = 0; g < warp->n_groups; g++) {
            struct exec_group *group = &warp->groups[g];
            if (group->state != GROUP_BARRIER || group->barrier != id)
                continue;
            write_result(barrier, group);
            group->state = GROUP_READY;
            warp->limit = 0;
        }
    }
    memset(barrier->arrived, 0, block->n_warps * sizeof(*barrier->arrived));
    barrier->in_use = false;
    block->epoch++;
}

void barriers_look(struct exec_block *block)
{
    for (unsigned id = 0; id < EXEC_BARRIERS; id++) {
        if (block->barriers[id].in_use && is_complete(block, &block->barriers[id]))
            complete(block, id);
    }
}

/* Begins the barrier's use, or says what is wrong with this one. */
static const char *join_use(struct exec_block *block, const struct barrier_use *use)
{
    struct exec_barrier *barrier = &block->barriers[use->id];

    if (use->threads % EXEC_WARP_LANES)
        return "thread count of the barrier is no multiple of the warp size";
    if (!barrier->in_use) {
        uint32_t *arrived = barrier->arrived;
        *barrier = (struct exec_barrier){
            .in_use = true, .expected = use->threads, .all_of = true, .arrived = arrived};
    }
    if (barrier->expected != use->threads)
        return "threads meet at one barrier with different counts";
    return NULL;
}

void barrier_arrive(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                    const struct barrier_use *use)
{
    struct exec_block *block = warp->block;
    struct exec_barrier *barrier;
    const char *wrong = use->id < EXEC_BARRIERS ? join_use(block, use) : "no such barrier";

    if (wrong) {
        warp_fault(warp, in, EXEC_FAULT_BARRIER, __builtin_ctz(mask), 0, "%s", wrong);
        return;
    }
    barrier = &block->barriers[use->id];
    barrier->arrived[warp->index] |= mask;
    barrier->all_of &= (use->values & mask) == mask;
    barrier->any_of |= (use->values & mask) != 0;
    barrier->count += __builtin_popcount(use->values & mask);
    if (use->wait) {
        struct exec_group *group = warp_park(warp, mask, warp->pc, GROUP_BARRIER);
        group->barrier = use->id;
        group->barrier_insn = in;
    }
    if (is_complete(block, barrier))
        complete(block, use->id);
}
