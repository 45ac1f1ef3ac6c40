/* SPDX-License-Identifier: MIT
 *
 * drv_stream.c - the lives of streams, and which one a handle means.
 *
 * A per-thread default stream is made when its thread first uses one in a context, and goes with
 * the thread or the context, whichever ends first.
 */
#include "tools/softgpu/driver/driver.h"
#include "tools/softgpu/driver/capture.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static _Atomic unsigned long long last_id = 2; /* 1 and 2 are the default streams' */
static _Atomic uint64_t last_thread;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key; /* this thread's number, as a pointer */

static void init(struct CUstream_st *stream, struct CUctx_st *ctx, unsigned flags, int priority,
                 uint64_t thread)
{
    *stream = (struct CUstream_st){.ctx = ctx, .flags = flags, .thread = thread};
    stream->id = atomic_fetch_add(&last_id, 1) + 1;
    stream_init(&stream->order, &ctx->domain,
                flags & CU_STREAM_NON_BLOCKING ? STREAM_NON_BLOCKING : STREAM_BLOCKING, priority);
    stream->next = ctx->streams;
    ctx->streams = stream;
}

static struct CUstream_st *create(struct CUctx_st *ctx, unsigned flags, int priority,
                                  uint64_t thread)
{
    struct CUstream_st *stream = calloc(1, sizeof(*stream));

    if (!stream || handle_add(stream, HANDLE_STREAM)) {
        free(stream);
        return NULL;
    }
    driver_lock();
    init(stream, ctx, flags, priority, thread);
    driver_unlock();
    return stream;
}

void stream_destroy(struct CUstream_st *stream)
{
    struct CUstream_st **at = &stream->ctx->streams;

    capture_drop_stream(stream);
    handle_remove(stream);
    driver_lock();
    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    driver_unlock();
    stream_finish(&stream->order);
    free(stream);
}

/* The thread's own streams in all contexts. */
static void thread_ends(void *number)
{
    struct CUstream_st *stream;

    while ((stream = context_stream_of_thread(NULL, (uint64_t)(uintptr_t)number)))
        stream_destroy(stream);
}

static void make_key(void)
{
    pthread_key_create(&thread_key, thread_ends);
}

static uint64_t thread_number(void)
{
    uint64_t number;

    pthread_once(&once, make_key);
    number = (uint64_t)(uintptr_t)pthread_getspecific(thread_key);
    if (!number) {
        number = atomic_fetch_add(&last_thread, 1) + 1;
        pthread_setspecific(thread_key, (void *)(uintptr_t)number);
    }
    return number;
}

static struct CUstream_st *per_thread_stream(struct CUctx_st *ctx)
{
    uint64_t number = thread_number();
    struct CUstream_st *stream = context_stream_of_thread(ctx, number);

    return stream ? stream : create(ctx, CU_STREAM_DEFAULT, DRIVER_LEAST_PRIORITY, number);
}

CUresult stream_lookup(CUstream handle, CUstream null_means, struct CUstream_st **ret_stream)
{
    struct CUctx_st *ctx;
    CUresult r;

    if (!handle)
        handle = null_means;
    if (handle == CU_STREAM_LEGACY || handle == CU_STREAM_PER_THREAD) {
        r = context_current(&ctx);
        if (r)
            return r;
        *ret_stream = handle == CU_STREAM_LEGACY ? &ctx->legacy : per_thread_stream(ctx);
        return *ret_stream ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
    }
    r = driver_ready();
    if (!r && !handle_is(handle, HANDLE_STREAM))
        r = CUDA_ERROR_INVALID_HANDLE;
    if (r)
        return r;
    *ret_stream = handle;
    return context_error(handle->ctx);
}

CUresult stream_put(struct CUstream_st *stream, struct work *work, int priority)
{
    CUresult r = capture_check(stream);

    if (r)
        return r;
    if (stream->capture)
        return capture_add(stream, work, priority == INT_MAX ? stream->order.priority : priority);
    domain_flush_print(&stream->ctx->domain);
    if (priority == INT_MAX)
        priority = stream->order.priority;
    return stream_submit(&stream->order, work, priority, NULL) ? CUDA_ERROR_OUT_OF_MEMORY
                                                               : CUDA_SUCCESS;
}

CUresult stream_put_and_wait(struct CUstream_st *stream, struct work *work)
{
    CUresult r = capture_check(stream);
    struct task *task;

    if (!r)
        r = stream->capture ? capture_break(stream, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED)
                            : capture_allows_waiting();
    if (r)
        return r;
    if (stream_submit(&stream->order, work, stream->order.priority, &task))
        return CUDA_ERROR_OUT_OF_MEMORY;
    device_lock();
    device_wait_task(task);
    task_unref(task);
    device_unlock();
    domain_flush_print(&stream->ctx->domain);
    return context_error(stream->ctx);
}

EXPORT CUresult CUDAAPI cuStreamCreateWithPriority(CUstream *ret_stream, unsigned int flags,
                                                   int priority)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && (!ret_stream || (flags & ~(unsigned)CU_STREAM_NON_BLOCKING)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    if (priority < DRIVER_GREATEST_PRIORITY)
        priority = DRIVER_GREATEST_PRIORITY;
    if (priority > DRIVER_LEAST_PRIORITY)
        priority = DRIVER_LEAST_PRIORITY;
    *ret_stream = create(ctx, flags, priority, 0);
    return *ret_stream ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

EXPORT CUresult CUDAAPI cuStreamCreate(CUstream *ret_stream, unsigned int flags)
{
    return cuStreamCreateWithPriority(ret_stream, flags, DRIVER_LEAST_PRIORITY);
}

EXPORT CUresult CUDAAPI cuStreamDestroy(CUstream stream)
{
    CUresult r = driver_ready();

    if (!r && !handle_is(stream, HANDLE_STREAM))
        r = CUDA_ERROR_INVALID_HANDLE;
    if (r)
        return r;
    r = context_error(stream->ctx);
    stream_destroy(stream);
    return r;
}
