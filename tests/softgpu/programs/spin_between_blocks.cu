// SPDX-License-Identifier: MIT
//
// A chain of blocks, each waiting for a word from the one before it: all of them resident at once.
//
// env: SLIVER_SOFTGPU=sms=4
#include "expect.h"

enum { BLOCKS = 32 };

__global__ void chain(volatile unsigned *words)
{
    if (threadIdx.x)
        return;
    if (blockIdx.x)
        while (!words[blockIdx.x - 1])
            ;
    __threadfence();
    words[blockIdx.x] = blockIdx.x ? words[blockIdx.x - 1] * 3 + blockIdx.x : 1;
}

int main()
{
    unsigned words[BLOCKS] = {0}, wanted = 1;
    unsigned *d = to_device(words, BLOCKS);

    chain<<<BLOCKS, 32>>>(d);
    to_host(words, d, BLOCKS);
    for (unsigned b = 0; b < BLOCKS; b++) {
        EXPECT(words[b] == wanted);
        wanted = wanted * 3 + b + 1;
    }
    return finish();
}
