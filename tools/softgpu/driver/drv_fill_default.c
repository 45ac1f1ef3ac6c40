/* SPDX-License-Identifier: MIT
 *
 * drv_fill_default.c - memsets, and what else changes memory in a stream's order: allocating and
 * freeing from pools, prefetching. Compiled twice.
 */
#include "tools/softgpu/driver/copy.h"
#include "tools/softgpu/driver/pool.h"

#include <limits.h>

static CUresult fill(CUstream handle, CUdeviceptr dst, size_t pitch, unsigned value, unsigned unit,
                     size_t width, size_t height)
{
    struct CUstream_st *stream;
    struct work work;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r)
        r = fill_make(dst, pitch, value, unit, width, height, &work);
    if (r || !width || !height)
        return r;
    return stream_put(stream, &work, INT_MAX);
}

EXPORT CUresult CUDAAPI cuMemsetD8(CUdeviceptr dst, unsigned char value, size_t n)
{
    return fill(NULL, dst, 0, value, 1, n, 1);
}

EXPORT CUresult CUDAAPI cuMemsetD16(CUdeviceptr dst, unsigned short value, size_t n)
{
    return fill(NULL, dst, 0, value, 2, n, 1);
}

EXPORT CUresult CUDAAPI cuMemsetD32(CUdeviceptr dst, unsigned int value, size_t n)
{
    return fill(NULL, dst, 0, value, 4, n, 1);
}

EXPORT CUresult CUDAAPI cuMemsetD2D8(CUdeviceptr dst, size_t pitch, unsigned char value,
                                     size_t width, size_t height)
{
    return fill(NULL, dst, pitch, value, 1, width, height);
}

EXPORT CUresult CUDAAPI cuMemsetD2D16(CUdeviceptr dst, size_t pitch, unsigned short value,
                                      size_t width, size_t height)
{
    return fill(NULL, dst, pitch, value, 2, width, height);
}

EXPORT CUresult CUDAAPI cuMemsetD2D32(CUdeviceptr dst, size_t pitch, unsigned int value,
                                      size_t width, size_t height)
{
    return fill(NULL, dst, pitch, value, 4, width, height);
}

EXPORT CUresult CUDAAPI cuMemsetD8Async(CUdeviceptr dst, unsigned char value, size_t n,
                                        CUstream stream)
{
    return fill(stream, dst, 0, value, 1, n, 1);
}

EXPORT CUresult CUDAAPI cuMemsetD16Async(CUdeviceptr dst, unsigned short value, size_t n,
                                         CUstream stream)
{
    return fill(stream, dst, 0, value, 2, n, 1);
}

EXPORT CUresult CUDAAPI cuMemsetD32Async(CUdeviceptr dst, unsigned int value, size_t n,
                                         CUstream stream)
{
    return fill(stream, dst, 0, value, 4, n, 1);
}

EXPORT CUresult CUDAAPI cuMemsetD2D8Async(CUdeviceptr dst, size_t pitch, unsigned char value,
                                          size_t width, size_t height, CUstream stream)
{
    return fill(stream, dst, pitch, value, 1, width, height);
}

EXPORT CUresult CUDAAPI cuMemsetD2D16Async(CUdeviceptr dst, size_t pitch, unsigned short value,
                                           size_t width, size_t height, CUstream stream)
{
    return fill(stream, dst, pitch, value, 2, width, height);
}

EXPORT CUresult CUDAAPI cuMemsetD2D32Async(CUdeviceptr dst, size_t pitch, unsigned int value,
                                           size_t width, size_t height, CUstream stream)
{
    return fill(stream, dst, pitch, value, 4, width, height);
}

EXPORT CUresult CUDAAPI cuMemAllocFromPoolAsync(CUdeviceptr *ret, size_t bytes, CUmemoryPool pool,
                                                CUstream handle)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    return r ? r : pool_alloc(pool, stream, bytes, ret);
}

EXPORT CUresult CUDAAPI cuMemAllocAsync(CUdeviceptr *ret, size_t bytes, CUstream handle)
{
    return cuMemAllocFromPoolAsync(ret, bytes, pool_current(), handle);
}

EXPORT CUresult CUDAAPI cuMemFreeAsync(CUdeviceptr start, CUstream handle)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    return r ? r : pool_free(stream, start);
}

/* Managed memory is where it is: there is nothing to fetch. */
static CUresult prefetch(CUdeviceptr start, size_t bytes, CUstream handle)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && (!bytes || !memory_holds(start, bytes, MEMORY_MANAGED)))
        r = CUDA_ERROR_INVALID_VALUE;
    return r;
}

#if CUDA_VERSION >= 13000
EXPORT CUresult CUDAAPI cuMemPrefetchAsync(CUdeviceptr start, size_t bytes, CUmemLocation location,
                                           unsigned int flags, CUstream stream)
{
    (void)location;
    return flags ? CUDA_ERROR_INVALID_VALUE : prefetch(start, bytes, stream);
}
#else
EXPORT CUresult CUDAAPI cuMemPrefetchAsync(CUdeviceptr start, size_t bytes, CUdevice device,
                                           CUstream stream)
{
    (void)device;
    return prefetch(start, bytes, stream);
}
#endif
