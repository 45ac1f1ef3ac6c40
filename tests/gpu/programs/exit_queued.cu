// SPDX-License-Identifier: MIT
//
// The process ends while work is queued on several streams: by exit, by _exit, by return from main.
// It must end at once with its status.
//
// variant: exit -DEND=1
// variant: quick -DEND=2
// variant: return -DEND=3
// build: $NVCC -arch=sm_90 $FLAGS $IN -o $BIN
// expect-exit: 3
// timeout: 25
#include "check.h"
#include <unistd.h>

enum { STREAMS = 4, BLOCKS = 300 };

__global__ void linger(uint32_t *v)
{
    uint64_t begin, now;

    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(begin));
    do
        asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
    while (now - begin < 200000);
    v[blockIdx.x] += blockIdx.x;
}

static void launch_on(uint32_t *v, int rounds)
{
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (int k = 0; k < rounds; k++)
        linger<<<BLOCKS, 32, 0, stream>>>(v);
}

int main()
{
    uint32_t *v = device_words(BLOCKS, 1);

    linger<<<1, 32>>>(v);
    show_device("first", v, BLOCKS * 4);
    for (int s = 0; s < STREAMS; s++)
        launch_on(v, 5);
    printf("bye\n");
    fflush(stdout);
#if END == 3
    return 3;
#elif END == 2
    _exit(3);
#else
    exit(3);
#endif
}
