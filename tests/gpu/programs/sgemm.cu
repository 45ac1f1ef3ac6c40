// SPDX-License-Identifier: MIT
//
// SGEMM in the shape of the study: grid (8, 66) of (16, 8) threads, each block a tile of 128 x 16
// with B staged in shared memory. C = alpha A B + beta C, so a block done twice shows.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *sgemm*
#include "check.h"

enum { M = 1024, N = 1056, K = 992, TILE_N = 16, TILE_K = 8, THREADS = 128 };

// A is column-major (M x K), B row-major (K x N), C column-major.
__global__ void sgemm(const float *a, const float *b, float *c, float alpha, float beta)
{
    __shared__ float b_tile[TILE_K][TILE_N];
    const unsigned t = threadIdx.y * blockDim.x + threadIdx.x;
    const unsigned row = blockIdx.x * THREADS + t, column = blockIdx.y * TILE_N;
    float sum[TILE_N] = {};

    for (unsigned k = 0; k < K; k += TILE_K) {
        b_tile[threadIdx.y][threadIdx.x] = b[(k + threadIdx.y) * N + column + threadIdx.x];
        __syncthreads();
        for (unsigned i = 0; i < TILE_K; i++) {
            const float x = a[(k + i) * M + row];
            for (unsigned j = 0; j < TILE_N; j++)
                sum[j] += x * b_tile[i][j];
        }
        __syncthreads();
    }
    for (unsigned j = 0; j < TILE_N; j++)
        c[(column + j) * M + row] = alpha * sum[j] + beta * c[(column + j) * M + row];
}

int main()
{
    float *a = device_floats(M * K, 1), *b = device_floats(K * N, 2), *c = device_floats(M * N, 3);

    for (int i = 0; i < 3; i++)
        sgemm<<<dim3(M / THREADS, N / TILE_N), dim3(16, 8)>>>(a, b, c, 0.5f, 0.25f);
    CHECK(cudaGetLastError());
    show_device("c", c, sizeof(float) * M * N);
    return 0;
}
