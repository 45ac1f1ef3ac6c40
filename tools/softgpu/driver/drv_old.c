/* SPDX-License-Identifier: MIT
 *
 * drv_old.c - entry points under the names they had before a newer version took the name over, as
 * programs built with older headers know them. Those with pointers of 32 bits are not served.
 */
#define __CUDA_API_VERSION_INTERNAL
#include "tools/softgpu/driver/driver.h"

/* The same call under another name, both flavours. */
#define SAME(old, now, parameters, arguments)                                                      \
    EXPORT CUresult CUDAAPI old parameters;                                                        \
    CUresult CUDAAPI now parameters;                                                               \
    CUresult CUDAAPI old parameters                                                                \
    {                                                                                              \
        return now arguments;                                                                      \
    }
#define SAME_STREAM(old, now, parameters, arguments)                                               \
    SAME(old, now, parameters, arguments)                                                          \
    SAME(old##_ptsz, now##_ptsz, parameters, arguments)

SAME(cuCtxDestroy, cuCtxDestroy_v2, (CUcontext ctx), (ctx))
SAME(cuCtxPopCurrent, cuCtxPopCurrent_v2, (CUcontext * ctx), (ctx))
SAME(cuCtxPushCurrent, cuCtxPushCurrent_v2, (CUcontext ctx), (ctx))
SAME(cuDevicePrimaryCtxRelease, cuDevicePrimaryCtxRelease_v2, (CUdevice dev), (dev))
SAME(cuDevicePrimaryCtxReset, cuDevicePrimaryCtxReset_v2, (CUdevice dev), (dev))
SAME(cuDevicePrimaryCtxSetFlags, cuDevicePrimaryCtxSetFlags_v2, (CUdevice dev, unsigned int flags),
     (dev, flags))
SAME(cuEventDestroy, cuEventDestroy_v2, (CUevent event), (event))
SAME(cuStreamDestroy, cuStreamDestroy_v2, (CUstream stream), (stream))
SAME(cuMemHostRegister, cuMemHostRegister_v2, (void *start, size_t bytes, unsigned int flags),
     (start, bytes, flags))
SAME(cuLinkCreate, cuLinkCreate_v2,
     (unsigned int n, CUjit_option *options, void **values, CUlinkState *state),
     (n, options, values, state))
SAME(cuLinkAddData, cuLinkAddData_v2,
     (CUlinkState state, CUjitInputType type, void *data, size_t bytes, const char *name,
      unsigned int n, CUjit_option *options, void **values),
     (state, type, data, bytes, name, n, options, values))
SAME(cuLinkAddFile, cuLinkAddFile_v2,
     (CUlinkState state, CUjitInputType type, const char *path, unsigned int n,
      CUjit_option *options, void **values),
     (state, type, path, n, options, values))

/* The first kind of capture was the one that is called global now. */
CUresult CUDAAPI cuStreamBeginCapture_v2_ptsz(CUstream stream, CUstreamCaptureMode mode);

EXPORT CUresult CUDAAPI cuStreamBeginCapture(CUstream stream)
{
    return cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_GLOBAL);
}

EXPORT CUresult CUDAAPI cuStreamBeginCapture_ptsz(CUstream stream)
{
    return cuStreamBeginCapture_v2_ptsz(stream, CU_STREAM_CAPTURE_MODE_GLOBAL);
}

#if CUDA_VERSION >= 11070 && CUDA_VERSION < 12000
#define VALUES_NEW_IS_V2 0
#else
#define VALUES_NEW_IS_V2 1
#endif

/* The two versions of these do the same; which one the plain name is depends on the headers. */
#if VALUES_NEW_IS_V2
#define VALUE(name, type)                                                                          \
    SAME_STREAM(name, name##_v2,                                                                   \
                (CUstream stream, CUdeviceptr address, type value, unsigned int flags),            \
                (stream, address, value, flags))
SAME_STREAM(cuStreamBatchMemOp, cuStreamBatchMemOp_v2,
            (CUstream stream, unsigned int n, CUstreamBatchMemOpParams *ops, unsigned int flags),
            (stream, n, ops, flags))
#else
#define VALUE(name, type)                                                                          \
    SAME(name##_v2, name, (CUstream stream, CUdeviceptr address, type value, unsigned int flags),  \
         (stream, address, value, flags))                                                          \
    SAME(name##_v2_ptsz, name##_ptsz,                                                              \
         (CUstream stream, CUdeviceptr address, type value, unsigned int flags),                   \
         (stream, address, value, flags))
SAME(cuStreamBatchMemOp_v2, cuStreamBatchMemOp,
     (CUstream stream, unsigned int n, CUstreamBatchMemOpParams *ops, unsigned int flags),
     (stream, n, ops, flags))
SAME(cuStreamBatchMemOp_v2_ptsz, cuStreamBatchMemOp_ptsz,
     (CUstream stream, unsigned int n, CUstreamBatchMemOpParams *ops, unsigned int flags),
     (stream, n, ops, flags))
#endif
VALUE(cuStreamWaitValue32, cuuint32_t)
VALUE(cuStreamWaitValue64, cuuint64_t)
VALUE(cuStreamWriteValue32, cuuint32_t)
VALUE(cuStreamWriteValue64, cuuint64_t)

#if CUDA_VERSION >= 13000
/* Graphs before their edges had data, captures before they told of it. */
EXPORT CUresult CUDAAPI cuGraphGetEdges(CUgraph graph, CUgraphNode *from, CUgraphNode *to,
                                        size_t *n)
{
    return cuGraphGetEdges_v2(graph, from, to, NULL, n);
}

EXPORT CUresult CUDAAPI cuGraphNodeGetDependencies(CUgraphNode node, CUgraphNode *to, size_t *n)
{
    return cuGraphNodeGetDependencies_v2(node, to, NULL, n);
}

EXPORT CUresult CUDAAPI cuGraphNodeGetDependentNodes(CUgraphNode node, CUgraphNode *to, size_t *n)
{
    return cuGraphNodeGetDependentNodes_v2(node, to, NULL, n);
}

EXPORT CUresult CUDAAPI cuGraphAddDependencies(CUgraph graph, const CUgraphNode *from,
                                               const CUgraphNode *to, size_t n)
{
    return cuGraphAddDependencies_v2(graph, from, to, NULL, n);
}

EXPORT CUresult CUDAAPI cuGraphRemoveDependencies(CUgraph graph, const CUgraphNode *from,
                                                  const CUgraphNode *to, size_t n)
{
    return cuGraphRemoveDependencies_v2(graph, from, to, NULL, n);
}

EXPORT CUresult CUDAAPI cuMemAdvise(CUdeviceptr start, size_t bytes, CUmem_advise advice,
                                    CUdevice device)
{
    CUmemLocation location = {.type = CU_MEM_LOCATION_TYPE_DEVICE, .id = device};

    return cuMemAdvise_v2(start, bytes, advice, location);
}

CUresult CUDAAPI cuMemPrefetchAsync_v2_ptsz(CUdeviceptr start, size_t bytes, CUmemLocation location,
                                            unsigned int flags, CUstream stream);

EXPORT CUresult CUDAAPI cuMemPrefetchAsync(CUdeviceptr start, size_t bytes, CUdevice device,
                                           CUstream stream)
{
    CUmemLocation location = {.type = CU_MEM_LOCATION_TYPE_DEVICE, .id = device};

    return cuMemPrefetchAsync_v2(start, bytes, location, 0, stream);
}

EXPORT CUresult CUDAAPI cuMemPrefetchAsync_ptsz(CUdeviceptr start, size_t bytes, CUdevice device,
                                                CUstream stream)
{
    CUmemLocation location = {.type = CU_MEM_LOCATION_TYPE_DEVICE, .id = device};

    return cuMemPrefetchAsync_v2_ptsz(start, bytes, location, 0, stream);
}
#endif
