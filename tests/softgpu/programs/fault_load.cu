// SPDX-License-Identifier: MIT
//
// The first image cannot be loaded: launches of its kernels say why, and nothing crashes.
//
// env: SLIVER_SOFTGPU=fail_load=1
// preload: no what the library loads counts too
#include "expect.h"

__device__ int word;

__global__ void store()
{
    word = 1;
}

int main()
{
    int got;

    store<<<1, 1>>>();
    EXPECT(cudaGetLastError() != cudaSuccess);
    EXPECT(cudaMemcpyFromSymbol(&got, word, 4) != cudaSuccess);
    return finish();
}
