/* SPDX-License-Identifier: MIT
 *
 * test_shim_mark.c - marks in streams, and the lanes and events they are made of.
 */
#include "sched/gpu_ops.h"
#include "shim/lane.h"
#include "shim/mark.h"
#include "tests/unit/shim_device.h"

static void test_mark(void **state)
{
    struct shim_context *context = context_current();
    uint32_t *word = device_pinned(4);
    struct gpu_mark mark;
    CUstream stream;
    (void)state;
    OK(CU(cuStreamCreate)(&stream, CU_STREAM_NON_BLOCKING));
    OK(driver.cuStreamWaitValue32_v2(stream, (CUdeviceptr)word, 1, CU_STREAM_WAIT_VALUE_EQ));
    OK(mark_put(context, stream, &mark));
    assert_false(mark_reached(&mark));
    OK(CU(cuCtxSetCurrent)(NULL)); /* asked from any thread, with any context */
    assert_false(mark_reached(&mark));
    OK(CU(cuCtxSetCurrent)(device_context()));
    *word = 1;
    OK(driver.cuStreamSynchronize(stream));
    assert_true(mark_reached(&mark));
    mark_drop(&mark);
    assert_null(mark.where);
    OK(CU(cuStreamDestroy_v2)(stream));
    OK(CU(cuMemFreeHost)(word));
}

static CUresult no_event(CUevent *event, unsigned flags)
{
    (void)event, (void)flags;
    return CUDA_ERROR_OUT_OF_MEMORY;
}

static CUresult no_record(CUevent event, CUstream stream)
{
    (void)event, (void)stream;
    return CUDA_ERROR_LAUNCH_FAILED;
}

static CUresult no_stream(CUstream *stream, unsigned flags, int priority)
{
    (void)stream, (void)flags, (void)priority;
    return CUDA_ERROR_OUT_OF_MEMORY;
}

static unsigned n_idle(const struct shim_context *context)
{
    unsigned n = 0;
    for (const struct shim_event *event = context->idle_events; event; event = event->next)
        n++;
    return n;
}

static void test_failures(void **state)
{
    struct shim_context *context = context_current();
    struct shim_event *events[64];
    struct driver_real real = driver;
    struct gpu_mark mark;
    unsigned n = 0;
    (void)state;
    driver.cuEventRecord = no_record;
    unsigned before = n_idle(context);
    assert_int_equal(mark_put(context, NULL, &mark), CUDA_ERROR_LAUNCH_FAILED);
    assert_int_equal(n_idle(context), before ? before : 1); /* given back, not lost */
    driver.cuEventCreate = no_event;
    while (context->idle_events)
        events[n++] = event_take(context);
    assert_int_equal(mark_put(context, NULL, &mark), CUDA_ERROR_OUT_OF_MEMORY);
    driver.cuStreamCreateWithPriority = no_stream;
    assert_null(lane_take(context, -3, true));
    driver = real;
    while (n > 0)
        event_give(context, events[--n]);
    event_give(context, NULL);
    lane_give(context, NULL);
}

/* What the driver can't tie the thread waits for. */
static void test_tie(void **state)
{
    struct shim_context *context = context_current();
    struct shim_event *event = event_take(context);
    struct driver_real real = driver;
    uint32_t *word = device_pinned(4);
    CUstream before, after;
    (void)state;
    OK(CU(cuStreamCreate)(&before, CU_STREAM_NON_BLOCKING));
    OK(CU(cuStreamCreate)(&after, CU_STREAM_NON_BLOCKING));
    OK(driver.cuStreamWriteValue32_v2(before, (CUdeviceptr)word, 1, 0));
    OK(lane_tie(event, before, after));
    OK(driver.cuStreamSynchronize(after));
    assert_int_equal(*word, 1);
    driver.cuEventRecord = no_record;
    OK(driver.cuStreamWriteValue32_v2(before, (CUdeviceptr)word, 2, 0));
    OK(lane_tie(event, before, after));
    assert_int_equal(*word, 2);
    driver = real;
    event_give(context, event);
    OK(CU(cuStreamDestroy_v2)(before));
    OK(CU(cuStreamDestroy_v2)(after));
    OK(CU(cuMemFreeHost)(word));
}

/* An idle lane serves again, but only a stream of its kind. */
static void test_lanes(void **state)
{
    struct shim_context *context = context_current();
    (void)state;
    struct shim_lane *lane = lane_take(context, 0, true);
    assert_non_null(lane);
    lane_give(context, lane);
    struct shim_lane *other = lane_take(context, 0, false);
    assert_ptr_not_equal(other, lane);
    assert_ptr_equal(lane_take(context, 0, true), lane);
    lane_give(context, lane);
    lane_give(context, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mark),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_tie),
        cmocka_unit_test(test_lanes),
    };
    return cmocka_run_group_tests_name("shim_mark", tests, device_setup, device_teardown);
}
