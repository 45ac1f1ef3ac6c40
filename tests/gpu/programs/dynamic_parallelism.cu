// SPDX-License-Identifier: MIT
//
// Dynamic parallelism: blocks launch child grids whose size depends on the block, one of them as a
// tail launch. The children are launched from the host too.
// build: $NVCC -arch=sm_90 -rdc=true $IN -o $BIN -lcudadevrt
#include "check.h"

enum { PARENTS = 40, SPAN = 512, N = PARENTS * SPAN };

__device__ uint32_t visits[PARENTS];

__global__ void child(uint32_t *v, uint32_t *count, uint32_t salt)
{
    const unsigned stride = gridDim.x * blockDim.x;

    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < SPAN; i += stride)
        v[i] = mix32(v[i] + salt) + gridDim.x;
    if (threadIdx.x == 0)
        atomicAdd(count, blockIdx.x + 1);
}

__global__ void tail(uint32_t *v)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    v[i] ^= mix32(blockIdx.x + gridDim.x);
}

__global__ void parent(uint32_t *v, uint32_t salt)
{
    uint32_t *mine = v + blockIdx.x * SPAN;

    if (threadIdx.x == 0) {
        mine[1] += gridDim.x;
        child<<<blockIdx.x % 7 + 1, 64>>>(mine, &visits[blockIdx.x], salt + blockIdx.x);
        if (blockIdx.x == gridDim.x - 1)
            tail<<<N / 128, 128, 0, cudaStreamTailLaunch>>>(v);
    }
}

int main()
{
    uint32_t *v = device_words(N, 1), *counts;

    CHECK(cudaGetSymbolAddress((void **)&counts, visits));
    for (uint32_t k = 0; k < 4; k++) {
        parent<<<PARENTS, 32>>>(v, k);
        child<<<5, 64>>>(v + k * SPAN, counts, k);
        tail<<<N / 128, 128>>>(v);
    }
    CHECK(cudaGetLastError());
    show_device("v", v, N * 4);
    show_device("visits", counts, PARENTS * 4);
    return 0;
}
