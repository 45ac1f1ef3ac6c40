/* SPDX-License-Identifier: MIT
 *
 * test_plan.c - plans against a reference that counts blocks: each exactly once, first blocks
 * ascending, counts right, for random grids, sizes, shapes, clusters, resizes and rests.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slicer/plan.h"

#define MAX_BLOCKS 60000

static const struct grid3 one = {1, 1, 1};
static uint8_t seen[MAX_BLOCKS];

static struct slice_size size_of(enum slice_mode mode, uint32_t x, uint32_t y, uint32_t z)
{
    return (struct slice_size){mode, x, y, z};
}

static uint64_t linear(struct grid3 grid, struct grid3 at)
{
    return ((uint64_t)at.z * grid.y + at.y) * grid.x + at.x;
}

static void count_slice(struct grid3 grid, const struct slice *slice)
{
    for (uint32_t z = 0; z < slice->extent.z; z++)
        for (uint32_t y = 0; y < slice->extent.y; y++)
            for (uint32_t x = 0; x < slice->extent.x; x++)
                seen[linear(grid, (struct grid3){slice->offset.x + x, slice->offset.y + y,
                                                 slice->offset.z + z})]++;
}

static void expect_slice(struct plan *plan, struct grid3 offset, struct grid3 extent)
{
    struct slice slice;
    assert_true(plan_next(plan, &slice));
    assert_memory_equal(&slice.offset, &offset, sizeof(offset));
    assert_memory_equal(&slice.extent, &extent, sizeof(extent));
}

static void test_rows(void **state)
{
    struct plan plan;
    struct slice slice;
    (void)state;
    plan_init(&plan, (struct grid3){8, 5, 1}, size_of(SLICE_BLOCKS, 17, 1, 1), 0, one);
    assert_int_equal(plan_slices_left(&plan), 3);
    expect_slice(&plan, (struct grid3){0, 0, 0}, (struct grid3){8, 2, 1});
    expect_slice(&plan, (struct grid3){0, 2, 0}, (struct grid3){8, 2, 1});
    assert_int_equal(plan_next_blocks(&plan), 8);
    expect_slice(&plan, (struct grid3){0, 4, 0}, (struct grid3){8, 1, 1});
    assert_int_equal(plan_next_blocks(&plan), 0);
    assert_false(plan_next(&plan, &slice));
}

static void test_part_of_row(void **state)
{
    struct plan plan;
    (void)state;
    plan_init(&plan, (struct grid3){5, 2, 1}, size_of(SLICE_BLOCKS, 3, 1, 1), 0, one);
    expect_slice(&plan, (struct grid3){0, 0, 0}, (struct grid3){3, 1, 1});
    expect_slice(&plan, (struct grid3){3, 0, 0}, (struct grid3){2, 1, 1});
    expect_slice(&plan, (struct grid3){0, 1, 0}, (struct grid3){3, 1, 1});
    assert_int_equal(plan_slices_left(&plan), 1);
}

static void test_planes(void **state)
{
    struct plan plan;
    (void)state;
    plan_init(&plan, (struct grid3){2, 3, 5}, size_of(SLICE_AUTO, 1, 1, 1), 13, one);
    expect_slice(&plan, (struct grid3){0, 0, 0}, (struct grid3){2, 3, 2});
    expect_slice(&plan, (struct grid3){0, 0, 2}, (struct grid3){2, 3, 2});
    expect_slice(&plan, (struct grid3){0, 0, 4}, (struct grid3){2, 3, 1});
}

static void test_whole(void **state)
{
    struct plan plan;
    (void)state;
    plan_init(&plan, (struct grid3){7, 3, 2}, size_of(SLICE_OFF, 1, 1, 1), 1, one);
    assert_true(plan_is_whole(&plan));
    plan_init(&plan, (struct grid3){7, 3, 2}, size_of(SLICE_BLOCKS, 42, 1, 1), 0, one);
    assert_true(plan_is_whole(&plan));
    plan_init(&plan, (struct grid3){7, 3, 2}, size_of(SLICE_BLOCKS, 41, 1, 1), 0, one);
    assert_false(plan_is_whole(&plan));
    plan_init(&plan, (struct grid3){7, 3, 2}, size_of(SLICE_SHAPE, 99, 99, 99), 0, one);
    assert_true(plan_is_whole(&plan));
}

static void test_largest_grid(void **state)
{
    struct plan plan;
    (void)state;
    plan_init(&plan, (struct grid3){INT32_MAX, 65535, 65535}, size_of(SLICE_BLOCKS, 1, 1, 1), 0,
              one);
    assert_true(plan_blocks_left(&plan) == 65535ull * 65535 * INT32_MAX);
    assert_int_equal(plan_slices_left(&plan), UINT32_MAX);
    plan_init(&plan, (struct grid3){UINT32_MAX, 1, 1}, size_of(SLICE_BLOCKS, UINT32_MAX - 1, 1, 1),
              0, one);
    assert_int_equal(plan_slices_left(&plan), 2);
    expect_slice(&plan, (struct grid3){0, 0, 0}, (struct grid3){UINT32_MAX - 1, 1, 1});
    expect_slice(&plan, (struct grid3){UINT32_MAX - 1, 0, 0}, (struct grid3){1, 1, 1});
    assert_int_equal(plan_slices_left(&plan), 0);
}

static uint32_t pick(uint32_t max)
{
    return 1 + (uint32_t)rand() % max;
}

static struct grid3 random_grid(struct grid3 cluster)
{
    struct grid3 grid = {cluster.x * pick(40), cluster.y * pick(12), cluster.z * pick(6)};
    if (!(rand() % 3))
        grid.z = cluster.z;
    if (!(rand() % 3))
        grid.y = cluster.y;
    return grid;
}

static void expect_aligned(const struct slice *slice, struct grid3 cluster)
{
    assert_int_equal(slice->offset.x % cluster.x, 0);
    assert_int_equal(slice->offset.y % cluster.y, 0);
    assert_int_equal(slice->offset.z % cluster.z, 0);
    assert_int_equal(slice->extent.x % cluster.x, 0);
    assert_int_equal(slice->extent.y % cluster.y, 0);
    assert_int_equal(slice->extent.z % cluster.z, 0);
}

/* Walks the plan to its end, perhaps resizing it, perhaps taking the rest at once. */
static void walk(struct plan *plan, bool may_resize, int stop_after)
{
    struct slice slice, rest[PLAN_REST_MAX];
    uint64_t left = grid3_count(plan->grid), last = 0;
    uint32_t slices = 0, n_left = plan_slices_left(plan);
    while (stop_after-- && plan_next(plan, &slice)) {
        assert_true(!slices || linear(plan->grid, slice.offset) > last);
        last = linear(plan->grid, slice.offset);
        assert_int_equal(slice.index, slices++);
        expect_aligned(&slice, plan->cluster);
        count_slice(plan->grid, &slice);
        left -= grid3_count(slice.extent);
        assert_int_equal(plan_blocks_left(plan), left);
        assert_int_equal(plan_slices_left(plan), --n_left);
        if (may_resize && !(rand() % 3)) {
            plan_resize(plan, pick(3000));
            n_left = plan_slices_left(plan);
        }
    }
    unsigned n = plan_take_rest(plan, rest);
    assert_true(n <= PLAN_REST_MAX);
    for (unsigned i = 0; i < n; i++) {
        expect_aligned(&rest[i], plan->cluster);
        count_slice(plan->grid, &rest[i]);
    }
    assert_int_equal(plan_blocks_left(plan), 0);
    assert_false(plan_next(plan, &slice));
}

static void test_random(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 3000; seed++) {
        srand(seed);
        struct grid3 cluster = rand() % 3 ? one : (struct grid3){pick(3), pick(3), pick(2)};
        struct grid3 grid = random_grid(cluster);
        enum slice_mode modes[] = {SLICE_AUTO, SLICE_BLOCKS, SLICE_SHAPE};
        enum slice_mode mode = modes[rand() % 3];
        struct slice_size size = {mode, mode == SLICE_SHAPE ? pick(50) : pick(4000), pick(14),
                                  pick(8)};
        struct plan plan;
        assert_true(grid3_count(grid) <= MAX_BLOCKS);
        memset(seen, 0, grid3_count(grid));
        plan_init(&plan, grid, size, pick(4000), cluster);
        walk(&plan, mode != SLICE_SHAPE, rand() % 4 ? -1 : rand() % 10);
        for (uint64_t i = 0; i < grid3_count(grid); i++)
            if (seen[i] != 1)
                fail_msg("seed %u: block %lu of %ux%ux%u was handed out %u times", seed,
                         (unsigned long)i, grid.x, grid.y, grid.z, seen[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),         cmocka_unit_test(test_part_of_row),
        cmocka_unit_test(test_planes),       cmocka_unit_test(test_whole),
        cmocka_unit_test(test_largest_grid), cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
