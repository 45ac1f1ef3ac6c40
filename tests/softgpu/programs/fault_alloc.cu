// SPDX-License-Identifier: MIT
//
// The third allocation fails, those after it do not.
//
// preload: no what the library allocates counts too
// env: SLIVER_SOFTGPU=fail_alloc=3
#include "expect.h"

int main()
{
    void *p;

    EXPECT(cudaMalloc(&p, 100) == cudaSuccess);
    EXPECT(cudaMallocHost(&p, 100) == cudaSuccess);
    EXPECT(cudaMalloc(&p, 100) == cudaErrorMemoryAllocation);
    EXPECT(cudaMalloc(&p, 100) == cudaSuccess);
    return finish();
}
