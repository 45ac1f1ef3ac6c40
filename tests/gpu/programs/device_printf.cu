// SPDX-License-Identifier: MIT
//
// printf on the device: formats, strings and 64-bit values from every block of several grids. Lines
// of one block keep their order; those of different blocks have none, so the lines are sorted.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// compare: sorted
// expect-sliced: *speak*
#include "check.h"

__global__ void speak(unsigned round)
{
    if (threadIdx.x == 0)
        printf("round %u block %3u,%u of %u,%u: %08x %.3f %s %lld\n", round, blockIdx.x, blockIdx.y,
               gridDim.x, gridDim.y, mix32(blockIdx.x + round), blockIdx.x * 0.125, "text",
               (long long)blockIdx.x << 33);
}

__global__ void count(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        printf("line %02u of one thread\n", i);
}

int main()
{
    for (unsigned k = 0; k < 3; k++) {
        speak<<<dim3(30, 2 + k), 32>>>(k);
        count<<<1, 1>>>(10);
        CHECK(cudaDeviceSynchronize());
        printf("synchronised %u\n", k);
        fflush(stdout);
    }
    speak<<<dim3(12, 3), 32>>>(9);
    CHECK(cudaDeviceSynchronize());
    return 0;
}
