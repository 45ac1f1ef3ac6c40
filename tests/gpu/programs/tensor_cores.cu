// SPDX-License-Identifier: MIT
//
// Half precision matrices on the tensor cores (wmma), one warp a tile, with f16 and bf16 inputs,
// and asynchronous copies to shared memory.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *multiply*
#include "check.h"
#include <cuda_bf16.h>
#include <cuda_pipeline.h>
#include <mma.h>

namespace wmma = nvcuda::wmma;

enum { SIZE = 384, TILE = 16 };

template <typename T> __global__ void convert(T *out, const float *in)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;

    out[i] = (T)in[i];
}

template <typename T> __global__ void multiply(float *c, const T *a, const T *b)
{
    __shared__ __align__(16) T a_tile[TILE * TILE];
    wmma::fragment<wmma::matrix_a, TILE, TILE, TILE, T, wmma::row_major> a_part;
    wmma::fragment<wmma::matrix_b, TILE, TILE, TILE, T, wmma::row_major> b_part;
    wmma::fragment<wmma::accumulator, TILE, TILE, TILE, float> sum;
    const unsigned row = blockIdx.y * TILE, column = blockIdx.x * TILE;
    const unsigned r = threadIdx.x / 2, half = threadIdx.x % 2 * 8;

    wmma::load_matrix_sync(sum, c + row * SIZE + column, SIZE, wmma::mem_row_major);
    for (unsigned k = 0; k < SIZE; k += TILE) {
        __pipeline_memcpy_async(a_tile + r * TILE + half, a + (row + r) * SIZE + k + half, 16);
        __pipeline_commit();
        __pipeline_wait_prior(0);
        __syncwarp();
        wmma::load_matrix_sync(a_part, a_tile, TILE);
        wmma::load_matrix_sync(b_part, b + k * SIZE + column, SIZE);
        wmma::mma_sync(sum, a_part, b_part, sum);
        __syncwarp();
    }
    wmma::store_matrix_sync(c + row * SIZE + column, sum, SIZE, wmma::mem_row_major);
}

template <typename T> static void run(const char *name)
{
    float *c = device_floats(SIZE * SIZE, 1), *in = device_floats(SIZE * SIZE, 2);
    T *a = device_alloc<T>(SIZE * SIZE), *b = device_alloc<T>(SIZE * SIZE);

    convert<T><<<SIZE * SIZE / 128, 128>>>(a, in);
    convert<T><<<SIZE * SIZE / 128, 128>>>(b, c);
    for (int k = 0; k < 3; k++)
        multiply<T><<<dim3(SIZE / TILE, SIZE / TILE), 32>>>(c, a, b);
    CHECK(cudaGetLastError());
    show_device(name, c, SIZE * SIZE * 4);
}

int main()
{
    run<__half>("half");
    run<__nv_bfloat16>("bfloat16");
    return 0;
}
