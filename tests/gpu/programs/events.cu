// SPDX-License-Identifier: MIT
//
// Events: fork and join over six streams, waits on an event that is recorded again later, queries
// until done, and elapsed times that cannot be shorter than the kernel between them spins.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *step*
#include "check.h"

enum { STREAMS = 6, BLOCKS = 200, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void step(uint32_t *to, const uint32_t *from, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = from[(i + N / 2 + 7) % N];

    for (int k = 0; k < 300; k++)
        x = mix32(x + salt);
    to[i] += x + blockIdx.x;
}

// Every block lasts 10 ms by the wall clock, so the grid does at least.
__global__ void spin()
{
    uint64_t begin, now;

    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(begin));
    do
        asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
    while (now - begin < 10000000);
}

int main()
{
    uint32_t *buffers[STREAMS + 1];
    cudaStream_t streams[STREAMS];
    cudaEvent_t fork, joins[STREAMS], begin, end;
    float ms;

    for (uint32_t s = 0; s <= STREAMS; s++)
        buffers[s] = device_words(N, s);
    for (int s = 0; s < STREAMS; s++) {
        CHECK(cudaStreamCreateWithFlags(&streams[s], cudaStreamNonBlocking));
        CHECK(cudaEventCreateWithFlags(&joins[s], cudaEventDisableTiming));
    }
    CHECK(cudaEventCreateWithFlags(&fork, cudaEventDisableTiming));
    CHECK(cudaEventCreate(&begin));
    CHECK(cudaEventCreate(&end));
    for (uint32_t round = 0; round < 4; round++) {
        step<<<BLOCKS, BLOCK, 0, streams[0]>>>(buffers[0], buffers[STREAMS], round);
        CHECK(cudaEventRecord(fork, streams[0]));
        for (int s = 1; s < STREAMS; s++) {
            CHECK(cudaStreamWaitEvent(streams[s], fork, 0));
            step<<<BLOCKS, BLOCK, 0, streams[s]>>>(buffers[s], buffers[0], round + s);
            CHECK(cudaEventRecord(joins[s], streams[s]));
            CHECK(cudaStreamWaitEvent(streams[0], joins[s], 0));
        }
        for (int s = 1; s < STREAMS; s++)
            step<<<BLOCKS, BLOCK, 0, streams[0]>>>(buffers[STREAMS], buffers[s], round * 5 + s);
    }
    CHECK(cudaEventRecord(begin, streams[0]));
    spin<<<20, 1, 0, streams[0]>>>();
    CHECK(cudaEventRecord(end, streams[0]));
    // A kernel of 10 ms has just been launched: the event behind it cannot be complete.
    printf("early %d\n", cudaEventQuery(end) == cudaErrorNotReady);
    while (cudaEventQuery(end) == cudaErrorNotReady)
        continue;
    CHECK(cudaEventQuery(begin));
    CHECK(cudaEventElapsedTime(&ms, begin, end));
    printf("spin %d\n", ms >= 9.9f);
    CHECK(cudaEventSynchronize(end));
    for (int s = 0; s <= STREAMS; s++)
        show_device("buffer", buffers[s], N * 4);
    return 0;
}
