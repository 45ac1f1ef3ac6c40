/* SPDX-License-Identifier: MIT
 *
 * drv_stream_attribute_default.c - attributes of streams. Compiled twice.
 *
 * Priority is real. What steers caches, spinning and memory domains is accepted and of no effect.
 */
#include "tools/softgpu/driver/driver.h"

#include <string.h>

#define PRIORITY 8 /* CU_LAUNCH_ATTRIBUTE_PRIORITY, also where headers have no name for it here */

EXPORT CUresult CUDAAPI cuStreamGetAttribute(CUstream handle, CUstreamAttrID attribute,
                                             CUstreamAttrValue *value)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !value)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    memset(value, 0, sizeof(*value));
    if ((int)attribute == PRIORITY)
        memcpy(value, &stream->order.priority, sizeof(stream->order.priority));
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuStreamSetAttribute(CUstream handle, CUstreamAttrID attribute,
                                             const CUstreamAttrValue *value)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);
    int priority;

    if (!r && !value)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r || (int)attribute != PRIORITY)
        return r;
    memcpy(&priority, value, sizeof(priority));
    if (priority < DRIVER_GREATEST_PRIORITY || priority > DRIVER_LEAST_PRIORITY)
        return CUDA_ERROR_INVALID_VALUE;
    stream->order.priority = priority;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuStreamCopyAttributes(CUstream to, CUstream from)
{
    struct CUstream_st *dst, *src;
    CUresult r = stream_lookup(to, DEFAULT_STREAM, &dst);

    if (!r)
        r = stream_lookup(from, DEFAULT_STREAM, &src);
    if (!r)
        dst->order.priority = src->order.priority;
    return r;
}
