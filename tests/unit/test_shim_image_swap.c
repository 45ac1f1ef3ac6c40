/* SPDX-License-Identifier: MIT
 *
 * test_shim_image_swap.c - from the program's image to the one with the twins: when it is left
 * alone, what a second start finds in the cache, and when the driver's linker is asked.
 */
#include <stdio.h>

#include "shim/code.h"
#include "shim/image_compile.h"
#include "shim/image_swap.h"
#include "shim/state.h"
#include "tests/unit/image_build.h"
#include "tests/unit/shim_device.h"

static const struct jit_env driver_keeps = {.cache_bytes = UINT64_MAX};
static const struct jit_env driver_keeps_nothing = {.cache_bytes = 0};

/* How often PTX was given to the linker; which of its calls fails. */
static unsigned n_linked;
enum step { LINK_CREATE, LINK_ADD, LINK_COMPLETE, LOAD_MACHINE_CODE, N_STEPS };
static enum step failing = N_STEPS;
static struct driver_real real;

static CUresult link_create(unsigned n, CUjit_option *names, void **values, CUlinkState *state)
{
    return failing == LINK_CREATE ? CUDA_ERROR_OUT_OF_MEMORY
                                  : real.cuLinkCreate_v2(n, names, values, state);
}

static CUresult link_add(CUlinkState state, CUjitInputType type, void *data, size_t size,
                         const char *name, unsigned n, CUjit_option *names, void **values)
{
    n_linked++;
    return failing == LINK_ADD
               ? CUDA_ERROR_INVALID_PTX
               : real.cuLinkAddData_v2(state, type, data, size, name, n, names, values);
}

static CUresult link_complete(CUlinkState state, void **image, size_t *size)
{
    return failing == LINK_COMPLETE ? CUDA_ERROR_UNKNOWN : real.cuLinkComplete(state, image, size);
}

static unsigned n_machine_code;

static CUresult load(CUmodule *module, const void *image, unsigned n, CUjit_option *names,
                     void **values)
{
    bool is_elf = memcmp(image, "\177ELF", 4) == 0;
    n_machine_code += is_elf;
    return is_elf && failing == LOAD_MACHINE_CODE
               ? CUDA_ERROR_NO_BINARY_FOR_GPU
               : real.cuModuleLoadDataEx(module, image, n, names, values);
}

static int setup(void **state)
{
    device_setup(state);
    real = driver;
    driver.cuLinkCreate_v2 = link_create;
    driver.cuLinkAddData_v2 = link_add;
    driver.cuModuleLoadDataEx = load;
    return 0;
}

static int begin(void **state)
{
    (void)state;
    n_linked = n_machine_code = 0;
    failing = N_STEPS;
    driver.cuLinkComplete = real.cuLinkComplete; /* its place names the driver in the key */
    shim_settings.jit = driver_keeps;
    return 0;
}

/* PTX that no other test has, so that it is in no cache. */
static char *fresh_ptx(void)
{
    static unsigned n;
    char *text;
    assert_true(asprintf(&text, "%s// %u\n", device_step, ++n) > 0);
    return text;
}

/* Loads it, runs its kernel sliced, and unloads it. */
static void check_runs(const void *image)
{
    uint32_t *v = device_pinned(HOLD_BLOCKS * 4);
    struct device_kernel step = device_load(image, "step");
    assert_true(code_find_kernel(step.function)->of->has_twin);
    OK(device_launch(step.function, HOLD_BLOCKS, (CUdeviceptr)v, 5, NULL, FLAVOUR_LEGACY));
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, NULL));
    for (unsigned i = 0; i < HOLD_BLOCKS; i++)
        assert_int_equal(v[i], 5);
    OK(hook_cuModuleUnload(step.module));
    OK(CU(cuMemFreeHost)(v));
}

static void test_driver_keeps(void **state)
{
    char *ptx = fresh_ptx();
    (void)state;
    check_runs(ptx);
    assert_int_equal(n_linked + n_machine_code, 0);
    shim_settings.jit.cache_bytes = strlen(ptx); /* too small for that */
    check_runs(ptx);
    assert_int_equal(n_linked, 1);
    free(ptx);
}

/* The first start compiles, the next does not. */
static void test_driver_keeps_nothing(void **state)
{
    char *ptx = fresh_ptx();
    (void)state;
    shim_settings.jit = driver_keeps_nothing;
    for (int start = 0; start < 3; start++)
        check_runs(ptx);
    assert_int_equal(n_linked, 1);
    assert_int_equal(n_machine_code, 3);
    free(ptx);
}

/* Options of the program's are for the driver's compiler, and so are its answers. */
static void test_options_given(void **state)
{
    CUjit_option names[] = {CU_JIT_OPTIMIZATION_LEVEL};
    void *values[] = {(void *)2};
    CUmodule module;
    unsigned count = 0;
    char *ptx = fresh_ptx();
    (void)state;
    shim_settings.jit = driver_keeps_nothing;
    OK(hook_cuModuleLoadDataEx(&module, ptx, 1, names, values));
    OK(driver.cuModuleGetFunctionCount(&count, module));
    assert_int_equal(count, 4);
    assert_int_equal(n_linked + n_machine_code, 0);
    OK(hook_cuModuleUnload(module));
    free(ptx);
}

static void test_library(void **state)
{
    CUlibrary library;
    CUkernel kernel;
    char *ptx = fresh_ptx();
    (void)state;
    shim_settings.jit = driver_keeps_nothing;
    for (int start = 0; start < 2; start++) {
        OK(hook_cuLibraryLoadData(&library, ptx, NULL, NULL, 0, NULL, NULL, 0));
        OK(hook_cuLibraryGetKernel(&kernel, library, "step"));
        assert_true(code_find_kernel((CUfunction)kernel)->of->has_twin);
        OK(hook_cuLibraryUnload(library));
    }
    assert_int_equal(n_linked, 1);
    free(ptx);
}

/* Whatever fails, the PTX is loaded. */
static void test_failing_steps(void **state)
{
    (void)state;
    shim_settings.jit = driver_keeps_nothing;
    for (failing = 0; failing < N_STEPS; failing++) {
        char *ptx = fresh_ptx();
        driver.cuLinkComplete = failing == LINK_COMPLETE ? link_complete : real.cuLinkComplete;
        check_runs(ptx);
        free(ptx);
    }
}

static void test_left_alone(void **state)
{
    static const char garbage[] = "neither this nor that";
    const char *reason = NULL;
    uint8_t cubin[64];
    (void)state;
    image_build_cubin(cubin, 90, 90);
    assert_null(image_swap_create(NULL, 0, &reason));
    assert_null(image_swap_create(garbage, sizeof(garbage), &reason));
    assert_string_equal(reason, "not an image that is known");
    assert_null(image_swap_create(cubin, sizeof(cubin), &reason));
    assert_string_equal(reason, "no PTX in the image");
    shim_settings.jit.off = true;
    assert_null(image_swap_create(device_step, IMAGE_SIZE_UNKNOWN, &reason));
    assert_string_equal(reason, "CUDA_DISABLE_PTX_JIT: the driver compiles no PTX");
}

static struct image_swap *swap_fatbin(const struct image_build_entry *entries, size_t n,
                                      const char **ret_reason)
{
    struct image_build build;
    image_build_begin(&build);
    for (size_t i = 0; i < n; i++)
        image_build_add(&build, &entries[i]);
    struct image_swap *swap = image_swap_create(build.bytes, build.size_bytes, ret_reason);
    image_build_free(&build);
    return swap;
}

/* Machine code of other PTX than the image has; it does not count if the driver must compile. */
static void test_forced(void **state)
{
    const char *reason = NULL;
    uint8_t cubin[64];
    image_build_cubin(cubin, 90, 80);
    const struct image_build_entry entries[] = {
        {.kind = 2, .arch = 90, .payload = cubin, .payload_bytes = sizeof(cubin)},
        {.kind = 1, .arch = 90, .payload = device_step, .payload_bytes = strlen(device_step) + 1},
    };
    (void)state;
    assert_null(swap_fatbin(entries, 2, &reason));
    shim_settings.jit.forced = true;
    struct image_swap *swap = swap_fatbin(entries, 2, &reason);
    assert_non_null(swap);
    assert_false(image_swap_compile(swap));
    image_swap_destroy(swap);
}

/* Built with options that the driver can't be given. */
static void test_foreign_options(void **state)
{
    const char *reason = NULL;
    struct image_build_entry entry = {
        .kind = 1, .arch = 90, .payload = device_step, .payload_bytes = strlen(device_step) + 1};
    (void)state;
    entry.options = "-maxntid=128 ";
    assert_null(swap_fatbin(&entry, 1, &reason));
    assert_string_equal(reason, "built with an option of ptxas that the driver can't be given");
    entry.options = " --fmad false -maxrregcount=40";
    struct image_swap *swap = swap_fatbin(&entry, 1, &reason);
    assert_non_null(swap);
    assert_int_equal(swap->build.max_registers, 40);
    image_swap_destroy(swap);
}

/* For link-time optimisation the compiler leaves its intermediate code: with PTX beside it that is
 * taken, without it there is nothing to take. */
static void test_link_time_code(void **state)
{
    const char *reason = NULL;
    const struct image_build_entry entries[] = {
        {.kind = 8, .arch = 90, .payload = "\177NVVM", .payload_bytes = 6},
        {.kind = 1, .arch = 80, .payload = device_step, .payload_bytes = strlen(device_step) + 1},
    };
    (void)state;
    assert_null(swap_fatbin(entries, 1, &reason));
    assert_string_equal(reason, "no PTX in the image");
    struct image_swap *swap = swap_fatbin(entries, 2, &reason);
    assert_non_null(swap);
    image_swap_destroy(swap);
}

/* Units of separate compilation are linked at the first start; the second has them in the cache,
 * whatever the driver keeps. */
static void test_units(void **state)
{
    static const char callee[] =
        ".version 7.0\n.target sm_70\n.address_size 64\n"
        ".visible .func (.param .b32 r) twice(.param .b32 x)\n{\n    .reg .b32 %r<2>;\n"
        "    ld.param.b32 %r1, [x];\n    shl.b32 %r1, %r1, 1;\n    st.param.b32 [r], %r1;\n"
        "    ret;\n}\n";
    const struct image_build_entry entries[] = {
        {.kind = 1, .arch = 70, .payload = device_step, .payload_bytes = strlen(device_step) + 1},
        {.kind = 1, .arch = 70, .payload = callee, .payload_bytes = sizeof(callee)},
    };
    struct image_build empty, units[2];
    const char *reason = NULL;
    (void)state;
    image_build_begin(&empty);
    for (int i = 0; i < 2; i++) {
        image_build_begin(&units[i]);
        image_build_add(&units[i], &entries[i]);
    }
    const void *prelinked[] = {units[0].bytes, units[1].bytes, NULL};
    const struct {
        uint32_t magic, version;
        const void *fatbin;
        const void *const *prelinked;
    } wrapper = {0x466243B1, 2, empty.bytes, prelinked};
    for (int start = 0; start < 2; start++) {
        struct image_swap *swap = image_swap_create(&wrapper, IMAGE_SIZE_UNKNOWN, &reason);
        if (!swap)
            fail_msg("%s", reason);
        assert_non_null(swap);
        assert_true(swap->image && !swap->is_ptx);
        assert_memory_equal(swap->image, "\177ELF", 4);
        image_swap_destroy(swap);
        assert_int_equal(n_linked, 2);
    }
    shim_settings.jit.forced = true;
    assert_null(image_swap_create(&wrapper, IMAGE_SIZE_UNKNOWN, &reason));
    assert_string_equal(reason, "CUDA_FORCE_PTX_JIT allows no linked machine code");
    image_build_free(&empty);
    for (int i = 0; i < 2; i++)
        image_build_free(&units[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_driver_keeps, begin),
        cmocka_unit_test_setup(test_driver_keeps_nothing, begin),
        cmocka_unit_test_setup(test_options_given, begin),
        cmocka_unit_test_setup(test_library, begin),
        cmocka_unit_test_setup(test_failing_steps, begin),
        cmocka_unit_test_setup(test_left_alone, begin),
        cmocka_unit_test_setup(test_forced, begin),
        cmocka_unit_test_setup(test_foreign_options, begin),
        cmocka_unit_test_setup(test_link_time_code, begin),
        cmocka_unit_test_setup(test_units, begin),
    };
    return cmocka_run_group_tests_name("shim_image_swap", tests, setup, device_teardown);
}
