// SPDX-License-Identifier: MIT
//
// The kernels that the driver API programs load: C names, every block's place in the result.
#include "../check.h"

__constant__ uint32_t table[64];
__device__ uint32_t ticks[1024];
__device__ uint32_t bias = 7;

extern "C" __global__ void update(uint32_t *v, unsigned n, uint32_t salt)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < n)
        v[i] = mix32(v[i] + salt + gridDim.x) ^ blockIdx.x;
}

extern "C" __global__ void plane(uint32_t *v, unsigned width, unsigned height)
{
    unsigned x = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned y = blockIdx.y * blockDim.y + threadIdx.y;

    if (x < width && y < height)
        v[y * width + x] += mix32(blockIdx.x * 65537 + blockIdx.y) + gridDim.y * 3 + gridDim.x;
}

extern "C" __global__ void lookup(uint32_t *v, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < n)
        v[i] += table[(i + blockIdx.x) % 64] * bias;
}

// No parameters at all.
extern "C" __global__ void tick()
{
    if (threadIdx.x == 0)
        ticks[blockIdx.x % 1024] += blockIdx.x + 1;
}

// Dynamic shared memory and parameters of odd sizes.
extern "C" __global__ void odd(char a, uint32_t *v, short b, double c, char d)
{
    extern __shared__ uint32_t tile[];

    tile[threadIdx.x] = v[blockIdx.x * blockDim.x + threadIdx.x];
    __syncthreads();
    v[blockIdx.x * blockDim.x + threadIdx.x] =
        tile[blockDim.x - 1 - threadIdx.x] + a + b * 3 + (uint32_t)c + d * 5 + blockIdx.x;
}
