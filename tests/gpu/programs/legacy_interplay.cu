// SPDX-License-Identifier: MIT
//
// The legacy default stream waits for all blocking streams and they for it, with no call in
// between; a non-blocking stream is tied in by events alone. The kernels are slow enough to lose a
// race.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *slow_step*
#include "check.h"

enum { BLOCKS = 300, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void slow_step(uint32_t *to, const uint32_t *from, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = from[(i + N / 3) % N];

    for (int k = 0; k < 2000; k++)
        x = mix32(x + salt + k);
    to[i] = x + blockIdx.x * 11 + gridDim.x;
}

int main()
{
    uint32_t *a = device_words(N, 1), *b = device_words(N, 2), *c = device_words(N, 3);
    uint32_t *d = device_words(N, 4);
    cudaStream_t first, second, apart;
    cudaEvent_t event;

    CHECK(cudaStreamCreate(&first));
    CHECK(cudaStreamCreate(&second));
    CHECK(cudaStreamCreateWithFlags(&apart, cudaStreamNonBlocking));
    CHECK(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    for (uint32_t round = 0; round < 5; round++) {
        slow_step<<<BLOCKS, BLOCK, 0, first>>>(b, a, round);
        slow_step<<<BLOCKS, BLOCK, 0, second>>>(d, c, round + 10);
        slow_step<<<BLOCKS, BLOCK>>>(a, b, round + 20); // behind both
        slow_step<<<BLOCKS, BLOCK>>>(c, d, round + 30);
        slow_step<<<BLOCKS, BLOCK, 0, second>>>(b, c, round + 40); // behind the default stream
        slow_step<<<BLOCKS, BLOCK, 0, first>>>(d, a, round + 50);
        CHECK(cudaEventRecord(event, 0)); // behind first and second too
        CHECK(cudaStreamWaitEvent(apart, event, 0));
        slow_step<<<BLOCKS, BLOCK, 0, apart>>>(a, b, round + 60);
        slow_step<<<BLOCKS, BLOCK, 0, apart>>>(c, d, round + 70);
        CHECK(cudaEventRecord(event, apart));
        CHECK(cudaStreamWaitEvent(first, event, 0));
        CHECK(cudaStreamWaitEvent(second, event, 0));
    }
    CHECK(cudaDeviceSynchronize());
    show_device("a", a, N * 4);
    show_device("b", b, N * 4);
    show_device("c", c, N * 4);
    show_device("d", d, N * 4);
    return 0;
}
