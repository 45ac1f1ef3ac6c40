// SPDX-License-Identifier: MIT
//
// One program in every way nvcc builds it: debug, line info, all compressions, SASS only, PTX
// only, older and several architectures, few registers, fast math, shared runtime, relocatable,
// link-time.
//
// variant: plain -arch=sm_90
// variant: debug -arch=sm_90 -G
// variant: lineinfo -arch=sm_90 -lineinfo
// variant: compress_none -arch=sm_90 --compress-mode=none
// variant: compress_speed -arch=sm_90 --compress-mode=speed
// variant: compress_balance -arch=sm_90 --compress-mode=balance
// variant: compress_size -arch=sm_90 --compress-mode=size
// variant: sass_only -gencode arch=compute_90,code=sm_90
// variant: ptx_only -gencode arch=compute_90,code=compute_90
// variant: old_ptx -gencode arch=compute_75,code=compute_75
// variant: sm_90a -gencode arch=compute_90a,code=[sm_90a,compute_90a]
// variant: many_archs -arch=all-major
// variant: registers -arch=sm_90 -maxrregcount=24
// variant: fast_math -arch=sm_90 -use_fast_math
// variant: no_opt -arch=sm_90 -Xptxas -O0 -Xcicc -O0
// variant: shared_runtime -arch=sm_90 -cudart shared -Xlinker -rpath=$cuda_lib
// variant: relocatable -arch=sm_90 -rdc=true
// build: $NVCC $FLAGS $IN -o $BIN
// expect-sliced: *blend*
// expect-sliced: *scatter*
// modes: auto-rr 1-rr 7-fcfs odd-*
// unsliced-variants: sass_only relocatable many_archs
#include "check.h"
#include <thread>

enum { W = 300, H = 200, TILE = 16, HISTORY = 32 };

__constant__ float weights[HISTORY];
__device__ uint32_t blocks_seen;

// Approximations differ between builds; each build must agree with itself.
__device__ __noinline__ float shade(float x, unsigned steps)
{
    for (unsigned k = 0; k < steps; k++)
        x = __sinf(x) * 0.5f + sqrtf(fabsf(x)) / (1.5f + expf(-x)) + blockIdx.y * 0.01f;
    return x;
}

__global__ void blend(float *image)
{
    __shared__ float tile[TILE][TILE + 1];
    const unsigned x = blockIdx.x * TILE + threadIdx.x, y = blockIdx.y * TILE + threadIdx.y;
    float history[HISTORY], sum = 0;

    tile[threadIdx.y][threadIdx.x] = x < W && y < H ? image[y * W + x] : 0;
    __syncthreads();
    for (int k = 0; k < HISTORY; k++)
        history[k] = tile[(threadIdx.y + k) % TILE][(threadIdx.x * 3 + k) % TILE] * weights[k];
    for (int k = 0; k < HISTORY; k++)
        sum += history[(k * 7 + blockIdx.x) % HISTORY] * (k + 1);
    if (x < W && y < H)
        image[y * W + x] = shade(sum, 4 + gridDim.x % 3);
    if (threadIdx.x + threadIdx.y == 0)
        atomicAdd(&blocks_seen, 1 + blockIdx.x);
}

__global__ void scatter(uint32_t *v, unsigned n)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < n)
        v[(i * 7919u) % n] += mix32(i + gridDim.x) / (blockIdx.x + 1);
}

int main()
{
    const unsigned n = 40009;
    float *image = device_floats(W * H, 1), host[HISTORY];
    uint32_t *v = device_words(n, 2), seen;

    fill_f32(host, HISTORY, 3);
    CHECK(cudaMemcpyToSymbol(weights, host, sizeof(host)));
    CHECK(cudaDeviceSynchronize());
    std::thread other([v, n] {
        for (int k = 0; k < 4; k++)
            scatter<<<(n + 127) / 128, 128>>>(v, n);
        CHECK(cudaGetLastError());
    });
    for (int k = 0; k < 4; k++)
        blend<<<dim3((W + TILE - 1) / TILE, (H + TILE - 1) / TILE), dim3(TILE, TILE)>>>(image);
    CHECK(cudaGetLastError());
    other.join();
    show_device("image", image, W * H * 4);
    show_device("v", v, n * 4);
    CHECK(cudaMemcpyFromSymbol(&seen, blocks_seen, 4));
    printf("blocks seen %u\n", seen);
    return 0;
}
