// SPDX-License-Identifier: MIT
//
// Default streams of threads: four threads, each with its own order, joined by the legacy stream.
//
// flags: --default-stream per-thread
#include "expect.h"

#include <thread>

enum { N = 2048, THREADS = 4, ROUNDS = 12 };

__global__ void mix(unsigned *v, unsigned x)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    v[i] = mix32(v[i] + x);
}

static void work(unsigned *v, unsigned id)
{
    static unsigned got[THREADS][N];
    cudaEvent_t event;
    unsigned wanted;

    CHECK(cudaEventCreate(&event));
    CHECK(cudaMemsetAsync(v, 0, N * 4, 0));
    for (unsigned r = 0; r < ROUNDS; r++)
        mix<<<N / 64, 64>>>(v, id * 100 + r);
    CHECK(cudaEventRecord(event));
    CHECK(cudaMemcpy(got[id], v, N * 4, cudaMemcpyDeviceToHost));
    EXPECT(cudaEventQuery(event) == cudaSuccess);
    wanted = 0;
    for (unsigned r = 0; r < ROUNDS; r++)
        wanted = mix32(wanted + id * 100 + r);
    for (int i = 0; i < N; i++)
        EXPECT(got[id][i] == wanted);
    CHECK(cudaStreamSynchronize(cudaStreamPerThread));
}

int main()
{
    std::thread threads[THREADS];
    unsigned *v[THREADS];
    unsigned long long mine, legacy;

    for (unsigned t = 0; t < THREADS; t++)
        v[t] = device_alloc<unsigned>(N);
    for (unsigned t = 0; t < THREADS; t++)
        threads[t] = std::thread(work, v[t], t);
    for (std::thread &thread : threads)
        thread.join();
    CHECK(cudaStreamGetId(0, &mine));
    CHECK(cudaStreamGetId(cudaStreamLegacy, &legacy));
    EXPECT(mine != legacy);
    return finish();
}
