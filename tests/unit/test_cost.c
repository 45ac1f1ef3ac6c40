/* SPDX-License-Identifier: MIT
 *
 * test_cost.c - the cost model: whole waves, learning that a disturbance can't spoil, slices that
 * fill waves.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "slicer/cost.h"

static struct kernel_shape shape_of(uint32_t wave_blocks, uint64_t wave_ns)
{
    struct kernel_shape shape = {.wave_blocks = wave_blocks, .cluster = {1, 1, 1}};
    atomic_init(&shape.wave_ns, wave_ns);
    return shape;
}

static void test_waves(void **state)
{
    struct kernel_shape shape = shape_of(264, 1000);
    (void)state;
    assert_int_equal(cost_waves(&shape, 0), 0);
    assert_int_equal(cost_waves(&shape, 1), 1);
    assert_int_equal(cost_waves(&shape, 264), 1);
    assert_int_equal(cost_waves(&shape, 265), 2);
    assert_int_equal(cost_estimate_ns(&shape, 265), 2000);
    assert_true(cost_estimate_ns(&shape, UINT64_MAX) > 0);
    assert_int_equal(cost_waves_in(&shape, 999), 1);
    assert_int_equal(cost_waves_in(&shape, 3999), 3);
    shape = shape_of(264, 0);
    assert_int_equal(cost_estimate_ns(&shape, 265), 0);
    assert_int_equal(cost_waves_in(&shape, 3999), 0);
}

static void test_learns(void **state)
{
    struct kernel_shape shape = shape_of(10, 0);
    (void)state;
    cost_learn(&shape, 4, 40000);
    assert_int_equal(shape.wave_ns, 10000);
    for (int i = 0; i < 30; i++)
        cost_learn(&shape, 1, 2000);
    assert_in_range(shape.wave_ns, 2000, 2100);
    for (int i = 0; i < 60; i++)
        cost_learn(&shape, 1, 6000);
    assert_in_range(shape.wave_ns, 5500, 6000);
    cost_learn(&shape, 0, 6000);
    assert_int_equal(shape.samples, 91);
}

/* One measure that a blocked stream made a thousand times too long moves it by less than half. */
static void test_outlier(void **state)
{
    struct kernel_shape shape = shape_of(10, 0);
    (void)state;
    for (int i = 0; i < 10; i++)
        cost_learn(&shape, 1, 1000);
    cost_learn(&shape, 1, 1000000);
    assert_in_range(shape.wave_ns, 1000, 1400);
    cost_learn(&shape, 1, 1);
    assert_in_range(shape.wave_ns, 800, 1400);
}

static void expect_blocks(uint32_t wave, struct grid3 grid, uint64_t max_waves, uint64_t blocks)
{
    struct kernel_shape shape = shape_of(wave, 1000);
    assert_int_equal(cost_slice_blocks(&shape, grid, max_waves), blocks);
}

static void test_slices_fill_waves(void **state)
{
    (void)state;
    expect_blocks(264, (struct grid3){1024, 1, 1}, 1, 264);
    expect_blocks(264, (struct grid3){1024, 1, 1}, 3, 792);
    expect_blocks(264, (struct grid3){1024, 1, 1}, 0, 264);
    expect_blocks(264, (struct grid3){1024, 1, 1}, 9, 1024);
    expect_blocks(264, (struct grid3){32, 32, 1}, 1, 256);
    /* Rows of 100: 5 of them fill 2 waves better than 2 fill one, when 2 waves are allowed. */
    expect_blocks(264, (struct grid3){100, 1000, 1}, 1, 200);
    expect_blocks(264, (struct grid3){100, 1000, 1}, 2, 500);
    /* Rows of 140: 3 rows of 420 blocks need 2 waves of 264 as 2 rows do. */
    expect_blocks(264, (struct grid3){140, 900, 1}, 2, 420);
    expect_blocks(264, (struct grid3){16, 16, 64}, 2, 512);
    expect_blocks(264, (struct grid3){1000, 1000, 1}, 2, 528);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waves),
        cmocka_unit_test(test_learns),
        cmocka_unit_test(test_outlier),
        cmocka_unit_test(test_slices_fill_waves),
    };
    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
