// SPDX-License-Identifier: MIT
//
// Streams of all priorities in four threads, beside a long kernel on the lowest; priorities and
// flags read back from the streams.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *job*
#include "check.h"
#include <thread>
#include <vector>

enum { BLOCKS = 170, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void job(uint32_t *v, int rounds)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = v[i];

    for (int k = 0; k < rounds; k++)
        x = mix32(x + k);
    v[i] = x + blockIdx.x;
}

static void work(int priority, uint32_t *v, int launches)
{
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, priority));
    for (int k = 0; k < launches; k++) {
        job<<<BLOCKS, BLOCK, 0, stream>>>(v, 2000 / launches);
        if (k % 4 == 3)
            CHECK(cudaStreamSynchronize(stream));
    }
    CHECK(cudaStreamSynchronize(stream));
    CHECK(cudaStreamDestroy(stream));
}

int main()
{
    int least, greatest, got;
    unsigned flags;
    cudaStream_t stream;
    uint32_t *v[4];
    std::vector<std::thread> threads;

    CHECK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
    for (int p = least; p >= greatest; p--) {
        CHECK(cudaStreamCreateWithPriority(&stream, cudaStreamDefault, p));
        CHECK(cudaStreamGetPriority(stream, &got));
        CHECK(cudaStreamGetFlags(stream, &flags));
        printf("priority %d flags %u\n", got, flags);
        CHECK(cudaStreamDestroy(stream));
    }
    for (int t = 0; t < 4; t++) {
        v[t] = device_words(N, (uint32_t)t);
        threads.emplace_back(work, t == 3 ? least : greatest + t % 2, v[t], t == 3 ? 2 : 10 + t);
    }
    for (std::thread &thread : threads)
        thread.join();
    for (uint32_t *words : v)
        show_device("v", words, N * 4);
    return 0;
}
