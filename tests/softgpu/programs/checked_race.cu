// SPDX-License-Identifier: MIT
//
// Two threads write and read a word of shared memory with no barrier between.
//
// env: SLIVER_SOFTGPU=check,races
// expect-stderr: careless
#include "expect.h"

__global__ void careless(int *p, bool careful)
{
    __shared__ int s[64];

    s[threadIdx.x] = threadIdx.x;
    if (careful)
        __syncthreads();
    p[threadIdx.x] = s[63 - threadIdx.x];
}

int main()
{
    int *p = device_alloc<int>(64);

    careless<<<1, 64>>>(p, true);
    CHECK(cudaDeviceSynchronize());
    careless<<<1, 64>>>(p, false);
    EXPECT(cudaDeviceSynchronize() == cudaErrorLaunchFailure);
    return finish();
}
