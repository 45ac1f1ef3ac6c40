/* SPDX-License-Identifier: MIT
 *
 * mriq.cuh - MRI-Q as an application, after Parboil's description: the matrix Q of a non-Cartesian
 * magnetic resonance image. For each voxel, the sum over all samples of K-space of their magnitude
 * times the cosine and sine of an angle. A first kernel computes the magnitudes; the main one reads
 * the samples from constant memory, which is refilled between its launches.
 */
#ifndef BENCHMARKS_MRIQ_CUH
#define BENCHMARKS_MRIQ_CUH

#include "application.cuh"
#include "kernels.cuh"
#include "parallel.h"
#include <atomic>
#include <math.h>

struct mriq_shape {
    int voxels, samples;
};

#define MRIQ_SIZES "small|large|NxNxN:SAMPLES"

/* Parboil's inputs by name; or sides whose product is a multiple of 256. */
static inline struct mriq_shape mriq_parse(const char *name, const char *text)
{
    int x, y, z, samples, end = 0;

    if (strcmp(text, "small") == 0)
        return {32 * 32 * 32, 3072};
    if (strcmp(text, "large") == 0)
        return {64 * 64 * 64, 2048};
    if (sscanf(text, "%dx%dx%d:%d%n", &x, &y, &z, &samples, &end) != 4 || text[end] != 0 || x < 1 ||
        y < 1 || z < 1 || samples < 1 || x > 1024 || y > 1024 || z > 512 || samples > 1 << 20 ||
        x * y * z % MRIQ_THREADS != 0)
        arguments_reject(name, text, MRIQ_SIZES ", the voxels a multiple of 256");
    return {x * y * z, samples};
}

struct mriq_application : application {
    /* Coordinates repeat with this prime, so that every voxel can be checked at a bearable cost. */
    static constexpr int DISTINCT = 1021;
    const struct mriq_shape shape;
    buffer<float> x, y, z, qr, qi;          /* of voxels */
    buffer<float> kx, ky, kz, phi_r, phi_i; /* of samples */
    buffer<float4> values;                  /* what goes to constant memory */

    explicit mriq_application(struct mriq_shape s)
        : shape(s), x(s.voxels), y(s.voxels), z(s.voxels), qr(s.voxels), qi(s.voxels),
          kx(s.samples), ky(s.samples), kz(s.samples), phi_r(s.samples), phi_i(s.samples),
          values(s.samples)
    {
        name = "mriq";
        main_launches = (s.samples + MRIQ_SAMPLES - 1) / MRIQ_SAMPLES;
        grid = dim3(s.voxels / MRIQ_THREADS);
        wave_blocks = device_wave_blocks(mriq, MRIQ_THREADS);
        parallel_for(s.voxels, 1 << 18, [this](size_t first, size_t last) {
            for (size_t i = first; i < last; i++) {
                x.host[i] = data_float(i % DISTINCT, 4, 1);
                y.host[i] = data_float(i % DISTINCT, 5, 1);
                z.host[i] = data_float(i % DISTINCT, 6, 1);
            }
        });
        /* Angles stay within pi, where __cosf and __sinf have their stated error. */
        data_fill(kx.host, kx.n, 7, 0.6f);
        data_fill(ky.host, ky.n, 8, 0.6f);
        data_fill(kz.host, kz.n, 9, 0.6f);
        data_fill(phi_r.host, phi_r.n, 10, 1);
        data_fill(phi_i.host, phi_i.n, 11, 1);
    }

    void copy_in(cudaStream_t stream) override
    {
        for (buffer<float> *in : {&x, &y, &z, &kx, &ky, &kz, &phi_r, &phi_i})
            in->copy_in(stream);
        qr.zero(stream);
        qi.zero(stream);
    }
    void launch(cudaStream_t stream) override
    {
        mriq_magnitudes<<<(shape.samples + 511) / 512, 512, 0, stream>>>(
            phi_r.device, phi_i.device, kx.device, ky.device, kz.device, values.device,
            shape.samples);
        for (int first = 0; first < shape.samples; first += MRIQ_SAMPLES) {
            const int left = shape.samples - first, n = left < MRIQ_SAMPLES ? left : MRIQ_SAMPLES;
            CHECK(cudaMemcpyToSymbolAsync(mriq_samples, values.device + first, n * sizeof(float4),
                                          0, cudaMemcpyDeviceToDevice, stream));
            mriq<<<grid, MRIQ_THREADS, 0, stream>>>(x.device, y.device, z.device, qr.device,
                                                    qi.device, n);
        }
    }
    void copy_out(cudaStream_t stream) override
    {
        qr.copy_out(stream);
        qi.copy_out(stream);
    }

    /* The sums of one voxel in double precision; ret_magnitude is what they can be at most. */
    void reference(int voxel, double *ret_r, double *ret_i, double *ret_magnitude) const
    {
        double r = 0, i = 0, magnitude = 0;

        for (int s = 0; s < shape.samples; s++) {
            const double phi =
                (double)phi_r.host[s] * phi_r.host[s] + (double)phi_i.host[s] * phi_i.host[s];
            const double angle =
                2 * M_PI *
                ((double)kx.host[s] * x.host[voxel] + (double)ky.host[s] * y.host[voxel] +
                 (double)kz.host[s] * z.host[voxel]);
            r += phi * cos(angle);
            i += phi * sin(angle);
            magnitude += phi;
        }
        *ret_r = r;
        *ret_i = i;
        *ret_magnitude = magnitude;
    }

    /* And all that are like it. A term is off by the intrinsic's 2^-21 and the angle's roundings, a
     * sum by 2^-24 of itself at each addition. */
    bool is_voxel_right(int v, int passes) const
    {
        double r, i, magnitude;
        bool right = true;

        reference(v, &r, &i, &magnitude);
        const double tolerance = passes * magnitude *
                                 (ldexp(1, -19) + ldexp(1, -24) * passes * (double)shape.samples);
        for (int at = v; at < shape.voxels; at += DISTINCT)
            right &= fabs(qr.host[at] - passes * r) <= tolerance &&
                     fabs(qi.host[at] - passes * i) <= tolerance;
        return right;
    }
    bool is_right(int passes) const override
    {
        const int distinct = DISTINCT < shape.voxels ? DISTINCT : shape.voxels;
        std::atomic<bool> right(true);

        parallel_for((size_t)distinct, 16, [&](size_t first, size_t last) {
            for (int v = (int)first; v < (int)last; v++)
                if (!is_voxel_right(v, passes))
                    right = false;
        });
        return right;
    }
    uint64_t checksum() const override
    {
        return data_checksum(data_checksum(DATA_CHECKSUM_START, qr.host, qr.bytes()), qi.host,
                             qi.bytes());
    }
};

#endif
