/* SPDX-License-Identifier: MIT
 *
 * doors_proc.c - the door of cuGetProcAddress, through which the CUDA runtime takes every call.
 *
 * The driver answers first; what it found is then exchanged for ours. It has two shapes: four
 * arguments before CUDA 12, five since. A question for "cuGetProcAddress" itself is answered like
 * any other: the version in it picks the shape.
 */
#include "shim/doors.h"
#include "shim/doors_untyped.h"
#include "shim/hooks.h"

static void exchange(const char *name, void **pfn, int version, cuuint64_t flags)
{
    enum driver_flavour flavour =
        flags & CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM ? FLAVOUR_PER_THREAD : FLAVOUR_LEGACY;
    const struct door *door = doors_find_proc(name, version, flavour, *pfn);
    if (door && door->ours && *door->real)
        *pfn = door->ours;
    else if (!door && doors_may_matter(name))
        *pfn = doors_adopt(*pfn, name);
}

CUresult hook_cuGetProcAddress(const char *symbol, void **pfn, int cudaVersion, cuuint64_t flags)
{
    CUresult result = driver.cuGetProcAddress(symbol, pfn, cudaVersion, flags);
    if (result == CUDA_SUCCESS && symbol && pfn && *pfn)
        exchange(symbol, pfn, cudaVersion, flags);
    return result;
}

CUresult hook_cuGetProcAddress_v2(const char *symbol, void **pfn, int cudaVersion, cuuint64_t flags,
                                  CUdriverProcAddressQueryResult *symbolStatus)
{
    CUresult result = driver.cuGetProcAddress_v2(symbol, pfn, cudaVersion, flags, symbolStatus);
    if (result == CUDA_SUCCESS && symbol && pfn && *pfn)
        exchange(symbol, pfn, cudaVersion, flags);
    return result;
}
