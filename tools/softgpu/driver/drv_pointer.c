/* SPDX-License-Identifier: MIT
 *
 * drv_pointer.c - what is known about an address.
 */
#include "tools/softgpu/driver/driver.h"

#include <string.h>

static bool is_host(const struct memory_range *range)
{
    return range->kind & (MEMORY_PINNED | MEMORY_REGISTERED);
}

static CUresult write_int(void *data, int value)
{
    memcpy(data, &value, sizeof(value));
    return CUDA_SUCCESS;
}

static CUresult write_u64(void *data, uint64_t value)
{
    memcpy(data, &value, sizeof(value));
    return CUDA_SUCCESS;
}

static CUresult get(void *data, CUpointer_attribute attribute, CUdeviceptr address)
{
    struct memory_range range;

    if (!memory_find(address, &range))
        return CUDA_ERROR_INVALID_VALUE;
    switch ((int)attribute) {
    case CU_POINTER_ATTRIBUTE_CONTEXT: {
        struct CUmod_st *module = range.owner;
        struct CUctx_st *ctx = range.kind == MEMORY_GLOBAL ? module->ctx : range.owner;

        memcpy(data, &ctx, sizeof(ctx));
        return CUDA_SUCCESS;
    }
    case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
        return write_int(data, is_host(&range) ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE);
    case CU_POINTER_ATTRIBUTE_DEVICE_POINTER:
        return write_u64(data, address);
    case CU_POINTER_ATTRIBUTE_HOST_POINTER:
        if (range.kind & (MEMORY_DEVICE | MEMORY_GLOBAL))
            return CUDA_ERROR_INVALID_VALUE;
        return write_u64(data, address);
    case CU_POINTER_ATTRIBUTE_SYNC_MEMOPS:
    case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
    case CU_POINTER_ATTRIBUTE_IS_LEGACY_CUDA_IPC_CAPABLE:
        return write_int(data, 0);
    case CU_POINTER_ATTRIBUTE_BUFFER_ID:
        return write_u64(data, range.id);
    case CU_POINTER_ATTRIBUTE_IS_MANAGED:
        *(unsigned char *)data = range.kind == MEMORY_MANAGED;
        return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
        return write_u64(data, range.start);
    case CU_POINTER_ATTRIBUTE_RANGE_SIZE:
        return write_u64(data, range.size_bytes);
    case CU_POINTER_ATTRIBUTE_MAPPED:
        *(unsigned char *)data = 1;
        return CUDA_SUCCESS;
    default:
        return CUDA_ERROR_NOT_SUPPORTED;
    }
}

EXPORT CUresult CUDAAPI cuPointerGetAttribute(void *data, CUpointer_attribute attribute,
                                              CUdeviceptr address)
{
    CUresult r = driver_ready();

    if (!r && !data)
        r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : get(data, attribute, address);
}

static size_t size_of(CUpointer_attribute attribute)
{
    switch ((int)attribute) {
    case CU_POINTER_ATTRIBUTE_IS_MANAGED:
    case CU_POINTER_ATTRIBUTE_MAPPED:
        return 1;
    case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
    case CU_POINTER_ATTRIBUTE_SYNC_MEMOPS:
    case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
    case CU_POINTER_ATTRIBUTE_IS_LEGACY_CUDA_IPC_CAPABLE:
        return 4;
    default:
        return 8;
    }
}

/* For an address it doesn't know this one succeeds, with zeros. */
EXPORT CUresult CUDAAPI cuPointerGetAttributes(unsigned int n, CUpointer_attribute *attributes,
                                               void **data, CUdeviceptr address)
{
    CUresult r = driver_ready();

    if (!r && (!n || !attributes || !data))
        r = CUDA_ERROR_INVALID_VALUE;
    for (unsigned i = 0; !r && i < n; i++) {
        if (get(data[i], attributes[i], address))
            memset(data[i], 0, size_of(attributes[i]));
        if (attributes[i] == CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL && !memory_holds(address, 1, ~0u))
            write_int(data[i], CU_DEVICE_INVALID);
    }
    return r;
}

EXPORT CUresult CUDAAPI cuPointerSetAttribute(const void *value, CUpointer_attribute attribute,
                                              CUdeviceptr address)
{
    CUresult r = driver_ready();

    if (!r && (!value || attribute != CU_POINTER_ATTRIBUTE_SYNC_MEMOPS ||
               !memory_holds(address, 1, MEMORY_DEVICE)))
        r = CUDA_ERROR_INVALID_VALUE;
    return r;
}
