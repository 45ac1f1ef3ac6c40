/* SPDX-License-Identifier: MIT
 *
 * nvcc.h - what the code that nvcc adds to a program calls in the runtime. crt/host_runtime.h and
 * crt/device_functions.h of the toolkit say how; they are C++, so the C form stands here.
 */
#ifndef SOFTGPU_RUNTIME_NVCC_H
#define SOFTGPU_RUNTIME_NVCC_H

#include <cuda.h>
#include <cuda_runtime_api.h>
#include <stddef.h>

/* code is the wrapper around the fatbin. The handle is opaque. */
void **CUDARTAPI __cudaRegisterFatBinary(void *code);
void CUDARTAPI __cudaRegisterFatBinaryEnd(void **handle);
void CUDARTAPI __cudaUnregisterFatBinary(void **handle);
char CUDARTAPI __cudaInitModule(void **handle);
/* All behind the name is of no use any more. */
void CUDARTAPI __cudaRegisterFunction(void **handle, const char *stub, char *device_stub,
                                      const char *name, int thread_limit, void *tid, void *bid,
                                      void *block, void *grid, int *warp);
void CUDARTAPI __cudaRegisterVar(void **handle, char *host, char *address, const char *name,
                                 int external, size_t bytes, int constant, int global);
void CUDARTAPI __cudaRegisterManagedVar(void **handle, void **host, char *address, const char *name,
                                        int external, size_t bytes, int constant, int global);

/* <<<...>>> pushes, the stub pops and launches. Return cudaSuccess. */
unsigned CUDARTAPI __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared_bytes,
                                               void *stream);
cudaError_t CUDARTAPI __cudaPopCallConfiguration(dim3 *grid, dim3 *block, size_t *shared_bytes,
                                                 void *stream);
/* nvcc 13: the stub keeps the kernel's handle. */
cudaError_t CUDARTAPI __cudaGetKernel(CUkernel *ret_kernel, const void *stub);
cudaError_t CUDARTAPI __cudaLaunchKernel(CUkernel kernel, dim3 grid, dim3 block, void **args,
                                         size_t shared_bytes, cudaStream_t stream);
cudaError_t CUDARTAPI __cudaLaunchKernel_ptsz(CUkernel kernel, dim3 grid, dim3 block, void **args,
                                              size_t shared_bytes, cudaStream_t stream);

#endif
