/* SPDX-License-Identifier: MIT
 *
 * drv_stream_default.c - what is asked of a stream: state, waiting, host functions. Compiled twice.
 */
#include "tools/softgpu/driver/capture.h"
#include "tools/softgpu/driver/event.h"
#include "tools/softgpu/driver/host_function.h"

#include <limits.h>
#include <stdlib.h>

EXPORT CUresult CUDAAPI cuStreamQuery(CUstream handle)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r)
        r = stream->capture ? capture_break(stream, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED)
                            : capture_check(stream);
    if (r)
        return r;
    if (stream_is_idle(&stream->order))
        return context_error(stream->ctx);
    device_answer_not_ready();
    return CUDA_ERROR_NOT_READY;
}

EXPORT CUresult CUDAAPI cuStreamSynchronize(CUstream handle)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r)
        r = stream->capture ? capture_break(stream, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED)
                            : capture_check(stream);
    if (r)
        return r;
    if (stream_wait(&stream->order))
        return CUDA_ERROR_OUT_OF_MEMORY;
    domain_flush_print(&stream->ctx->domain);
    return context_error(stream->ctx);
}

EXPORT CUresult CUDAAPI cuStreamGetPriority(CUstream handle, int *priority)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !priority)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *priority = stream->order.priority;
    return r;
}

EXPORT CUresult CUDAAPI cuStreamGetFlags(CUstream handle, unsigned int *flags)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !flags)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *flags = stream->flags;
    return r;
}

#if CUDA_VERSION >= 12000
EXPORT CUresult CUDAAPI cuStreamGetId(CUstream handle, unsigned long long *id)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !id)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *id = stream->id;
    return r;
}
#endif

EXPORT CUresult CUDAAPI cuStreamGetCtx(CUstream handle, CUcontext *ctx)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !ctx)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *ctx = stream->ctx;
    return r;
}

#if CUDA_VERSION >= 12080
EXPORT CUresult CUDAAPI cuStreamGetDevice(CUstream handle, CUdevice *device)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !device)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *device = 0;
    return r;
}
#endif

EXPORT CUresult CUDAAPI cuStreamAttachMemAsync(CUstream handle, CUdeviceptr address, size_t bytes,
                                               unsigned int flags)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    (void)bytes;
    (void)flags;
    if (!r && !memory_holds(address, 1, MEMORY_MANAGED | MEMORY_REGISTERED))
        r = CUDA_ERROR_INVALID_VALUE;
    return r;
}

EXPORT CUresult CUDAAPI cuEventRecordWithFlags(CUevent event, CUstream handle, unsigned int flags)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && (flags & ~(unsigned)CU_EVENT_RECORD_EXTERNAL))
        r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : event_record(event, stream);
}

EXPORT CUresult CUDAAPI cuEventRecord(CUevent event, CUstream handle)
{
    return cuEventRecordWithFlags(event, handle, CU_EVENT_RECORD_DEFAULT);
}

EXPORT CUresult CUDAAPI cuStreamWaitEvent(CUstream handle, CUevent event, unsigned int flags)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);
    struct task *task;
    bool done = false;
    int failed;

    if (!r && !handle_is(event, HANDLE_EVENT))
        r = CUDA_ERROR_INVALID_HANDLE;
    if (!r && (flags & ~(unsigned)CU_EVENT_WAIT_EXTERNAL))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = capture_wait(stream, event, &done);
    if (r || done)
        return r;
    device_lock();
    task = task_ref(event->task);
    device_unlock();
    failed = stream_order_after(&stream->order, task);
    device_lock();
    task_unref(task);
    device_unlock();
    return failed ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuLaunchHostFunc(CUstream handle, CUhostFn fn, void *user)
{
    struct CUstream_st *stream;
    struct work work;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r)
        r = host_function_make(fn, user, &work);
    if (r)
        return r;
    r = stream_put(stream, &work, INT_MAX);
    if (r)
        work_finish(&work);
    return r;
}

struct callback {
    CUstreamCallback call;
    CUstream stream;
    void *user;
};

static void call_back(void *arg, int error)
{
    struct callback *callback = arg;

    callback->call(callback->stream, driver_result_of(error), callback->user);
}

EXPORT CUresult CUDAAPI cuStreamAddCallback(CUstream handle, CUstreamCallback call, void *user,
                                            unsigned int flags)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);
    struct work work = {.kind = WORK_HOST};
    struct callback *callback;

    if (!r && (!call || flags))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && stream->capture)
        r = capture_break(stream, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    if (r)
        return r;
    callback = malloc(sizeof(*callback));
    if (!callback)
        return CUDA_ERROR_OUT_OF_MEMORY;
    *callback = (struct callback){call, handle, user};
    work.owned = callback;
    work.owned_bytes = sizeof(*callback);
    work.host = (struct work_host){.call = call_back, .arg = callback, .even_failed = true};
    r = stream_put(stream, &work, INT_MAX);
    if (r)
        work_finish(&work);
    return r;
}
