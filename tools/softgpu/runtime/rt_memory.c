/* SPDX-License-Identifier: MIT
 *
 * rt_memory.c - allocating, registering, and asking about memory.
 */
#include "tools/softgpu/runtime/rt.h"

#define DEVICE(pointer) ((CUdeviceptr)(uintptr_t)(pointer))

/* Of nothing, the runtime gives a null pointer. */
EXPORT cudaError_t CUDARTAPI cudaMalloc(void **ret, size_t bytes)
{
    cudaError_t error = rt_enter();
    CUdeviceptr address = 0;

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (!error && bytes)
        error = rt_result(driver.cuMemAlloc(&address, bytes));
    if (!error)
        *ret = (void *)(uintptr_t)address;
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaMallocPitch(void **ret, size_t *pitch, size_t width, size_t height)
{
    cudaError_t error = rt_enter();
    CUdeviceptr address = 0;

    if (!error && (!ret || !pitch))
        error = rt_error(cudaErrorInvalidValue);
    if (!error && width && height)
        error = rt_result(driver.cuMemAllocPitch(&address, pitch, width, height, 4));
    if (!error)
        *ret = (void *)(uintptr_t)address;
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaMalloc3D(struct cudaPitchedPtr *ret, struct cudaExtent extent)
{
    cudaError_t error;

    if (!ret)
        return rt_error(cudaErrorInvalidValue);
    error = cudaMallocPitch(&ret->ptr, &ret->pitch, extent.width, extent.height * extent.depth);
    if (error)
        return error;
    ret->xsize = extent.width;
    ret->ysize = extent.height;
    return cudaSuccess;
}

EXPORT cudaError_t CUDARTAPI cudaMallocManaged(void **ret, size_t bytes, unsigned int flags)
{
    cudaError_t error = rt_enter();
    CUdeviceptr address = 0;

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (!error)
        error = rt_result(driver.cuMemAllocManaged(&address, bytes, flags));
    if (!error)
        *ret = (void *)(uintptr_t)address;
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaFree(void *address)
{
    RT_CALL(driver.cuMemFree(DEVICE(address)));
}

EXPORT cudaError_t CUDARTAPI cudaHostAlloc(void **ret, size_t bytes, unsigned int flags)
{
    cudaError_t error = rt_enter();

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (!error && !bytes)
        *ret = NULL;
    if (error || !bytes)
        return error;
    return rt_result(driver.cuMemHostAlloc(ret, bytes, flags));
}

EXPORT cudaError_t CUDARTAPI cudaMallocHost(void **ret, size_t bytes)
{
    return cudaHostAlloc(ret, bytes, cudaHostAllocDefault);
}

EXPORT cudaError_t CUDARTAPI cudaFreeHost(void *address)
{
    RT_CALL(driver.cuMemFreeHost(address));
}

EXPORT cudaError_t CUDARTAPI cudaHostRegister(void *address, size_t bytes, unsigned int flags)
{
    RT_CALL(driver.cuMemHostRegister(address, bytes, flags));
}

EXPORT cudaError_t CUDARTAPI cudaHostUnregister(void *address)
{
    RT_CALL(driver.cuMemHostUnregister(address));
}

EXPORT cudaError_t CUDARTAPI cudaHostGetDevicePointer(void **ret, void *host, unsigned int flags)
{
    cudaError_t error = rt_enter();
    CUdeviceptr address = 0;

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (!error)
        error = rt_result(driver.cuMemHostGetDevicePointer(&address, host, flags));
    if (!error)
        *ret = (void *)(uintptr_t)address;
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaHostGetFlags(unsigned int *flags, void *host)
{
    RT_CALL(driver.cuMemHostGetFlags(flags, host));
}

EXPORT cudaError_t CUDARTAPI cudaMemGetInfo(size_t *free_bytes, size_t *total_bytes)
{
    RT_CALL(driver.cuMemGetInfo(free_bytes, total_bytes));
}

static enum cudaMemoryType type_of(unsigned memory_type, unsigned char managed)
{
    if (managed)
        return cudaMemoryTypeManaged;
    if (memory_type == CU_MEMORYTYPE_DEVICE)
        return cudaMemoryTypeDevice;
    return memory_type == CU_MEMORYTYPE_HOST ? cudaMemoryTypeHost : cudaMemoryTypeUnregistered;
}

EXPORT cudaError_t CUDARTAPI cudaPointerGetAttributes(struct cudaPointerAttributes *ret,
                                                      const void *address)
{
    CUpointer_attribute wanted[] = {
        CU_POINTER_ATTRIBUTE_MEMORY_TYPE, CU_POINTER_ATTRIBUTE_IS_MANAGED,
        CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, CU_POINTER_ATTRIBUTE_DEVICE_POINTER,
        CU_POINTER_ATTRIBUTE_HOST_POINTER};
    unsigned memory_type = 0;
    unsigned char managed = 0;
    int device = -1;
    void *on_device = NULL, *on_host = NULL;
    void *values[] = {&memory_type, &managed, &device, &on_device, &on_host};
    cudaError_t error = rt_enter();

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (!error)
        error = rt_result(driver.cuPointerGetAttributes(5, wanted, values, DEVICE(address)));
    if (error)
        return error;
    *ret = (struct cudaPointerAttributes){.type = type_of(memory_type, managed),
                                          .device = memory_type ? device : cudaInvalidDeviceId,
                                          .devicePointer = on_device,
                                          .hostPointer = memory_type ? on_host : (void *)address};
    return cudaSuccess;
}

EXPORT cudaError_t CUDARTAPI cudaGetSymbolAddress(void **ret, const void *symbol)
{
    cudaError_t error = rt_enter();
    CUdeviceptr address = 0;
    size_t bytes;

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (!error)
        error = rt_variable(symbol, &address, &bytes);
    if (!error)
        *ret = (void *)(uintptr_t)address;
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaGetSymbolSize(size_t *ret, const void *symbol)
{
    cudaError_t error = rt_enter();
    CUdeviceptr address;

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    return error ? error : rt_variable(symbol, &address, ret);
}
