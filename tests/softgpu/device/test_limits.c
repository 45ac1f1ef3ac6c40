/* SPDX-License-Identifier: MIT
 *
 * test_limits.c - how many blocks of a need fit, by each of the four limits.
 */
#include "unit.h"

#include "tools/softgpu/device/sm.h"

static unsigned fits(unsigned cc, unsigned threads, unsigned registers, size_t fixed,
                     size_t dynamic)
{
    struct exec_kernel kernel = {.registers = registers, .static_shared_bytes = fixed};
    const struct sm_limits *limits = sm_limits_of(cc);
    struct sm_need need = sm_need_of(limits, &kernel, threads, dynamic);

    return sm_fits(limits, &need);
}

static void test_each_limit(void **state)
{
    (void)state;
    assert_int_equal(fits(90, 1024, 16, 0, 0), 2); /* threads */
    assert_int_equal(fits(75, 1024, 16, 0, 0), 1);
    assert_int_equal(fits(90, 1, 16, 0, 0), 32); /* blocks */
    assert_int_equal(fits(86, 32, 16, 0, 0), 16);
    assert_int_equal(fits(90, 256, 64, 0, 0), 4);    /* registers */
    assert_int_equal(fits(90, 1024, 65, 0, 0), 1);   /* an estimate, which keeps nothing out */
    assert_int_equal(fits(90, 64, 16, 40000, 0), 5); /* shared memory, 1 KiB of it reserved */
    assert_int_equal(fits(90, 64, 16, 0, 232448), 1);
    assert_int_equal(fits(90, 64, 16, 0, 232449), 0);
    assert_int_equal(fits(70, 64, 16, 0, 32768), 3);
}

static void test_rounding(void **state)
{
    (void)state;
    assert_int_equal(fits(90, 33, 16, 0, 0), fits(90, 64, 16, 0, 0));
    assert_int_equal(fits(90, 256, 57, 0, 0), 4); /* 57 x 32 registers round up to 8 x 256 */
    assert_int_equal(fits(90, 256, 56, 0, 0), 4);
    assert_int_equal(fits(90, 256, 48, 0, 0), 5);
}

static void test_table(void **state)
{
    struct exec_kernel kernel = {.max_threads = 0};

    (void)state;
    assert_int_equal(sm_limits_of(90)->cc, 90);
    assert_int_equal(sm_limits_of(88)->cc, 87);
    assert_int_equal(sm_limits_of(30)->cc, 50);
    assert_int_equal(sm_limits_of(129)->cc, 120);
    assert_int_equal(sm_max_threads(&kernel), 1024);
    kernel.max_threads = 128;
    assert_int_equal(sm_max_threads(&kernel), 128);
    kernel.max_threads = 5000;
    assert_int_equal(sm_max_threads(&kernel), 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_limit),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
