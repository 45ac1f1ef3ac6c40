// SPDX-License-Identifier: MIT
//
// Forty kernels of which a few are used, with the modules loaded eagerly (the other programs run
// with lazy loading), first by a thread that is not the main one.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// env: CUDA_MODULE_LOADING=EAGER
// expect-sliced: *numbered*
#include "check.h"
#include <thread>
#include <utility>

enum { KERNELS = 40, BLOCKS = 130, BLOCK = 64, N = BLOCKS * BLOCK };

template <int NUMBER> __global__ void numbered(uint32_t *v)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] * (2 * NUMBER + 1) + blockIdx.x) + gridDim.x;
}

typedef void (*kernel)(uint32_t *);

template <int... NUMBERS> static kernel pick(int number, std::integer_sequence<int, NUMBERS...>)
{
    static const kernel kernels[] = {numbered<NUMBERS>...};

    return kernels[number];
}

static void work(uint32_t *v)
{
    for (int k = 0; k < KERNELS; k += 5)
        pick(k, std::make_integer_sequence<int, KERNELS>())<<<BLOCKS, BLOCK>>>(v);
    CHECK(cudaGetLastError());
}

int main()
{
    uint32_t *v = NULL;
    cudaFuncAttributes attributes;

    std::thread first([&] {
        v = device_words(N, 1);
        work(v);
    });
    first.join();
    work(v);
    CHECK(cudaFuncGetAttributes(&attributes, numbered<3>));
    printf("threads %d\n", attributes.maxThreadsPerBlock);
    show_device("v", v, N * 4);
    return 0;
}
