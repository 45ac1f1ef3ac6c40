/* SPDX-License-Identifier: MIT
 *
 * test_matrix.c - SGEMM and MRI-Q, the kernels of the study: what nvcc makes of them against plain
 * C.
 */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/softgpu/interp/harness.h"

static float random_float(void)
{
    return (float)(rand() % 2001 - 1000) / 100;
}

static float *random_array(struct harness *harness, size_t n)
{
    float *at = harness_alloc(harness, n * sizeof(*at));

    for (size_t i = 0; i < n; i++)
        at[i] = random_float();
    return at;
}

/* The kernel adds in this order with fma, so that the bytes agree. */
static float product(const float *a, const float *b, int row, int column, int n, int k)
{
    float sum = 0;

    for (int i = 0; i < k; i++)
        sum = fmaf(a[row * k + i], b[i * n + column], sum);
    return sum;
}

static void test_sgemm(void **state)
{
    struct harness *harness = harness_load(PTX_DIR "/sgemm.ptx");
    int m = 40, n = 52, k = 33;
    float *a = random_array(harness, (size_t)(m * k)), *b = random_array(harness, (size_t)(k * n));
    float *c = random_array(harness, (size_t)(m * n)),
          *before = malloc(sizeof(*c) * (size_t)(m * n));
    const uint32_t grid[3] = {4, 3, 1}, block[3] = {16, 16, 1};

    (void)state;
    for (int i = 0; i < m * n; i++)
        before[i] = c[i];
    harness_launch3(harness, "sgemm", grid, block,
                    ARGS(ARG(a), ARG(b), ARG(c), ARG(m), ARG(n), ARG(k), ARG(1.5f), ARG(0.5f)),
                    NULL);
    for (int i = 0; i < m * n; i++) {
        float sum = product(a, b, i / n, i % n, n, k);
        assert_true(c[i] == fmaf(1.5f, sum, before[i] * 0.5f) ||
                    c[i] == fmaf(0.5f, before[i], sum * 1.5f));
    }
    free(before);
    harness_destroy(harness);
}

static void test_mriq(void **state)
{
    struct harness *harness = harness_load(PTX_DIR "/mriq.ptx");
    int n_samples = 64;
    uint32_t n = 256;
    float *x = random_array(harness, n), *y = random_array(harness, n),
          *z = random_array(harness, n);
    float *qr = harness_alloc(harness, n * sizeof(*qr)),
          *qi = harness_alloc(harness, n * sizeof(*qi));
    float *samples = harness_global(harness, "samples", NULL);

    (void)state;
    for (int i = 0; i < 4 * n_samples; i++)
        samples[i] = random_float() / 10;
    harness_launch(harness, "compute_q", n / 128, 128,
                   ARGS(ARG(n_samples), ARG(x), ARG(y), ARG(z), ARG(qr), ARG(qi)));
    for (uint32_t i = 0; i < n; i++) {
        double r = 0, m = 0;
        for (const float *s = samples; s < samples + 4 * n_samples; s += 4) {
            double angle = 6.2831853071795864769 *
                           ((double)s[0] * x[i] + (double)s[1] * y[i] + (double)s[2] * z[i]);
            r += s[3] * cos(angle);
            m += s[3] * sin(angle);
        }
        assert_true(fabs(r - qr[i]) < 2e-3 && fabs(m - qi[i]) < 2e-3);
    }
    harness_destroy(harness);
}

static void test_magnitudes(void **state)
{
    struct harness *harness = harness_load(PTX_DIR "/mriq.ptx");
    int n = 100;
    float *a = random_array(harness, 100), *b = random_array(harness, 100),
          *out = harness_alloc(harness, 100 * sizeof(*out));

    (void)state;
    harness_launch(harness, "magnitudes", 1, 128, ARGS(ARG(a), ARG(b), ARG(out), ARG(n)));
    for (int i = 0; i < n; i++)
        assert_true(out[i] == fmaf(a[i], a[i], b[i] * b[i]) ||
                    out[i] == fmaf(b[i], b[i], a[i] * a[i]));
    harness_destroy(harness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sgemm),
        cmocka_unit_test(test_mriq),
        cmocka_unit_test(test_magnitudes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
