/* SPDX-License-Identifier: MIT
 *
 * rt.h - what the files of the software device's runtime share.
 *
 * libcudart.so turns the runtime's calls into the driver's, which it finds as NVIDIA's does: by
 * dlopen("libcuda.so.1") and cuGetProcAddress, so that whatever is preloaded sees every call. Files
 * named
 * *_default.c are compiled twice, the second time with CUDA_API_PER_THREAD_DEFAULT_STREAM: they
 * then use the other flavour of the driver's functions. Each thread keeps its last error.
 */
#ifndef SOFTGPU_RUNTIME_RT_H
#define SOFTGPU_RUNTIME_RT_H

#include <cuda.h>
#include <cuda_runtime_api.h>
#include <stdbool.h>

#define EXPORT __attribute__((visibility("default")))

struct rt_driver {
#define ROW(name)             __typeof__(name) *name;
#define ROW_OF(name, version) ROW(name)
#include "tools/softgpu/runtime/driver_calls.inc"
};

/* With the null stream meaning the legacy one, and this thread's. */
extern struct rt_driver rt_drivers[2];
#ifdef CUDA_API_PER_THREAD_DEFAULT_STREAM
#define driver (rt_drivers[1])
#else
#define driver (rt_drivers[0])
#endif

/* Loads the driver; cudaSuccess once that is done. */
cudaError_t rt_load(void);
/* cuGetProcAddress, once the driver is loaded. */
CUresult rt_look_up(const char *name, void **ret, int version, cuuint64_t flags,
                    CUdriverProcAddressQueryResult *status);
/* The same as rt_load, and makes the device's primary context current if the thread has none. */
cudaError_t rt_enter(void);
/* The driver's codes are the runtime's. Remembers an error as the thread's last one. */
cudaError_t rt_result(CUresult result);
cudaError_t rt_error(cudaError_t error);

/* Was it announced as the host stub of a kernel? */
bool rt_is_stub(const void *stub);
/* What a host stub or variable stands for, in the current context. InvalidDeviceFunction,
 * InvalidSymbol, or why its image could not be loaded. */
cudaError_t rt_kernel(const void *stub, CUkernel *ret_kernel);
cudaError_t rt_function(const void *stub, CUfunction *ret_function);
cudaError_t rt_variable(const void *symbol, CUdeviceptr *ret_address, size_t *ret_bytes);

/* One call: enter, then the driver's. */
#define RT_CALL(call)                                                                              \
    do {                                                                                           \
        cudaError_t entered_ = rt_enter();                                                         \
        return entered_ ? entered_ : rt_result(call);                                              \
    } while (0)

/* The runtime's attributes are the driver's. */
static inline CUlaunchConfig rt_launch_config(const cudaLaunchConfig_t *config)
{
    return (CUlaunchConfig){.gridDimX = config->gridDim.x,
                            .gridDimY = config->gridDim.y,
                            .gridDimZ = config->gridDim.z,
                            .blockDimX = config->blockDim.x,
                            .blockDimY = config->blockDim.y,
                            .blockDimZ = config->blockDim.z,
                            .sharedMemBytes = (unsigned)config->dynamicSmemBytes,
                            .hStream = config->stream,
                            .attrs = (CUlaunchAttribute *)config->attrs,
                            .numAttrs = config->numAttrs};
}

#endif
