/* SPDX-License-Identifier: MIT
 *
 * sgemm.cuh - single-precision matrix product as an application: C = alpha A B + beta C, in the
 * shape that Parboil describes (blocks of (16, 8) threads, any MxNxK) or, for a square of one size,
 * in large tiles. beta is not 0, so that a block that ran twice or never shows in the result.
 */
#ifndef BENCHMARKS_SGEMM_CUH
#define BENCHMARKS_SGEMM_CUH

#include "application.cuh"
#include "kernels.cuh"
#include "parallel.h"
#include <atomic>
#include <math.h>

struct sgemm_shape {
    int m, n, k;
    bool is_study; /* which kernel */
};

#define SGEMM_SIZES "small|medium|MxNxK|N"

/* Parboil's inputs by name; MxNxK (multiples of 128, 16 and 8); N alone (multiple of 128). */
static inline struct sgemm_shape sgemm_parse(const char *name, const char *text)
{
    struct sgemm_shape s = {0, 0, 0, true};
    int end = 0;

    if (strcmp(text, "small") == 0)
        return {128, 160, 96, true};
    if (strcmp(text, "medium") == 0)
        return {1024, 1056, 992, true};
    if (sscanf(text, "%d%n", &s.m, &end) == 1 && text[end] == 0)
        s = {s.m, s.m, s.m, false};
    else if (sscanf(text, "%dx%dx%d%n", &s.m, &s.n, &s.k, &end) != 3 || text[end] != 0)
        s.m = 0;
    if (s.m < 1 || s.n < 1 || s.k < 1 || s.m > 65536 || s.n > 65536 || s.k > 65536 ||
        s.m % TILE != 0 || s.n % 16 != 0 || s.k % 8 != 0)
        arguments_reject(name, text,
                         SGEMM_SIZES ", M or N alone a multiple of 128, N of 16, K of 8");
    return s;
}

struct sgemm_application : application {
    static constexpr float ALPHA = 0.5f, BETA = 0.25f;
    const struct sgemm_shape shape;
    buffer<float> a, b, c;

    explicit sgemm_application(struct sgemm_shape s)
        : shape(s), a((size_t)s.m * s.k), b((size_t)s.k * s.n), c((size_t)s.m * s.n)
    {
        name = "sgemm";
        main_launches = 1;
        grid = s.is_study ? dim3(s.m / 128, s.n / 16) : dim3(s.n / TILE, s.m / TILE);
        wave_blocks = s.is_study ? device_wave_blocks(sgemm_study, 16 * 8)
                                 : device_wave_blocks(sgemm_tiled, SGEMM_THREADS);
        parallel_fill(a.host, a.n, 1, 1);
        parallel_fill(b.host, b.n, 2, 1);
        prepare();
    }

    void prepare() override
    {
        parallel_fill(c.host, c.n, 3, 1);
    }
    void copy_in(cudaStream_t stream) override
    {
        a.copy_in(stream);
        b.copy_in(stream);
        c.copy_in(stream);
    }
    void launch(cudaStream_t stream) override
    {
        const struct sgemm_shape &s = shape;

        if (s.is_study)
            sgemm_study<<<grid, dim3(16, 8), 0, stream>>>(a.device, s.m, b.device, s.n, c.device,
                                                          s.k, ALPHA, BETA);
        else
            sgemm_tiled<<<grid, SGEMM_THREADS, 0, stream>>>(a.device, b.device, c.device, s.n,
                                                            ALPHA, BETA);
    }
    void copy_out(cudaStream_t stream) override
    {
        c.copy_out(stream);
    }

    /* The kernels differ in how they store: study A and C by columns, tiled everything by rows. */
    size_t at_c(int row, int column) const
    {
        return shape.is_study ? (size_t)column * shape.m + row : (size_t)row * shape.n + column;
    }
    size_t at_a(int row, int i) const
    {
        return shape.is_study ? (size_t)i * shape.m + row : (size_t)row * shape.k + i;
    }

    /* c after so many passes: p (1 + beta + ...) + beta^passes c0 with p = alpha sum(a b). Each
     * pass rounds k + 3 times, each time by at most 2^-24 of what the absolute values add up to. */
    bool is_entry_right(int row, int column, int passes) const
    {
        const size_t at = at_c(row, column);
        double wanted = data_float((uint32_t)at, 3, 1), sum = 0, absolute = fabs(wanted);

        for (int i = 0; i < shape.k; i++) {
            const double x = (double)a.host[at_a(row, i)] * b.host[(size_t)i * shape.n + column];
            sum += x;
            absolute += fabs(x);
        }
        for (int p = 0; p < passes; p++)
            wanted = ALPHA * sum + BETA * wanted;
        return fabs(c.host[at] - wanted) <= (shape.k + 3) * ldexp(1, -24) * absolute;
    }

    /* Every entry of small ones; else some of every block, all against double precision. */
    bool is_right(int passes) const override
    {
        const int height = TILE, width = shape.is_study ? 16 : TILE;
        const long per_block = blocks() < 4096 ? 4096 / blocks() : 1;
        const int columns = shape.n / width;
        std::atomic<bool> right(true);

        if ((long)shape.m * shape.n * shape.k <= 1 << 24) {
            for (int i = 0; i < shape.m * shape.n; i++)
                if (!is_entry_right(i / shape.n, i % shape.n, passes))
                    return false;
            return true;
        }
        parallel_for((size_t)blocks(), 64, [&](size_t first, size_t last) {
            for (size_t block = first; block < last; block++)
                for (long i = 0; i < per_block; i++) {
                    const int row = (int)block / columns * height;
                    const int column = (int)block % columns * width;
                    const uint32_t where = data_hash((uint32_t)(row * 31 + column + i * 65537));
                    if (!is_entry_right(row + where % height, column + where / 256 % width, passes))
                        right = false;
                }
        });
        return right;
    }
    uint64_t checksum() const override
    {
        return data_checksum(DATA_CHECKSUM_START, c.host, c.bytes());
    }
};

#endif
