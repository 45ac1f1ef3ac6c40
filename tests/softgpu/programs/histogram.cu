// SPDX-License-Identifier: MIT
//
// Counts in shared memory, then one atomic a bin to global memory.
#include "expect.h"

enum { N = 30000, BINS = 61 };

__global__ void count(unsigned *bins, const uint32_t *v)
{
    __shared__ unsigned local[BINS];

    for (int b = threadIdx.x; b < BINS; b += blockDim.x)
        local[b] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < N; i += gridDim.x * blockDim.x)
        atomicAdd(&local[v[i] % BINS], 1);
    __syncthreads();
    for (int b = threadIdx.x; b < BINS; b += blockDim.x)
        if (local[b])
            atomicAdd(&bins[b], local[b]);
}

int main()
{
    static uint32_t v[N];
    unsigned bins[BINS] = {0}, wanted[BINS] = {0};

    fill_u32(v, N, 6);
    for (uint32_t x : v)
        wanted[x % BINS]++;
    uint32_t *dv = to_device(v, N);
    unsigned *dbins = to_device(bins, BINS);
    count<<<13, 100>>>(dbins, dv);
    to_host(bins, dbins, BINS);
    for (int b = 0; b < BINS; b++)
        EXPECT(bins[b] == wanted[b]);
    return finish();
}
