// SPDX-License-Identifier: MIT
//
// The threadfence reduction: each block leaves a partial result, the last one to finish, known
// by an atomic counter that wraps at gridDim.x, adds them up in order. Integers and floats.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *reduce*
#include "check.h"

enum { BLOCK = 128, MAX_BLOCKS = 700 };

__device__ unsigned finished;

template <typename T> __device__ static T block_sum(T x)
{
    __shared__ T part[BLOCK];

    part[threadIdx.x] = x;
    __syncthreads();
    for (unsigned step = BLOCK / 2; step; step /= 2) {
        if (threadIdx.x < step)
            part[threadIdx.x] += part[threadIdx.x + step];
        __syncthreads();
    }
    return part[0];
}

template <typename T>
__global__ void reduce(const T *in, unsigned n, volatile T *partial, T *out, unsigned *last_count)
{
    __shared__ bool last;
    T sum = 0;

    for (unsigned i = blockIdx.x * BLOCK + threadIdx.x; i < n; i += gridDim.x * BLOCK)
        sum += in[i];
    sum = block_sum(sum);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sum;
        __threadfence();
        last = atomicInc(&finished, gridDim.x - 1) == gridDim.x - 1;
    }
    __syncthreads();
    if (!last)
        return;
    sum = 0;
    for (unsigned b = threadIdx.x; b < gridDim.x; b += BLOCK)
        sum += partial[b];
    __syncthreads();
    sum = block_sum(sum);
    if (threadIdx.x == 0) {
        *out = sum;
        atomicAdd(last_count, 1);
    }
}

template <typename T> static void run(const T *in, unsigned n)
{
    const unsigned grids[] = {1, 2, 33, 264, 500, MAX_BLOCKS};
    T *partial = device_alloc<T>(MAX_BLOCKS), *out = device_alloc<T>(6);
    unsigned *last_count = device_alloc<unsigned>(1);

    CHECK(cudaMemset(last_count, 0, 4));
    for (int g = 0; g < 6; g++)
        reduce<T><<<grids[g], BLOCK>>>(in, n, partial, out + g, last_count);
    CHECK(cudaGetLastError());
    show_device("sums", out, 6 * sizeof(T));
    show_device("last blocks", last_count, 4);
}

int main()
{
    run<uint32_t>(device_words(300001, 1), 300001);
    run<float>(device_floats(300001, 2), 300001);
    return 0;
}
