/* SPDX-License-Identifier: MIT
 *
 * test_shim_context.c - records of contexts: made, found, forgotten; green ones; scopes.
 */
#include "shim/context.h"
#include "shim/order.h"
#include "tests/unit/shim_device.h"

static CUcontext make_context(void)
{
    CUcontext handle;
    OK(CU(cuCtxCreate_v2)(&handle, 0, 0));
    return handle;
}

static CUcontext current(void)
{
    CUcontext handle;
    OK(driver.cuCtxGetCurrent(&handle));
    return handle;
}

static void test_records(void **state)
{
    CUcontext handle = make_context();
    (void)state;
    assert_null(context_find(handle));
    struct shim_context *context = context_current();
    assert_non_null(context);
    assert_ptr_equal(context_find(handle), context);
    assert_ptr_equal(context_of(handle), context);
    assert_ptr_equal(context_find_id(context->id), context);
    assert_null(context_find_id(context->id + 1));
    assert_null(context_of(NULL));
    uint64_t id = context->id;
    OK(hook_cuCtxDestroy_v2(handle));
    assert_null(context_find(handle));
    assert_null(context_find_id(id));
    OK(CU(cuCtxSetCurrent)(device_context()));
}

static void test_scope(void **state)
{
    CUcontext other = make_context();
    (void)state;
    OK(CU(cuCtxSetCurrent)(device_context()));
    {
        _cleanup_context_ struct context_scope scope = context_enter(other);
        assert_ptr_equal(current(), other);
        {
            _cleanup_context_ struct context_scope again = context_enter(other);
            assert_false(again.entered);
        }
        assert_ptr_equal(current(), other);
    }
    assert_ptr_equal(current(), device_context());
    OK(hook_cuCtxDestroy_v2(other));
}

/* The record goes with the last reference of the program's, not before. */
static void test_primary(void **state)
{
    CUcontext handle;
    (void)state;
    OK(hook_cuDevicePrimaryCtxRetain(&handle, 0));
    assert_non_null(context_current());
    assert_ptr_equal(context_find_primary(0), context_find(handle));
    OK(hook_cuDevicePrimaryCtxRelease_v2(0));
    assert_non_null(context_find(handle));
    assert_int_not_equal(hook_cuDevicePrimaryCtxRelease_v2(1000), CUDA_SUCCESS);
    assert_int_not_equal(hook_cuDevicePrimaryCtxRetain(&handle, -1), CUDA_SUCCESS);
}

#if CUDA_VERSION >= 12040
static CUcontext green_context;

static CUresult get_green(CUstream stream, CUgreenCtx *ret_green)
{
    (void)stream;
    *ret_green = (CUgreenCtx)(current() == green_context ? green_context : NULL);
    return CUDA_SUCCESS;
}

static CUresult from_green(CUcontext *ret_context, CUgreenCtx green)
{
    *ret_context = (CUcontext)green;
    return CUDA_SUCCESS;
}

static CUresult destroy_green(CUgreenCtx green)
{
    return CU(cuCtxDestroy_v2)((CUcontext)green);
}

/* The software device has none: an ordinary context plays one. What is launched there goes through
 * as it is; elsewhere slices are held. */
static void test_green(void **state)
{
    struct driver_real real = driver;
    struct device_kernel step;
    CUstream stream;
    (void)state;
    driver.cuStreamGetGreenCtx = get_green;
    driver.cuCtxFromGreenCtx = from_green;
    driver.cuGreenCtxDestroy = destroy_green;
    green_context = make_context();
    uint32_t *word = device_pinned(4), *v = device_pinned(HOLD_BLOCKS * 4);
    OK(CU(cuStreamCreate)(&stream, CU_STREAM_NON_BLOCKING));
    step = device_load(device_step, "step");
    OK(device_launch(step.function, HOLD_BLOCKS, (CUdeviceptr)v, 0, stream, FLAVOUR_LEGACY));
    OK(driver.cuStreamWaitValue32_v2(stream, (CUdeviceptr)word, 1, CU_STREAM_WAIT_VALUE_EQ));
    OK(device_launch(step.function, HOLD_BLOCKS, (CUdeviceptr)v, 1, stream, FLAVOUR_LEGACY));
    assert_false(shim_held());
    *word = 1;
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream));
    assert_int_equal(v[HOLD_BLOCKS - 1], 1);
    assert_true(context_find(green_context)->is_green);
    OK(hook_cuGreenCtxDestroy((CUgreenCtx)green_context));
    assert_null(context_find(green_context));
    OK(CU(cuCtxSetCurrent)(device_context()));
    assert_false(context_current()->is_green);
    driver = real;
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_primary),
#if CUDA_VERSION >= 12040
        cmocka_unit_test(test_green),
#endif
    };
    return cmocka_run_group_tests_name("shim_context", tests, device_setup, device_teardown);
}
