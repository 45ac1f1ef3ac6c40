// SPDX-License-Identifier: MIT
//
// Questions about kernels answered before and after launches: attributes, occupancy, names,
// parameter places, attributes set and read back. Registers are left out, they depend on who
// compiled.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *heavy*
#include "check.h"

enum { BLOCKS = 150, BLOCK = 128, WORDS = 9000 };

__constant__ uint32_t constants[100];

__global__ void __launch_bounds__(256) heavy(uint32_t *v, uint8_t small, double wide)
{
    __shared__ uint32_t words[WORDS];

    for (unsigned i = threadIdx.x; i < WORDS; i += BLOCK)
        words[i] = mix32(i + small + blockIdx.x);
    __syncthreads();
    v[blockIdx.x * BLOCK + threadIdx.x] +=
        words[(threadIdx.x * 97 + (unsigned)wide) % WORDS] + constants[blockIdx.x % 100];
}

__global__ void dynamic(uint32_t *v)
{
    extern __shared__ uint32_t tile[];

    tile[threadIdx.x] = v[threadIdx.x];
    __syncthreads();
    v[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x] + blockIdx.x;
}

template <typename... Ts> static void ask(const char *name, void (*kernel)(Ts...))
{
    cudaFuncAttributes a;
    const char *symbol;
    size_t offset, size;
    int grid, block;

    CHECK(cudaFuncGetAttributes(&a, kernel));
    printf("%s: shared %zu constant %zu dynamic %d carveout %d ptx %d binary %d cluster %d %d\n",
           name, a.sharedSizeBytes, a.constSizeBytes, a.maxDynamicSharedSizeBytes,
           a.preferredShmemCarveout, a.ptxVersion, a.binaryVersion, a.clusterDimMustBeSet,
           a.requiredClusterWidth);
    for (int k = 0; k < 3; k++) {
        int blocks = -1;
        const cudaError_t error = cudaOccupancyMaxActiveBlocksPerMultiprocessor(
            &blocks, kernel, BLOCK, (size_t)k * 30000);
        printf("blocks %d (%d)\n", blocks, error);
    }
    CHECK(cudaOccupancyMaxPotentialBlockSize(&grid, &block, kernel, 20000, 128));
    printf("potential %d %d\n", grid, block);
    CHECK(cudaOccupancyAvailableDynamicSMemPerBlock(&size, kernel, 3, BLOCK));
    printf("available %zu\n", size);
    CHECK(cudaFuncGetName(&symbol, (const void *)kernel));
    printf("name %s\n", symbol);
    for (size_t p = 0; cudaFuncGetParamInfo((const void *)kernel, p, &offset, &size) == cudaSuccess;
         p++)
        printf("parameter %zu: %zu %zu\n", p, offset, size);
    cudaGetLastError();
}

int main()
{
    uint32_t *v = device_words(BLOCKS * BLOCK, 1);

    ask("heavy", heavy);
    ask("dynamic", dynamic);
    CHECK(cudaFuncSetAttribute(dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, 90000));
    CHECK(cudaFuncSetAttribute(heavy, cudaFuncAttributePreferredSharedMemoryCarveout, 100));
    for (int k = 0; k < 3; k++) {
        heavy<<<BLOCKS, BLOCK>>>(v, (uint8_t)k, 3.5);
        dynamic<<<1, BLOCK, 90000>>>(v);
    }
    CHECK(cudaGetLastError());
    ask("heavy", heavy);
    ask("dynamic", dynamic);
    show_device("v", v, BLOCKS * BLOCK * 4);
    return 0;
}
