// SPDX-License-Identifier: MIT
//
// Recursive device functions, one calling itself and two calling each other, that read the block's
// place at every depth.
// build: $NVCC -arch=sm_90 -Xptxas -suppress-stack-size-warning $IN -o $BIN
#include "check.h"

enum { BLOCKS = 160, BLOCK = 64, N = BLOCKS * BLOCK };

__device__ __noinline__ uint32_t walk(unsigned depth, uint32_t x)
{
    if (depth == 0)
        return x + blockIdx.x;
    return walk(depth - 1, mix32(x ^ blockIdx.x)) + depth * gridDim.x;
}

__device__ uint32_t odd_step(unsigned depth, uint32_t x);

__device__ __noinline__ uint32_t even_step(unsigned depth, uint32_t x)
{
    return depth == 0 ? x : odd_step(depth - 1, x * 3 + blockIdx.x) + 1;
}

__device__ __noinline__ uint32_t odd_step(unsigned depth, uint32_t x)
{
    return depth == 0 ? ~x : even_step(depth - 1, x * 5 + gridDim.x) ^ depth;
}

__global__ void recurse(uint32_t *v)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = walk(v[i] % 12, v[i]) + even_step(i % 9, v[i]);
}

int main()
{
    uint32_t *v = device_words(N, 1);

    CHECK(cudaDeviceSetLimit(cudaLimitStackSize, 2048));
    for (int k = 0; k < 4; k++)
        recurse<<<BLOCKS, BLOCK>>>(v);
    CHECK(cudaGetLastError());
    show_device("v", v, N * 4);
    return 0;
}
