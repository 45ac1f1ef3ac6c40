/* SPDX-License-Identifier: MIT
 *
 * test_shim_twin.c - the twin is found when needed, kept in step with its original, and given up
 * where it can't stand for it.
 */
#include "shim/code.h"
#include "tests/unit/shim_device.h"

static int attribute_of(CUfunction function, CUfunction_attribute attribute)
{
    int value = -1;
    OK(driver.cuFuncGetAttribute(&value, attribute, function));
    return value;
}

/* Before the twin is looked up and after. */
static void test_attributes_follow(void **state)
{
    const CUfunction_attribute shared = CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
    struct device_kernel step = device_load(device_step, "step");
    struct shim_kernel *kernel = code_find_kernel(step.function);
    (void)state;
    OK(hook_cuFuncSetAttribute(step.function, shared, 50000));
    CUfunction twin = code_twin(kernel, 32);
    assert_non_null(twin);
    assert_ptr_equal(code_twin(kernel, 32), twin);
    assert_int_equal(attribute_of(twin, shared), 50000);
    OK(hook_cuFuncSetAttribute(step.function, shared, 60000));
    assert_int_equal(attribute_of(twin, shared), 60000);
    assert_int_not_equal(hook_cuFuncSetAttribute(step.function, shared, 1 << 30), CUDA_SUCCESS);
    assert_int_equal(attribute_of(twin, shared), 60000);
    OK(hook_cuFuncSetCacheConfig(step.function, CU_FUNC_CACHE_PREFER_L1));
    OK(hook_cuModuleUnload(step.module));
}

static void test_too_many_threads(void **state)
{
    struct device_kernel step = device_load(device_step, "step");
    struct shim_kernel *kernel = code_find_kernel(step.function);
    (void)state;
    assert_non_null(code_twin(kernel, 1024));
    assert_null(code_twin(kernel, 1 << 20));
    assert_string_equal(kernel->kernel->whole_reason,
                        "the twin needs too many registers for its blocks");
    assert_null(code_twin(kernel, 1)); /* from now on */
    OK(hook_cuModuleUnload(step.module));
}

static CUresult find_none(CUfunction *function, CUmodule module, const char *name)
{
    (void)function, (void)module, (void)name;
    return CUDA_ERROR_NOT_FOUND;
}

static void test_not_found(void **state)
{
    struct device_kernel step = device_load(device_step, "step");
    struct shim_kernel *kernel = code_find_kernel(step.function);
    __typeof__(driver.cuModuleGetFunction) real = driver.cuModuleGetFunction;
    (void)state;
    driver.cuModuleGetFunction = find_none;
    assert_null(code_twin(kernel, 1));
    driver.cuModuleGetFunction = real;
    assert_string_equal(kernel->kernel->whole_reason, "the driver does not find its twin");
    OK(hook_cuModuleUnload(step.module));
}

/* Parameters of an image that was not read are those the driver tells. */
static void test_params_of_driver(void **state)
{
    CUmodule module;
    CUfunction function;
    (void)state;
    OK(driver.cuModuleLoadData(&module, device_step));
    OK(driver.cuModuleGetFunction(&function, module, "step"));
    struct shim_kernel *kernel = code_find_kernel(function);
    assert_string_equal(kernel->kernel->whole_reason, "its look-up was not seen");
    assert_null(code_twin(kernel, 1));
    assert_true(code_params(kernel));
    assert_int_equal(kernel->n_params, 2);
    assert_int_equal(kernel->param_bytes, 12);
    const struct ptx_param *params = kernel->params;
    assert_int_equal(params[1].offset_bytes, 8);
    assert_int_equal(params[1].size_bytes, 4);
}

static CUresult no_param_info(CUfunction function, size_t index, size_t *offset, size_t *size)
{
    (void)function, (void)index, (void)offset, (void)size;
    return CUDA_ERROR_NOT_SUPPORTED;
}

static void test_params_unknown(void **state)
{
    CUmodule module;
    CUfunction function;
    __typeof__(driver.cuFuncGetParamInfo) real = driver.cuFuncGetParamInfo;
    (void)state;
    OK(driver.cuModuleLoadData(&module, device_step));
    OK(driver.cuModuleGetFunction(&function, module, "other"));
    struct shim_kernel *kernel = code_find_kernel(function);
    driver.cuFuncGetParamInfo = no_param_info;
    assert_false(code_params(kernel));
    driver.cuFuncGetParamInfo = NULL; /* before CUDA 12.4 */
    assert_false(code_params(kernel));
    driver.cuFuncGetParamInfo = real;
    assert_true(code_params(kernel));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attributes_follow), cmocka_unit_test(test_too_many_threads),
        cmocka_unit_test(test_not_found),         cmocka_unit_test(test_params_of_driver),
        cmocka_unit_test(test_params_unknown),
    };
    return cmocka_run_group_tests_name("shim_twin", tests, device_setup, device_teardown);
}
