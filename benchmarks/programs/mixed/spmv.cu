/* SPDX-License-Identifier: MIT
 *
 * spmv.cu - power iterations with a sparse matrix in CSR form: y = A x by a warp a row, the
 * greatest of y by a tree, x = y / greatest. The matrix is many copies of one small one whose
 * entries point into each other's copies, so that all copies of a row have the same end, which is
 * computed for one.
 */
#include "mixed.h"
#include <math.h>

enum { DISTINCT = 256, PER_ROW = 16, ITERATIONS = 20, THREADS = 256, ROWS = THREADS / 32 };

__global__ static void spmv_multiply(const int *row_begin, const int *columns, const float *values,
                                     const float *x, float *y)
{
    const int row = blockIdx.x * ROWS + threadIdx.x / 32, lane = threadIdx.x % 32;
    float sum = 0;

    for (int i = row_begin[row] + lane; i < row_begin[row + 1]; i += 32)
        sum += values[i] * x[columns[i]];
    for (int half = 16; half > 0; half /= 2)
        sum += __shfl_down_sync(0xffffffff, sum, half);
    if (lane == 0)
        y[row] = sum;
}

/* The greatest of up to 1024 values a block. */
__global__ static void spmv_greatest(const float *in, int n, float *out)
{
    __shared__ float shared[THREADS];
    const int t = threadIdx.x;
    float mine = 0;

    for (int i = 0; i < 4; i++) {
        const int at = (blockIdx.x * 4 + i) * THREADS + t;
        if (at < n)
            mine = fmaxf(mine, in[at]);
    }
    shared[t] = mine;
    for (int half = THREADS / 2; half > 0; half /= 2) {
        __syncthreads();
        if (t < half)
            shared[t] = fmaxf(shared[t], shared[t + half]);
    }
    if (t == 0)
        out[blockIdx.x] = shared[0];
}

__global__ static void spmv_scale(const float *y, const float *greatest, float *x)
{
    const int i = blockIdx.x * THREADS + threadIdx.x;

    x[i] = y[i] / *greatest;
}

/* Entry k of row r of the small matrix: its column there, and its value, from 1/2 to 3/2. */
static int small_column(int r, int k)
{
    return (int)(data_hash((uint32_t)(r * PER_ROW + k)) % DISTINCT);
}

static float small_value(int r, int k)
{
    return 1 + data_float((uint32_t)(r * PER_ROW + k), 20, 1);
}

/* Rows are of different lengths. */
static int small_length(int r)
{
    return PER_ROW - (int)(data_hash((uint32_t)r + 77777) % (PER_ROW / 2));
}

namespace
{
struct spmv_application : application {
    const int copies, rows;
    buffer<int> row_begin, columns;
    buffer<float> values, x, y, a, b;

    explicit spmv_application(int scale)
        : copies(scale), rows(DISTINCT * scale), row_begin((size_t)rows + 1),
          columns((size_t)rows * PER_ROW), values(columns.n), x((size_t)rows), y(x.n), a(x.n),
          b(x.n)
    {
        name = "spmv";
        grid = dim3(rows / ROWS);
        wave_blocks = device_wave_blocks(spmv_multiply, THREADS);
        main_launches = 3;
        for (int n = blocks_for(rows); n > 1; n = blocks_for(n))
            main_launches++;
        main_launches *= ITERATIONS;
        prepare();
        int at = 0;
        for (int r = 0; r < rows; r++) {
            row_begin.host[r] = at;
            for (int k = 0; k < small_length(r % DISTINCT); k++, at++) {
                const int copy = (int)(data_hash((uint32_t)r * 131u + (uint32_t)k) % copies);
                columns.host[at] = copy * DISTINCT + small_column(r % DISTINCT, k);
                values.host[at] = small_value(r % DISTINCT, k);
            }
        }
        row_begin.host[rows] = at;
        for (size_t i = (size_t)at; i < columns.n; i++) {
            columns.host[i] = 0;
            values.host[i] = 0;
        }
    }
    static int blocks_for(int n)
    {
        return (n + 4 * THREADS - 1) / (4 * THREADS);
    }
    void prepare() override
    {
        for (int r = 0; r < rows; r++)
            x.host[r] = 1;
    }
    void copy_in(cudaStream_t stream) override
    {
        row_begin.copy_in(stream);
        columns.copy_in(stream);
        values.copy_in(stream);
        x.copy_in(stream);
    }
    void launch(cudaStream_t stream) override
    {
        for (int i = 0; i < ITERATIONS; i++) {
            float *in = a.device, *out = b.device;
            spmv_multiply<<<grid, THREADS, 0, stream>>>(row_begin.device, columns.device,
                                                        values.device, x.device, y.device);
            int n = blocks_for(rows);
            spmv_greatest<<<n, THREADS, 0, stream>>>(y.device, rows, in);
            while (n > 1) {
                const int n_blocks = blocks_for(n);
                spmv_greatest<<<n_blocks, THREADS, 0, stream>>>(in, n, out);
                std::swap(in, out);
                n = n_blocks;
            }
            spmv_scale<<<rows / THREADS, THREADS, 0, stream>>>(y.device, in, x.device);
        }
    }
    void copy_out(cudaStream_t stream) override
    {
        x.copy_out(stream);
    }
    static std::vector<double> reference(int iterations)
    {
        std::vector<double> u(DISTINCT, 1), v(DISTINCT);

        for (int i = 0; i < iterations; i++) {
            double greatest = 0;
            for (int r = 0; r < DISTINCT; r++) {
                v[r] = 0;
                for (int k = 0; k < small_length(r); k++)
                    v[r] += (double)small_value(r, k) * u[small_column(r, k)];
                greatest = fmax(greatest, v[r]);
            }
            for (int r = 0; r < DISTINCT; r++)
                u[r] = v[r] / greatest;
        }
        return u;
    }
    /* All is positive, so an iteration adds at most its own roundings, relatively: a product, five
     * sums, a quotient, each twice for the greatest. */
    bool is_right(int passes) const override
    {
        const std::vector<double> wanted = reference(passes * ITERATIONS);
        const double relative = passes * ITERATIONS * 16 * ldexp(1, -24);
        bool right = true;

        for (int r = 0; r < rows; r++) {
            const double value = wanted[r % DISTINCT];
            right &= fabs(x.host[r] - value) <= relative * value;
        }
        return right;
    }
    uint64_t checksum() const override
    {
        return data_checksum(DATA_CHECKSUM_START, x.host, x.bytes());
    }
};
} // namespace

std::unique_ptr<application> mixed_spmv(int scale)
{
    return std::make_unique<spmv_application>(scale);
}
