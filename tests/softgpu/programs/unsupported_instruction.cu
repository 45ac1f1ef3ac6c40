// SPDX-License-Identifier: MIT
//
// An instruction that this device lacks: its module does not load, and what and where it is is
// said.
//
// expect-stderr: ldmatrix: modifier '.m8n8' is not supported
// preload: no what is said comes twice, for the kernel and for its twin
#include "expect.h"

__global__ void lacking(int *p)
{
    __shared__ int tile[32];
    int row;

    tile[threadIdx.x] = 1;
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];"
                 : "=r"(row)
                 : "r"((unsigned)__cvta_generic_to_shared(tile)));
    *p = row;
}

int main()
{
    int *p = device_alloc<int>(1);

    lacking<<<1, 1>>>(p);
    EXPECT(cudaGetLastError() == cudaErrorInvalidPtx);
    return finish();
}
