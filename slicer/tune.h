/* SPDX-License-Identifier: MIT
 *
 * tune.h - the slice size with which a kernel that has the device to itself takes the least time.
 *
 * Blocks that are resident together share caches. With fewer of them some kernels take less time,
 * though part of the device is idle (Kayiran et al., "Neither More Nor Less: Optimizing
 * Thread-level Parallelism for GPGPUs", PACT 2013); slices smaller than a wave have that effect.
 * Nothing but time tells which kernels these are.
 *
 * One struct tune per grid of a shape. A launch goes out in slices of one size, and what it took is
 * learned. First the ordinary size (whole waves, see cost.h), then each of the others has one
 * launch, which goes on in the best one known if it turns out poor. The best is kept as long as it
 * is clearly better than the ordinary size; now and then another is tried again.
 *
 * Used by one thread at a time, the owner's; tune_find may run beside another owner's.
 */
#ifndef SLICER_TUNE_H
#define SLICER_TUNE_H

#include "slicer/kernel.h"

/* Parts of a wave, in the order in which they are tried. */
enum tune_size { TUNE_ORDINARY, TUNE_QUARTER, TUNE_EIGHTH, TUNE_HALF, TUNE_WAVE, TUNE_SIZES };

struct tune {
    struct tune *next; /* of its shape */
    struct grid3 grid;
    const void *owner;
    struct {
        uint64_t block_ps; /* device time, averaged; 0: not known */
        unsigned n_picked, n_learned;
        bool proven; /* as kernel_shape.proven, for smaller slices than that was found out with */
    } sizes[TUNE_SIZES];
    uint32_t n_picked;
    bool stopped;
};

/* The record of the grid, made if need be; NULL: another owner has it, or there are too many. Lives
 * as long as the shape. */
struct tune *tune_find(struct kernel_shape *shape, struct grid3 grid, const void *owner);

/* The size for the next launch. ordinary_blocks: of a slice of the ordinary size. */
enum tune_size tune_pick(struct tune *tune, const struct kernel_shape *shape,
                         uint64_t ordinary_blocks);
enum tune_size tune_best(const struct tune *tune);

uint64_t tune_blocks(const struct kernel_shape *shape, enum tune_size size,
                     uint64_t ordinary_blocks);

/* So many blocks took that time in slices of that size. */
void tune_learn(struct tune *tune, enum tune_size size, uint64_t blocks, uint64_t ns);
/* Is that far more than the best would have taken? */
bool tune_is_poor(const struct tune *tune, uint64_t blocks, uint64_t ns);
/* What so many blocks should take; 0: not known. */
uint64_t tune_estimate_ns(const struct tune *tune, enum tune_size size, uint64_t blocks);

/* From now on the ordinary size only. */
void tune_stop(struct tune *tune);

#endif
