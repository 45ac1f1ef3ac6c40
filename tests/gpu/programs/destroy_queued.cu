// SPDX-License-Identifier: MIT
//
// Streams and events destroyed while their work is queued, memory freed right behind the launches
// that use it: the work is done all the same, the memory is free only then.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *slow_copy*
#include "check.h"

enum { BLOCKS = 200, BLOCK = 64, N = BLOCKS * BLOCK, ROUNDS = 8 };

__global__ void slow_copy(uint32_t *to, const uint32_t *from, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = from[N - 1 - i];

    for (int k = 0; k < 1000; k++)
        x = mix32(x + salt);
    to[i] += x ^ blockIdx.x;
}

int main()
{
    uint32_t *v = device_words(N, 1), *w = device_words(N, 2), *pinned;
    cudaEvent_t done, lost;
    cudaStream_t stream;

    CHECK(cudaMallocHost((void **)&pinned, N * 4));
    CHECK(cudaEventCreateWithFlags(&done, cudaEventDisableTiming));
    for (uint32_t k = 0; k < ROUNDS; k++) {
        CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
        CHECK(cudaEventCreate(&lost));
        slow_copy<<<BLOCKS, BLOCK, 0, stream>>>(v, w, k);
        CHECK(cudaEventRecord(lost, stream));
        slow_copy<<<BLOCKS, BLOCK, 0, stream>>>(w, v, k + 10);
        CHECK(cudaMemcpyAsync(pinned, w, N * 4, cudaMemcpyDeviceToHost, stream));
        CHECK(cudaEventRecord(done, stream));
        CHECK(cudaEventDestroy(lost));
        CHECK(cudaStreamDestroy(stream));
        if (k % 2)
            CHECK(cudaEventSynchronize(done));
        else
            CHECK(cudaDeviceSynchronize());
        show("pinned", pinned, N * 4);
    }
    for (uint32_t k = 0; k < ROUNDS; k++) {
        uint32_t *temporary = device_words(N, 100 + k);
        CHECK(cudaDeviceSynchronize());
        slow_copy<<<BLOCKS, BLOCK>>>(v, temporary, k);
        CHECK(cudaFree(temporary)); // waits for the kernel
        uint32_t *reused = device_words(N, 200 + k);
        slow_copy<<<BLOCKS, BLOCK>>>(w, reused, k);
        CHECK(cudaFree(reused));
    }
    show_device("v", v, N * 4);
    show_device("w", w, N * 4);
    return 0;
}
