// SPDX-License-Identifier: MIT
//
// A read of memory that was freed is found, though the address may still be mapped.
//
// env: SLIVER_SOFTGPU=check
// expect-stderr: stale
#include "expect.h"

__global__ void stale(int *to, const int *from)
{
    *to = *from;
}

int main()
{
    int *to = device_alloc<int>(1), *from = device_alloc<int>(100);

    stale<<<1, 1>>>(to, from + 50);
    CHECK(cudaDeviceSynchronize());
    CHECK(cudaFree(from));
    device_alloc<int>(100); /* comes to lie elsewhere */
    stale<<<1, 1>>>(to, from + 50);
    EXPECT(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
    return finish();
}
