/* SPDX-License-Identifier: MIT
 *
 * drv_launch_old.c - the launch interface of CUDA 2: shape and parameters are set on the function.
 */
#include "tools/softgpu/driver/launch.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PARAM_BYTES 4096

EXPORT CUresult CUDAAPI cuFuncSetBlockShape(CUfunction handle, int x, int y, int z)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && (x < 1 || y < 1 || z < 1))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    f->old_threads[0] = (unsigned)x;
    f->old_threads[1] = (unsigned)y;
    f->old_threads[2] = (unsigned)z;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuFuncSetSharedSize(CUfunction handle, unsigned int bytes)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r)
        f->old_shared_bytes = bytes;
    return r;
}

EXPORT CUresult CUDAAPI cuParamSetSize(CUfunction handle, unsigned int bytes)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    return !r && bytes > MAX_PARAM_BYTES ? CUDA_ERROR_INVALID_VALUE : r;
}

static CUresult set_param(CUfunction handle, int offset, const void *value, unsigned bytes)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && (!value || offset < 0 || bytes > MAX_PARAM_BYTES ||
               (unsigned)offset > MAX_PARAM_BYTES - bytes))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    if (!f->old_params)
        f->old_params = calloc(1, MAX_PARAM_BYTES);
    if (!f->old_params)
        return CUDA_ERROR_OUT_OF_MEMORY;
    memcpy(f->old_params + offset, value, bytes);
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuParamSeti(CUfunction f, int offset, unsigned int value)
{
    return set_param(f, offset, &value, sizeof(value));
}

EXPORT CUresult CUDAAPI cuParamSetf(CUfunction f, int offset, float value)
{
    return set_param(f, offset, &value, sizeof(value));
}

EXPORT CUresult CUDAAPI cuParamSetv(CUfunction f, int offset, void *value, unsigned int bytes)
{
    return set_param(f, offset, value, bytes);
}

static CUresult launch(CUfunction handle, int width, int height, CUstream on)
{
    struct launch_shape shape = {.grid = {(unsigned)width, (unsigned)height, 1}};
    static unsigned char none[MAX_PARAM_BYTES];
    size_t bytes;
    struct CUstream_st *stream;
    struct CUfunc_st *f;
    struct work work;
    CUresult r = stream_lookup(on, CU_STREAM_LEGACY, &stream);

    if (!r)
        r = function_lookup(handle, &f);
    if (!r && (width < 1 || height < 1 || f->kernel->param_bytes > MAX_PARAM_BYTES))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r) {
        void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, f->old_params ? f->old_params : none,
                         CU_LAUNCH_PARAM_BUFFER_SIZE, &bytes, CU_LAUNCH_PARAM_END};

        bytes = f->kernel->param_bytes;
        memcpy(shape.threads, f->old_threads, sizeof(shape.threads));
        shape.shared_bytes = f->old_shared_bytes;
        r = launch_make(f, &shape, NULL, extra, &work);
    }
    if (!r)
        function_load(f);
    return r ? r : launch_put(stream, &work, INT_MAX);
}

EXPORT CUresult CUDAAPI cuLaunchGridAsync(CUfunction f, int width, int height, CUstream stream)
{
    return launch(f, width, height, stream);
}

EXPORT CUresult CUDAAPI cuLaunchGrid(CUfunction f, int width, int height)
{
    return launch(f, width, height, NULL);
}

EXPORT CUresult CUDAAPI cuLaunch(CUfunction f)
{
    return launch(f, 1, 1, NULL);
}
