/* SPDX-License-Identifier: MIT
 *
 * rt_launch_default.c - launches. Compiled twice.
 */
#include "tools/softgpu/runtime/nvcc.h"
#include "tools/softgpu/runtime/rt.h"

#ifdef CUDA_API_PER_THREAD_DEFAULT_STREAM
#define __cudaLaunchKernel __cudaLaunchKernel_ptsz
#undef cudaLaunchKernel
#undef cudaLaunchKernelExC
#define cudaLaunchKernel    cudaLaunchKernel_ptsz
#define cudaLaunchKernelExC cudaLaunchKernelExC_ptsz
#endif

/* Before CUDA 13 the runtime had a code of its own for a shape that no kernel could have. */
static cudaError_t launch_result(CUresult r, dim3 grid, dim3 block)
{
    bool bad_grid =
        !grid.x || !grid.y || !grid.z || grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535;
    bool bad_block = !block.x || !block.y || !block.z || block.x > 1024 || block.y > 1024 ||
                     block.z > 64 || block.x * block.y * block.z > 1024;

    if (CUDART_VERSION < 13000 && r == CUDA_ERROR_INVALID_VALUE && (bad_grid || bad_block))
        return rt_error(cudaErrorInvalidConfiguration);
    return rt_result(r);
}

/* A stub's kernel; what is no stub may be a kernel's handle, which the driver then checks. */
static cudaError_t kernel_of(const void *stub, CUkernel *ret_kernel)
{
    cudaError_t error = rt_enter();

    if (error || rt_is_stub(stub))
        return error ? error : rt_kernel(stub, ret_kernel);
    *ret_kernel = (CUkernel)stub;
    return cudaSuccess;
}

static cudaError_t launch(CUkernel kernel, dim3 grid, dim3 block, void **args, size_t shared_bytes,
                          cudaStream_t stream)
{
    CUresult r = driver.cuLaunchKernel((CUfunction)kernel, grid.x, grid.y, grid.z, block.x, block.y,
                                       block.z, (unsigned)shared_bytes, stream, args, NULL);

    return launch_result(r, grid, block);
}

EXPORT cudaError_t CUDARTAPI __cudaLaunchKernel(CUkernel kernel, dim3 grid, dim3 block, void **args,
                                                size_t shared_bytes, cudaStream_t stream)
{
    cudaError_t error =
        kernel ? kernel_of(kernel, &kernel) : rt_error(cudaErrorInvalidDeviceFunction);

    return error ? error : launch(kernel, grid, block, args, shared_bytes, stream);
}

EXPORT cudaError_t CUDARTAPI cudaLaunchKernel(const void *stub, dim3 grid, dim3 block, void **args,
                                              size_t shared_bytes, cudaStream_t stream)
{
    CUkernel kernel = NULL;
    cudaError_t error = kernel_of(stub, &kernel);

    return error ? error : launch(kernel, grid, block, args, shared_bytes, stream);
}

EXPORT cudaError_t CUDARTAPI cudaLaunchCooperativeKernel(const void *stub, dim3 grid, dim3 block,
                                                         void **args, size_t shared_bytes,
                                                         cudaStream_t stream)
{
    CUkernel kernel = NULL;
    cudaError_t error = rt_enter();

    if (!error)
        error = rt_kernel(stub, &kernel);
    if (error)
        return error;
    return launch_result(driver.cuLaunchCooperativeKernel((CUfunction)kernel, grid.x, grid.y,
                                                          grid.z, block.x, block.y, block.z,
                                                          (unsigned)shared_bytes, stream, args),
                         grid, block);
}

EXPORT cudaError_t CUDARTAPI cudaLaunchKernelExC(const cudaLaunchConfig_t *config, const void *stub,
                                                 void **args)
{
    CUlaunchConfig to;
    CUkernel kernel = NULL;
    cudaError_t error = config ? kernel_of(stub, &kernel) : rt_error(cudaErrorInvalidValue);

    if (error)
        return error;
    to = rt_launch_config(config);
    return launch_result(driver.cuLaunchKernelEx(&to, (CUfunction)kernel, args, NULL),
                         config->gridDim, config->blockDim);
}

EXPORT cudaError_t CUDARTAPI cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t fn, void *user)
{
    RT_CALL(driver.cuLaunchHostFunc(stream, fn, user));
}
