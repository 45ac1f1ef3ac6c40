/* SPDX-License-Identifier: MIT
 *
 * rt_function.c - attributes and occupancy of kernels; libraries loaded by the program.
 */
#include "tools/softgpu/runtime/rt.h"

#include <stdint.h>

static cudaError_t function_of(const void *stub, CUfunction *ret)
{
    cudaError_t error = rt_enter();

    return error ? error : rt_function(stub, ret);
}

static int attribute(CUfunction function, int which)
{
    int value = 0;

    driver.cuFuncGetAttribute(&value, (CUfunction_attribute)which, function);
    return value;
}

EXPORT cudaError_t CUDARTAPI cudaFuncGetAttributes(struct cudaFuncAttributes *ret, const void *stub)
{
    CUfunction f = NULL;
    cudaError_t error = function_of(stub, &f);

    if (!error && !ret)
        error = rt_error(cudaErrorInvalidValue);
    if (error)
        return error;
    *ret = (struct cudaFuncAttributes){
        .sharedSizeBytes = (size_t)attribute(f, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES),
        .constSizeBytes = (size_t)attribute(f, CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES),
        .localSizeBytes = (size_t)attribute(f, CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES),
        .maxThreadsPerBlock = attribute(f, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
        .numRegs = attribute(f, CU_FUNC_ATTRIBUTE_NUM_REGS),
        .ptxVersion = attribute(f, CU_FUNC_ATTRIBUTE_PTX_VERSION),
        .binaryVersion = attribute(f, CU_FUNC_ATTRIBUTE_BINARY_VERSION),
        .cacheModeCA = attribute(f, CU_FUNC_ATTRIBUTE_CACHE_MODE_CA),
        .maxDynamicSharedSizeBytes = attribute(f, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES),
        .preferredShmemCarveout = attribute(f, CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT)};
    return cudaSuccess;
}

EXPORT cudaError_t CUDARTAPI cudaFuncSetAttribute(const void *stub, enum cudaFuncAttribute which,
                                                  int value)
{
    CUfunction f = NULL;
    cudaError_t error = function_of(stub, &f);

    if (error)
        return error;
    return rt_result(driver.cuFuncSetAttribute(f, (CUfunction_attribute)which, value));
}

EXPORT cudaError_t CUDARTAPI cudaFuncSetCacheConfig(const void *stub, enum cudaFuncCache config)
{
    CUfunction f = NULL;
    cudaError_t error = function_of(stub, &f);

    return error ? error : rt_result(driver.cuFuncSetCacheConfig(f, (CUfunc_cache)config));
}

EXPORT cudaError_t CUDARTAPI cudaFuncSetSharedMemConfig(const void *stub,
                                                        enum cudaSharedMemConfig config)
{
    CUfunction f = NULL;
    cudaError_t error = function_of(stub, &f);

    return error ? error : rt_result(driver.cuFuncSetSharedMemConfig(f, (CUsharedconfig)config));
}

EXPORT cudaError_t CUDARTAPI cudaFuncGetName(const char **name, const void *stub)
{
    CUfunction f = NULL;
    cudaError_t error = function_of(stub, &f);

    return error ? error : rt_result(driver.cuFuncGetName(name, f));
}

EXPORT cudaError_t CUDARTAPI cudaFuncGetParamInfo(const void *stub, size_t i, size_t *offset,
                                                  size_t *size)
{
    CUfunction f = NULL;
    cudaError_t error = function_of(stub, &f);

    return error ? error : rt_result(driver.cuFuncGetParamInfo(f, i, offset, size));
}

EXPORT cudaError_t CUDARTAPI cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
    int *n, const void *stub, int threads, size_t shared_bytes, unsigned int flags)
{
    CUfunction f = NULL;
    cudaError_t error = function_of(stub, &f);

    if (error)
        return error;
    return rt_result(driver.cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
        n, f, threads, shared_bytes, flags));
}

EXPORT cudaError_t CUDARTAPI cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *n, const void *stub,
                                                                           int threads,
                                                                           size_t shared_bytes)
{
    return cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(n, stub, threads, shared_bytes,
                                                                  0);
}

EXPORT cudaError_t CUDARTAPI cudaOccupancyAvailableDynamicSMemPerBlock(size_t *bytes,
                                                                       const void *stub, int blocks,
                                                                       int threads)
{
    CUfunction f = NULL;
    cudaError_t error = function_of(stub, &f);

    if (error)
        return error;
    return rt_result(driver.cuOccupancyAvailableDynamicSMemPerBlock(bytes, f, blocks, threads));
}

EXPORT cudaError_t CUDARTAPI cudaOccupancyMaxPotentialClusterSize(int *size, const void *stub,
                                                                  const cudaLaunchConfig_t *config)
{
    CUfunction f = NULL;
    cudaError_t error = config ? function_of(stub, &f) : rt_error(cudaErrorInvalidValue);
    CUlaunchConfig to;

    if (error)
        return error;
    to = rt_launch_config(config);
    return rt_result(driver.cuOccupancyMaxPotentialClusterSize(size, f, &to));
}

EXPORT cudaError_t CUDARTAPI cudaOccupancyMaxActiveClusters(int *n, const void *stub,
                                                            const cudaLaunchConfig_t *config)
{
    CUfunction f = NULL;
    cudaError_t error = config ? function_of(stub, &f) : rt_error(cudaErrorInvalidValue);
    CUlaunchConfig to;

    if (error)
        return error;
    to = rt_launch_config(config);
    return rt_result(driver.cuOccupancyMaxActiveClusters(n, f, &to));
}

EXPORT cudaError_t CUDARTAPI cudaGetFuncBySymbol(cudaFunction_t *ret, const void *stub)
{
    return function_of(stub, ret);
}

EXPORT cudaError_t CUDARTAPI cudaGetKernel(cudaKernel_t *ret, const void *stub)
{
    cudaError_t error = rt_enter();

    return error ? error : rt_kernel(stub, ret);
}
