/* SPDX-License-Identifier: MIT
 *
 * test_shim_order.c - what comes behind held slices: queries, waits, other streams, ends.
 */
#include <pthread.h>
#include <unistd.h>

#include "shim/order.h"
#include "tests/unit/shim_device.h"

static CUstream make_stream(unsigned flags)
{
    CUstream stream;
    OK(CU(cuStreamCreate)(&stream, flags));
    return stream;
}

static void test_query(void **state)
{
    struct device_hold hold;
    CUstream stream = make_stream(CU_STREAM_NON_BLOCKING), other = make_stream(0);
    (void)state;
    device_hold(&hold, stream);
    assert_int_equal(hook_cuStreamQuery(FLAVOUR_LEGACY, stream), CUDA_ERROR_NOT_READY);
    OK(hook_cuStreamQuery(FLAVOUR_LEGACY, other));
    OK(hook_cuStreamQuery(FLAVOUR_LEGACY, NULL)); /* it does not wait for non-blocking streams */
    device_done(&hold);
    OK(hook_cuStreamQuery(FLAVOUR_LEGACY, stream));
    OK(hook_cuStreamDestroy_v2(stream));
    OK(hook_cuStreamDestroy_v2(other));
}

/* The legacy default stream comes behind what blocking streams hold, and they behind it. */
static void test_legacy(void **state)
{
    struct device_hold hold;
    CUstream stream = make_stream(0);
    (void)state;
    device_hold(&hold, stream);
    assert_int_equal(hook_cuStreamQuery(FLAVOUR_LEGACY, NULL), CUDA_ERROR_NOT_READY);
    assert_int_equal(hook_cuStreamQuery(FLAVOUR_PER_THREAD, CU_STREAM_LEGACY),
                     CUDA_ERROR_NOT_READY);
    device_done(&hold);
    OK(hook_cuStreamDestroy_v2(stream));
}

static void *go_later(void *hold)
{
    usleep(20000);
    device_go(hold);
    return NULL;
}

/* Each returns only when all slices are with the driver. */
enum way { BY_STREAM, BY_CONTEXT, BY_ALL, BY_DESTROY, N_WAYS };

static void order_by(enum way way, CUstream stream)
{
    switch (way) {
    case BY_STREAM:
        shim_order_stream(stream, FLAVOUR_LEGACY);
        break;
    case BY_CONTEXT:
        shim_order_context(NULL);
        break;
    case BY_ALL:
        shim_order_all();
        break;
    default:
        OK(hook_cuStreamDestroy_v2(stream));
    }
}

static void test_order(void **state)
{
    (void)state;
    for (enum way way = BY_STREAM; way < N_WAYS; way++) {
        struct device_hold hold;
        pthread_t thread;
        CUstream stream = make_stream(0);
        device_hold(&hold, stream);
        assert_int_equal(pthread_create(&thread, NULL, go_later, &hold), 0);
        order_by(way, stream);
        assert_false(shim_held());
        pthread_join(thread, NULL);
        if (way == BY_DESTROY)
            hold.stream = NULL;
        device_done(&hold);
        if (way != BY_DESTROY)
            OK(hook_cuStreamDestroy_v2(stream));
    }
}

/* More contexts than fit a list of any usual size; slices are held in each. */
#define CONTEXTS 70

static struct device_hold holds[CONTEXTS];

static void *go_all_later(void *nothing)
{
    usleep(20000);
    for (int i = 0; i < CONTEXTS; i++)
        device_go(&holds[i]);
    return nothing;
}

static void test_many_contexts(void **state)
{
    static CUcontext contexts[CONTEXTS];
    pthread_t thread;
    (void)state;
    /* Nothing may be held while a kernel is new: the words are set again once all are known. */
    for (int i = 0; i < CONTEXTS; i++) {
        OK(CU(cuCtxCreate_v2)(&contexts[i], 0, 0));
        device_prepare(&holds[i], make_stream(0));
    }
    for (int i = 0; i < CONTEXTS; i++) {
        OK(CU(cuCtxSetCurrent)(contexts[i]));
        device_block(&holds[i]);
    }
    assert_int_equal(pthread_create(&thread, NULL, go_all_later, NULL), 0);
    shim_order_all();
    assert_false(shim_held());
    pthread_join(thread, NULL);
    for (int i = 0; i < CONTEXTS; i++) {
        OK(CU(cuCtxSetCurrent)(contexts[i]));
        device_done(&holds[i]);
        OK(hook_cuCtxDestroy_v2(contexts[i]));
    }
    OK(CU(cuCtxSetCurrent)(device_context()));
}

static void test_not_a_stream(void **state)
{
    struct device_hold hold;
    int nothing = 0;
    (void)state;
    device_hold(&hold, NULL);
    shim_order_stream((CUstream)&nothing, FLAVOUR_LEGACY); /* returns: the call will say so */
    assert_int_not_equal(hook_cuStreamQuery(FLAVOUR_LEGACY, (CUstream)&nothing), CUDA_SUCCESS);
    assert_true(shim_held());
    device_done(&hold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),        cmocka_unit_test(test_legacy),
        cmocka_unit_test(test_order),        cmocka_unit_test(test_many_contexts),
        cmocka_unit_test(test_not_a_stream),
    };
    return cmocka_run_group_tests_name("shim_order", tests, device_setup, device_teardown);
}
