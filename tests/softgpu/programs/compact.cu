// SPDX-License-Identifier: MIT
//
// Those that fulfil a condition, packed in order inside each block by ballots and prefix counts.
#include "expect.h"

enum { B = 192, BLOCKS = 20, N = B * BLOCKS };

static __host__ __device__ bool wanted(uint32_t x)
{
    return x % 3 == 1;
}

__global__ void compact(uint32_t *to, unsigned *counts, const uint32_t *from)
{
    __shared__ unsigned warps[B / 32];
    unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32, before = 0;
    uint32_t x = from[blockIdx.x * B + threadIdx.x];
    unsigned mask = __ballot_sync(~0u, wanted(x));

    if (!lane)
        warps[warp] = __popc(mask);
    __syncthreads();
    for (unsigned w = 0; w < warp; w++)
        before += warps[w];
    before += __popc(mask & ((1u << lane) - 1));
    if (wanted(x))
        to[blockIdx.x * B + before] = x;
    if (threadIdx.x == B - 1)
        counts[blockIdx.x] = before + wanted(x);
}

int main()
{
    static uint32_t v[N], got[N];
    static unsigned counts[BLOCKS];

    fill_u32(v, N, 8);
    uint32_t *dv = to_device(v, N), *dto = device_alloc<uint32_t>(N);
    unsigned *dcounts = device_alloc<unsigned>(BLOCKS);
    compact<<<BLOCKS, B>>>(dto, dcounts, dv);
    to_host(got, dto, N);
    to_host(counts, dcounts, BLOCKS);
    for (int b = 0; b < BLOCKS; b++) {
        unsigned n = 0;
        for (int i = b * B; i < (b + 1) * B; i++)
            if (wanted(v[i]))
                EXPECT(got[b * B + n++] == v[i]);
        EXPECT(counts[b] == n);
    }
    return finish();
}
