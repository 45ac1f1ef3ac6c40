// SPDX-License-Identifier: MIT
//
// Eight host threads on streams of their own over one context, all the kinds of calls at once.
#include "expect.h"

#include <thread>

enum { THREADS = 8, N = 700, ROUNDS = 8 };

__constant__ unsigned salt = 17;

__global__ void mix(unsigned *v, unsigned x)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < N)
        v[i] = mix32(v[i] + x + salt);
}

static void work(unsigned id)
{
    unsigned host[N], got[N], *v;
    cudaStream_t stream;
    cudaEvent_t event;

    for (int round = 0; round < ROUNDS; round++) {
        CHECK(cudaStreamCreateWithFlags(&stream, id % 2 ? cudaStreamNonBlocking : 0));
        CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
        CHECK(cudaMalloc(&v, N * 4));
        fill_u32(host, N, id);
        CHECK(cudaMemcpyAsync(v, host, N * 4, cudaMemcpyHostToDevice, stream));
        for (unsigned k = 0; k < 5; k++)
            mix<<<(N + 99) / 100, 100, 0, stream>>>(v, k);
        CHECK(cudaEventRecord(event, stream));
        CHECK(cudaMemcpyAsync(got, v, N * 4, cudaMemcpyDeviceToHost, stream));
        CHECK(cudaEventSynchronize(event));
        CHECK(cudaStreamSynchronize(stream));
        for (int i = 0; i < N; i++) {
            for (unsigned k = 0; k < 5; k++)
                host[i] = mix32(host[i] + k + 17);
            EXPECT(got[i] == host[i]);
        }
        CHECK(cudaFree(v));
        CHECK(cudaEventDestroy(event));
        CHECK(cudaStreamDestroy(stream));
    }
}

int main()
{
    std::thread threads[THREADS];

    for (unsigned t = 0; t < THREADS; t++)
        threads[t] = std::thread(work, t);
    for (std::thread &thread : threads)
        thread.join();
    return finish();
}
