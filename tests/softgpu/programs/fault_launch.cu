// SPDX-License-Identifier: MIT
//
// The second launch is refused and leaves no trace; the fourth one's context is killed.
//
// env: SLIVER_SOFTGPU=fail_launch=2,kill=4
// preload: no slices count as launches
#include "expect.h"

__global__ void add(int *p)
{
    atomicAdd(p, 1);
}

int main()
{
    int zero = 0, got, *p = to_device(&zero, 1);

    add<<<1, 1>>>(p);
    EXPECT(cudaGetLastError() == cudaSuccess);
    add<<<1, 1>>>(p);
    EXPECT(cudaGetLastError() == cudaErrorLaunchOutOfResources);
    add<<<1, 1>>>(p);
    to_host(&got, p, 1);
    EXPECT(got == 2);
    add<<<1, 1>>>(p);
    EXPECT(cudaDeviceSynchronize() == cudaErrorLaunchFailure);
    EXPECT(cudaMalloc((void **)&p, 4) == cudaErrorLaunchFailure);
    return finish();
}
