// SPDX-License-Identifier: MIT
// Constant memory, textures, surfaces, dynamic shared memory, atomics, warp functions.
__constant__ float weights[64];
extern __shared__ float scratch[];
__global__ void filter(cudaTextureObject_t in, cudaSurfaceObject_t out, unsigned *count)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y;
    float v = tex2D<float>(in, x, y) * weights[threadIdx.x & 63];
    scratch[threadIdx.x] = v;
    __syncthreads();
    v += __shfl_down_sync(~0u, scratch[threadIdx.x ^ 1], 1);
    surf2Dwrite(v, out, x * 4, y);
    if (__ballot_sync(~0u, v > 0) && threadIdx.x == 0)
        atomicAdd(count, 1);
}
