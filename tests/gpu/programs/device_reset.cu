// SPDX-License-Identifier: MIT
//
// cudaDeviceReset between uses: the context goes with all that is in it, and comes anew with the
// initial values of variables; the last time with work queued.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *count*
#include "check.h"

enum { BLOCKS = 170, BLOCK = 64, N = BLOCKS * BLOCK };

__device__ uint32_t total = 5;

__global__ void count(uint32_t *v)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + blockIdx.x);
    if (threadIdx.x == 0)
        atomicAdd(&total, blockIdx.x);
}

int main()
{
    for (int round = 0; round < 3; round++) {
        uint32_t *v = device_words(N, (uint32_t)round), sum;
        cudaStream_t stream;
        CHECK(cudaStreamCreate(&stream));
        for (int k = 0; k < 3; k++)
            count<<<BLOCKS, BLOCK, 0, stream>>>(v);
        CHECK(cudaStreamSynchronize(stream));
        CHECK(cudaMemcpyFromSymbol(&sum, total, sizeof(sum)));
        printf("total %u\n", sum);
        show_device("v", v, N * 4);
        if (round == 1)
            for (int k = 0; k < 10; k++)
                count<<<BLOCKS, BLOCK, 0, stream>>>(v);
        CHECK(cudaDeviceReset());
    }
    return 0;
}
