// SPDX-License-Identifier: MIT
//
// Programmatic dependent launch: each kernel may start while the one before drains, does what
// needs nothing of it, then waits (griddepcontrol.wait) before it reads the result. The chain
// must be exact.
// build: $NVCC -arch=sm_90 $IN -o $BIN
#include "check.h"

enum { BLOCKS = 264, BLOCK = 128, N = BLOCKS * BLOCK, LINKS = 12 };

__global__ void link(uint32_t *to, const uint32_t *from, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t own = mix32(i + salt);

    for (int k = 0; k < 300; k++)
        own = mix32(own + blockIdx.x);
    cudaTriggerProgrammaticLaunchCompletion();
    cudaGridDependencySynchronize();
    uint32_t x = from[(i + N / 2 + 5) % N];
    for (int k = 0; k < 300; k++)
        x = mix32(x + own);
    to[i] = x + gridDim.x;
}

__global__ void ordinary(uint32_t *v)
{
    v[blockIdx.x * BLOCK + threadIdx.x] += blockIdx.x;
}

int main()
{
    uint32_t *a = device_words(N, 1), *b = device_words(N, 2);
    cudaLaunchAttribute attribute = {};
    cudaLaunchConfig_t config = {};
    cudaStream_t stream;

    CHECK(cudaStreamCreate(&stream));
    attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attribute.val.programmaticStreamSerializationAllowed = 1;
    config.gridDim = dim3(BLOCKS);
    config.blockDim = dim3(BLOCK);
    config.stream = stream;
    config.attrs = &attribute;
    config.numAttrs = 1;
    for (uint32_t k = 0; k < LINKS; k++) {
        uint32_t *to = k % 2 ? a : b;
        const uint32_t *from = k % 2 ? b : a;
        CHECK(cudaLaunchKernelEx(&config, link, to, from, k));
        if (k % 5 == 4)
            ordinary<<<BLOCKS, BLOCK, 0, stream>>>(to);
    }
    CHECK(cudaStreamSynchronize(stream));
    show_device("a", a, N * 4);
    show_device("b", b, N * 4);
    return 0;
}
