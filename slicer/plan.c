/* SPDX-License-Identifier: MIT
 *
 * plan.c - see plan.h. Invariant: a step of more than one row spans all of x, and one of more than
 * one plane all of x and y, unless the user gave the shape. So when next.x or next.y is not 0, the
 * rest of the row or plane has the thickness of the step along the outer axes.
 */
#include "slicer/plan.h"

static uint32_t min_u32(uint64_t a, uint32_t b)
{
    return a < b ? (uint32_t)a : b;
}

static uint32_t clamp_extent(uint64_t want, uint32_t multiple, uint32_t whole)
{
    uint64_t rounded = want / multiple * multiple;
    return min_u32(rounded ? rounded : multiple, whole);
}

/* The largest step of whole rows or planes within that many blocks; at least one cluster. */
static struct grid3 step_of_blocks(struct grid3 grid, struct grid3 cluster, uint64_t blocks)
{
    uint64_t thickness = (uint64_t)cluster.y * cluster.z;
    uint64_t row_blocks = grid.x * thickness;
    uint64_t plane_blocks = (uint64_t)grid.x * grid.y * cluster.z;
    struct grid3 step = {grid.x, grid.y, cluster.z};

    if (blocks >= plane_blocks) {
        step.z = clamp_extent(blocks / plane_blocks * cluster.z, cluster.z, grid.z);
    } else if (blocks >= row_blocks) {
        step.y = clamp_extent(blocks / row_blocks * cluster.y, cluster.y, grid.y);
    } else {
        step.x = clamp_extent(blocks / thickness, cluster.x, grid.x);
        step.y = cluster.y;
    }
    return step;
}

static struct grid3 step_of_shape(struct grid3 grid, struct grid3 cluster, struct slice_size size)
{
    return (struct grid3){clamp_extent(size.x, cluster.x, grid.x),
                          clamp_extent(size.y, cluster.y, grid.y),
                          clamp_extent(size.z, cluster.z, grid.z)};
}

void plan_init(struct plan *plan, struct grid3 grid, struct slice_size size, uint64_t blocks,
               struct grid3 cluster)
{
    cluster.x = cluster.x ? cluster.x : 1;
    cluster.y = cluster.y ? cluster.y : 1;
    cluster.z = cluster.z ? cluster.z : 1;
    *plan = (struct plan){.grid = grid, .step = grid, .cluster = cluster};
    if (size.mode == SLICE_SHAPE)
        plan->step = step_of_shape(grid, cluster, size);
    else if (size.mode != SLICE_OFF)
        plan->step = step_of_blocks(grid, cluster, size.mode == SLICE_AUTO ? blocks : size.x);
}

void plan_resize(struct plan *plan, uint64_t blocks)
{
    struct grid3 step = step_of_blocks(plan->grid, plan->cluster, blocks);
    if (plan->next.x)
        step.y = plan->step.y;
    if (plan->next.x || plan->next.y)
        step.z = plan->step.z;
    plan->step = step;
}

bool plan_is_whole(const struct plan *plan)
{
    return plan->step.x >= plan->grid.x && plan->step.y >= plan->grid.y &&
           plan->step.z >= plan->grid.z;
}

static bool is_done(const struct plan *plan)
{
    return plan->next.z >= plan->grid.z;
}

static struct grid3 next_extent(const struct plan *plan)
{
    return (struct grid3){min_u32(plan->step.x, plan->grid.x - plan->next.x),
                          min_u32(plan->step.y, plan->grid.y - plan->next.y),
                          min_u32(plan->step.z, plan->grid.z - plan->next.z)};
}

uint64_t plan_next_blocks(const struct plan *plan)
{
    return is_done(plan) ? 0 : grid3_count(next_extent(plan));
}

bool plan_next(struct plan *plan, struct slice *ret_slice)
{
    if (is_done(plan))
        return false;
    struct grid3 extent = next_extent(plan);
    *ret_slice = (struct slice){plan->next, extent, plan->n_given++};
    plan->next.x += extent.x;
    if (plan->next.x < plan->grid.x)
        return true;
    plan->next.x = 0;
    plan->next.y += extent.y;
    if (plan->next.y < plan->grid.y)
        return true;
    plan->next.y = 0;
    plan->next.z += extent.z;
    return true;
}

/* The blocks not handed out: the rest of the row the next slice is in, the rest of that slab of
 * planes, and the planes behind it. Boxes may be empty. */
static void split_rest(const struct plan *plan, struct slice rest[3])
{
    struct grid3 grid = plan->grid, at = plan->next, extent = next_extent(plan);
    rest[0] = (struct slice){.offset = at, .extent = {grid.x - at.x, extent.y, extent.z}};
    rest[1] = (struct slice){.offset = {0, at.y + extent.y, at.z},
                             .extent = {grid.x, grid.y - at.y - extent.y, extent.z}};
    rest[2] = (struct slice){.offset = {0, 0, at.z + extent.z},
                             .extent = {grid.x, grid.y, grid.z - at.z - extent.z}};
}

uint64_t plan_blocks_left(const struct plan *plan)
{
    struct slice rest[3];
    if (is_done(plan))
        return 0;
    split_rest(plan, rest);
    return grid3_count(rest[0].extent) + grid3_count(rest[1].extent) + grid3_count(rest[2].extent);
}

static uint64_t steps(uint32_t whole, uint32_t step)
{
    return ((uint64_t)whole + step - 1) / step;
}

uint32_t plan_slices_left(const struct plan *plan)
{
    struct grid3 grid = plan->grid, step = plan->step, at = plan->next;
    if (is_done(plan))
        return 0;
    uint64_t per_row = steps(grid.x, step.x), rows = steps(grid.y, step.y);
    uint64_t left = steps(grid.x - at.x, step.x) + (steps(grid.y - at.y, step.y) - 1) * per_row +
                    (steps(grid.z - at.z, step.z) - 1) * rows * per_row;
    return min_u32(left, UINT32_MAX);
}

unsigned plan_take_rest(struct plan *plan, struct slice ret_slices[PLAN_REST_MAX])
{
    struct slice rest[3];
    unsigned n = 0;
    if (is_done(plan))
        return 0;
    split_rest(plan, rest);
    for (unsigned i = 0; i < 3; i++) {
        if (!grid3_count(rest[i].extent))
            continue;
        ret_slices[n] = rest[i];
        ret_slices[n++].index = plan->n_given++;
    }
    plan->next = (struct grid3){0, 0, plan->grid.z};
    return n;
}
