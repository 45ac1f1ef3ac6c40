/* SPDX-License-Identifier: MIT
 *
 * test_shim_stream.c - streams by their handles; per-thread default streams, away and home.
 */
#include <pthread.h>
#include <unistd.h>

#include "shim/lane.h"
#include "shim/mark.h"
#include "shim/order.h"
#include "tests/unit/shim_device.h"

static void test_adopt(void **state)
{
    CUstream handle, same;
    (void)state;
    OK(CU(cuStreamCreateWithPriority)(&handle, CU_STREAM_NON_BLOCKING, -1));
    struct shim_stream *stream = stream_get(handle, FLAVOUR_LEGACY);
    assert_non_null(stream);
    assert_ptr_equal(stream_get(handle, FLAVOUR_PER_THREAD), stream);
    assert_ptr_equal(stream->handle, handle);
    assert_int_equal(stream->kind, QUEUE_NON_BLOCKING);
    assert_int_equal(stream->priority, -1);
    assert_ptr_equal(stream->context, context_current());
    OK(hook_cuStreamDestroy_v2(handle));
    /* The driver may give the same handle again, to a stream of another kind. */
    OK(CU(cuStreamCreate)(&same, CU_STREAM_DEFAULT));
    stream = stream_get(same, FLAVOUR_LEGACY);
    assert_int_equal(stream->kind, QUEUE_BLOCKING);
    OK(hook_cuStreamDestroy_v2(same));
}

static void *get_legacy(void *nothing)
{
    (void)nothing;
    OK(CU(cuCtxSetCurrent)(device_context()));
    return stream_get(NULL, FLAVOUR_LEGACY);
}

static void *get_per_thread(void *nothing)
{
    (void)nothing;
    OK(CU(cuCtxSetCurrent)(device_context()));
    return stream_get(NULL, FLAVOUR_PER_THREAD);
}

static void *result_of(void *(*run)(void *))
{
    pthread_t thread;
    void *result;
    assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
    pthread_join(thread, &result);
    return result;
}

static unsigned n_streams(const struct shim_context *context)
{
    unsigned n = 0;
    for (const struct shim_stream *s = context->streams; s; s = s->next_in_context)
        n++;
    return n;
}

/* One legacy stream for all threads; each thread's own default stream goes with the thread. */
static void test_default_streams(void **state)
{
    struct shim_stream *legacy = stream_get(NULL, FLAVOUR_LEGACY);
    (void)state;
    assert_int_equal(legacy->kind, QUEUE_LEGACY);
    assert_ptr_equal(stream_get(CU_STREAM_LEGACY, FLAVOUR_PER_THREAD), legacy);
    assert_ptr_equal(result_of(get_legacy), legacy);
    struct shim_stream *mine = stream_get(NULL, FLAVOUR_PER_THREAD);
    assert_ptr_equal(stream_get(CU_STREAM_PER_THREAD, FLAVOUR_LEGACY), mine);
    assert_non_null(mine->substitute);
    unsigned before = n_streams(legacy->context);
    assert_ptr_not_equal(result_of(get_per_thread), mine);
    assert_int_equal(n_streams(legacy->context), before);
}

static void test_away(void **state)
{
    struct device_kernel step = device_load(device_step, "step");
    uint32_t *v = device_pinned(HOLD_BLOCKS * 4);
    (void)state;
    OK(device_launch(step.function, HOLD_BLOCKS, (CUdeviceptr)v, 1, NULL, FLAVOUR_PER_THREAD));
    struct shim_stream *mine = stream_get(NULL, FLAVOUR_PER_THREAD);
    assert_true(mine->away);
    assert_ptr_equal(stream_away_here(), mine);
    assert_true(shim_held()); /* every call must look now, whatever is held */
    /* One that goes straight takes the same way. */
    OK(device_launch(step.function, 1, (CUdeviceptr)v, 1, NULL, FLAVOUR_PER_THREAD));
    assert_true(mine->away);
    OK(hook_cuStreamSynchronize(FLAVOUR_PER_THREAD, NULL));
    assert_false(mine->away);
    assert_null(stream_away_here());
    assert_int_equal(streams_away, 0);
    assert_int_equal(v[0], 2);
    assert_int_equal(v[HOLD_BLOCKS - 1], 1);
    OK(hook_cuModuleUnload(step.module));
    OK(CU(cuMemFreeHost)(v));
}

static struct device_kernel step;
static uint32_t *words;

static void *launch_and_end(void *nothing)
{
    OK(CU(cuCtxSetCurrent)(device_context()));
    OK(device_launch(step.function, HOLD_BLOCKS, (CUdeviceptr)words, 1, NULL, FLAVOUR_PER_THREAD));
    return nothing;
}

/* A thread that ends with its stream away takes the mark of that with it. */
static void test_thread_ends_away(void **state)
{
    (void)state;
    step = device_load(device_step, "step");
    words = device_pinned(HOLD_BLOCKS * 4);
    for (int i = 0; i < 3; i++)
        result_of(launch_and_end);
    OK(hook_cuCtxSynchronize());
    assert_int_equal(words[0], 3);
    result_of(launch_and_end);
    OK(hook_cuCtxSynchronize());
    assert_int_equal(words[HOLD_BLOCKS - 1], 4);
    OK(hook_cuModuleUnload(step.module));
    OK(CU(cuMemFreeHost)(words));
}

/* What waits or runs on another stream, or any capture, closes the lanes. */
static void test_alone(void **state)
{
    CUstream handles[2];
    CUgraph graph;
    struct device_hold hold;
    (void)state;
    for (int i = 0; i < 2; i++)
        OK(CU(cuStreamCreate)(&handles[i], CU_STREAM_NON_BLOCKING));
    struct shim_stream *stream = stream_get(handles[0], FLAVOUR_LEGACY);
    device_prepare(&hold, handles[1]);
    assert_true(stream_is_alone(stream));
    device_block(&hold);
    assert_false(stream_is_alone(stream));
    assert_true(stream_is_alone(stream_get(handles[1], FLAVOUR_LEGACY)));
    device_done(&hold);
    assert_true(stream_is_alone(stream));
    OK(hook_cuStreamBeginCapture_v2(FLAVOUR_LEGACY, handles[1], CU_STREAM_CAPTURE_MODE_GLOBAL));
    assert_false(stream_is_alone(stream));
    OK(hook_cuStreamEndCapture(FLAVOUR_LEGACY, handles[1], &graph)); /* not spoilt */
    assert_true(stream_is_alone(stream));
    OK(CU(cuGraphDestroy)(graph));
    for (int i = 0; i < 2; i++)
        OK(hook_cuStreamDestroy_v2(handles[i]));
}

static CUresult (*create_stream)(CUstream *, unsigned, int);
static unsigned n_created;

static CUresult count_streams(CUstream *ret_stream, unsigned flags, int priority)
{
    n_created++;
    return create_stream(ret_stream, flags, priority);
}

static unsigned made_for_one_lane(int priority)
{
    struct shim_context *context = context_current();
    n_created = 0;
    struct shim_lane *lane = lane_take(context, priority, false);
    assert_non_null(lane);
    lane_give(context, lane);
    return n_created;
}

/* One for each way to the device at a time, so that the program's streams keep theirs. */
static void test_lanes_by_ways(void **state)
{
    int least, greatest;
    (void)state;
    create_stream = driver.cuStreamCreateWithPriority;
    driver.cuStreamCreateWithPriority = count_streams;
    OK(CU(cuCtxGetStreamPriorityRange)(&least, &greatest));
    assert_int_equal(made_for_one_lane(greatest), 8);
    assert_int_equal(made_for_one_lane(greatest), 0);
    setenv("CUDA_DEVICE_MAX_CONNECTIONS", "3", 1);
    assert_int_equal(made_for_one_lane(greatest + 1), 3);
    unsetenv("CUDA_DEVICE_MAX_CONNECTIONS");
    driver.cuStreamCreateWithPriority = create_stream;
}

static void probe_all(struct shim_context *context)
{
    struct gpu_mark mark;
    for (int i = 0; i < 32; i++) {
        OK(lane_probe(context, &mark));
        while (!mark_reached(&mark))
            usleep(100);
        mark_drop(&mark);
        usleep(500);
    }
}

static void knock_on(CUstream stream)
{
    CUfunction knock = context_current()->knock;
    OK(driver.cuLaunchKernel(knock, 1, 1, 1, 1, 1, 1, 0, stream, NULL, NULL));
}

/* While a stream waits, with a kernel behind, what is let out finds a way that is free: marks come
 * back from everywhere, kernels only from there. The scheduler knows nothing of it. */
static void test_open_lanes(void **state)
{
    struct shim_context *context = context_current();
    struct shim_lane *open[8];
    uint32_t *word = device_pinned(sizeof(*word));
    CUstream stream;
    unsigned n = 0;
    (void)state;
    OK(CU(cuStreamCreate)(&stream, CU_STREAM_NON_BLOCKING));
    lane_prepare(context);
    assert_non_null(context->knock);
    OK(driver.cuStreamWaitValue32_v2(stream, (CUdeviceptr)word, 1, CU_STREAM_WAIT_VALUE_EQ));
    knock_on(stream);
    probe_all(context);
    for (int i = 0; !lane_has_open(context) && i < 1000; i++)
        usleep(5000);
    for (; n < 8 && (open[n] = lane_take_open(context)); n++) {
        knock_on(open[n]->handle);
        OK(driver.cuStreamSynchronize(open[n]->handle));
    }
    __atomic_store_n(word, 1, __ATOMIC_RELEASE);
    assert_in_range(n, 1, 7);
    OK(driver.cuStreamSynchronize(stream));
    while (n--)
        lane_give(context, open[n]);
    OK(hook_cuStreamDestroy_v2(stream));
    OK(CU(cuMemFreeHost)(word));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adopt),      cmocka_unit_test(test_default_streams),
        cmocka_unit_test(test_away),       cmocka_unit_test(test_thread_ends_away),
        cmocka_unit_test(test_alone),      cmocka_unit_test(test_lanes_by_ways),
        cmocka_unit_test(test_open_lanes),
    };
    return cmocka_run_group_tests_name("shim_stream", tests, device_setup, device_teardown);
}
