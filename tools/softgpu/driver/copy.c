/* SPDX-License-Identifier: MIT
 *
 * copy.c - checking and placing copies and fills.
 */
#include "tools/softgpu/driver/copy.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ON_DEVICE (MEMORY_DEVICE | MEMORY_MANAGED | MEMORY_GLOBAL)

/* First byte and length of what one end of a copy touches. */
static bool span(const struct work_copy *copy, size_t pitch, size_t slice, size_t *ret_bytes)
{
    size_t rows, slices;

    return !__builtin_mul_overflow(copy->height - 1, pitch, &rows) &&
           !__builtin_mul_overflow(copy->depth - 1, slice, &slices) &&
           !__builtin_add_overflow(rows, slices, &rows) &&
           !__builtin_add_overflow(rows, copy->width_bytes, ret_bytes);
}

/* A device end must lie in one range. A host end that begins in known memory must too. */
static CUresult check_end(uint64_t start, size_t bytes, enum copy_end end, bool *ret_host)
{
    struct memory_range range;
    bool known = memory_find(start, &range);

    if (!start || (end == COPY_DEVICE && !known))
        return CUDA_ERROR_INVALID_VALUE;
    if (known && bytes > range.size_bytes - (start - range.start))
        return CUDA_ERROR_INVALID_VALUE;
    *ret_host = !known || !(range.kind & ON_DEVICE);
    return CUDA_SUCCESS;
}

static CUresult check(struct work_copy *copy, enum copy_end dst_end, enum copy_end src_end)
{
    size_t dst_bytes, src_bytes;
    CUresult r;

    if (!copy->width_bytes || !copy->height || !copy->depth)
        return CUDA_SUCCESS;
    if (!span(copy, copy->dst_pitch, copy->dst_slice, &dst_bytes) ||
        !span(copy, copy->src_pitch, copy->src_slice, &src_bytes))
        return CUDA_ERROR_INVALID_VALUE;
    r = check_end(copy->dst, dst_bytes, dst_end, &copy->to_host);
    return r ? r : check_end(copy->src, src_bytes, src_end, &copy->from_host);
}

CUresult copy_make(uint64_t dst, enum copy_end dst_end, uint64_t src, enum copy_end src_end,
                   size_t bytes, struct work *ret_work)
{
    *ret_work = (struct work){
        .kind = WORK_COPY,
        .copy = {.dst = dst, .src = src, .width_bytes = bytes, .height = 1, .depth = 1}};
    return check(&ret_work->copy, dst_end, src_end);
}

static CUresult end_of(CUmemorytype type, const void *host, CUdeviceptr device, uint64_t *ret_start,
                       enum copy_end *ret_end)
{
    switch (type) {
    case CU_MEMORYTYPE_HOST:
        *ret_start = (uint64_t)(uintptr_t)host;
        *ret_end = COPY_HOST;
        return CUDA_SUCCESS;
    case CU_MEMORYTYPE_DEVICE:
        *ret_start = device;
        *ret_end = COPY_DEVICE;
        return CUDA_SUCCESS;
    case CU_MEMORYTYPE_UNIFIED:
        *ret_start = device;
        *ret_end = COPY_ANY;
        return CUDA_SUCCESS;
    case CU_MEMORYTYPE_ARRAY:
        return CUDA_ERROR_NOT_SUPPORTED;
    default:
        return CUDA_ERROR_INVALID_VALUE;
    }
}

CUresult copy_make_3d(const CUDA_MEMCPY3D *copy, struct work *ret_work)
{
    size_t src_pitch, dst_pitch, src_slice, dst_slice;
    enum copy_end dst_end, src_end;
    uint64_t dst, src;
    CUresult r;

    if (!copy)
        return CUDA_ERROR_INVALID_VALUE;
    r = end_of(copy->srcMemoryType, copy->srcHost, copy->srcDevice, &src, &src_end);
    if (!r)
        r = end_of(copy->dstMemoryType, copy->dstHost, copy->dstDevice, &dst, &dst_end);
    if (r)
        return r;
    src_pitch = copy->srcPitch ? copy->srcPitch : copy->srcXInBytes + copy->WidthInBytes;
    dst_pitch = copy->dstPitch ? copy->dstPitch : copy->dstXInBytes + copy->WidthInBytes;
    if (src_pitch < copy->srcXInBytes + copy->WidthInBytes ||
        dst_pitch < copy->dstXInBytes + copy->WidthInBytes)
        return CUDA_ERROR_INVALID_VALUE;
    src_slice = src_pitch * (copy->srcHeight ? copy->srcHeight : copy->srcY + copy->Height);
    dst_slice = dst_pitch * (copy->dstHeight ? copy->dstHeight : copy->dstY + copy->Height);
    *ret_work = (struct work){
        .kind = WORK_COPY,
        .copy = {.dst = dst + copy->dstXInBytes + copy->dstY * dst_pitch + copy->dstZ * dst_slice,
                 .src = src + copy->srcXInBytes + copy->srcY * src_pitch + copy->srcZ * src_slice,
                 .width_bytes = copy->WidthInBytes,
                 .height = copy->Height,
                 .depth = copy->Depth,
                 .dst_pitch = dst_pitch,
                 .src_pitch = src_pitch,
                 .dst_slice = dst_slice,
                 .src_slice = src_slice}};
    return check(&ret_work->copy, dst_end, src_end);
}

CUresult copy_make_2d(const CUDA_MEMCPY2D *copy, struct work *ret_work)
{
    CUDA_MEMCPY3D deep;

    if (!copy)
        return CUDA_ERROR_INVALID_VALUE;
    deep = (CUDA_MEMCPY3D){.srcXInBytes = copy->srcXInBytes,
                           .srcY = copy->srcY,
                           .srcMemoryType = copy->srcMemoryType,
                           .srcHost = copy->srcHost,
                           .srcDevice = copy->srcDevice,
                           .srcPitch = copy->srcPitch,
                           .dstXInBytes = copy->dstXInBytes,
                           .dstY = copy->dstY,
                           .dstMemoryType = copy->dstMemoryType,
                           .dstHost = copy->dstHost,
                           .dstDevice = copy->dstDevice,
                           .dstPitch = copy->dstPitch,
                           .WidthInBytes = copy->WidthInBytes,
                           .Height = copy->Height,
                           .Depth = 1};
    return copy_make_3d(&deep, ret_work);
}

CUresult fill_make(CUdeviceptr dst, size_t pitch, unsigned value, unsigned unit_bytes, size_t width,
                   size_t height, struct work *ret_work)
{
    size_t row, bytes;

    *ret_work = (struct work){.kind = WORK_FILL,
                              .fill = {.dst = dst,
                                       .value = value,
                                       .unit_bytes = unit_bytes,
                                       .width_units = width,
                                       .height = height,
                                       .pitch = pitch}};
    if (!width || !height)
        return CUDA_SUCCESS;
    if (dst % unit_bytes || (height > 1 && pitch % unit_bytes) ||
        __builtin_mul_overflow(width, unit_bytes, &row) || (height > 1 && pitch < row) ||
        __builtin_mul_overflow(height - 1, pitch, &bytes) ||
        __builtin_add_overflow(bytes, row, &bytes) || !memory_holds(dst, bytes, ~0u))
        return CUDA_ERROR_INVALID_VALUE;
    return CUDA_SUCCESS;
}

static bool is_empty(const struct work_copy *copy)
{
    return !copy->width_bytes || !copy->height || !copy->depth;
}

CUresult copy_put(struct CUstream_st *stream, struct work *work)
{
    if (is_empty(&work->copy))
        return CUDA_SUCCESS;
    if (work->copy.to_host || work->copy.from_host)
        return stream_put_and_wait(stream, work);
    return stream_put(stream, work, INT_MAX); /* inside the device: the host needn't wait */
}

static bool is_pageable(uint64_t address)
{
    return !memory_holds(address, 1, ~0u);
}

/* Packs the source rows into memory of the work's own. */
static CUresult stage(struct work *work)
{
    struct work_copy packed = work->copy;
    size_t bytes = packed.width_bytes * packed.height * packed.depth;

    work->owned = malloc(bytes);
    if (!work->owned)
        return CUDA_ERROR_OUT_OF_MEMORY;
    work->owned_bytes = bytes;
    packed.dst = (uint64_t)(uintptr_t)work->owned;
    packed.dst_pitch = packed.width_bytes;
    packed.dst_slice = packed.width_bytes * packed.height;
    work_move_memory(&(struct work){.kind = WORK_COPY, .copy = packed});
    work->copy.src = packed.dst;
    work->copy.src_pitch = packed.dst_pitch;
    work->copy.src_slice = packed.dst_slice;
    return CUDA_SUCCESS;
}

CUresult copy_put_async(struct CUstream_st *stream, struct work *work)
{
    CUresult r = CUDA_SUCCESS;

    if (is_empty(&work->copy))
        return CUDA_SUCCESS;
    if (!stream->capture && is_pageable(work->copy.dst))
        return stream_put_and_wait(stream, work);
    if (!stream->capture && is_pageable(work->copy.src))
        r = stage(work);
    if (!r)
        r = stream_put(stream, work, INT_MAX);
    if (r)
        work_finish(work);
    return r;
}
