/* SPDX-License-Identifier: MIT
 *
 * rt_copy.c - the runtime's copy parameters in the driver's struct.
 */
#include "tools/softgpu/runtime/rt_copy.h"

#include <stdint.h>

#define DEVICE(pointer) ((CUdeviceptr)(uintptr_t)(pointer))

/* What the direction says of each end. False: no such direction. */
static bool ends_of(enum cudaMemcpyKind kind, CUmemorytype *src, CUmemorytype *dst)
{
    static const CUmemorytype ends[][2] = {
        [cudaMemcpyHostToHost] = {CU_MEMORYTYPE_HOST, CU_MEMORYTYPE_HOST},
        [cudaMemcpyHostToDevice] = {CU_MEMORYTYPE_HOST, CU_MEMORYTYPE_DEVICE},
        [cudaMemcpyDeviceToHost] = {CU_MEMORYTYPE_DEVICE, CU_MEMORYTYPE_HOST},
        [cudaMemcpyDeviceToDevice] = {CU_MEMORYTYPE_DEVICE, CU_MEMORYTYPE_DEVICE},
        [cudaMemcpyDefault] = {CU_MEMORYTYPE_UNIFIED, CU_MEMORYTYPE_UNIFIED},
    };

    if ((unsigned)kind > cudaMemcpyDefault)
        return false;
    *src = ends[kind][0];
    *dst = ends[kind][1];
    return true;
}

static cudaError_t make(struct cudaPitchedPtr dst, struct cudaPitchedPtr src, size_t width,
                        size_t height, size_t depth, enum cudaMemcpyKind kind, CUDA_MEMCPY3D *ret)
{
    *ret = (CUDA_MEMCPY3D){.srcHost = src.ptr,
                           .srcDevice = DEVICE(src.ptr),
                           .srcPitch = src.pitch,
                           .srcHeight = src.ysize,
                           .dstHost = dst.ptr,
                           .dstDevice = DEVICE(dst.ptr),
                           .dstPitch = dst.pitch,
                           .dstHeight = dst.ysize,
                           .WidthInBytes = width,
                           .Height = height,
                           .Depth = depth};
    if (!ends_of(kind, &ret->srcMemoryType, &ret->dstMemoryType))
        return rt_error(cudaErrorInvalidMemcpyDirection);
    return cudaSuccess;
}

cudaError_t rt_copy_2d(void *dst, size_t dst_pitch, const void *src, size_t src_pitch, size_t width,
                       size_t height, enum cudaMemcpyKind kind, CUDA_MEMCPY3D *ret)
{
    struct cudaPitchedPtr to = {.ptr = dst, .pitch = dst_pitch};
    struct cudaPitchedPtr from = {.ptr = (void *)src, .pitch = src_pitch};
    cudaError_t error = rt_enter();

    if (error)
        return error;
    if (dst_pitch < width || src_pitch < width)
        return rt_error(cudaErrorInvalidPitchValue);
    return make(to, from, width, height, 1, kind, ret);
}

cudaError_t rt_copy_3d(const struct cudaMemcpy3DParms *params, CUDA_MEMCPY3D *ret)
{
    cudaError_t error = rt_enter();

    if (!error && !params)
        error = rt_error(cudaErrorInvalidValue);
    if (!error && (params->srcArray || params->dstArray))
        error = rt_error(cudaErrorNotSupported);
    if (!error)
        error = make(params->dstPtr, params->srcPtr, params->extent.width, params->extent.height,
                     params->extent.depth, params->kind, ret);
    if (error)
        return error;
    ret->srcXInBytes = params->srcPos.x;
    ret->srcY = params->srcPos.y;
    ret->srcZ = params->srcPos.z;
    ret->dstXInBytes = params->dstPos.x;
    ret->dstY = params->dstPos.y;
    ret->dstZ = params->dstPos.z;
    return cudaSuccess;
}

cudaError_t rt_symbol_part(const void *symbol, size_t offset, size_t bytes, void **ret_address)
{
    cudaError_t error = rt_enter();
    CUdeviceptr address = 0;
    size_t all = 0;

    if (!error)
        error = rt_variable(symbol, &address, &all);
    if (!error && (offset > all || bytes > all - offset))
        error = rt_error(cudaErrorInvalidValue);
    if (!error)
        *ret_address = (void *)(uintptr_t)(address + offset);
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaMemcpyPeer(void *dst, int dst_device, const void *src,
                                            int src_device, size_t bytes)
{
    if (dst_device || src_device)
        return rt_error(cudaErrorInvalidDevice);
    RT_CALL(driver.cuMemcpyDtoD(DEVICE(dst), DEVICE(src), bytes));
}

EXPORT cudaError_t CUDARTAPI cudaMemcpyPeerAsync(void *dst, int dst_device, const void *src,
                                                 int src_device, size_t bytes, cudaStream_t stream)
{
    if (dst_device || src_device)
        return rt_error(cudaErrorInvalidDevice);
    RT_CALL(driver.cuMemcpyDtoDAsync(DEVICE(dst), DEVICE(src), bytes, stream));
}
