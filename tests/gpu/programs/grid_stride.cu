// SPDX-License-Identifier: MIT
//
// Grid-stride loops: what a block does depends on gridDim.x, which must stay that of the whole
// grid. Also a histogram by shared and global atomics, and a persistent kernel that draws work
// by a counter.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *stride*
// expect-sliced: *histogram*
#include "check.h"

enum { N = 200003, BINS = 256, BLOCK = 128 };

__global__ void stride(uint32_t *v)
{
    for (unsigned i = blockIdx.x * BLOCK + threadIdx.x; i < N; i += gridDim.x * BLOCK)
        v[i] = mix32(v[i] + blockIdx.x) + gridDim.x;
}

__global__ void histogram(const uint32_t *v, uint32_t *bins)
{
    __shared__ uint32_t local[BINS];

    for (unsigned b = threadIdx.x; b < BINS; b += BLOCK)
        local[b] = 0;
    __syncthreads();
    for (unsigned i = blockIdx.x * BLOCK + threadIdx.x; i < N; i += gridDim.x * BLOCK)
        atomicAdd(&local[v[i] % BINS], 1);
    __syncthreads();
    for (unsigned b = threadIdx.x; b < BINS; b += BLOCK)
        atomicAdd(&bins[b], local[b]);
}

// Which block does what is not defined, what gets done is.
__global__ void draw(uint32_t *v, unsigned *next)
{
    __shared__ unsigned item;

    for (;;) {
        __syncthreads();
        if (threadIdx.x == 0)
            item = atomicAdd(next, 1);
        __syncthreads();
        const unsigned i = item * BLOCK + threadIdx.x;
        if (item * BLOCK >= N)
            return;
        if (i < N)
            v[i] = mix32(v[i] ^ item);
    }
}

int main()
{
    uint32_t *v = device_words(N, 1), *bins = device_alloc<uint32_t>(BINS);
    unsigned *next = device_alloc<unsigned>(1);

    CHECK(cudaMemset(bins, 0, BINS * 4));
    for (int blocks : {300, 77, 1, 1023}) {
        stride<<<blocks, BLOCK>>>(v);
        histogram<<<blocks, BLOCK>>>(v, bins);
        CHECK(cudaMemsetAsync(next, 0, 4));
        draw<<<blocks, BLOCK>>>(v, next);
    }
    show_device("v", v, N * 4);
    show_device("bins", bins, BINS * 4);
    return 0;
}
