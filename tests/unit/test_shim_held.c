/* SPDX-License-Identifier: MIT
 *
 * test_shim_held.c - what a held launch keeps of the caller's arguments, and what it refuses to.
 */
#include "shim/launch.h"
#include "tests/unit/shim_device.h"

static struct device_kernel step;
static struct shim_kernel *kernel;
static struct kernel_shape *shape;
static struct shim_stream *stream;

static int setup(void **state)
{
    const struct grid3 one = {1, 1, 1};
    device_setup(state);
    step = device_load(device_step, "step");
    kernel = code_find_kernel(step.function);
    assert_non_null(kernel);
    shape = kernel_add_shape(kernel->kernel, one, 0, one, 8);
    stream = stream_get(NULL, FLAVOUR_LEGACY);
    return shape && stream ? 0 : -1;
}

static struct held_launch *keep(void **params, void **extra, const CUlaunchConfig *config)
{
    const struct request request = {.function = step.function,
                                    .grid = {8, 1, 1},
                                    .threads = {1, 1, 1},
                                    .params = params,
                                    .extra = extra,
                                    .config = config};
    return held_create(&request, kernel, shape, stream);
}

static uint64_t v = 0x1122334455667788;
static uint32_t x = 99;
static unsigned char packed[12];

static void check_kept(struct held_launch *held)
{
    assert_non_null(held);
    assert_int_equal(held->param_bytes, 12);
    assert_int_equal(held->tail_bytes, 12);
    assert_memory_equal(held->params, packed, 12);
    assert_ptr_equal(held->original, step.function);
    held_destroy(held);
}

/* Both forms give the same bytes. */
static void test_params(void **state)
{
    void *params[] = {&v, &x};
    size_t size = sizeof(packed);
    void *extra[] = {CU_LAUNCH_PARAM_BUFFER_SIZE, &size, CU_LAUNCH_PARAM_BUFFER_POINTER, packed,
                     CU_LAUNCH_PARAM_END};
    (void)state;
    memcpy(packed, &v, 8);
    memcpy(packed + 8, &x, 4);
    check_kept(keep(params, NULL, NULL));
    check_kept(keep(NULL, extra, NULL));
}

/* What only the driver can judge is not kept. */
static void test_params_refused(void **state)
{
    void *params[] = {&v, &x}, *missing[] = {&v, NULL};
    size_t size = sizeof(packed), wrong = size + 4;
    void *both[] = {CU_LAUNCH_PARAM_BUFFER_SIZE, &size, CU_LAUNCH_PARAM_BUFFER_POINTER, packed,
                    CU_LAUNCH_PARAM_END};
    void *larger[] = {CU_LAUNCH_PARAM_BUFFER_SIZE, &wrong, CU_LAUNCH_PARAM_BUFFER_POINTER, packed,
                      CU_LAUNCH_PARAM_END};
    void *unknown[] = {(void *)77, packed, CU_LAUNCH_PARAM_END};
    void *no_buffer[] = {CU_LAUNCH_PARAM_BUFFER_SIZE, &size, CU_LAUNCH_PARAM_END};
    void *empty[] = {CU_LAUNCH_PARAM_END};
    (void)state;
    assert_null(keep(NULL, NULL, NULL));
    assert_null(keep(missing, NULL, NULL));
    assert_null(keep(params, both, NULL));
    assert_null(keep(NULL, larger, NULL));
    assert_null(keep(NULL, unknown, NULL));
    assert_null(keep(NULL, no_buffer, NULL));
    assert_null(keep(NULL, empty, NULL));
}

static void test_attributes(void **state)
{
    void *params[] = {&v, &x};
    CUlaunchAttribute attributes[HELD_ATTRIBUTES + 1] = {
        [0] = {.id = CU_LAUNCH_ATTRIBUTE_PRIORITY, .value.priority = -1}};
    CUlaunchConfig config = {.attrs = attributes, .numAttrs = 2};
    (void)state;
    struct held_launch *held = keep(params, NULL, &config);
    assert_non_null(held);
    assert_int_equal(held->n_attributes, 2);
    assert_true(held->has_attributes);
    assert_int_equal(held->attributes[0].value.priority, -1);
    held_destroy(held);
    /* An event to record must be recorded when the program thinks; unknown ones, who knows. */
    attributes[1].id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_EVENT;
    assert_null(keep(params, NULL, &config));
    attributes[1].id = (CUlaunchAttributeID)9999;
    assert_null(keep(params, NULL, &config));
    attributes[1].id = CU_LAUNCH_ATTRIBUTE_IGNORE;
    config.numAttrs = HELD_ATTRIBUTES + 1;
    assert_null(keep(params, NULL, &config));
    config = (CUlaunchConfig){.numAttrs = 1};
    assert_null(keep(params, NULL, &config));
}

/* One that comes again from the stack of free ones remembers nothing. */
static void test_used_again(void **state)
{
    void *params[] = {&v, &x};
    CUlaunchAttribute attribute = {.id = CU_LAUNCH_ATTRIBUTE_PRIORITY};
    CUlaunchConfig config = {.attrs = &attribute, .numAttrs = 1};
    (void)state;
    struct held_launch *first = keep(params, NULL, &config);
    first->twin = step.function;
    first->launch.whole = true;
    held_destroy(first);
    struct held_launch *again = keep(params, NULL, NULL);
    assert_ptr_equal(again, first);
    assert_false(again->has_attributes || again->launch.whole);
    assert_null(again->twin);
    assert_int_equal(again->n_attributes, 0);
    held_destroy(again);
    held_destroy(NULL);
}

/* More bytes than fit inside. */
static void test_large_params(void **state)
{
    static const char ptx[] = ".version 7.0\n.target sm_70\n.address_size 64\n"
                              ".visible .entry step(.param .align 4 .b8 p[4000])\n{\n"
                              "    .reg .b32 %r<2>;\n    mov.u32 %r1, %ctaid.x;\n    ret;\n}\n";
    struct device_kernel large = device_load(ptx, "step");
    static unsigned char bytes[4000] = {[0] = 1, [3999] = 2};
    void *params[] = {bytes};
    const struct grid3 one = {1, 1, 1};
    struct shim_kernel *of = code_find_kernel(large.function);
    const struct request request = {
        .function = large.function, .grid = {8, 1, 1}, .threads = one, .params = params};
    (void)state;
    struct held_launch *held =
        held_create(&request, of, kernel_add_shape(of->kernel, one, 0, one, 8), stream);
    assert_non_null(held);
    assert_ptr_not_equal(held->params, held->inline_params);
    assert_memory_equal(held->params, bytes, sizeof(bytes));
    held_destroy(held);
    OK(hook_cuModuleUnload(large.module));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_params),       cmocka_unit_test(test_params_refused),
        cmocka_unit_test(test_attributes),   cmocka_unit_test(test_used_again),
        cmocka_unit_test(test_large_params),
    };
    return cmocka_run_group_tests_name("shim_held", tests, setup, device_teardown);
}
