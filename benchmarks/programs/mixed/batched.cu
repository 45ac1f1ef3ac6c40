/* SPDX-License-Identifier: MIT
 *
 * batched.cu - many products of small matrices, one a block: P = A B, transposed, R = A P^T + P,
 * several times with R in the place of B. There are only so many different pairs, so every entry is
 * checked.
 */
#include "mixed.h"
#include <math.h>

enum { N = 32, ENTRIES = N * N, ROW_THREADS = 8, PER_SCALE = 4, DISTINCT = 16, TIMES = 4 };

/* out = a b + c; c may be NULL. */
__global__ static void batched_multiply(const float *a, const float *b, const float *c, float *out)
{
    __shared__ float a_tile[N][N], b_tile[N][N];
    const size_t base = (size_t)blockIdx.x * ENTRIES;
    const int x = threadIdx.x;

    for (int y = threadIdx.y; y < N; y += ROW_THREADS) {
        a_tile[y][x] = a[base + y * N + x];
        b_tile[y][x] = b[base + y * N + x];
    }
    __syncthreads();
    for (int y = threadIdx.y; y < N; y += ROW_THREADS) {
        float sum = c ? c[base + y * N + x] : 0;
        for (int k = 0; k < N; k++)
            sum += a_tile[y][k] * b_tile[k][x];
        out[base + y * N + x] = sum;
    }
}

__global__ static void batched_transpose(const float *in, float *out)
{
    __shared__ float tile[N][N + 1];
    const size_t base = (size_t)blockIdx.x * ENTRIES;
    const int x = threadIdx.x;

    for (int y = threadIdx.y; y < N; y += ROW_THREADS)
        tile[y][x] = in[base + y * N + x];
    __syncthreads();
    for (int y = threadIdx.y; y < N; y += ROW_THREADS)
        out[base + y * N + x] = tile[x][y];
}

/* The same in double precision, and beside it what the absolute values would come to. */
struct reference {
    std::vector<double> value, bound;

    reference() : value(ENTRIES), bound(ENTRIES)
    {
    }
    void add_product(const float *a, const reference &b)
    {
        for (int y = 0; y < N; y++)
            for (int x = 0; x < N; x++)
                for (int k = 0; k < N; k++) {
                    value[y * N + x] += a[y * N + k] * b.value[k * N + x];
                    bound[y * N + x] += fabs(a[y * N + k]) * b.bound[k * N + x];
                }
    }
    reference transposed() const
    {
        reference t;

        for (int i = 0; i < ENTRIES; i++) {
            t.value[i] = value[i % N * N + i / N];
            t.bound[i] = bound[i % N * N + i / N];
        }
        return t;
    }
};

namespace
{
struct batched_application : application {
    const int batch;
    buffer<float> a, b, p, t;

    explicit batched_application(int scale)
        : batch(PER_SCALE * scale), a((size_t)batch * ENTRIES), b(a.n), p(a.n), t(a.n)
    {
        name = "batched";
        main_launches = 3 * TIMES;
        grid = dim3(batch);
        wave_blocks = device_wave_blocks(batched_multiply, N * ROW_THREADS);
        for (size_t i = 0; i < a.n; i++)
            a.host[i] = data_float((uint32_t)(i % (DISTINCT * ENTRIES)), 30, 0.5f);
        prepare();
    }
    static float b_value(size_t i)
    {
        return data_float((uint32_t)(i % (DISTINCT * ENTRIES)), 31, 0.5f);
    }
    void prepare() override
    {
        for (size_t i = 0; i < b.n; i++)
            b.host[i] = b_value(i);
    }
    void copy_in(cudaStream_t stream) override
    {
        a.copy_in(stream);
        b.copy_in(stream);
    }
    void launch(cudaStream_t stream) override
    {
        const dim3 block(N, ROW_THREADS);

        for (int i = 0; i < TIMES; i++) {
            batched_multiply<<<grid, block, 0, stream>>>(a.device, b.device, NULL, p.device);
            batched_transpose<<<grid, block, 0, stream>>>(p.device, t.device);
            batched_multiply<<<grid, block, 0, stream>>>(a.device, t.device, p.device, b.device);
        }
    }
    void copy_out(cudaStream_t stream) override
    {
        b.copy_out(stream);
    }
    /* A product rounds N + 1 times, and there are two in a row each time. */
    bool is_right(int passes) const override
    {
        const double relative = passes * TIMES * 2 * (N + 1) * ldexp(1, -24);
        bool right = true;

        for (int d = 0; d < DISTINCT && d < batch; d++) {
            const float *factor = a.host + (size_t)d * ENTRIES;
            reference r;
            for (int i = 0; i < ENTRIES; i++) {
                r.value[i] = b_value((size_t)d * ENTRIES + i);
                r.bound[i] = fabs(r.value[i]);
            }
            for (int i = 0; i < passes * TIMES; i++) {
                reference product;
                product.add_product(factor, r);
                r = product;
                r.add_product(factor, product.transposed());
            }
            for (int k = d; k < batch; k += DISTINCT)
                for (int i = 0; i < ENTRIES; i++)
                    right &=
                        fabs(b.host[(size_t)k * ENTRIES + i] - r.value[i]) <= relative * r.bound[i];
        }
        return right;
    }
    uint64_t checksum() const override
    {
        return data_checksum(DATA_CHECKSUM_START, b.host, b.bytes());
    }
};
} // namespace

std::unique_ptr<application> mixed_batched(int scale)
{
    return std::make_unique<batched_application>(scale);
}
