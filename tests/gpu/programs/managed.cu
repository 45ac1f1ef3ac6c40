// SPDX-License-Identifier: MIT
//
// Managed memory and a __managed__ variable: host and device take turns on the same words, the host
// reading right after a synchronise with no copy.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *turn*
#include "check.h"

enum { BLOCKS = 130, BLOCK = 64, N = BLOCKS * BLOCK };

__managed__ uint32_t shared_total;
__managed__ uint32_t marks[BLOCKS];

__global__ void turn(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + salt) + blockIdx.x;
    atomicAdd(&shared_total, v[i] & 0xff);
    if (threadIdx.x == 0)
        marks[blockIdx.x] += gridDim.x - blockIdx.x;
}

int main()
{
    uint32_t *v;

    CHECK(cudaMallocManaged((void **)&v, N * 4));
    fill_u32(v, N, 1);
    for (uint32_t k = 0; k < 5; k++) {
        turn<<<BLOCKS, BLOCK>>>(v, k);
        if (k % 2)
            turn<<<BLOCKS, BLOCK>>>(v, k + 50);
        CHECK(cudaDeviceSynchronize());
        printf("total %u mark %u\n", shared_total, marks[k]);
        for (int i = 0; i < N; i += 37)
            v[i] += shared_total;
    }
    show("v", v, N * 4);
    show("marks", marks, sizeof(marks));
    return 0;
}
