// SPDX-License-Identifier: MIT
//
// Progress: blocks that wait for LATER blocks of an ordinary launch whose grid is small enough to
// be resident at once. Sliced and held back it would hang; the held slices have to be let go.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// timeout: 60
#include "check.h"
#include <thread>

enum { BLOCKS = 64, BLOCK = 32 };

// Block 0 spins until the last block has come by.
__global__ void wait_for_last(volatile uint32_t *flag, uint32_t *out)
{
    if (blockIdx.x == gridDim.x - 1)
        *flag = 77;
    if (blockIdx.x == 0)
        while (*flag == 0)
            continue;
    out[blockIdx.x] += mix32(blockIdx.x + gridDim.x);
}

// A barrier of all blocks, made of an atomic counter: each block waits for all the others.
__global__ void home_made_barrier(uint32_t *counter, volatile uint32_t *v, int rounds)
{
    for (int r = 1; r <= rounds; r++) {
        const uint32_t x = v[((blockIdx.x + 1) % BLOCKS) * BLOCK + threadIdx.x];
        for (int half = 0; half < 2; half++) {
            __threadfence();
            __syncthreads();
            if (threadIdx.x == 0) {
                atomicAdd(counter, 1);
                while (atomicAdd(counter, 0) < (2 * r - 1 + half) * BLOCKS)
                    continue;
                __threadfence();
            }
            __syncthreads();
            if (half == 0)
                v[blockIdx.x * BLOCK + threadIdx.x] = mix32(x + r) + blockIdx.x;
        }
    }
}

static void run(uint32_t *v, uint32_t *out)
{
    uint32_t *words = device_alloc<uint32_t>(2);
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (int k = 0; k < 3; k++) {
        CHECK(cudaMemsetAsync(words, 0, 8, stream));
        wait_for_last<<<BLOCKS, BLOCK, 0, stream>>>(words, out);
        home_made_barrier<<<BLOCKS, BLOCK, 0, stream>>>(words + 1, v, 3);
    }
    CHECK(cudaStreamSynchronize(stream));
}

int main()
{
    uint32_t *v[2], *out[2];

    for (uint32_t t = 0; t < 2; t++) {
        v[t] = device_words(BLOCKS * BLOCK, t);
        out[t] = device_words(BLOCKS, t + 5);
    }
    run(v[0], out[0]);                                               // alone
    std::thread first(run, v[0], out[0]), second(run, v[1], out[1]); // beside another client
    first.join();
    second.join();
    for (int t = 0; t < 2; t++) {
        show_device("v", v[t], BLOCKS * BLOCK * 4);
        show_device("out", out[t], BLOCKS * 4);
    }
    return 0;
}
