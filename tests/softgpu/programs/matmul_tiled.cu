// SPDX-License-Identifier: MIT
//
// A matrix product by tiles in shared memory, sizes that are no multiple of the tile.
#include "expect.h"

enum { M = 70, N = 45, K = 83, T = 16 };

__global__ void multiply(int *c, const int *a, const int *b)
{
    __shared__ int ta[T][T], tb[T][T];
    int row = blockIdx.y * T + threadIdx.y, col = blockIdx.x * T + threadIdx.x, sum = 0;

    for (int k = 0; k < K; k += T) {
        ta[threadIdx.y][threadIdx.x] =
            row < M && k + threadIdx.x < K ? a[row * K + k + threadIdx.x] : 0;
        tb[threadIdx.y][threadIdx.x] =
            col < N && k + threadIdx.y < K ? b[(k + threadIdx.y) * N + col] : 0;
        __syncthreads();
        for (int i = 0; i < T; i++)
            sum += ta[threadIdx.y][i] * tb[i][threadIdx.x];
        __syncthreads();
    }
    if (row < M && col < N)
        c[row * N + col] = sum;
}

int main()
{
    static int a[M * K], b[K * N], c[M * N];

    fill_u32((uint32_t *)a, M * K, 1);
    fill_u32((uint32_t *)b, K * N, 2);
    int *da = to_device(a, M * K), *db = to_device(b, K * N), *dc = device_alloc<int>(M * N);
    multiply<<<dim3((N + T - 1) / T, (M + T - 1) / T), dim3(T, T)>>>(dc, da, db);
    to_host(c, dc, M * N);
    for (int row = 0; row < M; row++) {
        for (int col = 0; col < N; col++) {
            uint32_t sum = 0;
            for (int k = 0; k < K; k++)
                sum += (uint32_t)a[row * K + k] * (uint32_t)b[k * N + col];
            EXPECT((uint32_t)c[row * N + col] == sum);
        }
    }
    return finish();
}
