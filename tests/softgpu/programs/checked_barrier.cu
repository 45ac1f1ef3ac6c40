// SPDX-License-Identifier: MIT
//
// A barrier that half of the block's warps never reach, because they wait for the others
// elsewhere.
//
// env: SLIVER_SOFTGPU=check
// expect-stderr: split
#include "expect.h"

__global__ void split(int *p)
{
    if (threadIdx.x < 32)
        asm volatile("barrier.sync 1, 64;");
    else
        asm volatile("barrier.sync 2, 64;");
    p[threadIdx.x] = 1;
}

int main()
{
    int *p = device_alloc<int>(64);

    split<<<1, 64>>>(p);
    EXPECT(cudaDeviceSynchronize() == cudaErrorLaunchFailure);
    return finish();
}
