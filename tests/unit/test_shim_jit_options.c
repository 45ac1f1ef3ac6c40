/* SPDX-License-Identifier: MIT
 *
 * test_shim_jit_options.c - options of the program and of the build, and what is handed back.
 */
#include "shim/jit_options.h"
#include "tests/unit/shim_device.h"

#define VALUE(number) ((void *)(uintptr_t)(number))

static uintptr_t value_of(const struct jit_options *options, CUjit_option name)
{
    for (unsigned i = 0; i < options->n; i++)
        if (options->names[i] == name)
            return (uintptr_t)options->values[i];
    return UINTPTR_MAX;
}

static void test_build_options(void **state)
{
    const struct image_build_options build = {
        .max_registers = 40, .opt_level = 0, .debug = true, .line_info = true, .cache_mode = 2};
    struct jit_options options;
    (void)state;
    assert_true(jit_options_join(&options, 0, NULL, NULL, &build));
    assert_int_equal(options.n, 5);
    assert_int_equal(value_of(&options, CU_JIT_MAX_REGISTERS), 40);
    assert_int_equal(value_of(&options, CU_JIT_OPTIMIZATION_LEVEL), 0);
    assert_int_equal(value_of(&options, CU_JIT_GENERATE_DEBUG_INFO), 1);
    assert_int_equal(value_of(&options, CU_JIT_GENERATE_LINE_INFO), 1);
    assert_int_equal(value_of(&options, CU_JIT_CACHE_MODE), 2);
    assert_true(jit_options_join(&options, 0, NULL, NULL, &jit_options_no_build));
    assert_int_equal(options.n, 0);
}

static void test_program_wins(void **state)
{
    const struct image_build_options build = {.max_registers = 40, .opt_level = 1};
    CUjit_option names[] = {CU_JIT_OPTIMIZATION_LEVEL, CU_JIT_WALL_TIME};
    void *values[] = {VALUE(4), VALUE(77)};
    struct jit_options options;
    (void)state;
    assert_true(jit_options_join(&options, 2, names, values, &build));
    assert_int_equal(options.n, 3);
    assert_int_equal(value_of(&options, CU_JIT_OPTIMIZATION_LEVEL), 4);
    assert_int_equal(value_of(&options, CU_JIT_MAX_REGISTERS), 40);
    options.values[1] = VALUE(5); /* the driver's answer */
    jit_options_finish(&options, values, false);
    assert_int_equal(values[1], VALUE(77));
    jit_options_finish(&options, values, true);
    assert_int_equal(values[1], VALUE(5));
}

static void test_refused(void **state)
{
    CUjit_option names[JIT_OPTIONS_MOST] = {0};
    void *values[JIT_OPTIONS_MOST] = {0};
    struct jit_options options;
    (void)state;
    assert_false(
        jit_options_join(&options, JIT_OPTIONS_MOST, names, values, &jit_options_no_build));
    assert_false(jit_options_join(&options, 1, NULL, values, &jit_options_no_build));
    assert_false(jit_options_join(&options, 1, names, NULL, &jit_options_no_build));
}

/* The driver writes into copies; only what it accepted reaches the program. */
static void test_logs(void **state)
{
    (void)state;
    for (int accepted = 0; accepted < 2; accepted++) {
        char log[8] = "before";
        CUjit_option names[] = {CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, CU_JIT_ERROR_LOG_BUFFER,
                                CU_JIT_INFO_LOG_BUFFER};
        void *values[] = {VALUE(sizeof(log)), log, NULL};
        struct jit_options options;
        assert_true(jit_options_join(&options, 3, names, values, &jit_options_no_build));
        assert_true(jit_options_copy_logs(&options));
        assert_ptr_not_equal(options.values[1], log);
        assert_string_equal(options.values[1], "before");
        strcpy(options.values[1], "after");
        options.values[0] = VALUE(5);
        jit_options_finish(&options, values, accepted);
        assert_string_equal(log, accepted ? "after" : "before");
        assert_int_equal(values[0], VALUE(accepted ? 5 : sizeof(log)));
        assert_ptr_equal(values[1], log);
        assert_null(values[2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build_options),
        cmocka_unit_test(test_program_wins),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_logs),
    };
    return cmocka_run_group_tests_name("shim_jit_options", tests, NULL, NULL);
}
