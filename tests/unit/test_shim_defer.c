/* SPDX-License-Identifier: MIT
 *
 * test_shim_defer.c - asynchronous calls behind held slices: kept where they may be, in order, and
 * made at once where the driver has something to refuse.
 */
#include "shim/defer.h"
#include "tests/unit/shim_device.h"

static CUstream stream;

static int setup(void **state)
{
    device_setup(state);
    OK(CU(cuStreamCreate)(&stream, CU_STREAM_NON_BLOCKING));
    return 0;
}

/* Each call returns though the stream stands still, and happens behind the launch. */
static void test_in_order(void **state)
{
    struct device_hold hold;
    uint32_t *from = device_pinned(64), *to = device_pinned(64);
    CUdeviceptr on_device;
    (void)state;
    OK(CU(cuMemAlloc_v2)(&on_device, 64));
    device_hold(&hold, stream);
    from[0] = 7;
    OK(hook_cuMemcpyHtoDAsync_v2(FLAVOUR_LEGACY, on_device, from, 4, stream));
    OK(hook_cuMemsetD8Async(FLAVOUR_LEGACY, on_device + 4, 0x11, 4, stream));
    OK(hook_cuMemsetD16Async(FLAVOUR_LEGACY, on_device + 8, 0x2222, 2, stream));
    OK(hook_cuMemsetD32Async(FLAVOUR_LEGACY, on_device + 12, 0x33333333, 1, stream));
    OK(hook_cuMemcpyDtoDAsync_v2(FLAVOUR_LEGACY, on_device + 16, on_device, 16, stream));
    OK(hook_cuMemcpyAsync(FLAVOUR_LEGACY, on_device + 32, hold.v, 4, stream));
    OK(hook_cuMemcpyDtoHAsync_v2(FLAVOUR_LEGACY, to, on_device, 36, stream));
    OK(hook_cuStreamWriteValue32_v2(FLAVOUR_LEGACY, stream, (CUdeviceptr)(to + 15), 9, 0));
    assert_int_equal(to[15], 0);
    device_go(&hold);
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream));
    const uint32_t wanted[] = {7,          0x11111111, 0x22222222, 0x33333333, 7,
                               0x11111111, 0x22222222, 0x33333333, 1};
    assert_memory_equal(to, wanted, sizeof(wanted));
    assert_int_equal(to[15], 9);
    device_done(&hold);
    OK(CU(cuMemFree_v2)(on_device));
    OK(CU(cuMemFreeHost)(from));
    OK(CU(cuMemFreeHost)(to));
}

static void add_one(void *data)
{
    ++*(int *)data;
}

static void test_host_function(void **state)
{
    struct device_hold hold;
    int n = 0;
    (void)state;
    device_hold(&hold, stream);
    for (int i = 0; i < 3; i++)
        OK(hook_cuLaunchHostFunc(FLAVOUR_LEGACY, stream, add_one, &n));
    assert_int_equal(n, 0);
    device_done(&hold);
    assert_int_equal(n, 3);
}

/* Only memory that the GPU reaches by itself, and only inside of one allocation. */
static void test_memory_ready(void **state)
{
    char *pinned = device_pinned(100), *plain = malloc(100);
    CUdeviceptr device, managed;
    (void)state;
    OK(CU(cuMemAlloc_v2)(&device, 100));
    OK(CU(cuMemAllocManaged)(&managed, 100, CU_MEM_ATTACH_GLOBAL));
    assert_true(defer_memory_ready((CUdeviceptr)pinned, 100));
    assert_true(defer_memory_ready((CUdeviceptr)pinned + 99, 1));
    assert_false(defer_memory_ready((CUdeviceptr)pinned + 99, SIZE_MAX));
    assert_false(defer_memory_ready((CUdeviceptr)plain, 1));
    assert_false(defer_memory_ready(managed, 1));
    assert_false(defer_memory_ready(0, 1));
    assert_true(defer_memory_ready(device, 100));
    assert_false(defer_memory_ready(device, 1 << 20));
    free(plain);
    OK(CU(cuMemFree_v2)(device));
    OK(CU(cuMemFree_v2)(managed));
    OK(CU(cuMemFreeHost)(pinned));
}

static int n_calls;

static CUresult refuse(CUstream on, const union defer_args *args)
{
    (void)on, (void)args;
    n_calls++;
    return CUDA_ERROR_INVALID_VALUE;
}

/* What the driver refuses later is told by the next call that waits, once. With nothing to be
 * behind it is told at once. */
static void test_error(void **state)
{
    struct device_hold hold;
    union defer_args args = {.word = {0}};
    struct sched_ticket ticket = {NULL, 0};
    CUresult result = CUDA_SUCCESS;
    (void)state;
    device_hold(&hold, stream);
    struct shim_stream *of = defer_stream(stream, FLAVOUR_LEGACY);
    assert_non_null(of);
    assert_true(defer_call(of, refuse, &args, ticket, &ticket, &result));
    assert_int_equal(result, CUDA_SUCCESS);
    assert_non_null(ticket.queue);
    assert_int_equal(n_calls, 0);
    device_go(&hold);
    assert_int_equal(hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(n_calls, 1);
    assert_int_equal(defer_take_error(), CUDA_SUCCESS);
    device_done(&hold);
    struct sched_ticket nothing = {NULL, 0};
    assert_true(defer_call(of, refuse, &args, nothing, &ticket, &result));
    assert_int_equal(result, CUDA_ERROR_INVALID_VALUE);
    assert_null(ticket.queue);
    assert_int_equal(defer_take_error(), CUDA_SUCCESS); /* nobody is told twice */
}

static CUresult refuse_launch(CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx,
                              unsigned by, unsigned bz, unsigned shared, CUstream on, void **params,
                              void **extra)
{
    (void)f, (void)gx, (void)gy, (void)gz, (void)bx, (void)by, (void)bz, (void)shared, (void)on;
    (void)params, (void)extra;
    return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
}

/* Told once: by the launch itself if the driver refused it while it was made, else by the next call
 * that waits. */
static void test_refused_launch(void **state)
{
    struct device_kernel step = device_load(device_step, "step");
    uint32_t *v = device_pinned(HOLD_BLOCKS * 4);
    __typeof__(driver.cuLaunchKernel) real = driver.cuLaunchKernel;
    (void)state;
    OK(device_launch(step.function, HOLD_BLOCKS, (CUdeviceptr)v, 0, stream, FLAVOUR_LEGACY));
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream));
    driver.cuLaunchKernel = refuse_launch;
    CUresult told[3] = {
        device_launch(step.function, HOLD_BLOCKS, (CUdeviceptr)v, 0, stream, FLAVOUR_LEGACY),
        hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream),
        hook_cuStreamSynchronize(FLAVOUR_LEGACY, stream),
    };
    driver.cuLaunchKernel = real;
    assert_int_equal(told[0] | told[1], CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
    assert_true(told[0] == CUDA_SUCCESS || told[1] == CUDA_SUCCESS);
    OK(told[2]);
    OK(hook_cuModuleUnload(step.module));
    OK(CU(cuMemFreeHost)(v));
}

/* The per-thread default stream has another name on the thread that would make the call. */
static void test_per_thread(void **state)
{
    (void)state;
    assert_null(defer_stream(NULL, FLAVOUR_PER_THREAD));
    assert_null(defer_stream(CU_STREAM_PER_THREAD, FLAVOUR_LEGACY));
    assert_non_null(defer_stream(NULL, FLAVOUR_LEGACY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),     cmocka_unit_test(test_host_function),
        cmocka_unit_test(test_memory_ready), cmocka_unit_test(test_error),
        cmocka_unit_test(test_per_thread),   cmocka_unit_test(test_refused_launch),
    };
    return cmocka_run_group_tests_name("shim_defer", tests, setup, device_teardown);
}
