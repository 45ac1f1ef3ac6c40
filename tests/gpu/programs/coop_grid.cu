// SPDX-License-Identifier: MIT
//
// A cooperative launch: iterations of a stencil with grid.sync() between them, beside ordinary
// launches before and behind on the same stream.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *scramble*
// expect-whole: *stencil*
#include "check.h"
#include <cooperative_groups.h>

namespace cg = cooperative_groups;

enum { BLOCKS = 96, BLOCK = 128, N = BLOCKS * BLOCK };

__global__ void scramble(uint32_t *v)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + blockIdx.x);
}

__global__ void stencil(uint32_t *a, uint32_t *b, int rounds)
{
    cg::grid_group grid = cg::this_grid();
    const unsigned i = (unsigned)grid.thread_rank();

    for (int r = 0; r < rounds; r++) {
        b[i] = mix32(a[(i + N - 1) % N] + a[i] * 3 + a[(i + BLOCK) % N] * 5) + blockIdx.x;
        grid.sync();
        a[i] = b[(i + N / 2) % N] + grid.num_blocks();
        grid.sync();
    }
}

int main()
{
    uint32_t *a = device_words(N, 1), *b = device_words(N, 2);
    int rounds = 20;
    void *args[] = {&a, &b, &rounds};

    for (int k = 0; k < 5; k++) {
        scramble<<<BLOCKS, BLOCK>>>(a);
        CHECK(cudaLaunchCooperativeKernel((void *)stencil, dim3(BLOCKS), dim3(BLOCK), args, 0, 0));
        scramble<<<BLOCKS, BLOCK>>>(b);
    }
    show_device("a", a, N * 4);
    show_device("b", b, N * 4);
    return 0;
}
