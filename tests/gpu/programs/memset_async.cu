// SPDX-License-Identifier: MIT
//
// Memsets of 8, 16 and 32 bits, flat and pitched, between kernels on the stream and on the default
// stream; a synchronous one in the middle of queued work.
// build: $NVCC -arch=sm_90 $IN -o $BIN -lcuda
// expect-sliced: *churn*
#include "check.h"

enum { BLOCKS = 220, BLOCK = 64, N = BLOCKS * BLOCK, ROUNDS = 6 };

__global__ void churn(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = v[i];

    for (int k = 0; k < 300; k++)
        x = mix32(x + salt);
    v[i] = x + blockIdx.x;
}

int main()
{
    uint32_t *v = device_words(N, 1), *w = device_words(N, 2);
    CUdeviceptr d = (CUdeviceptr)v;
    cudaStream_t stream;

    CHECK(cudaStreamCreate(&stream));
    for (uint32_t k = 0; k < ROUNDS; k++) {
        churn<<<BLOCKS, BLOCK, 0, stream>>>(v, k);
        CHECK(cudaMemsetAsync(v + 100, 0x11 + (int)k, 4000, stream));
        churn<<<BLOCKS, BLOCK, 0, stream>>>(v, k + 10);
        CHECK(cuMemsetD32Async(d + 8000, 0xabcd0000u + k, 500, stream));
        CHECK(cuMemsetD16Async(d + 12002, (unsigned short)(0x1234 + k), 333, stream));
        churn<<<BLOCKS, BLOCK, 0, stream>>>(v, k + 20);
        CHECK(cuMemsetD8Async(d + 1, (unsigned char)k, 77, stream));
        CHECK(cuMemsetD2D32Async(d + 20000, 256, k, 10, 20, stream));
        CHECK(cudaMemset2DAsync(v + 8000, 128, 0x77, 50, 30, stream));
        churn<<<BLOCKS, BLOCK>>>(w, k);
        CHECK(cudaMemset(w + 50, 0x42, 1000)); // default stream, behind churn
        CHECK(cuMemsetD32((CUdeviceptr)w + 9000, k, 100));
        churn<<<BLOCKS, BLOCK>>>(w, k + 30);
    }
    show_device("v", v, N * 4);
    show_device("w", w, N * 4);
    return 0;
}
