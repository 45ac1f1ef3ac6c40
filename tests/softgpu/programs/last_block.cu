// SPDX-License-Identifier: MIT
//
// The block that finishes last adds up what the others left: fences and a counter.
#include "expect.h"

enum { N = 10000, B = 64, BLOCKS = 40 };

__device__ unsigned arrived;
__device__ unsigned long long partial[BLOCKS];

__global__ void sum(unsigned long long *total, const uint32_t *v)
{
    __shared__ unsigned long long s;
    __shared__ bool last;

    if (!threadIdx.x)
        s = 0;
    __syncthreads();
    for (int i = blockIdx.x * B + threadIdx.x; i < N; i += gridDim.x * B)
        atomicAdd(&s, (unsigned long long)v[i]);
    __syncthreads();
    if (!threadIdx.x) {
        partial[blockIdx.x] = s;
        __threadfence();
        last = atomicInc(&arrived, gridDim.x - 1) == gridDim.x - 1;
    }
    __syncthreads();
    if (last && !threadIdx.x) {
        *total = 0;
        for (int b = 0; b < gridDim.x; b++)
            *total += ((volatile unsigned long long *)partial)[b];
    }
}

int main()
{
    static uint32_t v[N];
    unsigned long long total, wanted = 0;

    fill_u32(v, N, 21);
    for (uint32_t x : v)
        wanted += x;
    uint32_t *dv = to_device(v, N);
    unsigned long long *dtotal = device_alloc<unsigned long long>(1);
    for (int round = 0; round < 5; round++) {
        sum<<<BLOCKS, B>>>(dtotal, dv);
        to_host(&total, dtotal, 1);
        EXPECT(total == wanted);
    }
    return finish();
}
