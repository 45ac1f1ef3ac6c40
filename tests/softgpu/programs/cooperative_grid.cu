// SPDX-License-Identifier: MIT
//
// grid.sync() between the rounds of a kernel, and a grid too large for it.
//
// env: SLIVER_SOFTGPU=sms=4
#include <cooperative_groups.h>

#include "expect.h"

enum { BLOCKS = 16, B = 64, N = BLOCKS * B, ROUNDS = 5 };

__global__ void rounds(unsigned *v)
{
    cooperative_groups::grid_group grid = cooperative_groups::this_grid();
    unsigned i = grid.thread_rank();

    for (int r = 0; r < ROUNDS; r++) {
        unsigned x = v[(i + 67) % N] + r;
        grid.sync();
        v[i] = mix32(x);
        grid.sync();
    }
}

int main()
{
    static unsigned v[2][N], got[N];
    int per_sm;

    fill_u32(v[0], N, 22);
    unsigned *d = to_device(v[0], N);
    void *args[] = {&d};
    CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_sm, rounds, B, 0));
    EXPECT(per_sm * 4 >= BLOCKS);
    CHECK(cudaLaunchCooperativeKernel((void *)rounds, dim3(BLOCKS), dim3(B), args, 0, 0));
    to_host(got, d, N);
    for (int r = 0; r < ROUNDS; r++)
        for (int i = 0; i < N; i++)
            v[(r + 1) % 2][i] = mix32(v[r % 2][(i + 67) % N] + r);
    EXPECT(!memcmp(got, v[ROUNDS % 2], sizeof(got)));
    EXPECT(cudaLaunchCooperativeKernel((void *)rounds, dim3(per_sm * 4 + 1), dim3(B), args, 0, 0) ==
           cudaErrorCooperativeLaunchTooLarge);
    return finish();
}
