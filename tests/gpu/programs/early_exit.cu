// SPDX-License-Identifier: MIT
//
// Kernels in which most blocks, or most threads of a block, leave early, and one whose blocks
// differ a hundredfold in length.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *few_blocks*
// expect-sliced: *uneven*
#include "check.h"

enum { BLOCKS = 600, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void few_blocks(uint32_t *v, unsigned from)
{
    if (blockIdx.x < from || blockIdx.x % 5)
        return;
    v[blockIdx.x * BLOCK + threadIdx.x] += mix32(blockIdx.x) + gridDim.x;
}

__global__ void few_threads(uint32_t *v)
{
    __shared__ uint32_t total;

    if (threadIdx.x >= 32)
        return;
    if (threadIdx.x == 0)
        total = 0;
    __syncwarp();
    if (threadIdx.x % 3 == blockIdx.x % 3)
        atomicAdd(&total, v[blockIdx.x * BLOCK + threadIdx.x]);
    __syncwarp();
    v[blockIdx.x * BLOCK + threadIdx.x] ^= total;
}

__global__ void uneven(uint32_t *v)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x, rounds = mix32(blockIdx.x) % 400;

    for (unsigned k = 0; k < rounds; k++)
        v[i] = mix32(v[i] + k);
    if (blockIdx.x == gridDim.x - 1)
        asm volatile("exit;");
    v[i] += blockIdx.x;
}

int main()
{
    uint32_t *v = device_words(N, 1);

    for (unsigned k = 0; k < 4; k++) {
        few_blocks<<<BLOCKS, BLOCK>>>(v, k * 150);
        few_threads<<<BLOCKS, BLOCK>>>(v);
        uneven<<<BLOCKS, BLOCK>>>(v);
    }
    show_device("v", v, N * 4);
    return 0;
}
