/* SPDX-License-Identifier: MIT
 *
 * rt_pool.c - memory pools, and the odds and ends: advice, channel formats, the profiler's
 * switches.
 */
#include "tools/softgpu/runtime/rt.h"

#include <cuda_profiler_api.h>

static cudaError_t check_device(int device)
{
    cudaError_t error = rt_enter();

    return !error && device ? rt_error(cudaErrorInvalidDevice) : error;
}

EXPORT cudaError_t CUDARTAPI cudaDeviceGetDefaultMemPool(cudaMemPool_t *pool, int device)
{
    cudaError_t error = check_device(device);

    return error ? error : rt_result(driver.cuDeviceGetDefaultMemPool(pool, device));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceGetMemPool(cudaMemPool_t *pool, int device)
{
    cudaError_t error = check_device(device);

    return error ? error : rt_result(driver.cuDeviceGetMemPool(pool, device));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceSetMemPool(int device, cudaMemPool_t pool)
{
    cudaError_t error = check_device(device);

    return error ? error : rt_result(driver.cuDeviceSetMemPool(device, pool));
}

EXPORT cudaError_t CUDARTAPI cudaMemPoolSetAccess(cudaMemPool_t pool,
                                                  const struct cudaMemAccessDesc *map, size_t n)
{
    RT_CALL(driver.cuMemPoolSetAccess(pool, (const CUmemAccessDesc *)map, n));
}

EXPORT cudaError_t CUDARTAPI cudaMemPoolGetAccess(enum cudaMemAccessFlags *flags,
                                                  cudaMemPool_t pool,
                                                  struct cudaMemLocation *location)
{
    RT_CALL(driver.cuMemPoolGetAccess((CUmemAccess_flags *)flags, pool, (CUmemLocation *)location));
}

EXPORT cudaError_t CUDARTAPI cudaMemPoolTrimTo(cudaMemPool_t pool, size_t keep)
{
    RT_CALL(driver.cuMemPoolTrimTo(pool, keep));
}

EXPORT cudaError_t CUDARTAPI cudaMemPoolSetAttribute(cudaMemPool_t pool,
                                                     enum cudaMemPoolAttr attribute, void *value)
{
    RT_CALL(driver.cuMemPoolSetAttribute(pool, (CUmemPool_attribute)attribute, value));
}

EXPORT cudaError_t CUDARTAPI cudaMemPoolGetAttribute(cudaMemPool_t pool,
                                                     enum cudaMemPoolAttr attribute, void *value)
{
    RT_CALL(driver.cuMemPoolGetAttribute(pool, (CUmemPool_attribute)attribute, value));
}

EXPORT cudaError_t CUDARTAPI cudaMemPoolCreate(cudaMemPool_t *pool,
                                               const struct cudaMemPoolProps *props)
{
    CUmemPoolProps to;

    if (!props)
        return rt_error(cudaErrorInvalidValue);
    to = (CUmemPoolProps){
        .allocType = (CUmemAllocationType)props->allocType,
        .handleTypes = (CUmemAllocationHandleType)props->handleTypes,
        .location = {.type = (CUmemLocationType)props->location.type, .id = props->location.id}};
    RT_CALL(driver.cuMemPoolCreate(pool, &to));
}

EXPORT cudaError_t CUDARTAPI cudaMemPoolDestroy(cudaMemPool_t pool)
{
    RT_CALL(driver.cuMemPoolDestroy(pool));
}

#if CUDART_VERSION >= 13000
EXPORT cudaError_t CUDARTAPI cudaMemAdvise(const void *address, size_t bytes,
                                           enum cudaMemoryAdvise advice,
                                           struct cudaMemLocation location)
{
    CUmemLocation to = {.type = (CUmemLocationType)location.type, .id = location.id};

    RT_CALL(driver.cuMemAdvise((CUdeviceptr)(uintptr_t)address, bytes, (CUmem_advise)advice, to));
}
#else
EXPORT cudaError_t CUDARTAPI cudaMemAdvise(const void *address, size_t bytes,
                                           enum cudaMemoryAdvise advice, int device)
{
    RT_CALL(
        driver.cuMemAdvise((CUdeviceptr)(uintptr_t)address, bytes, (CUmem_advise)advice, device));
}
#endif

EXPORT struct cudaChannelFormatDesc CUDARTAPI cudaCreateChannelDesc(int x, int y, int z, int w,
                                                                    enum cudaChannelFormatKind kind)
{
    return (struct cudaChannelFormatDesc){x, y, z, w, kind};
}

EXPORT cudaError_t CUDARTAPI cudaProfilerStart(void)
{
    return rt_enter();
}

EXPORT cudaError_t CUDARTAPI cudaProfilerStop(void)
{
    return rt_enter();
}
