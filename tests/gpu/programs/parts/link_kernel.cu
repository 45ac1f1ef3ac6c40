// SPDX-License-Identifier: MIT
//
// link_ptx.c's kernel; what it calls is in link_function.cu.
#include "../check.h"

extern __device__ uint32_t mark(uint32_t x);
extern __device__ uint32_t marks_made;

extern "C" __global__ void linked(uint32_t *v)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    v[i] = mark(v[i]) + blockIdx.x;
    if (threadIdx.x == 0)
        atomicAdd(&marks_made, 1);
}
