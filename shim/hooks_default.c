/* SPDX-License-Identifier: MIT
 *
 * hooks_default.c - hooks with nothing to do yet: order the call behind what is held, and make it.
 *
 * Weak, so that a hook with a body of its own in another file takes its place.
 */
#include "shim/hooks.h"
#include "shim/order.h"

__attribute__((weak)) CUresult hook_cuCtxDestroy(CUcontext ctx)
{
    if (shim_held())
        shim_order_all();
    return driver.cuCtxDestroy(ctx);
}

__attribute__((weak)) CUresult hook_cuCtxDestroy_v2(CUcontext ctx)
{
    if (shim_held())
        shim_order_all();
    return driver.cuCtxDestroy_v2(ctx);
}

__attribute__((weak)) CUresult hook_cuCtxDetach(CUcontext ctx)
{
    if (shim_held())
        shim_order_all();
    return driver.cuCtxDetach(ctx);
}

__attribute__((weak)) CUresult hook_cuDevicePrimaryCtxRelease(CUdevice dev)
{
    if (shim_held())
        shim_order_all();
    return driver.cuDevicePrimaryCtxRelease(dev);
}

__attribute__((weak)) CUresult hook_cuDevicePrimaryCtxRelease_v2(CUdevice dev)
{
    if (shim_held())
        shim_order_all();
    return driver.cuDevicePrimaryCtxRelease_v2(dev);
}

__attribute__((weak)) CUresult hook_cuDevicePrimaryCtxReset(CUdevice dev)
{
    if (shim_held())
        shim_order_all();
    return driver.cuDevicePrimaryCtxReset(dev);
}

__attribute__((weak)) CUresult hook_cuDevicePrimaryCtxReset_v2(CUdevice dev)
{
    if (shim_held())
        shim_order_all();
    return driver.cuDevicePrimaryCtxReset_v2(dev);
}

__attribute__((weak)) CUresult hook_cuEventDestroy(CUevent hEvent)
{
    return driver.cuEventDestroy(hEvent);
}

__attribute__((weak)) CUresult hook_cuEventDestroy_v2(CUevent hEvent)
{
    return driver.cuEventDestroy_v2(hEvent);
}

__attribute__((weak)) CUresult hook_cuEventElapsedTime(float *pMilliseconds, CUevent hStart,
                                                       CUevent hEnd)
{
    return driver.cuEventElapsedTime(pMilliseconds, hStart, hEnd);
}

#if CUDA_VERSION >= 12080
__attribute__((weak)) CUresult hook_cuEventElapsedTime_v2(float *pMilliseconds, CUevent hStart,
                                                          CUevent hEnd)
{
    return driver.cuEventElapsedTime_v2(pMilliseconds, hStart, hEnd);
}

#endif
__attribute__((weak)) CUresult hook_cuEventQuery(CUevent hEvent)
{
    return driver.cuEventQuery(hEvent);
}

__attribute__((weak)) CUresult hook_cuEventRecord(enum driver_flavour flavour, CUevent hEvent,
                                                  CUstream hStream)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuEventRecord)(hEvent, hStream);
}

__attribute__((weak)) CUresult hook_cuEventRecordWithFlags(enum driver_flavour flavour,
                                                           CUevent hEvent, CUstream hStream,
                                                           unsigned int flags)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuEventRecordWithFlags)(hEvent, hStream, flags);
}

__attribute__((weak)) CUresult hook_cuEventSynchronize(CUevent hEvent)
{
    return driver.cuEventSynchronize(hEvent);
}

__attribute__((weak)) CUresult hook_cuFuncSetAttribute(CUfunction hfunc,
                                                       CUfunction_attribute attrib, int value)
{
    if (shim_held())
        shim_order_all();
    return driver.cuFuncSetAttribute(hfunc, attrib, value);
}

__attribute__((weak)) CUresult hook_cuFuncSetCacheConfig(CUfunction hfunc, CUfunc_cache config)
{
    if (shim_held())
        shim_order_all();
    return driver.cuFuncSetCacheConfig(hfunc, config);
}

__attribute__((weak)) CUresult hook_cuFuncSetSharedMemConfig(CUfunction hfunc,
                                                             CUsharedconfig config)
{
    if (shim_held())
        shim_order_all();
    return driver.cuFuncSetSharedMemConfig(hfunc, config);
}

__attribute__((weak)) CUresult
hook_cuGetProcAddress_v2(const char *symbol, void **pfn, int cudaVersion, cuuint64_t flags,
                         CUdriverProcAddressQueryResult *symbolStatus)
{
    return driver.cuGetProcAddress_v2(symbol, pfn, cudaVersion, flags, symbolStatus);
}

__attribute__((weak)) CUresult hook_cuGraphLaunch(enum driver_flavour flavour, CUgraphExec hGraph,
                                                  CUstream hStream)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuGraphLaunch)(hGraph, hStream);
}

#if CUDA_VERSION >= 12000
__attribute__((weak)) CUresult hook_cuKernelGetFunction(CUfunction *pFunc, CUkernel kernel)
{
    return driver.cuKernelGetFunction(pFunc, kernel);
}

__attribute__((weak)) CUresult hook_cuKernelSetAttribute(CUfunction_attribute attrib, int val,
                                                         CUkernel kernel, CUdevice dev)
{
    if (shim_held())
        shim_order_all();
    return driver.cuKernelSetAttribute(attrib, val, kernel, dev);
}

__attribute__((weak)) CUresult hook_cuKernelSetCacheConfig(CUkernel kernel, CUfunc_cache config,
                                                           CUdevice dev)
{
    if (shim_held())
        shim_order_all();
    return driver.cuKernelSetCacheConfig(kernel, config, dev);
}

#endif
__attribute__((weak)) CUresult hook_cuLaunch(CUfunction f)
{
    if (shim_held())
        shim_order_all();
    return driver.cuLaunch(f);
}

__attribute__((weak)) CUresult
hook_cuLaunchCooperativeKernel(enum driver_flavour flavour, CUfunction f, unsigned int gridDimX,
                               unsigned int gridDimY, unsigned int gridDimZ, unsigned int blockDimX,
                               unsigned int blockDimY, unsigned int blockDimZ,
                               unsigned int sharedMemBytes, CUstream hStream, void **kernelParams)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuLaunchCooperativeKernel)(f, gridDimX, gridDimY, gridDimZ, blockDimX,
                                                         blockDimY, blockDimZ, sharedMemBytes,
                                                         hStream, kernelParams);
}

__attribute__((weak)) CUresult
hook_cuLaunchCooperativeKernelMultiDevice(CUDA_LAUNCH_PARAMS *launchParamsList,
                                          unsigned int numDevices, unsigned int flags)
{
    if (shim_held())
        shim_order_all();
    return driver.cuLaunchCooperativeKernelMultiDevice(launchParamsList, numDevices, flags);
}

__attribute__((weak)) CUresult hook_cuLaunchGrid(CUfunction f, int grid_width, int grid_height)
{
    if (shim_held())
        shim_order_all();
    return driver.cuLaunchGrid(f, grid_width, grid_height);
}

__attribute__((weak)) CUresult hook_cuLaunchGridAsync(CUfunction f, int grid_width, int grid_height,
                                                      CUstream hStream)
{
    if (shim_held())
        shim_order_stream(hStream, FLAVOUR_LEGACY);
    return driver.cuLaunchGridAsync(f, grid_width, grid_height, hStream);
}

__attribute__((weak)) CUresult hook_cuLaunchKernel(enum driver_flavour flavour, CUfunction f,
                                                   unsigned int gridDimX, unsigned int gridDimY,
                                                   unsigned int gridDimZ, unsigned int blockDimX,
                                                   unsigned int blockDimY, unsigned int blockDimZ,
                                                   unsigned int sharedMemBytes, CUstream hStream,
                                                   void **kernelParams, void **extra)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuLaunchKernel)(f, gridDimX, gridDimY, gridDimZ, blockDimX, blockDimY,
                                              blockDimZ, sharedMemBytes, hStream, kernelParams,
                                              extra);
}

__attribute__((weak)) CUresult hook_cuLaunchKernelEx(enum driver_flavour flavour,
                                                     const CUlaunchConfig *config, CUfunction f,
                                                     void **kernelParams, void **extra)
{
    if (shim_held())
        shim_order_all();
    return DRIVER_IN(flavour, cuLaunchKernelEx)(config, f, kernelParams, extra);
}

#if CUDA_VERSION >= 12040
__attribute__((weak)) CUresult
hook_cuLibraryEnumerateKernels(CUkernel *kernels, unsigned int numKernels, CUlibrary lib)
{
    return driver.cuLibraryEnumerateKernels(kernels, numKernels, lib);
}

#endif
#if CUDA_VERSION >= 12000
__attribute__((weak)) CUresult hook_cuLibraryGetKernel(CUkernel *pKernel, CUlibrary library,
                                                       const char *name)
{
    return driver.cuLibraryGetKernel(pKernel, library, name);
}

#endif
#if CUDA_VERSION >= 12040
__attribute__((weak)) CUresult hook_cuLibraryGetKernelCount(unsigned int *count, CUlibrary lib)
{
    return driver.cuLibraryGetKernelCount(count, lib);
}

#endif
#if CUDA_VERSION >= 12000
__attribute__((weak)) CUresult hook_cuLibraryGetModule(CUmodule *pMod, CUlibrary library)
{
    return driver.cuLibraryGetModule(pMod, library);
}

__attribute__((weak)) CUresult
hook_cuLibraryLoadData(CUlibrary *library, const void *code, CUjit_option *jitOptions,
                       void **jitOptionsValues, unsigned int numJitOptions,
                       CUlibraryOption *libraryOptions, void **libraryOptionValues,
                       unsigned int numLibraryOptions)
{
    return driver.cuLibraryLoadData(library, code, jitOptions, jitOptionsValues, numJitOptions,
                                    libraryOptions, libraryOptionValues, numLibraryOptions);
}

__attribute__((weak)) CUresult
hook_cuLibraryLoadFromFile(CUlibrary *library, const char *fileName, CUjit_option *jitOptions,
                           void **jitOptionsValues, unsigned int numJitOptions,
                           CUlibraryOption *libraryOptions, void **libraryOptionValues,
                           unsigned int numLibraryOptions)
{
    return driver.cuLibraryLoadFromFile(library, fileName, jitOptions, jitOptionsValues,
                                        numJitOptions, libraryOptions, libraryOptionValues,
                                        numLibraryOptions);
}

__attribute__((weak)) CUresult hook_cuLibraryUnload(CUlibrary library)
{
    if (shim_held())
        shim_order_all();
    return driver.cuLibraryUnload(library);
}

#endif
__attribute__((weak)) CUresult hook_cuLinkAddData(CUlinkState state, CUjitInputType type,
                                                  void *data, size_t size, const char *name,
                                                  unsigned int numOptions, CUjit_option *options,
                                                  void **optionValues)
{
    return driver.cuLinkAddData(state, type, data, size, name, numOptions, options, optionValues);
}

__attribute__((weak)) CUresult hook_cuLinkAddData_v2(CUlinkState state, CUjitInputType type,
                                                     void *data, size_t size, const char *name,
                                                     unsigned int numOptions, CUjit_option *options,
                                                     void **optionValues)
{
    return driver.cuLinkAddData_v2(state, type, data, size, name, numOptions, options,
                                   optionValues);
}

__attribute__((weak)) CUresult hook_cuLinkAddFile(CUlinkState state, CUjitInputType type,
                                                  const char *path, unsigned int numOptions,
                                                  CUjit_option *options, void **optionValues)
{
    return driver.cuLinkAddFile(state, type, path, numOptions, options, optionValues);
}

__attribute__((weak)) CUresult hook_cuLinkAddFile_v2(CUlinkState state, CUjitInputType type,
                                                     const char *path, unsigned int numOptions,
                                                     CUjit_option *options, void **optionValues)
{
    return driver.cuLinkAddFile_v2(state, type, path, numOptions, options, optionValues);
}

__attribute__((weak)) CUresult hook_cuLinkComplete(CUlinkState state, void **cubinOut,
                                                   size_t *sizeOut)
{
    return driver.cuLinkComplete(state, cubinOut, sizeOut);
}

__attribute__((weak)) CUresult hook_cuLinkCreate(unsigned int numOptions, CUjit_option *options,
                                                 void **optionValues, CUlinkState *stateOut)
{
    return driver.cuLinkCreate(numOptions, options, optionValues, stateOut);
}

__attribute__((weak)) CUresult hook_cuLinkCreate_v2(unsigned int numOptions, CUjit_option *options,
                                                    void **optionValues, CUlinkState *stateOut)
{
    return driver.cuLinkCreate_v2(numOptions, options, optionValues, stateOut);
}

__attribute__((weak)) CUresult hook_cuLinkDestroy(CUlinkState state)
{
    return driver.cuLinkDestroy(state);
}

#if CUDA_VERSION >= 12040
__attribute__((weak)) CUresult
hook_cuModuleEnumerateFunctions(CUfunction *functions, unsigned int numFunctions, CUmodule mod)
{
    return driver.cuModuleEnumerateFunctions(functions, numFunctions, mod);
}

#endif
__attribute__((weak)) CUresult hook_cuModuleGetFunction(CUfunction *hfunc, CUmodule hmod,
                                                        const char *name)
{
    return driver.cuModuleGetFunction(hfunc, hmod, name);
}

#if CUDA_VERSION >= 12040
__attribute__((weak)) CUresult hook_cuModuleGetFunctionCount(unsigned int *count, CUmodule mod)
{
    return driver.cuModuleGetFunctionCount(count, mod);
}

#endif
__attribute__((weak)) CUresult hook_cuModuleLoad(CUmodule *module, const char *fname)
{
    return driver.cuModuleLoad(module, fname);
}

__attribute__((weak)) CUresult hook_cuModuleLoadData(CUmodule *module, const void *image)
{
    return driver.cuModuleLoadData(module, image);
}

__attribute__((weak)) CUresult hook_cuModuleLoadDataEx(CUmodule *module, const void *image,
                                                       unsigned int numOptions,
                                                       CUjit_option *options, void **optionValues)
{
    return driver.cuModuleLoadDataEx(module, image, numOptions, options, optionValues);
}

__attribute__((weak)) CUresult hook_cuModuleLoadFatBinary(CUmodule *module, const void *fatCubin)
{
    return driver.cuModuleLoadFatBinary(module, fatCubin);
}

__attribute__((weak)) CUresult hook_cuModuleUnload(CUmodule hmod)
{
    if (shim_held())
        shim_order_all();
    return driver.cuModuleUnload(hmod);
}

__attribute__((weak)) CUresult hook_cuStreamBeginCapture(enum driver_flavour flavour,
                                                         CUstream hStream)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuStreamBeginCapture)(hStream);
}

__attribute__((weak)) CUresult hook_cuStreamBeginCapture_v2(enum driver_flavour flavour,
                                                            CUstream hStream,
                                                            CUstreamCaptureMode mode)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuStreamBeginCapture_v2)(hStream, mode);
}

#if CUDA_VERSION >= 12030
__attribute__((weak)) CUresult hook_cuStreamBeginCaptureToGraph(
    enum driver_flavour flavour, CUstream hStream, CUgraph hGraph, const CUgraphNode *dependencies,
    const CUgraphEdgeData *dependencyData, size_t numDependencies, CUstreamCaptureMode mode)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuStreamBeginCaptureToGraph)(hStream, hGraph, dependencies,
                                                           dependencyData, numDependencies, mode);
}

#endif
__attribute__((weak)) CUresult hook_cuStreamDestroy(CUstream hStream)
{
    if (shim_held())
        shim_order_stream(hStream, FLAVOUR_LEGACY);
    return driver.cuStreamDestroy(hStream);
}

__attribute__((weak)) CUresult hook_cuStreamDestroy_v2(CUstream hStream)
{
    if (shim_held())
        shim_order_stream(hStream, FLAVOUR_LEGACY);
    return driver.cuStreamDestroy_v2(hStream);
}

__attribute__((weak)) CUresult hook_cuStreamEndCapture(enum driver_flavour flavour,
                                                       CUstream hStream, CUgraph *phGraph)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuStreamEndCapture)(hStream, phGraph);
}

__attribute__((weak)) CUresult hook_cuStreamQuery(enum driver_flavour flavour, CUstream hStream)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuStreamQuery)(hStream);
}

__attribute__((weak)) CUresult hook_cuStreamWaitEvent(enum driver_flavour flavour, CUstream hStream,
                                                      CUevent hEvent, unsigned int Flags)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuStreamWaitEvent)(hStream, hEvent, Flags);
}
