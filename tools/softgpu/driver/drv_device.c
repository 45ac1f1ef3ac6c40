/* SPDX-License-Identifier: MIT
 *
 * drv_device.c - the one device and what it says about itself.
 */
#include "tools/softgpu/driver/driver.h"

#include <stdio.h>
#include <string.h>

#define BUS_ID "0000:00:1f.0"

static CUresult check_device(CUdevice device)
{
    CUresult r = driver_ready();

    return r ? r : device ? CUDA_ERROR_INVALID_DEVICE : CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuDeviceGet(CUdevice *device, int ordinal)
{
    CUresult r = check_device(ordinal);

    if (!r && !device)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *device = 0;
    return r;
}

EXPORT CUresult CUDAAPI cuDeviceGetCount(int *count)
{
    CUresult r = driver_ready();

    if (!r && !count)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *count = 1;
    return r;
}

EXPORT CUresult CUDAAPI cuDeviceGetName(char *name, int len, CUdevice dev)
{
    CUresult r = check_device(dev);

    if (!r && (!name || len < 1))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        snprintf(name, (size_t)len, "SliVER software device, %u SMs",
                 (unsigned)device_options()->sms);
    return r;
}

EXPORT CUresult CUDAAPI cuDeviceGetUuid(CUuuid *uuid, CUdevice dev)
{
    CUresult r = check_device(dev);

    if (!r && !uuid)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        memcpy(uuid->bytes, "sliver-softgpu-0", sizeof(uuid->bytes));
    return r;
}

EXPORT CUresult CUDAAPI cuDeviceTotalMem(size_t *bytes, CUdevice dev)
{
    CUresult r = check_device(dev);
    uint64_t used, total;

    if (!r && !bytes)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    memory_usage(&used, &total);
    *bytes = total;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuDeviceComputeCapability(int *major, int *minor, CUdevice dev)
{
    CUresult r = check_device(dev);

    if (!r && (!major || !minor))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *major = (int)device_options()->cc / 10;
    *minor = (int)device_options()->cc % 10;
    return CUDA_SUCCESS;
}

/* Attributes that follow from the options. -1: not among them. */
static int chosen_attribute(CUdevice_attribute attribute)
{
    const struct options *options = device_options();
    const struct sm_limits *limits = device_limits();

    switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
        return (int)options->sms;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
    case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
        return (int)options->clock_mhz * 1000;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
        return (int)options->cc / 10;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
        return (int)options->cc % 10;
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR:
        return (int)limits->max_threads;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR:
        return (int)limits->max_blocks;
    case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR:
    case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK:
        return (int)limits->registers;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR:
        return (int)limits->shared_bytes;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
        return (int)limits->shared_optin_bytes;
    case CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK:
        return (int)limits->shared_reserved_bytes;
    default:
        return -1;
    }
}

/* Attributes that are the same for every software device. Those not named are 0: not there. */
static int fixed_attribute(CUdevice_attribute attribute)
{
    static const struct {
        CUdevice_attribute attribute;
        int value;
    } table[] = {
        {CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1024},
        {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X, 1024},
        {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y, 1024},
        {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z, 64},
        {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X, 0x7fffffff},
        {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y, 65535},
        {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z, 65535},
        {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, 49152},
        {CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY, 65536},
        {CU_DEVICE_ATTRIBUTE_WARP_SIZE, 32},
        {CU_DEVICE_ATTRIBUTE_MAX_PITCH, 0x7fffffff},
        {CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT, 512},
        {CU_DEVICE_ATTRIBUTE_TEXTURE_PITCH_ALIGNMENT, 32},
        {CU_DEVICE_ATTRIBUTE_SURFACE_ALIGNMENT, 512},
        {CU_DEVICE_ATTRIBUTE_GPU_OVERLAP, 1},
        {CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT, 2},
        {CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY, 1},
        {CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS, 1},
        {CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID, 0x1f},
        {CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, 64},
        {CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, 1 << 20},
        {CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, 1},
        {CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED, 1},
        {CU_DEVICE_ATTRIBUTE_GLOBAL_L1_CACHE_SUPPORTED, 1},
        {CU_DEVICE_ATTRIBUTE_LOCAL_L1_CACHE_SUPPORTED, 1},
        {CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY, 1},
        {CU_DEVICE_ATTRIBUTE_SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO, 2},
        {CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS, 1},
        {CU_DEVICE_ATTRIBUTE_HOST_NATIVE_ATOMIC_SUPPORTED, 1},
        {CU_DEVICE_ATTRIBUTE_COMPUTE_PREEMPTION_SUPPORTED, 1},
        {CU_DEVICE_ATTRIBUTE_CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM, 1},
        {(CUdevice_attribute)92 /* stream memory operations, first version */, 1},
        {(CUdevice_attribute)93 /* ... of 64 bits */, 1},
        {(CUdevice_attribute)94 /* ... with NOR */, 1},
        {CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH, 1},
        {CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED, 1},
        {CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, 1},
        {(CUdevice_attribute)120 /* cluster launch */, 1},
        {(CUdevice_attribute)122 /* stream memory operations of 64 bits */, 1},
        {(CUdevice_attribute)123 /* ... with NOR */, 1},
        {(CUdevice_attribute)126 /* memory synchronisation domains */, 1},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (table[i].attribute == attribute)
            return table[i].value;
    return 0;
}

EXPORT CUresult CUDAAPI cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice dev)
{
    CUresult r = check_device(dev);

    if (!r && (!value || (int)attribute < 1 || attribute >= CU_DEVICE_ATTRIBUTE_MAX))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *value = chosen_attribute(attribute);
    if (*value < 0)
        *value = fixed_attribute(attribute);
    if ((int)attribute == 120 && device_options()->cc < 90)
        *value = 0;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuDeviceGetProperties(CUdevprop *prop, CUdevice dev)
{
    CUresult r = check_device(dev);

    if (!r && !prop)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *prop = (CUdevprop){
        .maxThreadsPerBlock = 1024,
        .maxThreadsDim = {1024, 1024, 64},
        .maxGridSize = {0x7fffffff, 65535, 65535},
        .sharedMemPerBlock = 49152,
        .totalConstantMemory = 65536,
        .SIMDWidth = 32,
        .memPitch = 0x7fffffff,
        .regsPerBlock = (int)device_limits()->registers,
        .clockRate = (int)device_options()->clock_mhz * 1000,
        .textureAlign = 512,
    };
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuDeviceGetPCIBusId(char *id, int len, CUdevice dev)
{
    CUresult r = check_device(dev);

    if (!r && (!id || len < (int)sizeof(BUS_ID)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        memcpy(id, BUS_ID, sizeof(BUS_ID));
    return r;
}

EXPORT CUresult CUDAAPI cuDeviceGetByPCIBusId(CUdevice *dev, const char *id)
{
    CUresult r = driver_ready();

    if (!r && (!dev || !id))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && strcmp(id, BUS_ID))
        r = CUDA_ERROR_INVALID_DEVICE;
    if (!r)
        *dev = 0;
    return r;
}

EXPORT CUresult CUDAAPI cuDeviceCanAccessPeer(int *can, CUdevice dev, CUdevice peer)
{
    CUresult r = check_device(dev);

    if (!r)
        r = check_device(peer);
    if (!r && !can)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *can = 0;
    return r;
}
