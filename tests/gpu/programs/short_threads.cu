// SPDX-License-Identifier: MIT
//
// Many threads that live for a few launches and end with their work still queued; some of them on
// the per-thread default stream, some on streams they leave behind.
// build: $NVCC -arch=sm_90 --default-stream per-thread $IN -o $BIN
// expect-sliced: *step*
#include "check.h"
#include <thread>
#include <vector>

enum { THREADS = 96, AT_ONCE = 12, BLOCKS = 20, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void step(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = v[i];

    for (int k = 0; k < 500; k++)
        x = mix32(x + salt);
    v[i] = x + blockIdx.x;
}

static void live_briefly(uint32_t id, uint32_t *v)
{
    cudaStream_t stream = cudaStreamPerThread;

    if (id % 3 == 0)
        CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (uint32_t k = 0; k < 4; k++)
        step<<<BLOCKS, BLOCK, 0, stream>>>(v, id + k);
    if (id % 5 == 0)
        CHECK(cudaStreamSynchronize(stream));
}

int main()
{
    uint32_t *v[THREADS];

    for (uint32_t t = 0; t < THREADS; t++)
        v[t] = device_words(N, t);
    for (uint32_t t = 0; t < THREADS; t += AT_ONCE) {
        std::vector<std::thread> threads;
        for (uint32_t k = 0; k < AT_ONCE; k++)
            threads.emplace_back(live_briefly, t + k, v[t + k]);
        for (std::thread &thread : threads)
            thread.join();
    }
    CHECK(cudaDeviceSynchronize());
    for (uint32_t t = 0; t < THREADS; t++)
        show_device("v", v[t], N * 4);
    return 0;
}
