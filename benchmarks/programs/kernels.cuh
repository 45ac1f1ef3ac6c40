/* SPDX-License-Identifier: MIT
 *
 * kernels.cuh - the kernels that are measured: SGEMM in two shapes and MRI-Q. Any CUDA program's;
 * nothing here knows of slices.
 */
#ifndef BENCHMARKS_KERNELS_CUH
#define BENCHMARKS_KERNELS_CUH

enum { TILE = 128, TILE_K = 8, SGEMM_THREADS = 256, PER_THREAD = 8 };

/* C = alpha A B + beta C, row-major, n a multiple of 128. Blocks of 256 threads, each block a tile
 * of 128 x 128, each thread 8 x 8 of it: grid (n / 128, n / 128). */
extern "C" __global__ void __launch_bounds__(SGEMM_THREADS)
    sgemm_tiled(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c,
                int n, float alpha, float beta)
{
    __shared__ float a_tile[TILE_K][TILE], b_tile[TILE_K][TILE];
    const int t = threadIdx.x, row = blockIdx.y * TILE, column = blockIdx.x * TILE;
    const int a_row = t / 2, a_column = t % 2 * 4, b_row = t / 32, b_column = t % 32 * 4;
    const int my_row = t / 16 * PER_THREAD, my_column = t % 16 * PER_THREAD;
    float sum[PER_THREAD][PER_THREAD] = {};

    for (int k = 0; k < n; k += TILE_K) {
        const float4 x = *(const float4 *)&a[(size_t)(row + a_row) * n + k + a_column];
        a_tile[a_column + 0][a_row] = x.x;
        a_tile[a_column + 1][a_row] = x.y;
        a_tile[a_column + 2][a_row] = x.z;
        a_tile[a_column + 3][a_row] = x.w;
        *(float4 *)&b_tile[b_row][b_column] =
            *(const float4 *)&b[(size_t)(k + b_row) * n + column + b_column];
        __syncthreads();
#pragma unroll
        for (int i = 0; i < TILE_K; i++) {
            float a_part[PER_THREAD], b_part[PER_THREAD];
#pragma unroll
            for (int j = 0; j < PER_THREAD; j += 4) {
                *(float4 *)&a_part[j] = *(const float4 *)&a_tile[i][my_row + j];
                *(float4 *)&b_part[j] = *(const float4 *)&b_tile[i][my_column + j];
            }
#pragma unroll
            for (int y = 0; y < PER_THREAD; y++)
#pragma unroll
                for (int z = 0; z < PER_THREAD; z++)
                    sum[y][z] += a_part[y] * b_part[z];
        }
        __syncthreads();
    }
    for (int y = 0; y < PER_THREAD; y++) {
        float *out = &c[(size_t)(row + my_row + y) * n + column + my_column];
        for (int z = 0; z < PER_THREAD; z++)
            out[z] = alpha * sum[y][z] + beta * out[z];
    }
}

/* The study's shape: blocks of (16, 8) threads, each a tile of 128 x 16; A and C column-major, B
 * row-major, m a multiple of 128, n of 16, k of 8: grid (m / 128, n / 16). */
extern "C" __global__ void sgemm_study(const float *__restrict__ a, int m,
                                       const float *__restrict__ b, int n, float *__restrict__ c,
                                       int k, float alpha, float beta)
{
    __shared__ float b_tile[8][16];
    const int row = blockIdx.x * 128 + threadIdx.y * 16 + threadIdx.x, column = blockIdx.y * 16;
    float sum[16] = {};

    for (int i = 0; i < k; i += 8) {
        b_tile[threadIdx.y][threadIdx.x] = b[(size_t)(i + threadIdx.y) * n + column + threadIdx.x];
        __syncthreads();
        for (int j = 0; j < 8; j++) {
            const float x = a[(size_t)(i + j) * m + row];
            for (int z = 0; z < 16; z++)
                sum[z] += x * b_tile[j][z];
        }
        __syncthreads();
    }
    for (int z = 0; z < 16; z++) {
        float *out = &c[(size_t)(column + z) * m + row];
        *out = alpha * sum[z] + beta * *out;
    }
}

enum { MRIQ_THREADS = 256, MRIQ_SAMPLES = 1024 };

__constant__ float4 mriq_samples[MRIQ_SAMPLES]; /* kx, ky, kz, phi */

/* One thread a sample: its position in K-space and the magnitude of phi, as mriq reads them. */
extern "C" __global__ void mriq_magnitudes(const float *phi_r, const float *phi_i, const float *kx,
                                           const float *ky, const float *kz, float4 *values, int n)
{
    const int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < n)
        values[i] = make_float4(kx[i], ky[i], kz[i], phi_r[i] * phi_r[i] + phi_i[i] * phi_i[i]);
}

/* One thread a voxel, its share of the sum over the samples in constant memory. */
extern "C" __global__ void mriq(const float *x, const float *y, const float *z, float *qr,
                                float *qi, int n_samples)
{
    const int i = blockIdx.x * MRIQ_THREADS + threadIdx.x;
    const float px = x[i], py = y[i], pz = z[i];
    float r = qr[i], im = qi[i];

    for (int k = 0; k < n_samples; k++) {
        const float4 s = mriq_samples[k];
        const float angle = 6.2831853071795864769f * (s.x * px + s.y * py + s.z * pz);
        r += s.w * __cosf(angle);
        im += s.w * __sinf(angle);
    }
    qr[i] = r;
    qi[i] = im;
}

#endif
