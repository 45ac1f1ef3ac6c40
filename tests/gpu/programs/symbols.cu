// SPDX-License-Identifier: MIT
//
// __device__ variables: initial values, copies to and from symbols between launches, addresses and
// sizes, a variable that points to another. There must be one of each, whatever kernel runs.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *count_up*
#include "check.h"

enum { BLOCKS = 400, BLOCK = 32 };

__device__ uint32_t counter = 1000;
__device__ uint32_t per_block[BLOCKS] = {9, 8, 7};
__device__ uint32_t *target = per_block;
__device__ unsigned long long wide[3] = {1, 2, 3};
static __device__ float scale = 0.5f;

__global__ void count_up(uint32_t salt)
{
    if (threadIdx.x == 0) {
        atomicAdd(&counter, 1);
        target[blockIdx.x] = mix32(target[blockIdx.x] + salt) + gridDim.x;
        atomicAdd(&wide[blockIdx.x % 3], (unsigned long long)blockIdx.x << 20);
    }
}

__global__ void read_scale(float *out)
{
    out[blockIdx.x] = scale * blockIdx.x;
}

int main()
{
    uint32_t value, *copy = device_words(BLOCKS, 5), *address, host[BLOCKS];
    unsigned long long wide_host[3];
    float *floats = device_alloc<float>(BLOCKS), half = 0.5f;
    size_t size;

    for (uint32_t k = 0; k < 4; k++) {
        count_up<<<BLOCKS, BLOCK>>>(k);
        CHECK(cudaMemcpyFromSymbol(&value, counter, sizeof(value)));
        printf("counter %u\n", value);
        value += 77;
        CHECK(cudaMemcpyToSymbol(counter, &value, sizeof(value)));
        if (k == 1) // the kernels write elsewhere from here on
            CHECK(cudaMemcpyToSymbol(target, &copy, sizeof(copy)));
    }
    CHECK(cudaGetSymbolAddress((void **)&address, per_block));
    CHECK(cudaGetSymbolSize(&size, per_block));
    show_device("per_block", address, size);
    show_device("copy", copy, sizeof(host));
    CHECK(cudaMemcpyFromSymbol(wide_host, wide, sizeof(wide)));
    show("wide", wide_host, sizeof(wide_host));
    for (int k = 0; k < 3; k++) {
        half *= 3;
        CHECK(cudaMemcpyToSymbol(scale, &half, sizeof(half)));
        read_scale<<<BLOCKS, 1>>>(floats);
        show_device("floats", floats, BLOCKS * 4);
    }
    return 0;
}
