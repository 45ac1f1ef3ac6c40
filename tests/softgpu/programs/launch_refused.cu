// SPDX-License-Identifier: MIT
//
// Launches that are refused at once, each with its code, and that nothing else suffers from them.
#include "expect.h"

/* From CUDA 13 on, the runtime has no code of its own for it. */
#define BAD_SHAPE (CUDART_VERSION < 13000 ? cudaErrorInvalidConfiguration : cudaErrorInvalidValue)

__global__ void store(int *p, int x)
{
    p[threadIdx.x] = x;
}

__global__ void __launch_bounds__(64) small(int *p)
{
    p[threadIdx.x] = 1;
}

int main()
{
    int got[64], *d = device_alloc<int>(64);

    store<<<0, 1>>>(d, 1);
    EXPECT(cudaGetLastError() == BAD_SHAPE);
    store<<<1, 0>>>(d, 1);
    EXPECT(cudaGetLastError() == BAD_SHAPE);
    store<<<1, 1025>>>(d, 1);
    EXPECT(cudaGetLastError() == BAD_SHAPE);
    store<<<dim3(1, 65536), 1>>>(d, 1);
    EXPECT(cudaGetLastError() == BAD_SHAPE);
    store<<<1, dim3(1, 1, 65)>>>(d, 1);
    EXPECT(cudaGetLastError() == BAD_SHAPE);
    store<<<1, 1, 49153>>>(d, 1);
    EXPECT(cudaGetLastError() == cudaErrorInvalidValue);
    small<<<1, 65>>>(d);
    EXPECT(cudaPeekAtLastError() == cudaErrorInvalidValue);
    EXPECT(cudaGetLastError() == cudaErrorInvalidValue && cudaGetLastError() == cudaSuccess);
    EXPECT(cudaLaunchKernel((const void *)got, dim3(1), dim3(1), NULL, 0, 0) ==
           cudaErrorInvalidResourceHandle);
    EXPECT(cudaStreamSynchronize((cudaStream_t)(void *)got) == cudaErrorInvalidResourceHandle);
    EXPECT(cudaFree(d + 1) == cudaErrorInvalidValue);
    EXPECT(cudaSetDevice(1) == cudaErrorInvalidDevice);
    EXPECT(
        !strcmp(cudaGetErrorName(cudaErrorInvalidConfiguration), "cudaErrorInvalidConfiguration"));
    cudaGetLastError();
    store<<<1, 64>>>(d, 9);
    CHECK(cudaGetLastError());
    to_host(got, d, 64);
    for (int x : got)
        EXPECT(x == 9);
    return finish();
}
