/* SPDX-License-Identifier: MIT
 *
 * order.c - see order.h; and the calls that ask or wait for a stream, which also report what went
 * wrong with a launch after it was accepted.
 */
#include "shim/order.h"

#include "shim/capture.h"
#include "shim/defer.h"
#include "shim/hooks.h"

static void come_home(void)
{
    if (atomic_load_explicit(&streams_away, memory_order_relaxed) == 0)
        return;
    struct shim_stream *away = stream_away_here();
    if (away)
        stream_bring_home(away);
}

static void wait_stream(CUstream stream, enum driver_flavour flavour, enum sched_wait why)
{
    struct shim_stream *of = stream_get(stream, flavour);
    if (!of) {
        unsigned flags;
        if (!driver.cuStreamGetFlags(stream, &flags))
            shim_order_all(); /* no memory for its record */
        return;               /* else it is no stream: the call will say so */
    }
    sched_queue_wait(of->queue, why);
    if (of->substitute)
        stream_bring_home(of);
}

void shim_order_stream(CUstream stream, enum driver_flavour flavour)
{
    wait_stream(stream, flavour, SCHED_WAIT_ORDER);
}

/* Some such calls return before the GPU is done after all, e.g. short copies from pageable memory.
 */
void shim_sync_stream(CUstream stream, enum driver_flavour flavour)
{
    shim_order_stream(stream, flavour);
}

static void wait_context(CUcontext context, enum sched_wait why)
{
    CUcontext current = NULL;
    if (!context && !driver.cuCtxGetCurrent(&current))
        context = current;
    struct shim_context *of = context_find(context);
    if (!of)
        return;
    sched_domain_wait(of->domain, why);
    come_home();
}

void shim_order_context(CUcontext context)
{
    wait_context(context, SCHED_WAIT_ORDER);
}

void shim_sync_context(CUcontext context)
{
    shim_order_context(context);
}

void shim_order_all(void)
{
    context_wait_all();
    come_home();
}

CUresult hook_cuStreamQuery(enum driver_flavour flavour, CUstream hStream)
{
    if (shim_held() && !capture_on(hStream, flavour)) {
        struct shim_stream *stream = stream_get(hStream, flavour);
        if (stream && sched_queue_busy(stream->queue))
            return CUDA_ERROR_NOT_READY;
        if (!stream)
            shim_order_stream(hStream, flavour);
        else if (stream->substitute)
            stream_bring_home(stream);
    }
    CUresult result = DRIVER_IN(flavour, cuStreamQuery)(hStream);
    return result ? result : defer_take_error();
}

CUresult hook_cuStreamSynchronize(enum driver_flavour flavour, CUstream hStream)
{
    if (shim_held())
        wait_stream(hStream, flavour, SCHED_WAIT_SYNC);
    CUresult result = DRIVER_IN(flavour, cuStreamSynchronize)(hStream);
    return result ? result : defer_take_error();
}

CUresult hook_cuCtxSynchronize(void)
{
    if (shim_held())
        wait_context(NULL, SCHED_WAIT_SYNC);
    CUresult result = driver.cuCtxSynchronize();
    return result ? result : defer_take_error();
}

static CUresult destroy_stream(CUstream stream, CUresult (*destroy)(CUstream))
{
    if (shim_held())
        shim_order_stream(stream, FLAVOUR_LEGACY);
    if (shim_ready())
        stream_forget(stream);
    return destroy(stream);
}

CUresult hook_cuStreamDestroy(CUstream hStream)
{
    return destroy_stream(hStream, driver.cuStreamDestroy);
}

CUresult hook_cuStreamDestroy_v2(CUstream hStream)
{
    return destroy_stream(hStream, driver.cuStreamDestroy_v2);
}
