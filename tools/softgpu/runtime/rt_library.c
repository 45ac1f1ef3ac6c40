/* SPDX-License-Identifier: MIT
 *
 * rt_library.c - libraries that the program loads itself.
 */
#include "tools/softgpu/runtime/rt.h"

#if CUDART_VERSION >= 12080
/* The runtime's options are the driver's. */
EXPORT cudaError_t CUDARTAPI cudaLibraryLoadData(cudaLibrary_t *library, const void *code,
                                                 enum cudaJitOption *options, void **values,
                                                 unsigned int n,
                                                 enum cudaLibraryOption *library_options,
                                                 void **library_values, unsigned int n_library)
{
    RT_CALL(driver.cuLibraryLoadData((CUlibrary *)library, code, (CUjit_option *)options, values, n,
                                     (CUlibraryOption *)library_options, library_values,
                                     n_library));
}

EXPORT cudaError_t CUDARTAPI cudaLibraryLoadFromFile(cudaLibrary_t *library, const char *path,
                                                     enum cudaJitOption *options, void **values,
                                                     unsigned int n,
                                                     enum cudaLibraryOption *library_options,
                                                     void **library_values, unsigned int n_library)
{
    RT_CALL(driver.cuLibraryLoadFromFile((CUlibrary *)library, path, (CUjit_option *)options,
                                         values, n, (CUlibraryOption *)library_options,
                                         library_values, n_library));
}

EXPORT cudaError_t CUDARTAPI cudaLibraryUnload(cudaLibrary_t library)
{
    RT_CALL(driver.cuLibraryUnload((CUlibrary)library));
}

EXPORT cudaError_t CUDARTAPI cudaLibraryGetKernel(cudaKernel_t *kernel, cudaLibrary_t library,
                                                  const char *name)
{
    RT_CALL(driver.cuLibraryGetKernel((CUkernel *)kernel, (CUlibrary)library, name));
}

EXPORT cudaError_t CUDARTAPI cudaLibraryGetGlobal(void **address, size_t *bytes,
                                                  cudaLibrary_t library, const char *name)
{
    RT_CALL(driver.cuLibraryGetGlobal((CUdeviceptr *)address, bytes, (CUlibrary)library, name));
}

EXPORT cudaError_t CUDARTAPI cudaLibraryGetManaged(void **address, size_t *bytes,
                                                   cudaLibrary_t library, const char *name)
{
    RT_CALL(driver.cuLibraryGetManaged((CUdeviceptr *)address, bytes, (CUlibrary)library, name));
}

EXPORT cudaError_t CUDARTAPI cudaLibraryGetKernelCount(unsigned int *count, cudaLibrary_t library)
{
    RT_CALL(driver.cuLibraryGetKernelCount(count, (CUlibrary)library));
}

EXPORT cudaError_t CUDARTAPI cudaLibraryEnumerateKernels(cudaKernel_t *kernels, unsigned int n,
                                                         cudaLibrary_t library)
{
    RT_CALL(driver.cuLibraryEnumerateKernels((CUkernel *)kernels, n, (CUlibrary)library));
}

EXPORT cudaError_t CUDARTAPI cudaKernelSetAttributeForDevice(cudaKernel_t kernel,
                                                             enum cudaFuncAttribute attribute,
                                                             int value, int device)
{
    RT_CALL(driver.cuKernelSetAttribute((CUfunction_attribute)attribute, value, (CUkernel)kernel,
                                        device));
}
#endif
