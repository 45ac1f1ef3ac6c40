/* SPDX-License-Identifier: MIT
 *
 * stencil.cu - steps of diffusion on a plane (5 points) and in a box (7 points), from one buffer to
 * the other and back, both periodic. The start is a sum of waves of which each step keeps a known
 * part, so every cell's end is known without computing the steps.
 */
#include "mixed.h"
#include <math.h>

/* Both have 4096 cells per scale; sides are powers of two but for the last, which grows. */
enum { PLANE_X = 256, PLANE_Y = 16, BOX_X = 16, BOX_Y = 16, BOX_Z = 16, STEPS = 20 };

#define SPREAD 0.025f /* what goes to each neighbour */

__global__ static void stencil_plane(const float *in, float *out, int height)
{
    const int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y;
    const int up = y == 0 ? height - 1 : y - 1, down = y == height - 1 ? 0 : y + 1;
    const float *row = in + (size_t)y * PLANE_X;
    const float around = row[(x - 1) & (PLANE_X - 1)] + row[(x + 1) & (PLANE_X - 1)] +
                         in[(size_t)up * PLANE_X + x] + in[(size_t)down * PLANE_X + x];

    out[(size_t)y * PLANE_X + x] = (1 - 4 * SPREAD) * row[x] + SPREAD * around;
}

__device__ static inline size_t box_at(int x, int y, int z)
{
    return ((size_t)z * BOX_Y + (y & (BOX_Y - 1))) * BOX_X + (x & (BOX_X - 1));
}

__global__ static void stencil_box(const float *in, float *out, int depth)
{
    const int x = threadIdx.x, y = threadIdx.y, z = blockIdx.x;
    const int front = z == 0 ? depth - 1 : z - 1, back = z == depth - 1 ? 0 : z + 1;
    const float around = in[box_at(x - 1, y, z)] + in[box_at(x + 1, y, z)] +
                         in[box_at(x, y - 1, z)] + in[box_at(x, y + 1, z)] +
                         in[box_at(x, y, front)] + in[box_at(x, y, back)];

    out[box_at(x, y, z)] = (1 - 6 * SPREAD) * in[box_at(x, y, z)] + SPREAD * around;
}

/* Waves along the axes, given in turns per cell, after so many steps; they repeat after 16 cells. A
 * step leaves 1 + SPREAD (2 cos(angle) - 2) of a wave. In the plane, x goes on to where y is in the
 * box. */
struct waves {
    enum { PERIOD = 16 };
    double x[PERIOD], y[PERIOD], z[PERIOD];

    waves(double turns_x, double turns_y, double turns_z, int steps)
    {
        fill(x, turns_x, steps);
        fill(y, turns_y, steps);
        fill(z, turns_z, steps);
    }
    static void fill(double *values, double turns, int steps)
    {
        const double angle = 2 * M_PI * turns, left = 1 + SPREAD * (2 * cos(angle) - 2);

        for (int i = 0; i < PERIOD; i++)
            values[i] = turns == 0 ? 0 : pow(left, steps) * (cos(angle * i) + 0.5 * sin(angle * i));
    }
    double cell(size_t i) const
    {
        return x[i % PERIOD] + y[i / BOX_X % PERIOD] + z[i / (BOX_X * BOX_Y) % PERIOD];
    }
};

static struct waves plane_after(int steps)
{
    return waves(1 / 4.0, 0, 1 / 8.0, steps);
}

static struct waves box_after(int steps)
{
    return waves(1 / 2.0, 1 / 4.0, 1 / 8.0, steps);
}

namespace
{
struct stencil_application : application {
    const int scale;
    buffer<float> plane, plane_other, box, box_other;

    explicit stencil_application(int n)
        : scale(n), plane((size_t)PLANE_X * PLANE_Y * n), plane_other(plane.n),
          box((size_t)BOX_X * BOX_Y * BOX_Z * n), box_other(box.n)
    {
        name = "stencil";
        main_launches = 2 * STEPS;
        grid = dim3(BOX_Z * scale);
        wave_blocks = device_wave_blocks(stencil_box, BOX_X * BOX_Y);
        prepare();
    }
    void prepare() override
    {
        const struct waves in_plane = plane_after(0), in_box = box_after(0);

        for (size_t i = 0; i < plane.n; i++)
            plane.host[i] = (float)in_plane.cell(i);
        for (size_t i = 0; i < box.n; i++)
            box.host[i] = (float)in_box.cell(i);
    }
    void copy_in(cudaStream_t stream) override
    {
        plane.copy_in(stream);
        box.copy_in(stream);
    }
    void launch(cudaStream_t stream) override
    {
        const dim3 tiles(PLANE_X / 32, PLANE_Y * scale / 8);

        for (int i = 0; i < STEPS / 2; i++) {
            stencil_plane<<<tiles, dim3(32, 8), 0, stream>>>(plane.device, plane_other.device,
                                                             PLANE_Y * scale);
            stencil_plane<<<tiles, dim3(32, 8), 0, stream>>>(plane_other.device, plane.device,
                                                             PLANE_Y * scale);
            stencil_box<<<grid, dim3(BOX_X, BOX_Y), 0, stream>>>(box.device, box_other.device,
                                                                 BOX_Z * scale);
            stencil_box<<<grid, dim3(BOX_X, BOX_Y), 0, stream>>>(box_other.device, box.device,
                                                                 BOX_Z * scale);
        }
    }
    void copy_out(cudaStream_t stream) override
    {
        plane.copy_out(stream);
        box.copy_out(stream);
    }
    /* A step rounds about ten times, values of at most 4; a step too few is off by a hundredth. */
    bool is_right(int passes) const override
    {
        const double tolerance = passes * STEPS * 10 * 4 * ldexp(1, -24);
        const struct waves in_plane = plane_after(passes * STEPS);
        const struct waves in_box = box_after(passes * STEPS);
        bool right = true;

        for (size_t i = 0; i < plane.n; i++)
            right &= fabs(plane.host[i] - in_plane.cell(i)) <= tolerance;
        for (size_t i = 0; i < box.n; i++)
            right &= fabs(box.host[i] - in_box.cell(i)) <= tolerance;
        return right;
    }
    uint64_t checksum() const override
    {
        return data_checksum(data_checksum(DATA_CHECKSUM_START, plane.host, plane.bytes()),
                             box.host, box.bytes());
    }
};
} // namespace

std::unique_ptr<application> mixed_stencil(int scale)
{
    return std::make_unique<stencil_application>(scale);
}
