/* SPDX-License-Identifier: MIT
 *
 * test_faults.c - what the interpreter finds wrong in running kernels, and what they print.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/softgpu/interp/harness.h"

static struct harness *device;

static int setup(void **state)
{
    (void)state;
    device = harness_load(PTX_DIR "/faults.ptx");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    harness_destroy(device);
    return 0;
}

static enum exec_fault_kind try(const char *kernel, uint32_t threads, struct harness_args args,
                                bool check_races)
{
    const uint32_t grid[3] = {1, 1, 1}, block[3] = {threads, 1, 1};
    const struct harness_options options = {.check_races = check_races};
    enum exec_fault_kind kind = harness_try(device, kernel, grid, block, args, &options);

    if (kind != EXEC_FAULT_NONE) {
        assert_true(harness_fault(device)->line > 0);
        assert_true(harness_fault(device)->message[0]);
    }
    return kind;
}

static void test_addresses(void **state)
{
    int *p = harness_alloc(device, 64), at = 16;

    (void)state;
    assert_int_equal(try("out_of_bounds", 32, ARGS(ARG(p), ARG(at)), false), EXEC_FAULT_ADDRESS);
    assert_int_equal(harness_fault(device)->thread[0], 3);
    assert_true(harness_fault(device)->address == (uintptr_t)(p + 16));
    at = 15;
    assert_int_equal(try("out_of_bounds", 32, ARGS(ARG(p), ARG(at)), false), EXEC_FAULT_NONE);
    at = 2;
    assert_int_equal(try("misaligned", 32, ARGS(ARG(p), ARG(at)), false), EXEC_FAULT_MISALIGNED);
    harness_free(device, p);
    at = 0;
    assert_int_equal(try("out_of_bounds", 32, ARGS(ARG(p), ARG(at)), false), EXEC_FAULT_ADDRESS);
}

static void test_small_spaces(void **state)
{
    int *out = harness_alloc(device, 4), at = 7;

    (void)state;
    assert_int_equal(try("shared_bounds", 32, ARGS(ARG(out), ARG(at)), false), EXEC_FAULT_NONE);
    at = 8;
    assert_int_equal(try("shared_bounds", 32, ARGS(ARG(out), ARG(at)), false), EXEC_FAULT_ADDRESS);
    at = -1;
    assert_int_equal(try("shared_bounds", 32, ARGS(ARG(out), ARG(at)), false), EXEC_FAULT_ADDRESS);
    at = 0xffff;
    assert_int_equal(try("local_bounds", 32, ARGS(ARG(out), ARG(at)), false), EXEC_FAULT_ADDRESS);
}

static void test_traps(void **state)
{
    int n = 5, *out = harness_alloc(device, 4);
    void *wild = out;

    (void)state;
    assert_int_equal(try("trapped", 32, ARGS(ARG(n)), false), EXEC_FAULT_TRAP);
    assert_int_equal(harness_fault(device)->thread[0], 5);
    n = 40;
    assert_int_equal(try("trapped", 32, ARGS(ARG(n)), false), EXEC_FAULT_NONE);
    n = 3;
    assert_int_equal(try("asserted", 32, ARGS(ARG(n)), false), EXEC_FAULT_ASSERT);
    assert_non_null(strstr(harness_output(device),
                           "block: [0,0,0], thread: [3,0,0] Assertion `threadIdx.x != n` failed."));
    assert_int_equal(try("overflow", 32, ARGS(ARG(out)), false), EXEC_FAULT_STACK);
    assert_int_equal(try("wild_call", 32, ARGS(ARG(wild)), false), EXEC_FAULT_ADDRESS);
    assert_int_equal(try("double_free", 1, (struct harness_args){.n = 0}, false), EXEC_FAULT_TRAP);
    assert_int_equal(try("use_after_free", 1, ARGS(ARG(out)), false), EXEC_FAULT_ADDRESS);
    assert_int_equal(*out, 5);
}

static void test_barriers(void **state)
{
    int *out = harness_alloc(device, 4), count = 33;

    (void)state;
    assert_int_equal(try("divided_barrier", 64, ARGS(ARG(out)), false), EXEC_FAULT_BARRIER);
    assert_int_equal(try("wrong_count", 64, ARGS(ARG(count)), false), EXEC_FAULT_BARRIER);
    assert_int_equal(try("missing_lane", 32, ARGS(ARG(out)), false), EXEC_FAULT_BARRIER);
}

static void test_races(void **state)
{
    int *out = harness_alloc(device, 256);

    (void)state;
    assert_int_equal(try("racy", 64, ARGS(ARG(out)), true), EXEC_FAULT_RACE);
    assert_int_equal(try("racy", 64, ARGS(ARG(out)), false), EXEC_FAULT_NONE);
    assert_int_equal(try("racy_warp", 32, ARGS(ARG(out)), true), EXEC_FAULT_RACE);
    assert_int_equal(try("not_racy", 64, ARGS(ARG(out)), true), EXEC_FAULT_NONE);
}

/* A block that never ends yields, as often as it is asked. */
static void test_yield(void **state)
{
    const struct exec_kernel *kernel = harness_kernel(device, "spin_for_ever");
    int *p = harness_alloc(device, 4);
    void *params = &p;
    struct exec_block *block;
    struct exec_fault fault;
    const uint32_t index[3] = {0};
    uint64_t cost;

    (void)state;
    block = harness_block(device, kernel, params, 64, index);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(exec_block_run(block, 10000, &cost, &fault), EXEC_YIELDED);
        assert_true(cost > 0);
    }
    *p = 1;
    assert_int_equal(exec_block_run(block, 1000000, &cost, &fault), EXEC_DONE);
    exec_block_destroy(block);
}

static void test_print(void **state)
{
    int n = 5;
    char *word = harness_alloc(device, 8);
    const char *expected =
        "int -5 5 5 1388 1388 5 f%\n"
        "wide -1234567890123 9223372036854775808 abcdefabcdef 77|    5|5    |00005|+5\n"
        "real 1.500000 3.142 1.234568e+04 0.0001       2.50|-2.5      |\n"
        "text word      given|left    |cu 0x1234\n"
        "star      5|5     |3.14\n"
        "short 4464 44 plain\n"
        "none\n"
        "1 2\n"
        "2\n";

    (void)state;
    strcpy(word, "given");
    assert_int_equal(try("talk", 32, ARGS(ARG(n), ARG(word)), false), EXEC_FAULT_NONE);
    assert_string_equal(harness_output(device), expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
        TEST(addresses), TEST(small_spaces), TEST(traps), TEST(barriers),
        TEST(races),     TEST(yield),        TEST(print),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
