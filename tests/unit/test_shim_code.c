/* SPDX-License-Identifier: MIT
 *
 * test_shim_code.c - images loaded and refused, kernels by their handles, twins out of sight.
 */
#include "shim/code.h"
#include "shim/jit_options.h"
#include "tests/unit/shim_device.h"

/* Our parser takes any instruction; the driver does not know this one. */
static const char bad_ptx[] =
    ".version 7.0\n.target sm_70\n.address_size 64\n"
    ".visible .entry step(.param .u64 v)\n{\n    .reg .b32 %r<4>;\n"
    "    mov.u32 %r2, %ctaid.x;\n    nonsense.b32 %r1, %r2;\n    ret;\n}\n";

#define VALUE(number) ((void *)(uintptr_t)(number))

struct loaded {
    CUresult result;
    uintptr_t bytes;
    char log[256];
};

static struct loaded load_bad(CUresult (*load)(CUmodule *, const void *, unsigned, CUjit_option *,
                                               void **))
{
    struct loaded loaded = {.log = "untouched"};
    CUjit_option names[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
    void *values[] = {loaded.log, VALUE(sizeof(loaded.log))};
    CUmodule module;
    loaded.result = load(&module, bad_ptx, 2, names, values);
    loaded.bytes = (uintptr_t)values[1];
    return loaded;
}

/* What the compiler says of bad PTX is what it says without us. */
static void test_bad_ptx(void **state)
{
    struct loaded native = load_bad(driver.cuModuleLoadDataEx);
    struct loaded ours = load_bad(hook_cuModuleLoadDataEx);
    (void)state;
    assert_int_not_equal(native.result, CUDA_SUCCESS);
    assert_int_equal(ours.result, native.result);
    assert_string_equal(ours.log, native.log);
    assert_int_equal(ours.bytes, native.bytes);
}

static CUresult refuse_load(CUmodule *module, const void *image, unsigned n, CUjit_option *names,
                            void **values)
{
    (void)module, (void)image, (void)n, (void)names, (void)values;
    return CUDA_ERROR_INVALID_PTX;
}

/* Twins that the driver won't have, or options too many to be joined: the image as it was. */
static void test_left_alone(void **state)
{
    CUjit_option names[JIT_OPTIONS_MOST];
    void *values[JIT_OPTIONS_MOST];
    CUmodule module;
    CUfunction function;
    unsigned count = 0;
    (void)state;
    for (unsigned i = 0; i < JIT_OPTIONS_MOST; i++) {
        names[i] = CU_JIT_OPTIMIZATION_LEVEL;
        values[i] = VALUE(3);
    }
    for (int way = 0; way < 2; way++) {
        __typeof__(driver.cuModuleLoadDataEx) real = driver.cuModuleLoadDataEx;
        if (way == 0) {
            driver.cuModuleLoadDataEx = refuse_load;
            OK(hook_cuModuleLoadData(&module, device_step));
            driver.cuModuleLoadDataEx = real;
        } else {
            OK(hook_cuModuleLoadDataEx(&module, device_step, JIT_OPTIONS_MOST, names, values));
        }
        OK(hook_cuModuleGetFunctionCount(&count, module));
        assert_int_equal(count, 2);
        OK(hook_cuModuleGetFunction(&function, module, "step"));
        assert_false(code_find_kernel(function)->of->has_twin);
        OK(hook_cuModuleUnload(module));
    }
}

static void test_twins_out_of_sight(void **state)
{
    struct device_kernel step = device_load(device_step, "step");
    CUfunction listed[4] = {NULL}, function;
    unsigned count = 0;
    (void)state;
    OK(driver.cuModuleGetFunctionCount(&count, step.module));
    assert_int_equal(count, 4);
    OK(hook_cuModuleGetFunctionCount(&count, step.module));
    assert_int_equal(count, 2);
    OK(hook_cuModuleEnumerateFunctions(listed, 4, step.module));
    assert_true(listed[0] && listed[1]);
    assert_null(listed[2]);
    assert_int_equal(hook_cuModuleGetFunction(&function, step.module, PTX_TWIN_PREFIX "step"),
                     CUDA_ERROR_NOT_FOUND);
    for (int i = 0; i < 2; i++) {
        const char *name;
        OK(driver.cuFuncGetName(&name, listed[i]));
        assert_false(code_is_twin(name));
    }
    OK(hook_cuModuleUnload(step.module));
}

/* A handle whose look-up was not seen is a kernel of its module all the same. */
static void test_unseen_handle(void **state)
{
    CUmodule module;
    CUfunction function;
    (void)state;
    OK(hook_cuModuleLoadData(&module, device_step));
    OK(driver.cuModuleGetFunction(&function, module, "step"));
    struct shim_kernel *kernel = code_find_kernel(function);
    assert_non_null(kernel);
    assert_string_equal(kernel->of->name, "step");
    assert_true(kernel->of->has_twin);
    assert_ptr_equal(code_find_kernel(function), kernel);
    OK(hook_cuModuleUnload(module));
    assert_null(code_find_kernel(NULL));
}

/* A handle that the driver gives out again means the new kernel. */
static void test_reused_handle(void **state)
{
    struct device_kernel step = device_load(device_step, "step");
    (void)state;
    code_add(CODE_MODULE, step.module, NULL, "because");
    code_add_kernel(step.module, "step", step.function);
    struct shim_kernel *kernel = code_find_kernel(step.function);
    assert_false(kernel->of->has_twin);
    assert_string_equal(kernel->kernel->whole_reason, "because");
    OK(hook_cuModuleUnload(step.module));
}

/* A library's kernel under all of its handles is one kernel. */
static void test_library(void **state)
{
    CUlibrary library;
    CUkernel kernel;
    CUmodule module;
    CUfunction function, of_module;
    unsigned count = 0;
    (void)state;
    OK(hook_cuLibraryLoadData(&library, device_step, NULL, NULL, 0, NULL, NULL, 0));
    OK(hook_cuLibraryGetKernelCount(&count, library));
    assert_int_equal(count, 2);
    OK(hook_cuLibraryGetKernel(&kernel, library, "step"));
    OK(hook_cuKernelGetFunction(&function, kernel));
    OK(hook_cuLibraryGetModule(&module, library));
    OK(hook_cuModuleGetFunction(&of_module, module, "step"));
    struct shim_kernel *by_kernel = code_find_kernel((CUfunction)kernel);
    assert_true(by_kernel->is_library_kernel && by_kernel->of->has_twin);
    assert_ptr_equal(code_find_kernel(function)->of, by_kernel->of);
    assert_false(code_find_kernel(function)->is_library_kernel);
    assert_ptr_equal(code_find_kernel(of_module)->of, by_kernel->of);
    assert_int_equal(hook_cuLibraryGetKernel(&kernel, library, PTX_TWIN_PREFIX "step"),
                     CUDA_ERROR_NOT_FOUND);
    OK(hook_cuLibraryUnload(library));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_ptx),
        cmocka_unit_test(test_left_alone),
        cmocka_unit_test(test_twins_out_of_sight),
        cmocka_unit_test(test_unseen_handle),
        cmocka_unit_test(test_reused_handle),
        cmocka_unit_test(test_library),
    };
    return cmocka_run_group_tests_name("shim_code", tests, device_setup, device_teardown);
}
