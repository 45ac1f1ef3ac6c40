// SPDX-License-Identifier: MIT
//
// Sixteen threads, each with its own stream, buffer, grid size and number of launches.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *churn*
#include "check.h"
#include <thread>
#include <vector>

enum { THREADS = 16, BLOCK = 64 };

__global__ void churn(uint32_t *v, unsigned n, uint32_t salt, int rounds)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    if (i >= n)
        return;
    uint32_t x = v[i];
    for (int r = 0; r < rounds; r++)
        x = mix32(x + salt + blockIdx.x + r);
    v[i] = x ^ gridDim.x;
}

static void work(unsigned id, std::vector<uint32_t> *out)
{
    const unsigned blocks = 3 + 17 * id, n = blocks * BLOCK - id;
    uint32_t *v = device_words(n, id);
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, id % 2 ? cudaStreamNonBlocking : cudaStreamDefault));
    for (unsigned k = 0; k < 4 + id % 5; k++) {
        churn<<<blocks, BLOCK, 0, stream>>>(v, n, k * 31 + id, 20 + (int)id);
        CHECK(cudaGetLastError());
    }
    out->resize(n);
    CHECK(cudaMemcpyAsync(out->data(), v, n * 4, cudaMemcpyDeviceToHost, stream));
    CHECK(cudaStreamSynchronize(stream));
    CHECK(cudaStreamDestroy(stream));
    CHECK(cudaFree(v));
}

int main()
{
    std::vector<uint32_t> out[THREADS];
    std::vector<std::thread> threads;

    for (unsigned t = 0; t < THREADS; t++)
        threads.emplace_back(work, t, &out[t]);
    for (std::thread &thread : threads)
        thread.join();
    for (unsigned t = 0; t < THREADS; t++)
        show("thread", out[t].data(), out[t].size() * 4);
    return 0;
}
