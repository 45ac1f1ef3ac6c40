// SPDX-License-Identifier: MIT
//
// After a fault everything fails with its code until the device is reset; then all works again.
#include "expect.h"

__global__ void store(int *p, int x)
{
    *p = x;
}

int main()
{
    int got = 0, *d = device_alloc<int>(1);

    for (int round = 0; round < 3; round++) {
        store<<<1, 1>>>(d, round + 5);
        CHECK(cudaDeviceSynchronize());
        store<<<1, 1>>>((int *)0x1000, 1);
        EXPECT(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
        EXPECT(cudaMemcpy(&got, d, 4, cudaMemcpyDeviceToHost) == cudaErrorIllegalAddress);
        store<<<1, 1>>>(d, 1);
        EXPECT(cudaGetLastError() == cudaErrorIllegalAddress);
        CHECK(cudaDeviceReset());
        cudaGetLastError();
        d = device_alloc<int>(1);
        store<<<1, 1>>>(d, round);
        CHECK(cudaMemcpy(&got, d, 4, cudaMemcpyDeviceToHost));
        EXPECT(got == round);
    }
    return finish();
}
