// SPDX-License-Identifier: MIT
// Tiled matrix product with a template parameter and shared memory.
template <int TILE> __global__ void gemm(const float *a, const float *b, float *c, int n)
{
    __shared__ float x[TILE][TILE], y[TILE][TILE];
    int row = blockIdx.y * TILE + threadIdx.y, column = blockIdx.x * TILE + threadIdx.x;
    float sum = 0;

    for (int i = 0; i < n; i += TILE) {
        x[threadIdx.y][threadIdx.x] = a[row * n + i + threadIdx.x];
        y[threadIdx.y][threadIdx.x] = b[(i + threadIdx.y) * n + column];
        __syncthreads();
        for (int k = 0; k < TILE; k++)
            sum += x[threadIdx.y][k] * y[k][threadIdx.x];
        __syncthreads();
    }
    c[row * n + column] = sum;
}
template __global__ void gemm<8>(const float *, const float *, float *, int);
template __global__ void gemm<16>(const float *, const float *, float *, int);
