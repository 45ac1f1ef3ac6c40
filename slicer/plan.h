/* SPDX-License-Identifier: MIT
 *
 * plan.h - grid + slice size -> the slices of one launch, in ascending linear order (x fastest) of
 * their first blocks, edges clamped, every block in exactly one slice.
 *
 * A plan is a small value on its owner's memory; walking it allocates nothing. The slice size of
 * an automatic plan may be changed between two slices (plan_resize), as the cost of a wave becomes
 * known.
 */
#ifndef SLICER_PLAN_H
#define SLICER_PLAN_H

#include "slicer/kernel.h"

struct slice {
    struct grid3 offset; /* first block */
    struct grid3 extent; /* blocks along each axis: the grid of the twin's launch */
    uint32_t index;      /* 0, 1, ... within its launch */
};

struct plan {
    struct grid3 grid;
    struct grid3 step;    /* slice extent before clamping */
    struct grid3 cluster; /* every offset and step is a multiple of it */
    struct grid3 next;    /* offset of the next slice; z == grid.z when there is none */
    uint32_t n_given;     /* slices handed out so far */
};

/* blocks: the size wanted for SLICE_AUTO (the cost model's choice); ignored for the other modes.
 * A plan of one slice (plan_is_whole) covers the grid. grid has at least one block. */
void plan_init(struct plan *plan, struct grid3 grid, struct slice_size size, uint64_t blocks,
               struct grid3 cluster);
/* Changes the size of the slices still to come. Not for a plan made with SLICE_SHAPE. */
void plan_resize(struct plan *plan, uint64_t blocks);
bool plan_is_whole(const struct plan *plan);
uint64_t plan_next_blocks(const struct plan *plan); /* of the slice that plan_next would give */
bool plan_next(struct plan *plan, struct slice *ret_slice); /* false when all were handed out */
uint64_t plan_blocks_left(const struct plan *plan);
uint32_t plan_slices_left(const struct plan *plan);

/* All blocks not handed out yet, as at most PLAN_REST_MAX boxes. Ends the plan. */
#define PLAN_REST_MAX 8
unsigned plan_take_rest(struct plan *plan, struct slice ret_slices[PLAN_REST_MAX]);

#endif
