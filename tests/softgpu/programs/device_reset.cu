// SPDX-License-Identifier: MIT
//
// A reset brings everything back to the beginning; after a fault everything fails with its code,
// and the device is not to be had again in this process (as an H100 does).
#include "expect.h"

__device__ int word = 5;

__global__ void store(int *p, int x)
{
    *p = x;
}

int main()
{
    int got = 0, *d;

    for (int round = 0; round < 3; round++) {
        d = device_alloc<int>(1);
        CHECK(cudaMemcpyFromSymbol(&got, word, 4));
        EXPECT(got == 5);
        got = 9;
        CHECK(cudaMemcpyToSymbol(word, &got, 4));
        store<<<1, 1>>>(d, round);
        CHECK(cudaMemcpy(&got, d, 4, cudaMemcpyDeviceToHost));
        EXPECT(got == round);
        CHECK(cudaDeviceReset());
    }
    d = device_alloc<int>(1);
    store<<<1, 1>>>((int *)0x1000, 1);
    EXPECT(cudaDeviceSynchronize() == cudaErrorIllegalAddress);
    EXPECT(cudaMemcpy(&got, d, 4, cudaMemcpyDeviceToHost) == cudaErrorIllegalAddress);
    store<<<1, 1>>>(d, 1);
    EXPECT(cudaGetLastError() == cudaErrorIllegalAddress);
    CHECK(cudaDeviceReset());
    EXPECT(cudaMalloc((void **)&d, 4) == cudaErrorDevicesUnavailable);
    return finish();
}
