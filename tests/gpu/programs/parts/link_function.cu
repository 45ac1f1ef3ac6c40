// SPDX-License-Identifier: MIT
//
// link_ptx.c's device function, in a text of its own.
#include "../check.h"

__device__ uint32_t marks_made;

__device__ __noinline__ uint32_t mark(uint32_t x)
{
    return mix32(x + blockIdx.x * gridDim.x);
}
