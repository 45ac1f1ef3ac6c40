// SPDX-License-Identifier: MIT
//
// The library that two_runtimes.cu opens.
#include "../check.h"

__device__ uint32_t runs;

__global__ void in_library(uint32_t *v)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    v[i] ^= mix32(blockIdx.x * 3 + threadIdx.x) + gridDim.x;
    if (i == 0)
        atomicAdd(&runs, 1);
}

extern "C" int library_run(uint32_t *v, unsigned blocks, unsigned block, void *stream)
{
    in_library<<<blocks, block, 0, (cudaStream_t)stream>>>(v);
    return (int)cudaGetLastError();
}
