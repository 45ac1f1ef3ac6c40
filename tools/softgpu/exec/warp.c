/* SPDX-License-Identifier: MIT
 *
 * warp.c - the loop that runs a warp, and the bookkeeping of its groups.
 *
 * The running group's place lives in the warp itself and is written back to its entry in groups[]
 * before anybody looks at that. Whoever changes the groups sets limit to 0, which makes the loop
 * choose again.
 */
#include "tools/softgpu/exec/warp.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/softgpu/exec/block.h"
#include "tools/softgpu/exec/groups.h"

/* Instructions after which a group lets others run that are ready too. */
#define TURN_INSTRUCTIONS 2048u

#define NO_GROUP UINT_MAX

static void save_current(struct exec_warp *warp)
{
    struct exec_group *group;

    if (warp->current == NO_GROUP)
        return;
    group = &warp->groups[warp->current];
    group->pc = warp->pc;
    group->mask = warp->mask;
    group->released = warp->released;
}

static void load_current(struct exec_warp *warp, unsigned index)
{
    struct exec_group *group = &warp->groups[index];

    warp->current = index;
    warp->pc = group->pc;
    warp->mask = group->mask;
    warp->released = group->released;
    warp->frame = group->frame;
    warp->base[AREA_FRAME] = group->frame->regs;
    group->last_run = ++warp->turns;
}

static void drop_empty(struct exec_warp *warp)
{
    unsigned kept = 0, current = NO_GROUP;

    for (unsigned i = 0; i < warp->n_groups; i++) {
        if (!warp->groups[i].mask)
            continue;
        if (i == warp->current)
            current = kept;
        warp->groups[kept++] = warp->groups[i];
    }
    warp->n_groups = kept;
    warp->current = current;
}

static bool may_join(const struct exec_group *a, const struct exec_group *b)
{
    if (!a->mask || !b->mask || a->pc != b->pc || a->frame != b->frame)
        return false;
    if (a->state == GROUP_BARRIER || b->state == GROUP_BARRIER || a->released != b->released)
        return false;
    return a->state == GROUP_READY || b->state == GROUP_READY || a->wanted == b->wanted;
}

/* Groups at the same place become one. A waiting one that others reach is ready to look again. */
static void join_groups(struct exec_warp *warp)
{
    for (unsigned i = 0; i < warp->n_groups; i++) {
        for (unsigned j = i + 1; j < warp->n_groups; j++) {
            if (!may_join(&warp->groups[i], &warp->groups[j]))
                continue;
            warp->groups[i].mask |= warp->groups[j].mask;
            warp->groups[i].state = GROUP_READY;
            warp->groups[j].mask = 0;
            if (j == warp->current)
                warp->current = i;
        }
    }
}

/* The lanes that wait for exactly these lanes, wherever they stand; makes them ready if release. */
static uint32_t waiting_for(struct exec_warp *warp, uint32_t wanted, bool release)
{
    uint32_t lanes = 0;

    for (unsigned i = 0; i < warp->n_groups; i++) {
        struct exec_group *group = &warp->groups[i];
        if (group->state != GROUP_SYNC || group->wanted != wanted)
            continue;
        lanes |= group->mask;
        if (release) {
            group->state = GROUP_READY;
            group->released = true;
        }
    }
    return lanes;
}

/* Waiting groups go on when all that they wait for wait for the same, or have exited. */
static void release_waiting(struct exec_warp *warp)
{
    for (unsigned i = 0; i < warp->n_groups; i++) {
        const struct exec_group *group = &warp->groups[i];
        if (group->state == GROUP_SYNC &&
            !(group->wanted & ~warp->exited & ~waiting_for(warp, group->wanted, false)))
            waiting_for(warp, group->wanted, true);
    }
}

static bool goes_before(const struct exec_group *a, const struct exec_group *b)
{
    if (a->frame->depth != b->frame->depth)
        return a->frame->depth > b->frame->depth;
    return a->pc < b->pc;
}

/* The group to run next, or NO_GROUP. out_of_turn: the one that has waited longest. */
static unsigned choose_group(const struct exec_warp *warp, bool out_of_turn)
{
    unsigned best = NO_GROUP;

    for (unsigned i = 0; i < warp->n_groups; i++) {
        const struct exec_group *group = &warp->groups[i];
        if (group->state != GROUP_READY)
            continue;
        if (best == NO_GROUP || (out_of_turn ? group->last_run < warp->groups[best].last_run
                                             : goes_before(group, &warp->groups[best])))
            best = i;
    }
    return best;
}

static unsigned next_group(struct exec_warp *warp)
{
    unsigned next;

    if (warp->spent >= TURN_INSTRUCTIONS) {
        warp->spent = 0;
        next = choose_group(warp, true);
        warp->promoted = next != warp->current;
        return next;
    }
    if (warp->promoted && warp->current != NO_GROUP &&
        warp->groups[warp->current].state == GROUP_READY)
        return warp->current;
    warp->promoted = false;
    return choose_group(warp, false);
}

/* Where the running group may meet another one. */
static uint32_t meeting_place(const struct exec_warp *warp)
{
    uint32_t limit = UINT32_MAX;

    for (unsigned i = 0; i < warp->n_groups; i++) {
        const struct exec_group *group = &warp->groups[i];
        if (i != warp->current && group->state != GROUP_BARRIER && group->pc < limit &&
            group->pc > warp->pc && group->frame->depth == warp->frame->depth)
            limit = group->pc;
    }
    return limit;
}

/* Chooses the group to run. False: none can. */
static bool regroup(struct exec_warp *warp)
{
    unsigned next;

    save_current(warp);
    join_groups(warp);
    drop_empty(warp);
    release_waiting(warp);
    next = next_group(warp);
    warp->limit = 0;
    if (next == NO_GROUP)
        return false;
    load_current(warp, next);
    warp->limit = meeting_place(warp);
    return true;
}

/* Runs the group until it may meet another, something changes the groups, or most instructions
 * have been executed; returns how many were. */
static uint64_t run_stretch(struct exec_warp *warp, uint64_t most)
{
    const struct insn *code = warp->block->program->code;
    uint64_t *cycles = &warp->block->cycles, n = 0;

    do {
        const struct insn *in = &code[warp->pc++];
        uint32_t mask = warp->mask;
        if (in->guard != EXEC_NO_GUARD)
            mask &= *(const uint32_t *)warp_slot(warp, in->guard) ^ in->guard_flip;
        *cycles += in->cost;
        if (mask)
            in->fn(warp, in, mask);
    } while (++n < most && warp->pc < warp->limit);
    return n;
}

uint64_t warp_run(struct exec_warp *warp, uint64_t budget)
{
    uint64_t used = 0;

    while (used < budget && !warp->block->faulted && regroup(warp)) {
        unsigned lanes = __builtin_popcount(warp->mask);
        uint64_t n = run_stretch(warp, TURN_INSTRUCTIONS);
        used += n * lanes;
        warp->spent = warp->n_groups > 1 ? warp->spent + n : 0;
    }
    save_current(warp);
    return used;
}

void warp_fault(struct exec_warp *warp, const struct insn *in, enum exec_fault_kind kind,
                unsigned lane, uint64_t address, const char *format, ...)
{
    struct exec_block *block = warp->block;
    va_list args;

    if (block->faulted)
        return;
    va_start(args, format);
    block_fault(block, warp_thread(warp, lane), in->line, kind, address, format, args);
    va_end(args);
    warp->limit = 0;
}

struct exec_group *group_split(struct exec_warp *warp, uint32_t mask, uint32_t pc,
                               struct exec_frame *frame)
{
    struct exec_group *group;

    warp->mask &= ~mask;
    warp->limit = 0;
    save_current(warp);
    drop_empty(warp);
    group = &warp->groups[warp->n_groups++];
    *group = (struct exec_group){.mask = mask, .pc = pc, .frame = frame, .state = GROUP_READY};
    return group;
}

void warp_branch(struct exec_warp *warp, uint32_t mask, uint32_t pc)
{
    if (mask == warp->mask)
        warp->pc = pc;
    else
        group_split(warp, mask, pc, warp->frame);
}

struct exec_group *warp_park(struct exec_warp *warp, uint32_t mask, uint32_t pc,
                             enum exec_group_state state)
{
    struct exec_group *group = group_split(warp, mask, pc, warp->frame);

    group->state = state;
    return group;
}

uint32_t warp_gather(struct exec_warp *warp, uint32_t mask, const uint32_t *members)
{
    uint32_t ready = 0, waiting;

    warp->sync_epoch++;
    if (warp->released) {
        warp->released = false;
        return mask;
    }
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned lane = __builtin_ctz(m);
        if (!(members[lane] & ~warp->exited & ~mask))
            ready |= 1u << lane;
    }
    if (ready == mask)
        return mask;
    for (waiting = mask & ~ready; waiting;) {
        uint32_t wanted = members[__builtin_ctz(waiting)], alike = 0;
        for (uint32_t m = waiting; m; m &= m - 1) {
            if (members[__builtin_ctz(m)] == wanted)
                alike |= m & -m;
        }
        warp_park(warp, alike, warp->pc - 1, GROUP_SYNC)->wanted = wanted;
        waiting &= ~alike;
    }
    return ready;
}

int warp_init(struct exec_warp *warp, struct exec_block *block, uint32_t index)
{
    uint32_t first = index * EXEC_WARP_LANES, n = block->n_threads - first;
    struct exec_frame *frame;

    *warp = (struct exec_warp){.block = block, .index = index, .current = NO_GROUP};
    warp->present = n >= EXEC_WARP_LANES ? EXEC_ALL_LANES : (1u << n) - 1;
    warp->exited = ~warp->present;
    frame = frame_new(warp, block->func);
    if (!frame)
        return -ENOMEM;
    frame->live = warp->present;
    for (unsigned lane = 0; lane < EXEC_WARP_LANES; lane++)
        frame->stack[lane] = block->func->local_bytes;
    warp->root = frame;
    warp->groups[0] = (struct exec_group){
        .mask = warp->present, .pc = block->func->start, .frame = frame, .state = GROUP_READY};
    warp->n_groups = 1;
    warp->base[AREA_CONST] = block->program->consts;
    return 0;
}

static void free_frames(struct exec_frame *frame)
{
    while (frame) {
        struct exec_frame *parent = frame->parent;
        free(frame);
        frame = parent;
    }
}

/* Frames still entered are freed once, by their last group. */
void warp_finish(struct exec_warp *warp)
{
    save_current(warp);
    for (unsigned i = 0; i < warp->n_groups; i++) {
        struct exec_frame *frame = warp->groups[i].frame;
        while (frame && frame->parent) {
            struct exec_frame *parent = frame->parent;
            frame->live &= ~warp->groups[i].mask;
            if (!frame->live)
                frame_free(warp, frame);
            frame = parent;
        }
    }
    free_frames(warp->free_frames);
    free(warp->root);
}
