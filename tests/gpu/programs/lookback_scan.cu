// SPDX-License-Identifier: MIT
//
// A prefix sum in one pass with decoupled look-back (Merrill and Garland, 2016): every block spins
// until the blocks before it, by blockIdx.x, have published. Needs nothing but ascending order.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *scan*
#include "check.h"

enum { BLOCK = 128, BLOCKS = 1500, N = BLOCK * BLOCKS };

// State in the high word: 0 nothing, 1 sum of the block alone, 2 inclusive prefix.
__global__ void scan(const uint32_t *in, uint32_t *out, unsigned long long *status)
{
    __shared__ uint32_t part[BLOCK], before;
    volatile unsigned long long *states = status;
    const unsigned t = threadIdx.x, i = blockIdx.x * BLOCK + t;

    part[t] = in[i];
    __syncthreads();
    for (unsigned step = 1; step < BLOCK; step *= 2) {
        const uint32_t add = t >= step ? part[t - step] : 0;
        __syncthreads();
        part[t] += add;
        __syncthreads();
    }
    if (t == 0) {
        const uint32_t total = part[BLOCK - 1];
        uint32_t sum = 0;
        states[blockIdx.x] = (blockIdx.x ? 1ull : 2ull) << 32 | total;
        for (int b = (int)blockIdx.x - 1; b >= 0;) {
            const unsigned long long state = states[b];
            if (state >> 32 == 0)
                continue;
            sum += (uint32_t)state;
            if (state >> 32 == 2)
                break;
            b--;
        }
        states[blockIdx.x] = 2ull << 32 | (uint32_t)(sum + total);
        before = sum;
    }
    __syncthreads();
    out[i] = before + part[t];
}

int main()
{
    uint32_t *in = device_words(N, 1), *out = device_alloc<uint32_t>(N);
    unsigned long long *status = device_alloc<unsigned long long>(BLOCKS);
    uint32_t *host = (uint32_t *)malloc(N * 4), *result = (uint32_t *)malloc(N * 4), sum = 0;
    int wrong = 0;

    for (int k = 0; k < 3; k++) {
        CHECK(cudaMemsetAsync(status, 0, BLOCKS * 8));
        scan<<<BLOCKS, BLOCK>>>(in, out, status);
    }
    CHECK(cudaMemcpy(result, out, N * 4, cudaMemcpyDeviceToHost));
    fill_u32(host, N, 1);
    for (int i = 0; i < N; i++) {
        sum += host[i];
        wrong += result[i] != sum;
    }
    printf("wrong %d\n", wrong);
    show("scan", result, N * 4);
    return wrong != 0;
}
