// SPDX-License-Identifier: MIT
//
// The second translation unit of rdc_two_units.cu.
#include "../check.h"
#include "rdc_other.h"

__device__ __noinline__ uint32_t block_mark(uint32_t x)
{
    return mix32(x + blockIdx.x * 7) ^ gridDim.x;
}

__device__ __noinline__ unsigned block_base()
{
    return blockIdx.x * blockDim.x;
}

__device__ mark_fn current_mark = block_mark;
__device__ uint32_t blocks_marked;

__global__ void mark_kernel(uint32_t *v)
{
    v[block_base() + threadIdx.x] ^= block_mark(v[block_base() + threadIdx.x]);
    if (threadIdx.x == 0)
        atomicAdd(&blocks_marked, 1);
}

void mark_all(uint32_t *v, unsigned blocks, unsigned block)
{
    mark_kernel<<<blocks, block>>>(v);
}
