/* SPDX-License-Identifier: MIT
 *
 * drv_memory.c - device, pinned, managed and registered memory.
 */
#include "tools/softgpu/driver/driver.h"

#include <string.h>

#define PITCH_ALIGN 512

static CUresult allocate(struct CUctx_st *ctx, enum memory_kind kind, size_t bytes, unsigned flags,
                         uint64_t *ret_start)
{
    CUresult r = capture_allows_waiting();

    if (r)
        return r;
    if (driver_fails_now(COUNT_ALLOC) || memory_alloc(kind, bytes, flags, ctx, ret_start))
        return bytes ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_ERROR_INVALID_VALUE;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuMemAlloc(CUdeviceptr *ret, size_t bytes)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);
    uint64_t start;

    if (!r && (!ret || !bytes))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = allocate(ctx, MEMORY_DEVICE, bytes, 0, &start);
    if (!r)
        *ret = start;
    return r;
}

EXPORT CUresult CUDAAPI cuMemAllocPitch(CUdeviceptr *ret, size_t *ret_pitch, size_t width,
                                        size_t height, unsigned int element)
{
    size_t pitch = (width + PITCH_ALIGN - 1) / PITCH_ALIGN * PITCH_ALIGN, bytes;

    if (!ret_pitch || !width || !height || (element != 4 && element != 8 && element != 16) ||
        pitch < width || __builtin_mul_overflow(pitch, height, &bytes))
        return CUDA_ERROR_INVALID_VALUE;
    *ret_pitch = pitch;
    return cuMemAlloc(ret, bytes);
}

EXPORT CUresult CUDAAPI cuMemAllocManaged(CUdeviceptr *ret, size_t bytes, unsigned int flags)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);
    uint64_t start;

    if (!r && (!ret || !bytes || (flags != CU_MEM_ATTACH_GLOBAL && flags != CU_MEM_ATTACH_HOST)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = allocate(ctx, MEMORY_MANAGED, bytes, flags, &start);
    if (!r)
        *ret = start;
    return r;
}

/* Freeing waits for the device, as the driver's does: a kernel may still be using the memory. */
static CUresult release(uint64_t start, unsigned kinds)
{
    struct memory_range range;
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (r || !start)
        return r;
    if (!memory_find(start, &range) || range.start != start || !(range.kind & kinds))
        return CUDA_ERROR_INVALID_VALUE;
    r = context_synchronize(ctx);
    if (r)
        return r;
    return memory_free(start, kinds) ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuMemFree(CUdeviceptr start)
{
    return release(start, MEMORY_DEVICE | MEMORY_MANAGED);
}

EXPORT CUresult CUDAAPI cuMemHostAlloc(void **ret, size_t bytes, unsigned int flags)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);
    uint64_t start;

    if (!r && (!ret || !bytes || (flags & ~7u)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = allocate(ctx, MEMORY_PINNED, bytes, flags | CU_MEMHOSTALLOC_DEVICEMAP, &start);
    if (!r)
        *ret = (void *)(uintptr_t)start;
    return r;
}

EXPORT CUresult CUDAAPI cuMemAllocHost(void **ret, size_t bytes)
{
    return cuMemHostAlloc(ret, bytes, 0);
}

EXPORT CUresult CUDAAPI cuMemFreeHost(void *start)
{
    return release((uint64_t)(uintptr_t)start, MEMORY_PINNED);
}

EXPORT CUresult CUDAAPI cuMemHostRegister(void *start, size_t bytes, unsigned int flags)
{
    struct memory_range range = {.start = (uint64_t)(uintptr_t)start,
                                 .size_bytes = bytes,
                                 .kind = MEMORY_REGISTERED,
                                 .flags = flags};
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && (!start || !bytes || (flags & ~0xfu) || (flags & CU_MEMHOSTREGISTER_IOMEMORY)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    range.owner = ctx;
    range.read_only = flags & CU_MEMHOSTREGISTER_READ_ONLY;
    return memory_add(&range) ? CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED : CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuMemHostUnregister(void *start)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && !start)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = context_synchronize(ctx);
    if (!r && memory_remove((uint64_t)(uintptr_t)start, MEMORY_REGISTERED))
        r = CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
    return r;
}

EXPORT CUresult CUDAAPI cuMemHostGetDevicePointer(CUdeviceptr *ret, void *host, unsigned int flags)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);
    uint64_t address = (uint64_t)(uintptr_t)host;

    if (!r && (!ret || flags ||
               !memory_holds(address, 1, MEMORY_PINNED | MEMORY_REGISTERED | MEMORY_MANAGED)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *ret = address;
    return r;
}

EXPORT CUresult CUDAAPI cuMemHostGetFlags(unsigned int *ret, void *host)
{
    struct memory_range range;
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && (!ret || !memory_find((uint64_t)(uintptr_t)host, &range) ||
               !(range.kind & (MEMORY_PINNED | MEMORY_REGISTERED))))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r) /* those of the flags that are of this kind */
        *ret = CU_MEMHOSTALLOC_DEVICEMAP |
               (range.kind == MEMORY_PINNED ? range.flags & CU_MEMHOSTALLOC_WRITECOMBINED : 0);
    return r;
}

EXPORT CUresult CUDAAPI cuMemGetInfo(size_t *ret_free, size_t *ret_total)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);
    uint64_t used, total;

    if (!r && (!ret_free || !ret_total))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    memory_usage(&used, &total);
    *ret_free = total - used;
    *ret_total = total;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuMemGetAddressRange(CUdeviceptr *ret_start, size_t *ret_bytes,
                                             CUdeviceptr address)
{
    struct memory_range range;
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (r)
        return r;
    if (!memory_find(address, &range))
        return CUDA_ERROR_NOT_FOUND;
    if (ret_start)
        *ret_start = range.start;
    if (ret_bytes)
        *ret_bytes = range.size_bytes;
    return CUDA_SUCCESS;
}

/* Advice about where managed memory should be: it has one place only. */
static CUresult advise(CUdeviceptr start, size_t bytes)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && (!bytes || !memory_holds(start, bytes, MEMORY_MANAGED)))
        r = CUDA_ERROR_INVALID_VALUE;
    return r;
}

#if CUDA_VERSION >= 13000
EXPORT CUresult CUDAAPI cuMemAdvise(CUdeviceptr start, size_t bytes, CUmem_advise advice,
                                    CUmemLocation location)
{
    (void)advice;
    (void)location;
    return advise(start, bytes);
}
#else
EXPORT CUresult CUDAAPI cuMemAdvise(CUdeviceptr start, size_t bytes, CUmem_advise advice,
                                    CUdevice device)
{
    (void)advice;
    (void)device;
    return advise(start, bytes);
}
#endif
