/* SPDX-License-Identifier: MIT
 *
 * rt_copy_default.c - copies and memsets. Compiled twice.
 */
#include "tools/softgpu/runtime/rt.h"
#include "tools/softgpu/runtime/rt_copy.h"

#define DEVICE(pointer) ((CUdeviceptr)(uintptr_t)(pointer))

static CUresult copy(void *dst, const void *src, size_t bytes, enum cudaMemcpyKind kind)
{
    switch (kind) {
    case cudaMemcpyHostToDevice:
        return driver.cuMemcpyHtoD(DEVICE(dst), src, bytes);
    case cudaMemcpyDeviceToHost:
        return driver.cuMemcpyDtoH(dst, DEVICE(src), bytes);
    case cudaMemcpyDeviceToDevice:
        return driver.cuMemcpyDtoD(DEVICE(dst), DEVICE(src), bytes);
    case cudaMemcpyHostToHost:
    case cudaMemcpyDefault:
        return driver.cuMemcpy(DEVICE(dst), DEVICE(src), bytes);
    default:
        return (CUresult)cudaErrorInvalidMemcpyDirection;
    }
}

static CUresult copy_async(void *dst, const void *src, size_t bytes, enum cudaMemcpyKind kind,
                           cudaStream_t stream)
{
    switch (kind) {
    case cudaMemcpyHostToDevice:
        return driver.cuMemcpyHtoDAsync(DEVICE(dst), src, bytes, stream);
    case cudaMemcpyDeviceToHost:
        return driver.cuMemcpyDtoHAsync(dst, DEVICE(src), bytes, stream);
    case cudaMemcpyDeviceToDevice:
        return driver.cuMemcpyDtoDAsync(DEVICE(dst), DEVICE(src), bytes, stream);
    case cudaMemcpyHostToHost:
    case cudaMemcpyDefault:
        return driver.cuMemcpyAsync(DEVICE(dst), DEVICE(src), bytes, stream);
    default:
        return (CUresult)cudaErrorInvalidMemcpyDirection;
    }
}

EXPORT cudaError_t CUDARTAPI cudaMemcpy(void *dst, const void *src, size_t bytes,
                                        enum cudaMemcpyKind kind)
{
    RT_CALL(copy(dst, src, bytes, kind));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpyAsync(void *dst, const void *src, size_t bytes,
                                             enum cudaMemcpyKind kind, cudaStream_t stream)
{
    RT_CALL(copy_async(dst, src, bytes, kind, stream));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpyToSymbol(const void *symbol, const void *src, size_t bytes,
                                                size_t offset, enum cudaMemcpyKind kind)
{
    void *dst = NULL;
    cudaError_t error = rt_symbol_part(symbol, offset, bytes, &dst);

    return error ? error : rt_result(copy(dst, src, bytes, kind));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpyFromSymbol(void *dst, const void *symbol, size_t bytes,
                                                  size_t offset, enum cudaMemcpyKind kind)
{
    void *src = NULL;
    cudaError_t error = rt_symbol_part(symbol, offset, bytes, &src);

    return error ? error : rt_result(copy(dst, src, bytes, kind));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpyToSymbolAsync(const void *symbol, const void *src,
                                                     size_t bytes, size_t offset,
                                                     enum cudaMemcpyKind kind, cudaStream_t stream)
{
    void *dst = NULL;
    cudaError_t error = rt_symbol_part(symbol, offset, bytes, &dst);

    return error ? error : rt_result(copy_async(dst, src, bytes, kind, stream));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpyFromSymbolAsync(void *dst, const void *symbol, size_t bytes,
                                                       size_t offset, enum cudaMemcpyKind kind,
                                                       cudaStream_t stream)
{
    void *src = NULL;
    cudaError_t error = rt_symbol_part(symbol, offset, bytes, &src);

    return error ? error : rt_result(copy_async(dst, src, bytes, kind, stream));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpy2D(void *dst, size_t dst_pitch, const void *src,
                                          size_t src_pitch, size_t width, size_t height,
                                          enum cudaMemcpyKind kind)
{
    CUDA_MEMCPY3D to;
    cudaError_t error = rt_copy_2d(dst, dst_pitch, src, src_pitch, width, height, kind, &to);

    return error ? error : rt_result(driver.cuMemcpy3D(&to));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpy2DAsync(void *dst, size_t dst_pitch, const void *src,
                                               size_t src_pitch, size_t width, size_t height,
                                               enum cudaMemcpyKind kind, cudaStream_t stream)
{
    CUDA_MEMCPY3D to;
    cudaError_t error = rt_copy_2d(dst, dst_pitch, src, src_pitch, width, height, kind, &to);

    return error ? error : rt_result(driver.cuMemcpy3DAsync(&to, stream));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpy3D(const struct cudaMemcpy3DParms *params)
{
    CUDA_MEMCPY3D to;
    cudaError_t error = rt_copy_3d(params, &to);

    return error ? error : rt_result(driver.cuMemcpy3D(&to));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpy3DAsync(const struct cudaMemcpy3DParms *params,
                                               cudaStream_t stream)
{
    CUDA_MEMCPY3D to;
    cudaError_t error = rt_copy_3d(params, &to);

    return error ? error : rt_result(driver.cuMemcpy3DAsync(&to, stream));
}

EXPORT cudaError_t CUDARTAPI cudaMemset(void *dst, int value, size_t bytes)
{
    RT_CALL(driver.cuMemsetD8(DEVICE(dst), (unsigned char)value, bytes));
}

EXPORT cudaError_t CUDARTAPI cudaMemsetAsync(void *dst, int value, size_t bytes,
                                             cudaStream_t stream)
{
    RT_CALL(driver.cuMemsetD8Async(DEVICE(dst), (unsigned char)value, bytes, stream));
}

EXPORT cudaError_t CUDARTAPI cudaMemset2D(void *dst, size_t pitch, int value, size_t width,
                                          size_t height)
{
    RT_CALL(driver.cuMemsetD2D8(DEVICE(dst), pitch, (unsigned char)value, width, height));
}

EXPORT cudaError_t CUDARTAPI cudaMemset2DAsync(void *dst, size_t pitch, int value, size_t width,
                                               size_t height, cudaStream_t stream)
{
    RT_CALL(
        driver.cuMemsetD2D8Async(DEVICE(dst), pitch, (unsigned char)value, width, height, stream));
}

/* Slice after slice: rows between them that are not to be touched stay as they are. */
static CUresult fill_3d(struct cudaPitchedPtr dst, int value, struct cudaExtent extent,
                        cudaStream_t stream)
{
    CUresult r = CUDA_SUCCESS;

    for (size_t z = 0; z < extent.depth && !r; z++)
        r = driver.cuMemsetD2D8Async(DEVICE(dst.ptr) + z * dst.pitch * dst.ysize, dst.pitch,
                                     (unsigned char)value, extent.width, extent.height, stream);
    return r;
}

EXPORT cudaError_t CUDARTAPI cudaMemset3D(struct cudaPitchedPtr dst, int value,
                                          struct cudaExtent extent)
{
    RT_CALL(fill_3d(dst, value, extent, NULL));
}

EXPORT cudaError_t CUDARTAPI cudaMemset3DAsync(struct cudaPitchedPtr dst, int value,
                                               struct cudaExtent extent, cudaStream_t stream)
{
    RT_CALL(fill_3d(dst, value, extent, stream));
}

EXPORT cudaError_t CUDARTAPI cudaMallocAsync(void **ret, size_t bytes, cudaStream_t stream)
{
    cudaError_t error = rt_enter();
    CUdeviceptr address = 0;

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (!error && bytes)
        error = rt_result(driver.cuMemAllocAsync(&address, bytes, stream));
    if (!error)
        *ret = (void *)(uintptr_t)address;
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaMallocFromPoolAsync(void **ret, size_t bytes, cudaMemPool_t pool,
                                                     cudaStream_t stream)
{
    cudaError_t error = rt_enter();
    CUdeviceptr address = 0;

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (!error)
        error = rt_result(driver.cuMemAllocFromPoolAsync(&address, bytes, pool, stream));
    if (!error)
        *ret = (void *)(uintptr_t)address;
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaFreeAsync(void *address, cudaStream_t stream)
{
    RT_CALL(driver.cuMemFreeAsync(DEVICE(address), stream));
}

#if CUDART_VERSION >= 13000
EXPORT cudaError_t CUDARTAPI cudaMemPrefetchAsync(const void *address, size_t bytes,
                                                  struct cudaMemLocation location,
                                                  unsigned int flags, cudaStream_t stream)
{
    CUmemLocation to = {.type = (CUmemLocationType)location.type, .id = location.id};

    RT_CALL(driver.cuMemPrefetchAsync(DEVICE(address), bytes, to, flags, stream));
}
#else
EXPORT cudaError_t CUDARTAPI cudaMemPrefetchAsync(const void *address, size_t bytes, int device,
                                                  cudaStream_t stream)
{
    RT_CALL(driver.cuMemPrefetchAsync(DEVICE(address), bytes, device, stream));
}
#endif
