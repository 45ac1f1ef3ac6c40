// SPDX-License-Identifier: MIT
// Device functions that read the grid position: direct, nested, recursive.
__device__ __noinline__ unsigned block_number(void)
{
    return blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
}
__device__ __noinline__ unsigned thread_number(unsigned shift)
{
    return block_number() * blockDim.x + threadIdx.x + shift;
}
__device__ __noinline__ unsigned deep(unsigned n)
{
    return n ? deep(n - 1) + blockIdx.x : threadIdx.x;
}
__global__ void number(unsigned *out, unsigned n)
{
    unsigned i = thread_number(0);
    if (i < n)
        out[i] = i;
}
__global__ void recurse(unsigned *out)
{
    out[blockIdx.x * blockDim.x + threadIdx.x] = deep(threadIdx.x & 7);
}
