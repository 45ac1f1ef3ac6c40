// SPDX-License-Identifier: MIT
//
// Launches that must be refused at once with the same code, and leave no trace: good launches
// between them go on. The last error is kept and cleared as without us.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *good*
#include "check.h"

enum { BLOCKS = 120, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void good(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + salt) + blockIdx.x;
}

__global__ void __launch_bounds__(128) narrow(uint32_t *v)
{
    v[blockIdx.x] += threadIdx.x;
}

__global__ void __cluster_dims__(4, 1, 1) clustered(uint32_t *v)
{
    if (threadIdx.x == 0)
        v[blockIdx.x] += 1;
}

static void not_a_kernel()
{
}

static void tell(const char *what)
{
    const cudaError_t peeked = cudaPeekAtLastError(), got = cudaGetLastError();

    printf("%s: %d %d %d %s\n", what, peeked, got, cudaGetLastError(), cudaGetErrorName(got));
}

int main()
{
    uint32_t *v = device_words(N, 1), salt = 0;
    void *args[] = {&v, &salt};
    cudaLaunchConfig_t config = {};
    cudaLaunchAttribute attribute = {};

    tell("nothing yet");
    good<<<0, BLOCK>>>(v, 1);
    tell("grid 0");
    good<<<BLOCKS, BLOCK>>>(v, 1);
    tell("good");
    good<<<dim3(1, 70000), BLOCK>>>(v, 1);
    tell("grid y");
    good<<<dim3(1, 1, 70000), BLOCK>>>(v, 1);
    tell("grid z");
    good<<<0x80000000u, BLOCK>>>(v, 1);
    tell("grid x");
    good<<<BLOCKS, 2048>>>(v, 1);
    tell("block too large");
    good<<<BLOCKS, 0>>>(v, 1);
    tell("block 0");
    good<<<BLOCKS, dim3(1, 1, 100)>>>(v, 1);
    tell("block z");
    good<<<BLOCKS, BLOCK, 60000>>>(v, 2);
    tell("shared without attribute");
    good<<<BLOCKS, BLOCK, 400000>>>(v, 2);
    tell("shared memory");
    good<<<BLOCKS, BLOCK>>>(v, 2);
    tell("good");
    narrow<<<BLOCKS, 256>>>(v);
    tell("launch bounds");
    clustered<<<BLOCKS + 1, BLOCK>>>(v);
    tell("cluster does not divide");
    printf("set attribute %d\n",
           cudaFuncSetAttribute(good, cudaFuncAttributeMaxDynamicSharedMemorySize, 400000));
    tell("set attribute");
    printf("no kernel %d\n", cudaLaunchKernel((void *)not_a_kernel, dim3(1), dim3(1), args, 0, 0));
    tell("no kernel");
    printf("cooperative %d\n",
           cudaLaunchCooperativeKernel((void *)good, dim3(100000), dim3(BLOCK), args, 0, 0));
    tell("cooperative");
    attribute.id = cudaLaunchAttributeClusterDimension;
    attribute.val.clusterDim.x = 64;
    attribute.val.clusterDim.y = attribute.val.clusterDim.z = 1;
    config.gridDim = dim3(128);
    config.blockDim = dim3(BLOCK);
    config.attrs = &attribute;
    config.numAttrs = 1;
    printf("cluster of 64 %d\n", cudaLaunchKernelEx(&config, good, v, salt));
    tell("cluster of 64");
    good<<<BLOCKS, BLOCK>>>(v, 3);
    tell("good");
    show_device("v", v, N * 4);
    return 0;
}
