/* SPDX-License-Identifier: MIT
 *
 * test_tune.c - which slice size a kernel is given, launch after launch, by what each size takes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "slicer/tune.h"

#define WAVE     1056
#define ORDINARY (2 * WAVE)
#define BLOCKS   (100 * WAVE)

static const struct slice_size automatic = {SLICE_AUTO, 1, 1, 1};
static const struct grid3 one = {1, 1, 1}, grid = {BLOCKS, 1, 1};
static const int owner, other_owner;

static struct kernel_shape *make_shape(void)
{
    struct kernel *kernel = kernel_create("k", &automatic, NULL);
    return kernel_add_shape(kernel, (struct grid3){256, 1, 1}, 0, one, WAVE);
}

/* n launches, of which those of each size take block_ns[size] a block. Counts the sizes. */
static void run(struct kernel_shape *shape, const unsigned block_ns[TUNE_SIZES], unsigned n,
                unsigned ret_n[TUNE_SIZES])
{
    struct tune *tune = tune_find(shape, grid, &owner);
    for (int i = 0; i < TUNE_SIZES; i++)
        ret_n[i] = 0;
    while (n--) {
        enum tune_size size = tune_pick(tune, shape, ORDINARY);
        ret_n[size]++;
        tune_learn(tune, size, BLOCKS, (uint64_t)block_ns[size] * BLOCKS);
    }
}

static void test_keeps_the_best(void **state)
{
    static const unsigned block_ns[TUNE_SIZES] = {1000, 300, 400, 1300, 900};
    unsigned n[TUNE_SIZES];
    (void)state;
    struct kernel_shape *shape = make_shape();
    run(shape, block_ns, 100, n);
    assert_true(n[TUNE_ORDINARY] <= 3 && n[TUNE_EIGHTH] <= 2 && n[TUNE_HALF] <= 2);
    assert_true(n[TUNE_QUARTER] >= 90);
    assert_int_equal(tune_best(tune_find(shape, grid, &owner)), TUNE_QUARTER);
    kernel_unref(shape->kernel);
}

static void test_keeps_ordinary_unless_clearly_better(void **state)
{
    static const unsigned block_ns[TUNE_SIZES] = {1000, 960, 3000, 950, 1010};
    unsigned n[TUNE_SIZES];
    (void)state;
    struct kernel_shape *shape = make_shape();
    run(shape, block_ns, 1000, n);
    assert_true(n[TUNE_ORDINARY] >= 980);
    for (int i = 1; i < TUNE_SIZES; i++)
        assert_true(n[i] >= 1); /* each had its chance */
    kernel_unref(shape->kernel);
}

/* What was best may be so no longer. */
static void test_changes_its_mind(void **state)
{
    static const unsigned before[TUNE_SIZES] = {1000, 300, 900, 900, 900},
                          after[TUNE_SIZES] = {1000, 2000, 900, 400, 1000};
    unsigned n[TUNE_SIZES];
    (void)state;
    struct kernel_shape *shape = make_shape();
    run(shape, before, 100, n);
    assert_true(n[TUNE_QUARTER] > 90);
    run(shape, after, 2000, n);
    assert_true(n[TUNE_QUARTER] < 50);
    assert_true(n[TUNE_HALF] > 1200);
    kernel_unref(shape->kernel);
}

/* Launches of a wave of 80 us: a quarter of it would be over before the next is launched. */
static void test_short_slices_are_not_tried(void **state)
{
    static const unsigned block_ns[TUNE_SIZES] = {80, 10, 10, 10, 10};
    unsigned n[TUNE_SIZES];
    (void)state;
    struct kernel_shape *shape = make_shape();
    run(shape, block_ns, 1000, n);
    assert_int_equal(n[TUNE_QUARTER] + n[TUNE_EIGHTH], 0);
    assert_true(n[TUNE_HALF] + n[TUNE_WAVE] > 900);
    kernel_unref(shape->kernel);
}

/* Of a size with which every launch was spoilt nothing is known; it isn't tried for ever. */
static void test_spoilt_launches(void **state)
{
    unsigned n[TUNE_SIZES] = {0};
    (void)state;
    struct kernel_shape *shape = make_shape();
    struct tune *tune = tune_find(shape, grid, &owner);
    for (int i = 0; i < 120; i++) {
        enum tune_size size = tune_pick(tune, shape, ORDINARY);
        n[size]++;
        if (size == TUNE_ORDINARY)
            tune_learn(tune, size, BLOCKS, 1000ull * BLOCKS);
    }
    for (int i = 1; i < TUNE_SIZES; i++)
        assert_int_equal(n[i], 3);
    kernel_unref(shape->kernel);
}

static void test_poor(void **state)
{
    (void)state;
    struct kernel_shape *shape = make_shape();
    struct tune *tune = tune_find(shape, grid, &owner);
    assert_false(tune_is_poor(tune, WAVE, 1000000000)); /* nothing to compare it with */
    tune_learn(tune, TUNE_ORDINARY, BLOCKS, 1000ull * BLOCKS);
    assert_false(tune_is_poor(tune, WAVE, 1400ull * WAVE));
    assert_true(tune_is_poor(tune, WAVE, 1600ull * WAVE));
    tune_learn(tune, TUNE_QUARTER, BLOCKS, 500ull * BLOCKS);
    assert_true(tune_is_poor(tune, WAVE, 800ull * WAVE));
    kernel_unref(shape->kernel);
}

static void test_stop(void **state)
{
    (void)state;
    struct kernel_shape *shape = make_shape();
    struct tune *tune = tune_find(shape, grid, &owner);
    for (int i = 0; i < 10; i++)
        tune_learn(tune, tune_pick(tune, shape, ORDINARY), BLOCKS, 1000ull * BLOCKS);
    tune_learn(tune, TUNE_QUARTER, BLOCKS, 1);
    tune_stop(tune);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(tune_pick(tune, shape, ORDINARY), TUNE_ORDINARY);
    kernel_unref(shape->kernel);
}

static void test_numbers_at_the_edge(void **state)
{
    (void)state;
    struct kernel_shape *shape = make_shape();
    struct tune *tune = tune_find(shape, grid, &owner);
    assert_int_equal(tune_estimate_ns(tune, TUNE_QUARTER, 100), 0);
    tune_learn(tune, TUNE_ORDINARY, 0, 100);
    tune_learn(tune, TUNE_ORDINARY, 1, UINT64_MAX);
    tune_learn(tune, TUNE_ORDINARY, UINT64_MAX, 0);
    assert_true(tune_estimate_ns(tune, TUNE_ORDINARY, UINT64_MAX) > 0);
    struct kernel_shape *tiny = kernel_add_shape(shape->kernel, (struct grid3){1, 1, 1}, 0, one, 1);
    assert_int_equal(tune_blocks(tiny, TUNE_EIGHTH, 5), 1);
    assert_int_equal(tune_blocks(tiny, TUNE_ORDINARY, 5), 5);
    kernel_unref(shape->kernel);
}

static void test_records(void **state)
{
    (void)state;
    struct kernel_shape *shape = make_shape();
    struct tune *first = tune_find(shape, grid, &owner);
    assert_non_null(first);
    assert_ptr_equal(tune_find(shape, grid, &owner), first);
    assert_null(tune_find(shape, grid, &other_owner));
    for (uint32_t i = 1; i < 4; i++)
        assert_non_null(tune_find(shape, (struct grid3){i, 1, 1}, &other_owner));
    assert_null(tune_find(shape, (struct grid3){9, 9, 9}, &owner)); /* too many */
    assert_ptr_equal(tune_find(shape, grid, &owner), first);
    kernel_unref(shape->kernel);
}

static void *find_many(void *shape)
{
    for (uint32_t i = 0; i < 1000; i++)
        tune_find(shape, (struct grid3){1 + i % 8, 1, 1}, &owner);
    return NULL;
}

static void test_threads(void **state)
{
    pthread_t threads[4];
    (void)state;
    struct kernel_shape *shape = make_shape();
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, find_many, shape), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    unsigned seen = 0;
    for (struct tune *tune = shape->tunes; tune; tune = tune->next) {
        assert_false(seen & 1u << tune->grid.x);
        seen |= 1u << tune->grid.x;
    }
    assert_int_not_equal(seen, 0);
    kernel_unref(shape->kernel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keeps_the_best),
        cmocka_unit_test(test_keeps_ordinary_unless_clearly_better),
        cmocka_unit_test(test_changes_its_mind),
        cmocka_unit_test(test_short_slices_are_not_tried),
        cmocka_unit_test(test_spoilt_launches),
        cmocka_unit_test(test_poor),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_numbers_at_the_edge),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests_name("tune", tests, NULL, NULL);
}
