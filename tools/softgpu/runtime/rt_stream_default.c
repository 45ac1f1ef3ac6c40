/* SPDX-License-Identifier: MIT
 *
 * rt_stream_default.c - what is asked of a stream, and events on streams. Compiled twice.
 */
#include "tools/softgpu/runtime/rt.h"

EXPORT cudaError_t CUDARTAPI cudaStreamSynchronize(cudaStream_t stream)
{
    RT_CALL(driver.cuStreamSynchronize(stream));
}

EXPORT cudaError_t CUDARTAPI cudaStreamQuery(cudaStream_t stream)
{
    RT_CALL(driver.cuStreamQuery(stream));
}

EXPORT cudaError_t CUDARTAPI cudaStreamGetPriority(cudaStream_t stream, int *priority)
{
    RT_CALL(driver.cuStreamGetPriority(stream, priority));
}

EXPORT cudaError_t CUDARTAPI cudaStreamGetFlags(cudaStream_t stream, unsigned int *flags)
{
    RT_CALL(driver.cuStreamGetFlags(stream, flags));
}

EXPORT cudaError_t CUDARTAPI cudaStreamGetId(cudaStream_t stream, unsigned long long *id)
{
    RT_CALL(driver.cuStreamGetId(stream, id));
}

EXPORT cudaError_t CUDARTAPI cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event,
                                                 unsigned int flags)
{
    RT_CALL(driver.cuStreamWaitEvent(stream, event, flags));
}

/* The two callback types differ in the name of an enum only. */
EXPORT cudaError_t CUDARTAPI cudaStreamAddCallback(cudaStream_t stream,
                                                   cudaStreamCallback_t callback, void *user,
                                                   unsigned int flags)
{
    RT_CALL(driver.cuStreamAddCallback(stream, (CUstreamCallback)(void *)callback, user, flags));
}

EXPORT cudaError_t CUDARTAPI cudaStreamAttachMemAsync(cudaStream_t stream, void *address,
                                                      size_t bytes, unsigned int flags)
{
    RT_CALL(driver.cuStreamAttachMemAsync(stream, (CUdeviceptr)(uintptr_t)address, bytes, flags));
}

EXPORT cudaError_t CUDARTAPI cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream,
                                                      unsigned int flags)
{
    RT_CALL(driver.cuEventRecordWithFlags(event, stream, flags));
}

EXPORT cudaError_t CUDARTAPI cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    RT_CALL(driver.cuEventRecordWithFlags(event, stream, CU_EVENT_RECORD_DEFAULT));
}

EXPORT cudaError_t CUDARTAPI cudaStreamBeginCapture(cudaStream_t stream,
                                                    enum cudaStreamCaptureMode mode)
{
    RT_CALL(driver.cuStreamBeginCapture(stream, (CUstreamCaptureMode)mode));
}

#if CUDART_VERSION >= 12030
EXPORT cudaError_t CUDARTAPI cudaStreamBeginCaptureToGraph(cudaStream_t stream, cudaGraph_t graph,
                                                           const cudaGraphNode_t *nodes,
                                                           const cudaGraphEdgeData *edges, size_t n,
                                                           enum cudaStreamCaptureMode mode)
{
    RT_CALL(driver.cuStreamBeginCaptureToGraph(stream, graph, nodes, (const CUgraphEdgeData *)edges,
                                               n, (CUstreamCaptureMode)mode));
}
#endif

/* Before CUDA 13 these came without the data of edges. */
#if CUDART_VERSION >= 13000
EXPORT cudaError_t CUDARTAPI cudaStreamGetCaptureInfo(cudaStream_t stream,
                                                      enum cudaStreamCaptureStatus *status,
                                                      unsigned long long *id, cudaGraph_t *graph,
                                                      const cudaGraphNode_t **nodes,
                                                      const cudaGraphEdgeData **edges, size_t *n)
{
    RT_CALL(driver.cuStreamGetCaptureInfo(stream, (CUstreamCaptureStatus *)status, (cuuint64_t *)id,
                                          graph, nodes, (const CUgraphEdgeData **)edges, n));
}

EXPORT cudaError_t CUDARTAPI cudaStreamUpdateCaptureDependencies(cudaStream_t stream,
                                                                 cudaGraphNode_t *nodes,
                                                                 const cudaGraphEdgeData *edges,
                                                                 size_t n, unsigned int flags)
{
    RT_CALL(driver.cuStreamUpdateCaptureDependencies(stream, nodes, (const CUgraphEdgeData *)edges,
                                                     n, flags));
}
#endif

/* The attributes have the driver's numbers and layout. */
EXPORT cudaError_t CUDARTAPI cudaStreamGetAttribute(cudaStream_t stream, cudaStreamAttrID attribute,
                                                    cudaStreamAttrValue *value)
{
    RT_CALL(
        driver.cuStreamGetAttribute(stream, (CUstreamAttrID)attribute, (CUstreamAttrValue *)value));
}

EXPORT cudaError_t CUDARTAPI cudaStreamSetAttribute(cudaStream_t stream, cudaStreamAttrID attribute,
                                                    const cudaStreamAttrValue *value)
{
    RT_CALL(driver.cuStreamSetAttribute(stream, (CUstreamAttrID)attribute,
                                        (const CUstreamAttrValue *)value));
}

EXPORT cudaError_t CUDARTAPI cudaStreamCopyAttributes(cudaStream_t to, cudaStream_t from)
{
    RT_CALL(driver.cuStreamCopyAttributes(to, from));
}

#if CUDART_VERSION >= 12080
EXPORT cudaError_t CUDARTAPI cudaStreamGetDevice(cudaStream_t stream, int *device)
{
    unsigned int flags;
    cudaError_t error = device ? cudaStreamGetFlags(stream, &flags) : cudaErrorInvalidValue;

    if (!error)
        *device = 0;
    return rt_error(error);
}
#endif

EXPORT cudaError_t CUDARTAPI cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
    RT_CALL(driver.cuStreamEndCapture(stream, graph));
}

EXPORT cudaError_t CUDARTAPI cudaStreamIsCapturing(cudaStream_t stream,
                                                   enum cudaStreamCaptureStatus *status)
{
    RT_CALL(driver.cuStreamIsCapturing(stream, (CUstreamCaptureStatus *)status));
}

EXPORT cudaError_t CUDARTAPI cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream)
{
    RT_CALL(driver.cuGraphLaunch(graph, stream));
}

EXPORT cudaError_t CUDARTAPI cudaGraphUpload(cudaGraphExec_t graph, cudaStream_t stream)
{
    RT_CALL(driver.cuGraphUpload(graph, stream));
}

/* The driver's flags have the same values; what is asked for by default follows the flavour. */
static cudaError_t entry_point(const char *name, void **ret, unsigned version,
                               unsigned long long flags,
                               enum cudaDriverEntryPointQueryResult *status)
{
    cudaError_t error = rt_load();
    CUdriverProcAddressQueryResult found = CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
    CUresult r;

#ifdef CUDA_API_PER_THREAD_DEFAULT_STREAM
    if (flags == cudaEnableDefault)
        flags = cudaEnablePerThreadDefaultStream;
#endif
    if (error)
        return error;
    r = rt_look_up(name, ret, (int)version, flags, &found);
    if (!r && status)
        *status = (enum cudaDriverEntryPointQueryResult)found;
    return rt_result(r);
}

#if CUDART_VERSION >= 12000
EXPORT cudaError_t CUDARTAPI cudaGetDriverEntryPoint(const char *name, void **ret,
                                                     unsigned long long flags,
                                                     enum cudaDriverEntryPointQueryResult *status)
{
    return entry_point(name, ret, CUDART_VERSION, flags, status);
}
#else
EXPORT cudaError_t CUDARTAPI cudaGetDriverEntryPoint(const char *name, void **ret,
                                                     unsigned long long flags)
{
    return entry_point(name, ret, CUDART_VERSION, flags, NULL);
}
#endif

#if CUDART_VERSION >= 12050
EXPORT cudaError_t CUDARTAPI cudaGetDriverEntryPointByVersion(
    const char *name, void **ret, unsigned int version, unsigned long long flags,
    enum cudaDriverEntryPointQueryResult *status)
{
    return entry_point(name, ret, version, flags, status);
}
#endif
