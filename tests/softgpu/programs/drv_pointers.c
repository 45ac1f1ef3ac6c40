// SPDX-License-Identifier: MIT
//
// What the driver knows about addresses: kinds, ranges, contexts, ids.
#include "ptx.h"

int main(void)
{
    CUcontext ctx = make_context(), of;
    CUdeviceptr device, start, managed;
    unsigned long long id, other_id;
    unsigned type, flags;
    unsigned char is_managed;
    void *pinned;
    size_t size;
    int plain;

    CHECK(cuMemAlloc(&device, 1000));
    CHECK(cuMemAllocManaged(&managed, 100, CU_MEM_ATTACH_GLOBAL));
    CHECK(cuMemHostAlloc(&pinned, 500, CU_MEMHOSTALLOC_WRITECOMBINED));
    CHECK(cuMemGetAddressRange(&start, &size, device + 999));
    EXPECT(start == device && size == 1000);
    EXPECT(cuMemGetAddressRange(&start, &size, device + 1000) == CUDA_ERROR_NOT_FOUND);
    CHECK(cuPointerGetAttribute(&of, CU_POINTER_ATTRIBUTE_CONTEXT, device));
    CHECK(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, device + 10));
    EXPECT(of == ctx && type == CU_MEMORYTYPE_DEVICE);
    CHECK(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
                                (CUdeviceptr)(uintptr_t)pinned));
    EXPECT(type == CU_MEMORYTYPE_HOST);
    CHECK(cuPointerGetAttribute(&is_managed, CU_POINTER_ATTRIBUTE_IS_MANAGED, managed));
    EXPECT(is_managed);
    CHECK(cuPointerGetAttribute(&id, CU_POINTER_ATTRIBUTE_BUFFER_ID, device));
    CHECK(cuPointerGetAttribute(&other_id, CU_POINTER_ATTRIBUTE_BUFFER_ID, managed));
    EXPECT(id != other_id);
    EXPECT(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
                                 (CUdeviceptr)(uintptr_t)&plain) == CUDA_ERROR_INVALID_VALUE);
    CHECK(cuMemHostGetFlags(&flags, pinned));
    EXPECT(flags & CU_MEMHOSTALLOC_WRITECOMBINED);
    EXPECT(cuMemFree(device + 8) == CUDA_ERROR_INVALID_VALUE);
    EXPECT(cuMemFree((CUdeviceptr)(uintptr_t)pinned) == CUDA_ERROR_INVALID_VALUE);
    CHECK(cuMemFree(0));
    CHECK(cuMemFree(device));
    EXPECT(cuMemFree(device) == CUDA_ERROR_INVALID_VALUE);
    CHECK(cuMemFreeHost(pinned));
    return finish();
}
