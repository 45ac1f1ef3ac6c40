/* SPDX-License-Identifier: MIT
 *
 * bench.c - how fast the interpreter is: thread instructions a second on one core, for SGEMM and
 * MRI-Q and, over all their blocks, the time of a whole launch. No test: nothing is checked but the
 * end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/softgpu/interp/harness.h"

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void report(const char *what, const struct harness *harness, double start)
{
    double seconds = now() - start, instructions = (double)harness_instructions(harness);

    printf("%-24s %7.3f s, %6.0f million instructions/s\n", what, seconds,
           instructions / seconds / 1e6);
}

static void sgemm(int n)
{
    struct harness *harness = harness_load(PTX_DIR "/sgemm.ptx");
    size_t bytes = (size_t)n * (size_t)n * sizeof(float);
    float *a = harness_alloc(harness, bytes), *b = harness_alloc(harness, bytes),
          *c = harness_alloc(harness, bytes);
    const uint32_t grid[3] = {(uint32_t)n / 16, (uint32_t)n / 16, 1}, block[3] = {16, 16, 1};
    double start = now();

    harness_launch3(harness, "sgemm", grid, block,
                    ARGS(ARG(a), ARG(b), ARG(c), ARG(n), ARG(n), ARG(n), ARG(1.0f), ARG(0.0f)),
                    NULL);
    report("SGEMM 512", harness, start);
    harness_destroy(harness);
}

/* Three launches of 1024 samples each, as the constant memory holds no more. */
static void mriq(uint32_t voxels)
{
    struct harness *harness = harness_load(PTX_DIR "/mriq.ptx");
    float *arrays[5], *samples = harness_global(harness, "samples", NULL);
    int n = 1024;
    double start;

    for (unsigned i = 0; i < 5; i++) {
        arrays[i] = harness_alloc(harness, voxels * sizeof(float));
        for (uint32_t v = 0; v < voxels; v++)
            arrays[i][v] = (float)((v * 7 + i) % 1000) / 500 - 1;
    }
    for (int i = 0; i < 4 * n; i++)
        samples[i] = (float)(i * 31 % 1000) / 100 - 5;
    start = now();
    for (int launch = 0; launch < 3; launch++)
        harness_launch(harness, "compute_q", voxels / 256, 256,
                       ARGS(ARG(n), ARG(arrays[0]), ARG(arrays[1]), ARG(arrays[2]), ARG(arrays[3]),
                            ARG(arrays[4])));
    report("MRI-Q 32^3, 3072 samples", harness, start);
    harness_destroy(harness);
}

int main(void)
{
    sgemm(512);
    mriq(32 * 32 * 32);
    return 0;
}
