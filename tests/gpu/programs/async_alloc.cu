// SPDX-License-Identifier: MIT
//
// The stream-ordered allocator: memory taken and freed between kernels without synchronising,
// reused at once by the next, in two threads and with a pool of its own.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *write_pattern*
// expect-sliced: *accumulate*
#include "check.h"
#include <thread>

enum { BLOCKS = 200, BLOCK = 64, N = BLOCKS * BLOCK, ROUNDS = 12 };

__global__ void write_pattern(uint32_t *temporary, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = i;

    for (int k = 0; k < 200; k++)
        x = mix32(x + salt);
    temporary[i] = x;
}

__global__ void accumulate(uint32_t *v, const uint32_t *temporary)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + temporary[N - 1 - i]) + blockIdx.x;
}

static void work(uint32_t *v, uint32_t seed, cudaMemPool_t pool)
{
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (uint32_t k = 0; k < ROUNDS; k++) {
        uint32_t *a, *b;
        if (pool)
            CHECK(cudaMallocFromPoolAsync((void **)&a, N * 4, pool, stream));
        else
            CHECK(cudaMallocAsync((void **)&a, N * 4, stream));
        write_pattern<<<BLOCKS, BLOCK, 0, stream>>>(a, seed + k);
        accumulate<<<BLOCKS, BLOCK, 0, stream>>>(v, a);
        CHECK(cudaFreeAsync(a, stream));
        CHECK(cudaMallocAsync((void **)&b, N * 4, stream)); // likely the same memory
        CHECK(cudaMemsetAsync(b, (int)k, N * 4, stream));
        accumulate<<<BLOCKS, BLOCK, 0, stream>>>(v, b);
        CHECK(cudaFreeAsync(b, stream));
    }
    CHECK(cudaStreamSynchronize(stream));
}

int main()
{
    uint32_t *v[2] = {device_words(N, 1), device_words(N, 2)};
    cudaMemPoolProps props = {};
    cudaMemPool_t pool;

    props.allocType = cudaMemAllocationTypePinned;
    props.location.type = cudaMemLocationTypeDevice;
    CHECK(cudaMemPoolCreate(&pool, &props));
    std::thread first(work, v[0], 100, (cudaMemPool_t)NULL), second(work, v[1], 200, pool);
    first.join();
    second.join();
    for (uint32_t *words : v)
        show_device("v", words, N * 4);
    CHECK(cudaMemPoolDestroy(pool));
    return 0;
}
