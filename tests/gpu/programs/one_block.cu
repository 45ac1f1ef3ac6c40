// SPDX-License-Identifier: MIT
//
// Hundreds of launches of one and two blocks from two threads: nothing to slice, everything to
// order.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-whole: *alone*
#include "check.h"
#include <thread>

enum { BLOCK = 64, ROUNDS = 400 };

__global__ void alone(uint32_t *v, uint32_t salt)
{
    const uint32_t next = v[(threadIdx.x + 1) % BLOCK];

    __syncthreads();
    v[threadIdx.x] = mix32(next + salt) + blockIdx.x + gridDim.x;
}

__global__ void couple(uint32_t *to, const uint32_t *from, uint32_t salt)
{
    to[blockIdx.x * BLOCK + threadIdx.x] =
        mix32(from[(1 - blockIdx.x) * BLOCK + threadIdx.x] + salt) + gridDim.x;
}

static void run(uint32_t *v, uint32_t seed)
{
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (uint32_t k = 0; k < ROUNDS; k++) {
        alone<<<1, BLOCK, 0, stream>>>(v + 512, k + seed);
        couple<<<2, BLOCK, 0, stream>>>(v + (k % 2 ? 0 : 2 * BLOCK), v + (k % 2 ? 2 * BLOCK : 0),
                                        k);
    }
    CHECK(cudaStreamSynchronize(stream));
}

int main()
{
    uint32_t *v[2] = {device_words(1024, 1), device_words(1024, 2)};
    std::thread first(run, v[0], 100), second(run, v[1], 200);

    first.join();
    second.join();
    for (uint32_t *words : v)
        show_device("v", words, 1024 * 4);
    return 0;
}
