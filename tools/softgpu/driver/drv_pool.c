/* SPDX-License-Identifier: MIT
 *
 * drv_pool.c - memory pools. They keep nothing: the attributes are remembered, the counters are
 * true.
 *
 * Freeing is a host function's work in the stream, so it runs when all before it is done. Sizes are
 * counted under the driver's lock.
 */
#include "tools/softgpu/driver/pool.h"

#include <limits.h>
#include <stdlib.h>

#define N_ATTRIBUTES 9

struct CUmemPoolHandle_st {
    unsigned number; /* its allocations carry it in their flags */
    struct CUmemPoolHandle_st *next;
    uint64_t attributes[N_ATTRIBUTES]; /* by CUmemPool_attribute; the last four are counters */
};

static struct CUmemPoolHandle_st default_pool = {.number = 1};
static struct CUmemPoolHandle_st *pools = &default_pool, *current = &default_pool;
static unsigned last_number = 1;

static bool is_pool(CUmemoryPool pool)
{
    return pool == &default_pool || handle_is(pool, HANDLE_POOL);
}

CUmemoryPool pool_current(void)
{
    CUmemoryPool pool;

    driver_lock();
    pool = current;
    driver_unlock();
    return pool;
}

static void count(struct CUmemPoolHandle_st *pool, int64_t bytes)
{
    uint64_t *attributes = pool->attributes;

    for (int now = CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT; now <= CU_MEMPOOL_ATTR_USED_MEM_CURRENT;
         now += 2) {
        attributes[now] += (uint64_t)bytes;
        if (attributes[now] > attributes[now + 1])
            attributes[now + 1] = attributes[now];
    }
}

CUresult pool_alloc(CUmemoryPool pool, struct CUstream_st *stream, size_t bytes, CUdeviceptr *ret)
{
    uint64_t start;

    if (!ret || !bytes || !is_pool(pool))
        return CUDA_ERROR_INVALID_VALUE;
    if (stream->capture)
        return CUDA_ERROR_NOT_SUPPORTED;
    if (driver_fails_now(COUNT_ALLOC) ||
        memory_alloc(MEMORY_DEVICE, bytes, pool->number, stream->ctx, &start))
        return CUDA_ERROR_OUT_OF_MEMORY;
    driver_lock();
    count(pool, (int64_t)bytes);
    driver_unlock();
    *ret = start;
    return CUDA_SUCCESS;
}

struct freeing {
    uint64_t start;
    size_t bytes;
    unsigned pool;
};

static void free_now(void *arg, int error)
{
    struct freeing *freeing = arg;
    struct CUmemPoolHandle_st *pool;

    (void)error;
    if (memory_free(freeing->start, MEMORY_DEVICE))
        return;
    driver_lock();
    for (pool = pools; pool && pool->number != freeing->pool;)
        pool = pool->next;
    if (pool)
        count(pool, -(int64_t)freeing->bytes);
    driver_unlock();
}

CUresult pool_free(struct CUstream_st *stream, CUdeviceptr start)
{
    struct freeing *freeing = malloc(sizeof(*freeing));
    struct work work = {.kind = WORK_HOST,
                        .host = {.call = free_now, .arg = freeing, .even_failed = true},
                        .owned = freeing,
                        .owned_bytes = sizeof(*freeing)};
    struct memory_range range;
    CUresult r = CUDA_SUCCESS;

    if (!freeing)
        return CUDA_ERROR_OUT_OF_MEMORY;
    if (!memory_find(start, &range) || range.start != start || range.kind != MEMORY_DEVICE)
        r = CUDA_ERROR_INVALID_VALUE;
    else if (stream->capture)
        r = CUDA_ERROR_NOT_SUPPORTED;
    if (!r) {
        *freeing = (struct freeing){start, range.size_bytes, range.flags};
        r = stream_put(stream, &work, INT_MAX);
    }
    if (r)
        work_finish(&work);
    return r;
}

EXPORT CUresult CUDAAPI cuMemPoolCreate(CUmemoryPool *ret_pool, const CUmemPoolProps *props)
{
    CUresult r = driver_ready();
    struct CUmemPoolHandle_st *pool;

    if (!r && (!ret_pool || !props || props->allocType != CU_MEM_ALLOCATION_TYPE_PINNED ||
               props->location.type != CU_MEM_LOCATION_TYPE_DEVICE || props->location.id))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && props->handleTypes != CU_MEM_HANDLE_TYPE_NONE)
        r = CUDA_ERROR_NOT_SUPPORTED;
    if (r)
        return r;
    pool = calloc(1, sizeof(*pool));
    if (!pool || handle_add(pool, HANDLE_POOL)) {
        free(pool);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    driver_lock();
    pool->number = ++last_number;
    pool->next = pools;
    pools = pool;
    driver_unlock();
    *ret_pool = pool;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuMemPoolDestroy(CUmemoryPool pool)
{
    struct CUmemPoolHandle_st **at = &pools;
    CUresult r = driver_ready();

    if (!r && !handle_is(pool, HANDLE_POOL))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    driver_lock();
    if (current == pool)
        current = &default_pool;
    while (*at != pool)
        at = &(*at)->next;
    *at = pool->next;
    driver_unlock();
    handle_remove(pool);
    free(pool);
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuDeviceGetDefaultMemPool(CUmemoryPool *pool, CUdevice dev)
{
    CUresult r = driver_ready();

    if (!r && !pool)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && dev)
        r = CUDA_ERROR_INVALID_DEVICE;
    if (!r)
        *pool = &default_pool;
    return r;
}

EXPORT CUresult CUDAAPI cuDeviceGetMemPool(CUmemoryPool *pool, CUdevice dev)
{
    CUresult r = cuDeviceGetDefaultMemPool(pool, dev);

    if (!r)
        *pool = pool_current();
    return r;
}

EXPORT CUresult CUDAAPI cuDeviceSetMemPool(CUdevice dev, CUmemoryPool pool)
{
    CUresult r = driver_ready();

    if (!r && dev)
        r = CUDA_ERROR_INVALID_DEVICE;
    if (!r && !is_pool(pool))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    driver_lock();
    current = pool;
    driver_unlock();
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuMemPoolTrimTo(CUmemoryPool pool, size_t keep)
{
    CUresult r = driver_ready();

    (void)keep;
    return r || is_pool(pool) ? r : CUDA_ERROR_INVALID_VALUE;
}

static CUresult check_attribute(CUmemoryPool pool, CUmemPool_attribute attribute, const void *value)
{
    CUresult r = driver_ready();

    if (!r && (!is_pool(pool) || !value || (int)attribute < 1 || (int)attribute >= N_ATTRIBUTES))
        r = CUDA_ERROR_INVALID_VALUE;
    return r;
}

EXPORT CUresult CUDAAPI cuMemPoolGetAttribute(CUmemoryPool pool, CUmemPool_attribute attribute,
                                              void *value)
{
    CUresult r = check_attribute(pool, attribute, value);

    if (r)
        return r;
    driver_lock();
    if (attribute < CU_MEMPOOL_ATTR_RELEASE_THRESHOLD)
        *(int *)value = (int)pool->attributes[attribute];
    else
        *(cuuint64_t *)value = pool->attributes[attribute];
    driver_unlock();
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuMemPoolSetAttribute(CUmemoryPool pool, CUmemPool_attribute attribute,
                                              void *value)
{
    CUresult r = check_attribute(pool, attribute, value);
    bool high = attribute == CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH ||
                attribute == CU_MEMPOOL_ATTR_USED_MEM_HIGH;

    if (!r && ((high && *(cuuint64_t *)value) || attribute == CU_MEMPOOL_ATTR_USED_MEM_CURRENT ||
               attribute == CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    driver_lock();
    if (high) /* back to what it is now */
        pool->attributes[attribute] = pool->attributes[attribute - 1];
    else if (attribute < CU_MEMPOOL_ATTR_RELEASE_THRESHOLD)
        pool->attributes[attribute] = (uint64_t) * (int *)value;
    else
        pool->attributes[attribute] = *(cuuint64_t *)value;
    driver_unlock();
    return CUDA_SUCCESS;
}

static bool is_own_device(const CUmemLocation *location)
{
    return location->type == CU_MEM_LOCATION_TYPE_DEVICE && location->id == 0;
}

/* The one device always has access; the host never, as on devices with memory of their own. */
EXPORT CUresult CUDAAPI cuMemPoolSetAccess(CUmemoryPool pool, const CUmemAccessDesc *map, size_t n)
{
    CUresult r = driver_ready();

    if (!r && (!is_pool(pool) || (n && !map)))
        r = CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; !r && i < n; i++) {
        if (!is_own_device(&map[i].location))
            r = CUDA_ERROR_INVALID_DEVICE;
        else if (map[i].flags != CU_MEM_ACCESS_FLAGS_PROT_READWRITE)
            r = CUDA_ERROR_INVALID_VALUE;
    }
    return r;
}

EXPORT CUresult CUDAAPI cuMemPoolGetAccess(CUmemAccess_flags *flags, CUmemoryPool pool,
                                           CUmemLocation *location)
{
    CUresult r = driver_ready();

    if (!r && (!flags || !location || !is_pool(pool)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *flags = is_own_device(location) ? CU_MEM_ACCESS_FLAGS_PROT_READWRITE
                                         : CU_MEM_ACCESS_FLAGS_PROT_NONE;
    return r;
}

#if CUDA_VERSION >= 13000
EXPORT CUresult CUDAAPI cuMemGetDefaultMemPool(CUmemoryPool *pool, CUmemLocation *location,
                                               CUmemAllocationType type)
{
    CUresult r = driver_ready();

    if (!r && (!pool || !location))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && (!is_own_device(location) || type != CU_MEM_ALLOCATION_TYPE_PINNED))
        r = CUDA_ERROR_NOT_SUPPORTED;
    if (!r)
        *pool = &default_pool;
    return r;
}
#endif
