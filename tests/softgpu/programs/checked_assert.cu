// SPDX-License-Identifier: MIT
//
// An assertion that fails in one thread of one block.
//
// env: SLIVER_SOFTGPU=check
// preload: no the message names the block, which in a slice is another
// expect-stderr: block (3,0,0), thread (7,0,0)
#include <cassert>

#include "expect.h"

__global__ void certain(int *p)
{
    assert(blockIdx.x != 3 || threadIdx.x != 7);
    p[threadIdx.x] = 1;
}

int main()
{
    int *p = device_alloc<int>(32);

    certain<<<5, 32>>>(p);
    EXPECT(cudaDeviceSynchronize() == cudaErrorAssert);
    return finish();
}
