/* SPDX-License-Identifier: MIT
 *
 * drv_copy_default.c - copies. Compiled twice.
 */
#include "tools/softgpu/driver/copy.h"

static CUresult put(CUstream handle, CUresult made, struct work *work, bool async)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r)
        r = made;
    if (r)
        return r;
    return async ? copy_put_async(stream, work) : copy_put(stream, work);
}

#define HOST(pointer) ((uint64_t)(uintptr_t)(pointer))

EXPORT CUresult CUDAAPI cuMemcpy(CUdeviceptr dst, CUdeviceptr src, size_t bytes)
{
    struct work work;
    CUresult r = copy_make(dst, COPY_ANY, src, COPY_ANY, bytes, &work);

    return put(NULL, r, &work, false);
}

EXPORT CUresult CUDAAPI cuMemcpyHtoD(CUdeviceptr dst, const void *src, size_t bytes)
{
    struct work work;
    CUresult r = copy_make(dst, COPY_DEVICE, HOST(src), COPY_HOST, bytes, &work);

    return put(NULL, r, &work, false);
}

EXPORT CUresult CUDAAPI cuMemcpyDtoH(void *dst, CUdeviceptr src, size_t bytes)
{
    struct work work;
    CUresult r = copy_make(HOST(dst), COPY_HOST, src, COPY_DEVICE, bytes, &work);

    return put(NULL, r, &work, false);
}

EXPORT CUresult CUDAAPI cuMemcpyDtoD(CUdeviceptr dst, CUdeviceptr src, size_t bytes)
{
    struct work work;
    CUresult r = copy_make(dst, COPY_DEVICE, src, COPY_DEVICE, bytes, &work);

    return put(NULL, r, &work, false);
}

EXPORT CUresult CUDAAPI cuMemcpy2D(const CUDA_MEMCPY2D *copy)
{
    struct work work;
    CUresult r = copy_make_2d(copy, &work);

    return put(NULL, r, &work, false);
}

EXPORT CUresult CUDAAPI cuMemcpy2DUnaligned(const CUDA_MEMCPY2D *copy)
{
    return cuMemcpy2D(copy);
}

EXPORT CUresult CUDAAPI cuMemcpy3D(const CUDA_MEMCPY3D *copy)
{
    struct work work;
    CUresult r = copy_make_3d(copy, &work);

    return put(NULL, r, &work, false);
}

EXPORT CUresult CUDAAPI cuMemcpyAsync(CUdeviceptr dst, CUdeviceptr src, size_t bytes,
                                      CUstream stream)
{
    struct work work;
    CUresult r = copy_make(dst, COPY_ANY, src, COPY_ANY, bytes, &work);

    return put(stream, r, &work, true);
}

EXPORT CUresult CUDAAPI cuMemcpyHtoDAsync(CUdeviceptr dst, const void *src, size_t bytes,
                                          CUstream stream)
{
    struct work work;
    CUresult r = copy_make(dst, COPY_DEVICE, HOST(src), COPY_HOST, bytes, &work);

    return put(stream, r, &work, true);
}

EXPORT CUresult CUDAAPI cuMemcpyDtoHAsync(void *dst, CUdeviceptr src, size_t bytes, CUstream stream)
{
    struct work work;
    CUresult r = copy_make(HOST(dst), COPY_HOST, src, COPY_DEVICE, bytes, &work);

    return put(stream, r, &work, true);
}

EXPORT CUresult CUDAAPI cuMemcpyDtoDAsync(CUdeviceptr dst, CUdeviceptr src, size_t bytes,
                                          CUstream stream)
{
    struct work work;
    CUresult r = copy_make(dst, COPY_DEVICE, src, COPY_DEVICE, bytes, &work);

    return put(stream, r, &work, true);
}

EXPORT CUresult CUDAAPI cuMemcpy2DAsync(const CUDA_MEMCPY2D *copy, CUstream stream)
{
    struct work work;
    CUresult r = copy_make_2d(copy, &work);

    return put(stream, r, &work, true);
}

EXPORT CUresult CUDAAPI cuMemcpy3DAsync(const CUDA_MEMCPY3D *copy, CUstream stream)
{
    struct work work;
    CUresult r = copy_make_3d(copy, &work);

    return put(stream, r, &work, true);
}

static CUresult peer(CUcontext dst, CUcontext src)
{
    bool known = handle_is(dst, HANDLE_CONTEXT) && handle_is(src, HANDLE_CONTEXT);

    return known ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
}

EXPORT CUresult CUDAAPI cuMemcpyPeer(CUdeviceptr dst, CUcontext dst_ctx, CUdeviceptr src,
                                     CUcontext src_ctx, size_t bytes)
{
    CUresult r = peer(dst_ctx, src_ctx);

    return r ? r : cuMemcpyDtoD(dst, src, bytes);
}

EXPORT CUresult CUDAAPI cuMemcpyPeerAsync(CUdeviceptr dst, CUcontext dst_ctx, CUdeviceptr src,
                                          CUcontext src_ctx, size_t bytes, CUstream stream)
{
    CUresult r = peer(dst_ctx, src_ctx);

    return r ? r : cuMemcpyDtoDAsync(dst, src, bytes, stream);
}
