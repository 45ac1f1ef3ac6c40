// SPDX-License-Identifier: MIT
// Function pointers and virtual functions; one of those that may be reached reads the grid.
typedef unsigned (*operation)(unsigned);
__device__ __noinline__ unsigned twice(unsigned x) { return 2 * x; }
__device__ __noinline__ unsigned plus_block(unsigned x) { return x + blockIdx.x; }
__device__ operation table[2] = {twice, plus_block};
__global__ void by_pointer(unsigned *out, int which)
{
    out[threadIdx.x] = table[which](threadIdx.x);
}
__global__ void by_name(unsigned *out)
{
    out[blockIdx.x] = plus_block(threadIdx.x);
}
