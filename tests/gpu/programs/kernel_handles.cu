// SPDX-License-Identifier: MIT
//
// One kernel by all its handles: symbol, cudaFunction_t, cudaKernel_t, CUfunction and CUkernel,
// by runtime and driver launches with driver entry points that the runtime gave; a runtime
// library too.
// build: $NVCC -arch=sm_90 -fatbin $SRC/parts/grid_kernels.cu -o $BIN.fatbin
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *by_handle*
// expect-sliced: update
#include "check.h"

enum { BLOCKS = 180, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void by_handle(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + salt) + blockIdx.x * gridDim.x;
}

template <typename F> static F entry_point(F, const char *name)
{
    cudaDriverEntryPointQueryResult status;
    void *address = NULL;

    CHECK(cudaGetDriverEntryPointByVersion(name, &address, 12000, cudaEnableDefault, &status));
    CHECK(status != cudaDriverEntryPointSuccess);
    return (F)address;
}

int main(int, char **argv)
{
    auto launch = entry_point((decltype(&cuLaunchKernel))NULL, "cuLaunchKernel");
    auto launch_ex = entry_point((decltype(&cuLaunchKernelEx))NULL, "cuLaunchKernelEx");
    auto to_function = entry_point((decltype(&cuKernelGetFunction))NULL, "cuKernelGetFunction");
    uint32_t *v = device_words(N, 1), salt = 0;
    unsigned n = N;
    void *args[] = {&v, &salt}, *update_args[] = {&v, &n, &salt};
    cudaFunction_t function;
    cudaKernel_t kernel, update;
    cudaLibrary_t library;
    cudaStream_t stream;
    CUfunction direct;
    char path[4096];

    CHECK(cudaStreamCreate(&stream));
    CHECK(cudaGetFuncBySymbol(&function, (const void *)by_handle));
    CHECK(cudaGetKernel(&kernel, (const void *)by_handle));
    CHECK(to_function(&direct, (CUkernel)kernel));
    snprintf(path, sizeof(path), "%s.fatbin", argv[0]);
    CHECK(cudaLibraryLoadFromFile(&library, path, NULL, NULL, 0, NULL, NULL, 0));
    CHECK(cudaLibraryGetKernel(&update, library, "update"));
    for (int k = 0; k < 4; k++) {
        CUlaunchConfig config = {};
        by_handle<<<BLOCKS, BLOCK, 0, stream>>>(v, salt++);
        CHECK(launch(function, BLOCKS, 1, 1, BLOCK, 1, 1, 0, stream, args, NULL));
        salt++;
        CHECK(cudaLaunchKernel((const void *)kernel, dim3(BLOCKS), dim3(BLOCK), args, 0, stream));
        salt++;
        CHECK(launch(direct, BLOCKS, 1, 1, BLOCK, 1, 1, 0, stream, args, NULL));
        salt++;
        CHECK(launch((CUfunction)kernel, BLOCKS, 1, 1, BLOCK, 1, 1, 0, stream, args, NULL));
        salt++;
        config.gridDimX = BLOCKS;
        config.blockDimX = BLOCK;
        config.gridDimY = config.gridDimZ = config.blockDimY = config.blockDimZ = 1;
        config.hStream = stream;
        CHECK(launch_ex(&config, (CUfunction)kernel, args, NULL));
        CHECK(cudaLaunchKernel((const void *)update, dim3(BLOCKS), dim3(BLOCK), update_args, 0,
                               stream));
    }
    show_device("v", v, N * 4);
    CHECK(cudaLibraryUnload(library));
    return 0;
}
