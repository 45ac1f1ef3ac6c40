/* SPDX-License-Identifier: MIT
 *
 * drv_launch_default.c - launches of every form that takes a stream. Compiled twice.
 */
#include "tools/softgpu/driver/event.h"
#include "tools/softgpu/driver/launch.h"

#include <limits.h>

/* event: to be recorded behind the launch, or NULL. */
static CUresult launch(CUfunction handle, const struct launch_shape *shape, CUstream on,
                       int priority, CUevent event, void **params, void **extra)
{
    struct CUstream_st *stream;
    struct CUfunc_st *function;
    struct work work;
    CUresult r = stream_lookup(on, DEFAULT_STREAM, &stream);

    if (!r)
        r = function_lookup(handle, &function);
    if (!r && function->module->ctx != stream->ctx)
        r = CUDA_ERROR_INVALID_HANDLE;
    if (!r)
        r = launch_make(function, shape, params, extra, &work);
    if (!r)
        function_load(function);
    if (!r)
        r = launch_put(stream, &work, priority);
    return !r && event ? event_record(event, stream) : r;
}

EXPORT CUresult CUDAAPI cuLaunchKernel(CUfunction f, unsigned int gx, unsigned int gy,
                                       unsigned int gz, unsigned int tx, unsigned int ty,
                                       unsigned int tz, unsigned int shared_bytes, CUstream stream,
                                       void **params, void **extra)
{
    struct launch_shape shape = {
        .grid = {gx, gy, gz}, .threads = {tx, ty, tz}, .shared_bytes = shared_bytes};

    return launch(f, &shape, stream, INT_MAX, NULL, params, extra);
}

EXPORT CUresult CUDAAPI cuLaunchCooperativeKernel(CUfunction f, unsigned int gx, unsigned int gy,
                                                  unsigned int gz, unsigned int tx, unsigned int ty,
                                                  unsigned int tz, unsigned int shared_bytes,
                                                  CUstream stream, void **params)
{
    struct launch_shape shape = {.grid = {gx, gy, gz},
                                 .threads = {tx, ty, tz},
                                 .shared_bytes = shared_bytes,
                                 .cooperative = true};

    return launch(f, &shape, stream, INT_MAX, NULL, params, NULL);
}

#if CUDA_VERSION >= 11080
/* Attributes that steer caches, domains and overlap change nothing here: ignoring them is correct.
 * An event that may be recorded as soon as the blocks have begun is recorded when they are done. */
static CUresult read_attribute(const CUlaunchAttribute *attribute, struct launch_shape *shape,
                               int *priority, CUevent *event)
{
    const CUlaunchAttributeValue *value = &attribute->value;

    switch ((int)attribute->id) {
    case CU_LAUNCH_ATTRIBUTE_COOPERATIVE:
        shape->cooperative = value->cooperative;
        return CUDA_SUCCESS;
    case CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION:
        shape->cluster[0] = value->clusterDim.x;
        shape->cluster[1] = value->clusterDim.y;
        shape->cluster[2] = value->clusterDim.z;
        return value->clusterDim.x && value->clusterDim.y && value->clusterDim.z
                   ? CUDA_SUCCESS
                   : CUDA_ERROR_INVALID_VALUE;
    case CU_LAUNCH_ATTRIBUTE_PRIORITY:
        *priority = value->priority;
        return CUDA_SUCCESS;
    case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_EVENT:
    case 12: /* an event when all blocks have begun; the union's members begin alike */
        *event = value->programmaticEvent.event;
        return CUDA_SUCCESS;
    case 13: /* updating from the device */
        return CUDA_ERROR_NOT_SUPPORTED;
    default:
        return CUDA_SUCCESS;
    }
}

EXPORT CUresult CUDAAPI cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction f, void **params,
                                         void **extra)
{
    struct launch_shape shape = {0};
    CUresult r = CUDA_SUCCESS;
    int priority = INT_MAX;
    CUevent event = NULL;

    if (!config || (config->numAttrs && !config->attrs))
        return CUDA_ERROR_INVALID_VALUE;
    shape =
        (struct launch_shape){.grid = {config->gridDimX, config->gridDimY, config->gridDimZ},
                              .threads = {config->blockDimX, config->blockDimY, config->blockDimZ},
                              .shared_bytes = config->sharedMemBytes};
    for (unsigned i = 0; !r && i < config->numAttrs; i++)
        r = read_attribute(&config->attrs[i], &shape, &priority, &event);
    return r ? r : launch(f, &shape, config->hStream, priority, event, params, extra);
}
#endif
