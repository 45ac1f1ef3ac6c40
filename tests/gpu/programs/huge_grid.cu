// SPDX-License-Identifier: MIT
//
// A 1-D grid of more blocks than 16 bits count, and tall ones at the limit of y.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// skip-modes: 1-fcfs
// timeout: 120
// expect-sliced: *touch*
#include "check.h"

__global__ void touch(uint32_t *v, unsigned stride)
{
    const uint64_t block = (uint64_t)blockIdx.y * gridDim.x + blockIdx.x;

    if (threadIdx.x == 0)
        v[block % stride] += (uint32_t)block + blockIdx.x / 3 + gridDim.x;
}

static void run(dim3 grid)
{
    const unsigned n = grid.x * grid.y;
    uint32_t *v = device_words(n, grid.x);

    touch<<<grid, 32>>>(v, n);
    CHECK(cudaGetLastError());
    show_device("v", v, n * 4);
}

int main()
{
    run(dim3(70001));
    run(dim3(1, 20011));
    run(dim3(3, 1 + 65535 / 13));
    return 0;
}
