// SPDX-License-Identifier: MIT
//
// A load of four bytes at an odd address.
//
// env: SLIVER_SOFTGPU=check
// expect-stderr: odd
// expect-stderr: not a multiple of 4
#include "expect.h"

__global__ void odd(int *to, const char *from)
{
    *to = *(const int *)(from + 1);
}

int main()
{
    int *p = device_alloc<int>(10);

    odd<<<1, 1>>>(p, (const char *)(p + 1));
    EXPECT(cudaDeviceSynchronize() == cudaErrorMisalignedAddress);
    return finish();
}
