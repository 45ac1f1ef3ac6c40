/* SPDX-License-Identifier: MIT
 *
 * cost.h - what blocks of a kernel cost in device time, learned from completions, and how large a
 * slice should therefore be.
 *
 * The unit is the wave: the blocks that are resident on the device at once. A part of a wave takes
 * as long as a whole one. cost_learn is called by one thread at a time; the others by any.
 */
#ifndef SLICER_COST_H
#define SLICER_COST_H

#include "slicer/kernel.h"

/* Waves that hold so many blocks, rounded up. */
uint64_t cost_waves(const struct kernel_shape *shape, uint64_t blocks);

/* Device time of so many blocks; 0: not known yet. */
uint64_t cost_estimate_ns(const struct kernel_shape *shape, uint64_t blocks);

/* Whole waves that fit the time; at least 1. 0: not known yet. */
uint64_t cost_waves_in(const struct kernel_shape *shape, uint64_t ns);

/* The blocks of a slice of at most max_waves waves (at least 1), made of whole rows or planes of
 * the grid where they fit, such that the launch takes the fewest waves in all. */
uint64_t cost_slice_blocks(const struct kernel_shape *shape, struct grid3 grid, uint64_t max_waves);

/* So many waves were seen to take that time. Follows large changes quickly down and slowly up (most
 * disturbances make it longer), small ones evenly, and never far at once. */
void cost_learn(struct kernel_shape *shape, uint64_t waves, uint64_t ns);

#endif
