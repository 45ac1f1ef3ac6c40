/* SPDX-License-Identifier: MIT
 *
 * drv_event.c - events: the task they were last recorded as, and when that was done.
 */
#include "tools/softgpu/driver/capture.h"
#include "tools/softgpu/driver/event.h"

#include <stdlib.h>

#define KNOWN_FLAGS                                                                                \
    ((unsigned)(CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING | CU_EVENT_INTERPROCESS))

EXPORT CUresult CUDAAPI cuEventCreate(CUevent *ret_event, unsigned int flags)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);
    struct CUevent_st *event;

    if (!r && (!ret_event || (flags & ~KNOWN_FLAGS) ||
               ((flags & CU_EVENT_INTERPROCESS) && !(flags & CU_EVENT_DISABLE_TIMING))))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && (flags & CU_EVENT_INTERPROCESS))
        r = CUDA_ERROR_NOT_SUPPORTED;
    if (r)
        return r;
    event = calloc(1, sizeof(*event));
    if (!event || handle_add(event, HANDLE_EVENT)) {
        free(event);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    event->ctx = ctx;
    event->flags = flags;
    *ret_event = event;
    return CUDA_SUCCESS;
}

static CUresult check(CUevent event)
{
    CUresult r = driver_ready();

    if (!r && !handle_is(event, HANDLE_EVENT))
        r = CUDA_ERROR_INVALID_HANDLE;
    return r;
}

EXPORT CUresult CUDAAPI cuEventDestroy(CUevent event)
{
    CUresult r = check(event);

    if (r)
        return r;
    r = context_error(event->ctx);
    handle_remove(event);
    capture_forget_event(event);
    device_lock();
    task_unref(event->task);
    device_unlock();
    free(event);
    return r;
}

CUresult event_record(CUevent event, struct CUstream_st *stream)
{
    struct work work = {.kind = WORK_MARK};
    struct task *task;
    bool done = false;
    CUresult r;

    if (!handle_is(event, HANDLE_EVENT) || stream->ctx != event->ctx)
        return CUDA_ERROR_INVALID_HANDLE;
    r = capture_record(stream, event, &done);
    if (r || done)
        return r;
    if (stream_submit(&stream->order, &work, stream->order.priority, &task))
        return CUDA_ERROR_OUT_OF_MEMORY;
    device_lock();
    task_unref(event->task);
    event->task = task;
    device_unlock();
    return CUDA_SUCCESS;
}

static bool is_done(const struct task *task)
{
    return !task || task->state == TASK_DONE;
}

EXPORT CUresult CUDAAPI cuEventQuery(CUevent event)
{
    CUresult r = check(event);
    bool done;

    if (!r && event->capture)
        r = CUDA_ERROR_CAPTURED_EVENT;
    if (!r)
        r = context_error(event->ctx);
    if (r)
        return r;
    device_lock();
    done = is_done(event->task);
    device_unlock();
    if (done)
        return context_error(event->ctx);
    device_answer_not_ready();
    return CUDA_ERROR_NOT_READY;
}

EXPORT CUresult CUDAAPI cuEventSynchronize(CUevent event)
{
    CUresult r = check(event);
    struct task *task;

    if (!r && event->capture)
        r = CUDA_ERROR_CAPTURED_EVENT;
    if (r)
        return r;
    device_lock();
    task = task_ref(event->task);
    device_wait_task(task);
    task_unref(task);
    device_unlock();
    domain_flush_print(&event->ctx->domain);
    return context_error(event->ctx);
}

static CUresult elapsed(float *ret_ms, CUevent start, CUevent end)
{
    CUresult r = check(start);

    if (!r)
        r = check(end);
    if (!r && !ret_ms)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && ((start->flags | end->flags) & CU_EVENT_DISABLE_TIMING))
        r = CUDA_ERROR_INVALID_HANDLE;
    if (!r)
        r = context_error(start->ctx);
    if (r)
        return r;
    device_lock();
    if (!start->task || !end->task)
        r = CUDA_ERROR_INVALID_HANDLE;
    else if (!is_done(start->task) || !is_done(end->task))
        r = CUDA_ERROR_NOT_READY;
    else
        *ret_ms = (float)((double)(int64_t)(end->task->end_ns - start->task->end_ns) / 1e6);
    device_unlock();
    return r;
}

/* CUDA 12.8 brought a second version, CUDA 13 made it what the name means. */
#if CUDA_VERSION >= 12080
#undef cuEventElapsedTime
EXPORT CUresult CUDAAPI cuEventElapsedTime_v2(float *ret_ms, CUevent start, CUevent end)
{
    return elapsed(ret_ms, start, end);
}
#endif

EXPORT CUresult CUDAAPI cuEventElapsedTime(float *ret_ms, CUevent start, CUevent end);
CUresult CUDAAPI cuEventElapsedTime(float *ret_ms, CUevent start, CUevent end)
{
    return elapsed(ret_ms, start, end);
}
