/* SPDX-License-Identifier: MIT
 *
 * frames.c - the activations of functions: entering, returning, leaving the kernel. A frame belongs
 * to the lanes that entered it together and is kept for reuse when the last of them has left.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/softgpu/exec/block.h"
#include "tools/softgpu/exec/groups.h"

#define MAX_FRAMES_BYTES ((size_t)1 << 28)
#define MAX_DEPTH        65536u

void frame_free(struct exec_warp *warp, struct exec_frame *frame)
{
    frame->parent = warp->free_frames;
    warp->free_frames = frame;
}

static struct exec_frame *take_free_frame(struct exec_warp *warp, size_t regs_bytes)
{
    for (struct exec_frame **at = &warp->free_frames; *at; at = &(*at)->parent) {
        struct exec_frame *frame = *at;
        if (frame->regs_bytes == regs_bytes) {
            *at = frame->parent;
            return frame;
        }
    }
    return NULL;
}

struct exec_frame *frame_new(struct exec_warp *warp, const struct exec_func *func)
{
    size_t head = (sizeof(struct exec_frame) + 63) & ~(size_t)63;
    size_t regs_bytes = ((size_t)func->frame_bytes + 63) & ~(size_t)63;
    struct exec_frame *frame = take_free_frame(warp, regs_bytes);

    if (!frame) {
        if (warp->block->frames_bytes + regs_bytes > MAX_FRAMES_BYTES)
            return NULL;
        frame = aligned_alloc(64, head + regs_bytes);
        if (!frame)
            return NULL;
        warp->block->frames_bytes += regs_bytes;
    }
    *frame = (struct exec_frame){
        .func = func, .regs = (uint8_t *)frame + head, .regs_bytes = regs_bytes};
    memset(frame->regs, 0, regs_bytes);
    return frame;
}

/* Where a call's frame begins in local memory: behind what any of the lanes has allocated. */
static uint64_t stack_top(const struct exec_frame *frame, uint32_t mask)
{
    uint64_t top = 0;

    for (; mask; mask &= mask - 1) {
        uint32_t lane_top = frame->stack[__builtin_ctz(mask)];
        if (lane_top > top)
            top = lane_top;
    }
    return (top + 15) & ~UINT64_C(15);
}

static void set_frame(struct exec_warp *warp, uint32_t mask, uint32_t pc, struct exec_frame *frame)
{
    if (mask != warp->mask) {
        group_split(warp, mask, pc, frame);
        return;
    }
    warp->pc = pc;
    warp->frame = warp->groups[warp->current].frame = frame;
    warp->base[AREA_FRAME] = frame->regs;
    warp->limit = 0;
}

int warp_enter(struct exec_warp *warp, uint32_t mask, const struct exec_func *func, uint32_t site,
               struct exec_frame **ret_frame)
{
    struct exec_frame *parent = warp->frame, *frame;
    uint64_t base = stack_top(parent, mask);

    if (base + func->local_bytes > warp->block->local_bytes || parent->depth >= MAX_DEPTH)
        return -EOVERFLOW;
    frame = frame_new(warp, func);
    if (!frame)
        return -ENOMEM;
    frame->parent = parent;
    frame->live = mask;
    frame->depth = parent->depth + 1;
    frame->return_pc = warp->pc;
    frame->site = site;
    frame->local_base = base;
    for (unsigned lane = 0; lane < EXEC_WARP_LANES; lane++)
        frame->stack[lane] = base + func->local_bytes;
    set_frame(warp, mask, func->start, frame);
    *ret_frame = frame;
    return 0;
}

void warp_leave(struct exec_warp *warp, uint32_t mask)
{
    struct exec_frame *frame = warp->frame;

    set_frame(warp, mask, frame->return_pc, frame->parent);
    frame->live &= ~mask;
    if (!frame->live)
        frame_free(warp, frame);
}

void warp_exit(struct exec_warp *warp, uint32_t mask)
{
    struct exec_frame *frame = warp->frame;

    warp->mask &= ~mask;
    warp->exited |= mask;
    warp->limit = 0;
    while (frame->parent) {
        struct exec_frame *parent = frame->parent;
        frame->live &= ~mask;
        if (!frame->live)
            frame_free(warp, frame);
        frame = parent;
    }
    block_exited(warp->block, __builtin_popcount(mask));
}
