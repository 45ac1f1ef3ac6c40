/* SPDX-License-Identifier: MIT
 *
 * capture.c - see capture.h. A stream that begins to capture has nothing held, so that nothing of
 * before can slip into the graph; other streams join by waiting for an event, which only the driver
 * follows.
 */
#include "shim/capture.h"

#include "common/cleanup.h"
#include "shim/hooks.h"
#include "shim/order.h"

_Atomic unsigned captures_begun;
pthread_mutex_t capture_lock = PTHREAD_MUTEX_INITIALIZER;

bool capture_on(CUstream stream, enum driver_flavour flavour)
{
    CUstreamCaptureStatus status = CU_STREAM_CAPTURE_STATUS_NONE;
    if (!capture_active())
        return false;
    if (DRIVER_IN(flavour, cuStreamIsCapturing)(stream, &status))
        return false; /* e.g. the legacy stream while others capture: the launch itself will tell */
    return status != CU_STREAM_CAPTURE_STATUS_NONE;
}

/* Counted before the call, so that no other thread can miss it. */
static void capture_begins(void)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&capture_lock);
    atomic_fetch_add_explicit(&captures_begun, 1, memory_order_relaxed);
}

#define BEGIN_CAPTURE(stream, call)                                                                \
    do {                                                                                           \
        if (shim_held())                                                                           \
            shim_order_stream(stream, flavour);                                                    \
        capture_begins();                                                                          \
        CUresult result = call;                                                                    \
        if (result)                                                                                \
            atomic_fetch_sub_explicit(&captures_begun, 1, memory_order_relaxed);                   \
        return result;                                                                             \
    } while (0)

CUresult hook_cuStreamBeginCapture(enum driver_flavour flavour, CUstream hStream)
{
    BEGIN_CAPTURE(hStream, DRIVER_IN(flavour, cuStreamBeginCapture)(hStream));
}

CUresult hook_cuStreamBeginCapture_v2(enum driver_flavour flavour, CUstream hStream,
                                      CUstreamCaptureMode mode)
{
    BEGIN_CAPTURE(hStream, DRIVER_IN(flavour, cuStreamBeginCapture_v2)(hStream, mode));
}

CUresult hook_cuStreamBeginCaptureToGraph(enum driver_flavour flavour, CUstream hStream,
                                          CUgraph hGraph, const CUgraphNode *dependencies,
                                          const CUgraphEdgeData *dependencyData,
                                          size_t numDependencies, CUstreamCaptureMode mode)
{
    BEGIN_CAPTURE(hStream,
                  DRIVER_IN(flavour, cuStreamBeginCaptureToGraph)(
                      hStream, hGraph, dependencies, dependencyData, numDependencies, mode));
}

CUresult hook_cuStreamEndCapture(enum driver_flavour flavour, CUstream hStream, CUgraph *phGraph)
{
    bool was = capture_on(hStream, flavour);
    CUresult result = DRIVER_IN(flavour, cuStreamEndCapture)(hStream, phGraph);
    if (was && !capture_on(hStream, flavour))
        atomic_fetch_sub_explicit(&captures_begun, 1, memory_order_relaxed);
    return result;
}
