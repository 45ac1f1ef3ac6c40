// SPDX-License-Identifier: MIT
//
// Progress: all blocks of a grid spin on a pinned word that the host sets only after work
// launched later on other streams is done; a kernel's last block sets one that the host polls
// with no CUDA call.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// timeout: 60
#include "check.h"
#include <thread>

enum { SPINNERS = 48, BLOCKS = 150, BLOCK = 64, N = BLOCKS * BLOCK, ROUNDS = 3 };

__global__ void spin_on(volatile uint32_t *word, uint32_t value, uint32_t *out)
{
    while (*word != value)
        continue;
    if (threadIdx.x == 0)
        out[blockIdx.x] = mix32(out[blockIdx.x] + value) + blockIdx.x;
}

__global__ void tell_host(volatile uint32_t *word, uint32_t *count, uint32_t *v)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + blockIdx.x);
    __syncthreads();
    if (threadIdx.x == 0) {
        const uint32_t done = atomicAdd(count, 1) + 1;
        if (done % gridDim.x == 0)
            *word = done / gridDim.x;
    }
}

static void work(uint32_t *out, uint32_t *v)
{
    uint32_t *count = device_alloc<uint32_t>(1);
    cudaStream_t waiting, other;
    volatile uint32_t *words;

    CHECK(cudaHostAlloc((void **)&words, 4096, cudaHostAllocMapped));
    words[0] = words[1] = 0;
    CHECK(cudaMemset(count, 0, 4));
    CHECK(cudaDeviceSynchronize());
    CHECK(cudaStreamCreateWithFlags(&waiting, cudaStreamNonBlocking));
    CHECK(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
    spin_on<<<1, 32, 0, waiting>>>(words, 0, out); // both loaded before anything waits
    tell_host<<<BLOCKS, BLOCK, 0, other>>>(words + 1, count, v);
    CHECK(cudaStreamSynchronize(waiting));
    CHECK(cudaStreamSynchronize(other));
    for (uint32_t k = 1; k <= ROUNDS; k++) {
        spin_on<<<SPINNERS, 32, 0, waiting>>>(words, k, out);
        tell_host<<<BLOCKS, BLOCK, 0, other>>>(words + 1, count, v);
        while (words[1] != k + 1)
            continue;
        words[0] = k;
        CHECK(cudaStreamSynchronize(waiting));
        CHECK(cudaStreamSynchronize(other));
    }
}

int main()
{
    uint32_t *out[2], *v[2];

    for (uint32_t t = 0; t < 2; t++) {
        out[t] = device_words(SPINNERS, t);
        v[t] = device_words(N, t + 5);
    }
    work(out[0], v[0]);
    std::thread second(work, out[1], v[1]);
    second.join();
    for (int t = 0; t < 2; t++) {
        show_device("out", out[t], SPINNERS * 4);
        show_device("v", v[t], N * 4);
    }
    return 0;
}
