/* SPDX-License-Identifier: MIT
 *
 * rt_device.c - the device, its properties, limits and versions.
 */
#include "tools/softgpu/runtime/rt.h"

#include <stddef.h>
#include <string.h>

EXPORT cudaError_t CUDARTAPI cudaGetDeviceCount(int *count)
{
    cudaError_t error = rt_load();

    return error ? error : rt_result(driver.cuDeviceGetCount(count));
}

static cudaError_t check_device(int device)
{
    CUdevice found;
    cudaError_t error = rt_load();

    return error ? error : rt_result(driver.cuDeviceGet(&found, device));
}

EXPORT cudaError_t CUDARTAPI cudaSetDevice(int device)
{
    cudaError_t error = check_device(device);

    return error ? error : rt_enter();
}

EXPORT cudaError_t CUDARTAPI cudaInitDevice(int device, unsigned int device_flags,
                                            unsigned int flags)
{
    (void)device_flags;
    (void)flags;
    return cudaSetDevice(device);
}

EXPORT cudaError_t CUDARTAPI cudaGetDevice(int *device)
{
    cudaError_t error = rt_load();

    if (!error && !device)
        error = rt_error(cudaErrorInvalidValue);
    if (!error)
        *device = 0;
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaSetValidDevices(int *devices, int n)
{
    cudaError_t error = cudaSuccess;

    for (int i = 0; i < n && !error; i++)
        error = check_device(devices[i]);
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaChooseDevice(int *device, const struct cudaDeviceProp *prop)
{
    (void)prop;
    return cudaGetDevice(device);
}

EXPORT cudaError_t CUDARTAPI cudaSetDeviceFlags(unsigned int flags)
{
    cudaError_t error = rt_load();

    return error ? error : rt_result(driver.cuDevicePrimaryCtxSetFlags(0, flags));
}

EXPORT cudaError_t CUDARTAPI cudaGetDeviceFlags(unsigned int *flags)
{
    cudaError_t error = rt_load();
    int active;

    return error ? error : rt_result(driver.cuDevicePrimaryCtxGetState(0, flags, &active));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr which,
                                                    int device)
{
    cudaError_t error = check_device(device);

    if (error)
        return error;
    return rt_result(driver.cuDeviceGetAttribute(value, (CUdevice_attribute)which, device));
}

/* Each int or size_t of the properties that is one of the driver's attributes. */
static const struct property {
    int attribute;
    size_t offset;
    bool wide;
} properties[] = {
#define INT(field, number)                                                                         \
    {                                                                                              \
        number, offsetof(struct cudaDeviceProp, field), false                                      \
    }
#define SIZE(field, number)                                                                        \
    {                                                                                              \
        number, offsetof(struct cudaDeviceProp, field), true                                       \
    }
    INT(maxThreadsPerBlock, 1),
    INT(maxThreadsDim[0], 2),
    INT(maxThreadsDim[1], 3),
    INT(maxThreadsDim[2], 4),
    INT(maxGridSize[0], 5),
    INT(maxGridSize[1], 6),
    INT(maxGridSize[2], 7),
    SIZE(sharedMemPerBlock, 8),
    SIZE(totalConstMem, 9),
    INT(warpSize, 10),
    SIZE(memPitch, 11),
    INT(regsPerBlock, 12),
    SIZE(textureAlignment, 14),
    INT(multiProcessorCount, 16),
    INT(integrated, 18),
    INT(canMapHostMemory, 19),
    SIZE(surfaceAlignment, 30),
    INT(concurrentKernels, 31),
    INT(ECCEnabled, 32),
    INT(pciBusID, 33),
    INT(pciDeviceID, 34),
    INT(tccDriver, 35),
    INT(memoryBusWidth, 37),
    INT(l2CacheSize, 38),
    INT(maxThreadsPerMultiProcessor, 39),
    INT(asyncEngineCount, 40),
    INT(unifiedAddressing, 41),
    INT(pciDomainID, 50),
    SIZE(texturePitchAlignment, 51),
    INT(major, 75),
    INT(minor, 76),
    INT(streamPrioritiesSupported, 78),
    INT(globalL1CacheSupported, 79),
    INT(localL1CacheSupported, 80),
    SIZE(sharedMemPerMultiprocessor, 81),
    INT(regsPerMultiprocessor, 82),
    INT(managedMemory, 83),
    INT(hostNativeAtomicSupported, 86),
    INT(pageableMemoryAccess, 88),
    INT(concurrentManagedAccess, 89),
    INT(computePreemptionSupported, 90),
    INT(canUseHostPointerForRegisteredMem, 91),
    INT(cooperativeLaunch, 95),
    SIZE(sharedMemPerBlockOptin, 97),
    INT(maxBlocksPerMultiProcessor, 106),
    SIZE(reservedSharedMemPerBlock, 111),
#if CUDART_VERSION >= 12000
    INT(hostRegisterSupported, 99),
    INT(memoryPoolsSupported, 115),
    INT(clusterLaunch, 120),
#endif
#if CUDART_VERSION < 13000
    INT(clockRate, 13),
    INT(deviceOverlap, 15),
    INT(memoryClockRate, 36),
    INT(singleToDoublePrecisionPerfRatio, 87),
#endif
};

EXPORT cudaError_t CUDARTAPI cudaGetDeviceProperties(struct cudaDeviceProp *ret, int device)
{
    cudaError_t error = check_device(device);
    CUresult r;

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (error)
        return error;
    memset(ret, 0, sizeof(*ret));
    r = driver.cuDeviceGetName(ret->name, sizeof(ret->name), device);
    if (!r)
        r = driver.cuDeviceGetUuid((CUuuid *)&ret->uuid, device);
    if (!r)
        r = driver.cuDeviceTotalMem(&ret->totalGlobalMem, device);
    for (size_t i = 0; i < sizeof(properties) / sizeof(*properties) && !r; i++) {
        void *field = (char *)ret + properties[i].offset;
        int value = 0;

        r = driver.cuDeviceGetAttribute(&value, (CUdevice_attribute)properties[i].attribute,
                                        device);
        if (properties[i].wide)
            *(size_t *)field = (size_t)value;
        else
            *(int *)field = value;
    }
    return rt_result(r);
}

EXPORT cudaError_t CUDARTAPI cudaDeviceGetPCIBusId(char *id, int size, int device)
{
    cudaError_t error = check_device(device);

    return error ? error : rt_result(driver.cuDeviceGetPCIBusId(id, size, device));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceGetByPCIBusId(int *device, const char *id)
{
    cudaError_t error = rt_load();

    return error ? error : rt_result(driver.cuDeviceGetByPCIBusId(device, id));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceCanAccessPeer(int *can, int device, int peer)
{
    cudaError_t error = rt_load();

    return error ? error : rt_result(driver.cuDeviceCanAccessPeer(can, device, peer));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceSetLimit(enum cudaLimit limit, size_t value)
{
    RT_CALL(driver.cuCtxSetLimit((CUlimit)limit, value));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceGetLimit(size_t *value, enum cudaLimit limit)
{
    RT_CALL(driver.cuCtxGetLimit(value, (CUlimit)limit));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceGetCacheConfig(enum cudaFuncCache *config)
{
    RT_CALL(driver.cuCtxGetCacheConfig((CUfunc_cache *)config));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceSetCacheConfig(enum cudaFuncCache config)
{
    RT_CALL(driver.cuCtxSetCacheConfig((CUfunc_cache)config));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceGetSharedMemConfig(enum cudaSharedMemConfig *config)
{
    RT_CALL(driver.cuCtxGetSharedMemConfig((CUsharedconfig *)config));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceSetSharedMemConfig(enum cudaSharedMemConfig config)
{
    RT_CALL(driver.cuCtxSetSharedMemConfig((CUsharedconfig)config));
}

EXPORT cudaError_t CUDARTAPI cudaDriverGetVersion(int *version)
{
    cudaError_t error = rt_load();

    return error ? error : rt_result(driver.cuDriverGetVersion(version));
}

EXPORT cudaError_t CUDARTAPI cudaRuntimeGetVersion(int *version)
{
    if (!version)
        return rt_error(cudaErrorInvalidValue);
    *version = CUDART_VERSION;
    return cudaSuccess;
}
