/* SPDX-License-Identifier: MIT
 *
 * cost.c - see cost.h.
 */
#include "slicer/cost.h"

#define FIRST_SAMPLES  4  /* so long the average follows quickly in both directions */
#define MAX_CANDIDATES 64 /* slice sizes tried */

uint64_t cost_waves(const struct kernel_shape *shape, uint64_t blocks)
{
    if (blocks <= shape->wave_blocks)
        return blocks ? 1 : 0;
    return (blocks - 1) / shape->wave_blocks + 1;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX / 4 : product;
}

uint64_t cost_estimate_ns(const struct kernel_shape *shape, uint64_t blocks)
{
    uint64_t wave_ns = atomic_load_explicit(&shape->wave_ns, memory_order_relaxed);
    return wave_ns ? multiply(cost_waves(shape, blocks), wave_ns) : 0;
}

uint64_t cost_waves_in(const struct kernel_shape *shape, uint64_t ns)
{
    uint64_t wave_ns = atomic_load_explicit(&shape->wave_ns, memory_order_relaxed);
    if (!wave_ns)
        return 0;
    return ns > wave_ns ? ns / wave_ns : 1;
}

/* Waves in all if n units of unit_blocks each go out k at a time. */
static uint64_t waves_in_all(const struct kernel_shape *shape, uint64_t n, uint64_t unit_blocks,
                             uint64_t k)
{
    return multiply(n / k, cost_waves(shape, k * unit_blocks)) +
           cost_waves(shape, n % k * unit_blocks);
}

/* How many of n units to take at a time: at most max, not less than half of it, the fewest waves;
 * of equals the largest. */
static uint64_t best_units(const struct kernel_shape *shape, uint64_t n, uint64_t unit_blocks,
                           uint64_t max)
{
    uint64_t best = max, best_waves = UINT64_MAX, tried = 0;
    for (uint64_t k = max; k > max / 2 && tried < MAX_CANDIDATES; k--, tried++) {
        uint64_t waves = waves_in_all(shape, n, unit_blocks, k);
        if (waves < best_waves) {
            best = k;
            best_waves = waves;
        }
    }
    return best;
}

uint64_t cost_slice_blocks(const struct kernel_shape *shape, struct grid3 grid, uint64_t max_waves)
{
    uint32_t cy = shape->cluster.y ? shape->cluster.y : 1;
    uint32_t cz = shape->cluster.z ? shape->cluster.z : 1;
    uint64_t blocks = multiply(max_waves ? max_waves : 1, shape->wave_blocks);
    uint64_t row = (uint64_t)grid.x * cy * cz, plane = (uint64_t)grid.x * grid.y * cz;

    if (blocks >= grid3_count(grid))
        return grid3_count(grid);
    if (blocks >= plane)
        return plane * best_units(shape, grid.z / cz, plane, blocks / plane);
    if (blocks >= row)
        return row * best_units(shape, grid.y / cy, row, blocks / row);
    return blocks;
}

/* A step from old towards seen: what is near counts the same up and down, so that noise leaves no
 * bias; of what is far, less counts if it is longer, and never more than four times as long. */
static uint64_t follow(uint64_t old, uint64_t seen, uint64_t near_part, uint64_t up_part)
{
    uint64_t most = multiply(old, 4);
    seen = seen < old / 4 ? old / 4 : seen > most ? most : seen;
    if (seen < old)
        return old - (old - seen) / (seen < old - old / 4 ? 2 : near_part);
    return old + (seen - old) / (seen > old + old / 4 ? up_part : near_part);
}

void cost_learn(struct kernel_shape *shape, uint64_t waves, uint64_t ns)
{
    uint64_t old = atomic_load_explicit(&shape->wave_ns, memory_order_relaxed);
    uint32_t samples = atomic_load_explicit(&shape->samples, memory_order_relaxed);
    if (!waves)
        return;
    uint64_t seen = ns / waves ? ns / waves : 1;
    if (old)
        seen = samples < FIRST_SAMPLES ? follow(old, seen, 2, 2) : follow(old, seen, 4, 8);
    atomic_store_explicit(&shape->wave_ns, seen ? seen : 1, memory_order_relaxed);
    if (samples < UINT32_MAX)
        atomic_store_explicit(&shape->samples, samples + 1, memory_order_relaxed);
}
