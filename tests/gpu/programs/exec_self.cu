// SPDX-License-Identifier: MIT
//
// A program that replaces itself by itself, with work done before, and with work still queued.
// build: $NVCC -arch=sm_90 $IN -o $BIN
#include "check.h"
#include <unistd.h>

enum { BLOCKS = 180, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void step(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] ^ salt) + gridDim.x * blockIdx.x;
}

int main(int argc, char **argv)
{
    const int generation = argc > 1 ? atoi(argv[1]) : 0;
    uint32_t *v = device_words(N, (uint32_t)generation);
    char next[2] = {(char)('1' + generation), 0};
    char *arguments[] = {argv[0], next, NULL};

    for (uint32_t k = 0; k < 4; k++)
        step<<<BLOCKS, BLOCK>>>(v, k);
    show_device("generation", v, N * 4);
    if (generation == 1)
        for (uint32_t k = 0; k < 20; k++)
            step<<<BLOCKS, BLOCK>>>(v, k);
    fflush(stdout);
    if (generation < 2) {
        execv("/proc/self/exe", arguments);
        return 9;
    }
    return 0;
}
