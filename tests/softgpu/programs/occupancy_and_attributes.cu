// SPDX-License-Identifier: MIT
//
// What the device and kernels say about themselves, for a chosen device.
//
// env: SLIVER_SOFTGPU=sms=6,cc=86,memory_mib=512
#include "expect.h"

__global__ void __launch_bounds__(256) plain(int *p)
{
    __shared__ int s[1024];

    s[threadIdx.x] = p[threadIdx.x];
    __syncthreads();
    p[threadIdx.x] = s[255 - threadIdx.x];
}

int main()
{
    struct cudaFuncAttributes attributes;
    struct cudaDeviceProp prop;
    size_t free_bytes, total;
    int n, grid, block, value;

    CHECK(cudaGetDeviceCount(&n));
    CHECK(cudaGetDeviceProperties(&prop, 0));
    EXPECT(n == 1 && prop.multiProcessorCount == 6 && prop.major == 8 && prop.minor == 6);
    EXPECT(prop.maxThreadsPerMultiProcessor == 1536 && prop.warpSize == 32);
    EXPECT(prop.totalGlobalMem == 512u << 20 && prop.sharedMemPerBlock == 49152);
    CHECK(cudaMemGetInfo(&free_bytes, &total));
    EXPECT(total == prop.totalGlobalMem && free_bytes <= total);
    void *half = device_alloc<char>(300u << 20), *more;
    EXPECT(cudaMalloc(&more, 300u << 20) == cudaErrorMemoryAllocation);
    cudaGetLastError();
    CHECK(cudaFree(half));
    CHECK(cudaMalloc(&more, 300u << 20));
    CHECK(cudaFuncGetAttributes(&attributes, plain));
    EXPECT(attributes.maxThreadsPerBlock == 256 && attributes.sharedSizeBytes == 4096);
    EXPECT(attributes.maxDynamicSharedSizeBytes == 49152 - 4096);
    CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&n, plain, 256, 0));
    EXPECT(n == 6);
    CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&n, plain, 64, 30000));
    EXPECT(n == 2);
    CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&n, plain, 512, 0));
    EXPECT(n == 0);
    CHECK(cudaOccupancyMaxPotentialBlockSize(&grid, &block, plain, 0, 0));
    EXPECT(block == 256 && grid == 36);
    CHECK(cudaDeviceGetAttribute(&value, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0));
    EXPECT(value == 101376);
    CHECK(cudaDeviceGetLimit(&total, cudaLimitStackSize));
    CHECK(cudaDeviceSetLimit(cudaLimitStackSize, 2048));
    CHECK(cudaDeviceGetLimit(&total, cudaLimitStackSize));
    EXPECT(total == 2048);
    return finish();
}
