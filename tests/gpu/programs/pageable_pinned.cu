// SPDX-License-Identifier: MIT
//
// Asynchronous copies right behind kernels, from and to pageable, pinned and registered memory. A
// pageable source may be changed as soon as the call is back, a pageable target is complete then.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *grind*
#include "check.h"

enum { BLOCKS = 250, BLOCK = 64, N = BLOCKS * BLOCK, ROUNDS = 6 };

__global__ void grind(uint32_t *v, const uint32_t *add)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = v[i];

    for (int k = 0; k < 400; k++)
        x = mix32(x + add[i]);
    v[i] = x + blockIdx.x;
}

int main()
{
    uint32_t *pageable = (uint32_t *)malloc(N * 4), *target = (uint32_t *)malloc(N * 4), *pinned;
    uint32_t *registered = (uint32_t *)aligned_alloc(4096, N * 4 + 4096);
    uint32_t *v = device_words(N, 1), *add = device_words(N, 2), small[8];
    cudaStream_t stream;

    CHECK(cudaStreamCreate(&stream));
    CHECK(cudaMallocHost((void **)&pinned, N * 4));
    CHECK(cudaHostRegister(registered, N * 4, cudaHostRegisterDefault));
    for (uint32_t k = 0; k < ROUNDS; k++) {
        fill_u32(pageable, N, k);
        grind<<<BLOCKS, BLOCK, 0, stream>>>(v, add);
        CHECK(cudaMemcpyAsync(add, pageable, N * 4, cudaMemcpyHostToDevice, stream));
        memset(pageable, 0xdd, N * 4);
        grind<<<BLOCKS, BLOCK, 0, stream>>>(v, add);
        CHECK(cudaMemcpyAsync(target, v, N * 4, cudaMemcpyDeviceToHost, stream));
        show("pageable target", target, N * 4);
        fill_u32(small, 8, k);
        grind<<<BLOCKS, BLOCK, 0, stream>>>(v, add);
        CHECK(cudaMemcpyAsync(add + k * 8, small, sizeof(small), cudaMemcpyHostToDevice, stream));
        memset(small, 0, sizeof(small));
        grind<<<BLOCKS, BLOCK, 0, stream>>>(v, add);
        CHECK(cudaMemcpyAsync(pinned, v, N * 4, cudaMemcpyDeviceToHost, stream));
        grind<<<BLOCKS, BLOCK, 0, stream>>>(v, add);
        CHECK(cudaMemcpyAsync(registered, v, N * 4, cudaMemcpyDefault, stream));
        grind<<<BLOCKS, BLOCK, 0, stream>>>(v, add);
        CHECK(cudaMemcpyAsync(v, pinned, N * 2, cudaMemcpyHostToDevice, stream));
        CHECK(cudaStreamSynchronize(stream));
        show("pinned", pinned, N * 4);
        show("registered", registered, N * 4);
        grind<<<BLOCKS, BLOCK>>>(v, add);
        CHECK(cudaMemcpy(target, v, N * 4, cudaMemcpyDeviceToHost)); // no synchronise before
        show("plain copy", target, N * 4);
    }
    CHECK(cudaHostUnregister(registered));
    return 0;
}
