/* SPDX-License-Identifier: MIT
 *
 * test_shim_event.c - events recorded behind held slices mean what they would have meant.
 */
#include <pthread.h>
#include <unistd.h>

#include "shim/order.h"
#include "tests/unit/shim_device.h"

static CUstream stream, other;
static CUevent event;

static int setup(void **state)
{
    device_setup(state);
    OK(CU(cuStreamCreate)(&stream, CU_STREAM_NON_BLOCKING));
    OK(CU(cuStreamCreate)(&other, CU_STREAM_NON_BLOCKING));
    OK(driver.cuEventCreate(&event, CU_EVENT_DEFAULT));
    return 0;
}

static void test_query(void **state)
{
    struct device_hold hold;
    float ms;
    (void)state;
    OK(hook_cuEventRecord(FLAVOUR_LEGACY, event, stream));
    OK(hook_cuEventSynchronize(event));
    device_hold(&hold, stream);
    OK(hook_cuEventQuery(event)); /* the old record still is what it stands for */
    OK(hook_cuEventRecord(FLAVOUR_LEGACY, event, stream));
    assert_int_equal(hook_cuEventQuery(event), CUDA_ERROR_NOT_READY);
    assert_int_equal(hook_cuEventElapsedTime(&ms, event, event), CUDA_ERROR_NOT_READY);
    device_go(&hold);
    OK(hook_cuEventSynchronize(event));
    OK(hook_cuEventQuery(event));
    OK(hook_cuEventElapsedTime(&ms, event, event));
    assert_int_equal(hold.host_v[HOLD_BLOCKS - 1], 1);
    device_done(&hold);
}

/* Another stream that waits for the record comes behind it, and so what is put there. */
static void test_wait(void **state)
{
    struct device_hold hold;
    uint32_t *copy = device_pinned(HOLD_BLOCKS * 4);
    (void)state;
    device_hold(&hold, stream);
    OK(hook_cuEventRecordWithFlags(FLAVOUR_LEGACY, event, stream, CU_EVENT_RECORD_DEFAULT));
    OK(hook_cuStreamWaitEvent(FLAVOUR_LEGACY, other, event, 0));
    OK(hook_cuMemcpyAsync(FLAVOUR_LEGACY, (CUdeviceptr)copy, hold.v, HOLD_BLOCKS * 4, other));
    assert_int_equal(hook_cuStreamQuery(FLAVOUR_LEGACY, other), CUDA_ERROR_NOT_READY);
    device_go(&hold);
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, other));
    for (unsigned i = 0; i < HOLD_BLOCKS; i++)
        assert_int_equal(copy[i], 1);
    device_done(&hold);
    OK(CU(cuMemFreeHost)(copy));
}

static void *go_later(void *hold)
{
    usleep(20000);
    device_go(hold);
    return NULL;
}

/* Whoever waits for one event more often than is noted, records it anew or destroys it waits until
 * the waits before are with the driver. */
static void test_settles(void **state)
{
    (void)state;
    for (int way = 0; way < 3; way++) {
        struct device_hold hold;
        CUevent mine;
        pthread_t thread;
        OK(driver.cuEventCreate(&mine, CU_EVENT_DISABLE_TIMING));
        device_hold(&hold, stream);
        OK(hook_cuEventRecord(FLAVOUR_LEGACY, mine, stream));
        OK(hook_cuStreamWaitEvent(FLAVOUR_LEGACY, other, mine, 0));
        assert_true(shim_held());
        assert_int_equal(pthread_create(&thread, NULL, go_later, &hold), 0);
        if (way == 0)
            OK(hook_cuEventRecord(FLAVOUR_LEGACY, mine, NULL));
        else if (way == 1)
            OK(hook_cuEventDestroy_v2(mine));
        else
            for (int i = 0; i < 12; i++)
                OK(hook_cuStreamWaitEvent(FLAVOUR_LEGACY, other, mine, 0));
        assert_int_equal(*hold.word, 1);
        pthread_join(thread, NULL);
        if (way != 1)
            OK(hook_cuEventDestroy_v2(mine));
        device_done(&hold);
    }
}

/* The table of what is deferred is swept: it does not grow with the events a program makes. */
static void test_many_events(void **state)
{
    enum { N = 200 };
    static CUevent events[N];
    struct device_hold hold;
    (void)state;
    for (int i = 0; i < N; i++)
        OK(driver.cuEventCreate(&events[i], CU_EVENT_DISABLE_TIMING));
    device_hold(&hold, stream);
    for (int i = 0; i < N; i++) {
        OK(hook_cuEventRecord(FLAVOUR_LEGACY, events[i], stream));
        OK(hook_cuStreamWaitEvent(FLAVOUR_LEGACY, other, events[i], 0));
    }
    for (int i = 0; i < N; i++)
        assert_int_equal(hook_cuEventQuery(events[i]), CUDA_ERROR_NOT_READY);
    device_done(&hold);
    OK(hook_cuStreamSynchronize(FLAVOUR_LEGACY, other));
    for (int i = 0; i < N; i++) {
        OK(hook_cuEventQuery(events[i]));
        OK(hook_cuEventDestroy_v2(events[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_settles),
        cmocka_unit_test(test_many_events),
    };
    return cmocka_run_group_tests_name("shim_event", tests, setup, device_teardown);
}
