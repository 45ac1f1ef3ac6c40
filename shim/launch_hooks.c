/* SPDX-License-Identifier: MIT
 *
 * launch_hooks.c - every form in which a program launches a kernel, made into a struct request.
 */
#include "shim/hooks.h"
#include "shim/launch.h"
#include "shim/order.h"

static CUresult call_plain(const struct request *r)
{
    return DRIVER_IN(r->flavour, cuLaunchKernel)(r->function, r->grid.x, r->grid.y, r->grid.z,
                                                 r->threads.x, r->threads.y, r->threads.z,
                                                 r->shared_bytes, r->stream, r->params, r->extra);
}

CUresult hook_cuLaunchKernel(enum driver_flavour flavour, CUfunction f, unsigned int gridDimX,
                             unsigned int gridDimY, unsigned int gridDimZ, unsigned int blockDimX,
                             unsigned int blockDimY, unsigned int blockDimZ,
                             unsigned int sharedMemBytes, CUstream hStream, void **kernelParams,
                             void **extra)
{
    struct request request = {
        .function = f,
        .grid = {gridDimX, gridDimY, gridDimZ},
        .threads = {blockDimX, blockDimY, blockDimZ},
        .shared_bytes = sharedMemBytes,
        .stream = hStream,
        .flavour = flavour,
        .params = kernelParams,
        .extra = extra,
    };
    return launch_request(&request, call_plain);
}

static CUresult call_extended(const struct request *r)
{
    return DRIVER_IN(r->flavour, cuLaunchKernelEx)(r->config, r->function, r->params, r->extra);
}

/* What the scheduler has to know of the attributes. */
static void read_attributes(struct request *request, const CUlaunchConfig *config)
{
    for (unsigned i = 0; config->attrs && i < config->numAttrs; i++) {
        const CUlaunchAttribute *attribute = &config->attrs[i];
        if (attribute->id == CU_LAUNCH_ATTRIBUTE_COOPERATIVE && attribute->value.cooperative)
            request->cooperative = true;
        if (attribute->id == CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION &&
            attribute->value.clusterDim.x && attribute->value.clusterDim.y &&
            attribute->value.clusterDim.z)
            request->cluster =
                (struct grid3){attribute->value.clusterDim.x, attribute->value.clusterDim.y,
                               attribute->value.clusterDim.z};
    }
}

CUresult hook_cuLaunchKernelEx(enum driver_flavour flavour, const CUlaunchConfig *config,
                               CUfunction f, void **kernelParams, void **extra)
{
    if (!config)
        return DRIVER_IN(flavour, cuLaunchKernelEx)(config, f, kernelParams, extra);
    struct request request = {
        .function = f,
        .grid = {config->gridDimX, config->gridDimY, config->gridDimZ},
        .threads = {config->blockDimX, config->blockDimY, config->blockDimZ},
        .shared_bytes = config->sharedMemBytes,
        .stream = config->hStream,
        .flavour = flavour,
        .params = kernelParams,
        .extra = extra,
        .config = config,
    };
    read_attributes(&request, config);
    return launch_request(&request, call_extended);
}

/* Held, a cooperative launch is made with the attribute that means the same. */
static CUresult call_cooperative(const struct request *r)
{
    return DRIVER_IN(r->flavour, cuLaunchCooperativeKernel)(
        r->function, r->grid.x, r->grid.y, r->grid.z, r->threads.x, r->threads.y, r->threads.z,
        r->shared_bytes, r->stream, r->params);
}

CUresult hook_cuLaunchCooperativeKernel(enum driver_flavour flavour, CUfunction f,
                                        unsigned int gridDimX, unsigned int gridDimY,
                                        unsigned int gridDimZ, unsigned int blockDimX,
                                        unsigned int blockDimY, unsigned int blockDimZ,
                                        unsigned int sharedMemBytes, CUstream hStream,
                                        void **kernelParams)
{
    CUlaunchAttribute attribute = {.id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE, .value.cooperative = 1};
    CUlaunchConfig config = {.attrs = &attribute, .numAttrs = 1};
    struct request request = {
        .function = f,
        .grid = {gridDimX, gridDimY, gridDimZ},
        .threads = {blockDimX, blockDimY, blockDimZ},
        .shared_bytes = sharedMemBytes,
        .stream = hStream,
        .flavour = flavour,
        .params = kernelParams,
        .config = driver.cuLaunchKernelEx ? &config : NULL,
        .cooperative = true,
    };
    /* Without attributes it can't be kept as what it is. */
    if (!request.config) {
        if (shim_held())
            shim_order_stream(hStream, flavour);
        return call_cooperative(&request);
    }
    return launch_request(&request, call_cooperative);
}

/* Spans devices: behind everything held in the process, and whole. */
CUresult hook_cuLaunchCooperativeKernelMultiDevice(CUDA_LAUNCH_PARAMS *launchParamsList,
                                                   unsigned int numDevices, unsigned int flags)
{
    if (shim_held())
        shim_order_all();
    return driver.cuLaunchCooperativeKernelMultiDevice(launchParamsList, numDevices, flags);
}

/* The launches of the first CUDA versions take their parameters from state kept in the driver,
 * which the next call may change: they go whole, at once, behind what is held. */
CUresult hook_cuLaunch(CUfunction f)
{
    if (shim_held())
        shim_order_stream(NULL, FLAVOUR_LEGACY);
    return driver.cuLaunch(f);
}

CUresult hook_cuLaunchGrid(CUfunction f, int grid_width, int grid_height)
{
    if (shim_held())
        shim_order_stream(NULL, FLAVOUR_LEGACY);
    return driver.cuLaunchGrid(f, grid_width, grid_height);
}

CUresult hook_cuLaunchGridAsync(CUfunction f, int grid_width, int grid_height, CUstream hStream)
{
    if (shim_held())
        shim_order_stream(hStream, FLAVOUR_LEGACY);
    return driver.cuLaunchGridAsync(f, grid_width, grid_height, hStream);
}

CUresult hook_cuGraphLaunch(enum driver_flavour flavour, CUgraphExec hGraph, CUstream hStream)
{
    if (shim_held())
        shim_order_stream(hStream, flavour);
    return DRIVER_IN(flavour, cuGraphLaunch)(hGraph, hStream);
}
