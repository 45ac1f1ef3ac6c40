// SPDX-License-Identifier: MIT
//
// Built for the per-thread default stream: each thread's default stream is its own, plain copies
// and cudaStreamPerThread included; cudaStreamLegacy still waits for them all.
// build: $NVCC -arch=sm_90 --default-stream per-thread $IN -o $BIN
// expect-sliced: *advance*
#include "check.h"
#include <thread>
#include <vector>

enum { THREADS = 6, N = 30011, BLOCK = 128, BLOCKS = (N + BLOCK - 1) / BLOCK };

__global__ void advance(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    if (i < N)
        v[i] = mix32(v[i] + salt) ^ (blockIdx.x * gridDim.x);
}

__global__ void sum_all(uint32_t *const *buffers, uint32_t *out)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    if (i >= N)
        return;
    out[i] = blockIdx.x;
    for (int t = 0; t < THREADS; t++)
        out[i] += buffers[t][i];
}

static void work(unsigned id, uint32_t *buffer, std::vector<uint32_t> *out)
{
    for (uint32_t k = 0; k < 5; k++)
        advance<<<BLOCKS, BLOCK>>>(buffer, k * 7 + id);
    CHECK(cudaMemcpy(out->data(), buffer, N * 4, cudaMemcpyDeviceToHost));
    advance<<<BLOCKS, BLOCK, 0, cudaStreamPerThread>>>(buffer, 1000 + id);
    advance<<<BLOCKS, BLOCK>>>(buffer, 2000 + id);
    CHECK(cudaGetLastError());
}

int main()
{
    std::vector<std::vector<uint32_t>> out(THREADS, std::vector<uint32_t>(N));
    uint32_t *buffers[THREADS], **device_buffers = device_alloc<uint32_t *>(THREADS);
    uint32_t *sum = device_alloc<uint32_t>(N);
    std::vector<std::thread> threads;

    for (unsigned t = 0; t < THREADS; t++)
        buffers[t] = device_words(N, t);
    CHECK(cudaMemcpy(device_buffers, buffers, sizeof(buffers), cudaMemcpyHostToDevice));
    for (unsigned t = 0; t < THREADS; t++)
        threads.emplace_back(work, t, buffers[t], &out[t]);
    for (std::thread &thread : threads)
        thread.join();
    // The threads' last launches may still run; the legacy stream comes after them.
    sum_all<<<BLOCKS, BLOCK, 0, cudaStreamLegacy>>>(device_buffers, sum);
    CHECK(cudaStreamSynchronize(cudaStreamLegacy));
    for (unsigned t = 0; t < THREADS; t++)
        show("copied", out[t].data(), N * 4);
    show_device("sum", sum, N * 4);
    return 0;
}
