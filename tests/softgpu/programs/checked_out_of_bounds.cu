// SPDX-License-Identifier: MIT
//
// A store one past the end of an allocation is found, with kernel, block, thread and line.
//
// env: SLIVER_SOFTGPU=check
// expect-stderr: overrun
// expect-stderr: block (2,0,0), thread (4,0,0), PTX line
#include "expect.h"

__global__ void overrun(int *p)
{
    p[blockIdx.x * 32 + threadIdx.x] = 1;
}

int main()
{
    int *p = device_alloc<int>(68);

    overrun<<<3, 32>>>(p);
    EXPECT(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
    return finish();
}
