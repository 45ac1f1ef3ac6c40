/* SPDX-License-Identifier: MIT
 *
 * defer.c - see defer.h. No lock of its own: a deferred call belongs to the scheduler between
 * sched_defer and defer_retire.
 */
#include "shim/defer.h"

#include <errno.h>
#include <stdlib.h>

#include "common/log.h"
#include "shim/capture.h"

struct deferred {
    struct call call;
    struct shim_context *context;
    CUstream stream;
    defer_fn *run;
    union defer_args args;
};

static _Atomic unsigned errors_noted; /* contexts with an error to report */

/* Not the per-thread default stream, whose own handle is another stream on the thread that would
 * run the call; not while streams capture, when a call may mean a graph node. */
struct shim_stream *defer_stream(CUstream stream, enum driver_flavour flavour)
{
    if (capture_active())
        return NULL;
    struct shim_stream *of = stream_get(stream, flavour);
    return of && !of->substitute ? of : NULL;
}

static int run_now(struct call *call)
{
    struct deferred *deferred = (struct deferred *)call;
    return deferred->run(deferred->stream, &deferred->args);
}

bool defer_call(struct shim_stream *stream, defer_fn *run, const union defer_args *args,
                struct sched_ticket after, struct sched_ticket *ret_ticket, CUresult *ret_result)
{
    struct deferred *deferred = calloc(1, sizeof(*deferred));
    if (!deferred)
        return false;
    deferred->call.run = run_now;
    deferred->context = stream->context;
    deferred->stream = stream->handle;
    deferred->run = run;
    deferred->args = *args;
    int result = sched_defer(stream->queue, &deferred->call, after, ret_ticket);
    if (result > 0)
        defer_drop_error(stream->context, result);
    *ret_result = result > 0 ? (CUresult)result : CUDA_SUCCESS;
    return true;
}

int defer_run(struct call *call)
{
    struct deferred *deferred = (struct deferred *)call;
    _cleanup_context_ struct context_scope scope = context_enter(deferred->context->handle);
    int error = call->run(call);
    if (error)
        defer_note_error(deferred->context, error);
    return error;
}

void defer_retire(struct call *call)
{
    free((struct deferred *)call);
}

bool defer_memory_ready(CUdeviceptr address, size_t bytes)
{
    unsigned type = 0, managed = 1;
    CUdeviceptr start = 0;
    size_t size = 0;
    CUpointer_attribute which[] = {
        CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
        CU_POINTER_ATTRIBUTE_IS_MANAGED,
        CU_POINTER_ATTRIBUTE_RANGE_START_ADDR,
        CU_POINTER_ATTRIBUTE_RANGE_SIZE,
    };
    void *values[] = {&type, &managed, &start, &size};
    if (!driver.cuPointerGetAttributes ||
        driver.cuPointerGetAttributes(4, which, values, address) || managed)
        return false;
    if (type != CU_MEMORYTYPE_HOST && type != CU_MEMORYTYPE_DEVICE)
        return false;
    /* The range of host memory is in device addresses, which are the same with unified addressing.
     */
    return address >= start && bytes <= size && address - start <= size - bytes;
}

void defer_note_error(struct shim_context *context, int error)
{
    int none = 0;
    log_warn("a held launch or call was refused by the driver with code %d", error);
    if (atomic_compare_exchange_strong_explicit(&context->error, &none, error, memory_order_relaxed,
                                                memory_order_relaxed))
        atomic_fetch_add_explicit(&errors_noted, 1, memory_order_relaxed);
}

CUresult defer_take_error(void)
{
    if (__builtin_expect(atomic_load_explicit(&errors_noted, memory_order_relaxed) == 0, 1))
        return CUDA_SUCCESS;
    CUcontext handle = NULL;
    struct shim_context *context = driver.cuCtxGetCurrent(&handle) ? NULL : context_find(handle);
    int error = context ? atomic_exchange_explicit(&context->error, 0, memory_order_relaxed) : 0;
    if (error)
        atomic_fetch_sub_explicit(&errors_noted, 1, memory_order_relaxed);
    return (CUresult)error;
}

void defer_drop_error(struct shim_context *context, int error)
{
    if (atomic_compare_exchange_strong_explicit(&context->error, &error, 0, memory_order_relaxed,
                                                memory_order_relaxed))
        atomic_fetch_sub_explicit(&errors_noted, 1, memory_order_relaxed);
}
