/* SPDX-License-Identifier: MIT
 *
 * test_blocks.c - kernels whose threads work together, and those of whole blocks and grids.
 */
#include <fenv.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/softgpu/interp/harness.h"

static struct harness *device;

static int setup(void **state)
{
    (void)state;
    device = harness_load(PTX_DIR "/blocks.ptx");
    srand(7);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    harness_destroy(device);
    return 0;
}

static int *random_ints(size_t n, int range)
{
    int *at = harness_alloc(device, n * sizeof(*at));

    for (size_t i = 0; i < n; i++)
        at[i] = rand() % (2 * range) - range;
    return at;
}

static float *random_floats(size_t n)
{
    float *at = harness_alloc(device, n * sizeof(*at));

    for (size_t i = 0; i < n; i++)
        at[i] = (float)(rand() % 4001 - 2000) / 128;
    return at;
}

#define OUT(type, n) ((type *)harness_alloc(device, (n) * sizeof(type)))

static void test_warp_reduce(void **state)
{
    int *in = random_ints(256, 1000), *out = OUT(int, 8);

    (void)state;
    harness_launch(device, "warp_reduce", 2, 128, ARGS(ARG(in), ARG(out)));
    for (int w = 0; w < 8; w++) {
        int sum = 0;
        for (int i = 0; i < 32; i++)
            sum += in[w * 32 + i];
        assert_int_equal(out[w], sum);
    }
}

static void test_block_reduce(void **state)
{
    float *in = random_floats(1000), *out = OUT(float, 1), s[256] = {0};
    int n = 1000;

    (void)state;
    harness_launch(device, "block_reduce", 1, 256, ARGS(ARG(in), ARG(out), ARG(n)));
    for (int i = 0; i < n; i++)
        s[i % 256] += in[i];
    for (int d = 128; d; d /= 2)
        for (int i = 0; i < d; i++)
            s[i] += s[i + d];
    assert_true(*out == s[0]);
}

static void test_volatile_reduce(void **state)
{
    int *in = random_ints(64, 1000), *out = OUT(int, 1), sum = 0;

    (void)state;
    harness_launch(device, "volatile_reduce", 1, 32, ARGS(ARG(in), ARG(out)));
    for (int i = 0; i < 64; i++)
        sum += in[i];
    assert_int_equal(*out, sum);
}

static void test_scan(void **state)
{
    int *in = random_ints(200, 1000), *out = OUT(int, 200), sum = 0;
    const uint32_t grid[3] = {1, 1, 1}, block[3] = {200, 1, 1};
    const struct harness_options options = {.dynamic_shared_bytes = 2 * 200 * sizeof(int)};

    (void)state;
    harness_launch3(device, "scan", grid, block, ARGS(ARG(in), ARG(out)), &options);
    for (int i = 0; i < 200; i++) {
        sum += in[i];
        assert_int_equal(out[i], sum);
    }
}

static void test_last_block(void **state)
{
    int *in = random_ints(640, 1000), *partial = OUT(int, 10), *out = OUT(int, 1), sum = 0;

    (void)state;
    harness_launch(device, "last_block", 10, 64, ARGS(ARG(in), ARG(partial), ARG(out)));
    for (int i = 0; i < 640; i++)
        sum += in[i];
    assert_int_equal(*out, sum);
}

static void test_histogram(void **state)
{
    unsigned char *in = OUT(unsigned char, 5000);
    unsigned *out = OUT(unsigned, 256), expected[256] = {0};
    int n = 5000;

    (void)state;
    for (int i = 0; i < n; i++)
        expected[in[i] = (unsigned char)(rand() % 256)]++;
    harness_launch(device, "histogram", 3, 256, ARGS(ARG(in), ARG(out), ARG(n)));
    assert_memory_equal(out, expected, sizeof(expected));
}

static void test_votes(void **state)
{
    int *in = random_ints(32, 100);
    unsigned *out = OUT(unsigned, 32), positive = 0, odd = 0, above = 1, special = 0,
             match[4] = {0};

    (void)state;
    harness_launch(device, "votes", 1, 32, ARGS(ARG(in), ARG(out)));
    for (int i = 0; i < 32; i++) {
        positive |= (unsigned)(in[i] > 0) << i;
        odd |= (unsigned)(in[i] > 0 && (in[i] & 1)) << i;
        above &= in[i] > -1000;
        special |= in[i] == 77;
        match[in[i] & 3] |= 1u << i;
    }
    for (int i = 0; i < 32; i++) {
        unsigned expected = positive + above * 3 + special * 5;
        if (in[i] > 0)
            expected ^= odd + (unsigned)__builtin_popcount(positive);
        expected += match[in[i] & 3];
        if (positive == 0)
            expected += ~0u + 1;
        assert_int_equal(out[i], expected);
    }
}

static void test_redux(void **state)
{
    int *in = random_ints(32, 100000), *out = OUT(int, 32), sum = 0, least = INT32_MAX;
    unsigned most = 0, x = 0, any = 0, all = ~0u;

    (void)state;
    harness_launch(device, "redux", 1, 32, ARGS(ARG(in), ARG(out)));
    for (int i = 0; i < 32; i++) {
        unsigned u = (unsigned)in[i];
        sum += in[i];
        least = in[i] < least ? in[i] : least;
        most = u > most ? u : most;
        x ^= u;
        any |= u & 0xff;
        all &= u | 0xf0;
    }
    for (int i = 0; i < 32; i++)
        assert_int_equal(out[i], sum ^ least ^ (int)most ^ (int)x ^ (int)any ^ (int)all);
}

static void test_shuffles(void **state)
{
    int *v = random_ints(32, 1000), *out = OUT(int, 32);

    (void)state;
    harness_launch(device, "shuffles", 1, 32, ARGS(ARG(v), ARG(out)));
    for (int t = 0; t < 32; t++) {
        int a = v[(t * 7 + 3) & 31], b = v[t >= 5 ? t - 5 : t], c = v[t ^ 9];
        int d = v[(t & 7) + 3 < 8 ? t + 3 : t], e = v[(t & ~3) | ((t + 1) & 3)];
        if (t & 1)
            a += v[((t + 2) & 31) | 1];
        assert_int_equal(out[t], a + b * 3 + c * 5 + d * 7 + e * 11);
    }
}

static void test_tiles(void **state)
{
    int *in = random_ints(64, 500), *out = OUT(int, 64);

    (void)state;
    harness_launch(device, "tiles", 1, 64, ARGS(ARG(in), ARG(out)));
    for (int t = 0; t < 64; t++) {
        int sum = 0;
        for (int i = 0; i < 8; i++)
            sum += in[(t & ~7) + i];
        assert_int_equal(out[t], (sum > 500 ? sum + 1 : sum) * 100 + (t & 7) + 32);
    }
}

static int compare_unsigned(const void *a, const void *b)
{
    const unsigned *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void test_bitonic(void **state)
{
    unsigned *data = (unsigned *)random_ints(256, 1000000), sorted[256];

    (void)state;
    memcpy(sorted, data, sizeof(sorted));
    harness_launch(device, "bitonic", 1, 256, ARGS(ARG(data)));
    qsort(sorted, 256, sizeof(*sorted), compare_unsigned);
    assert_memory_equal(data, sorted, sizeof(sorted));
}

static void test_transpose(void **state)
{
    int w = 37, h = 21;
    double *in = OUT(double, 37 * 21), *out = OUT(double, 37 * 21);
    const uint32_t grid[3] = {3, 2, 1}, block[3] = {16, 16, 1};

    (void)state;
    for (int i = 0; i < w * h; i++)
        in[i] = i * 1.5;
    harness_launch3(device, "transpose", grid, block, ARGS(ARG(in), ARG(out), ARG(w), ARG(h)),
                    NULL);
    for (int i = 0; i < w * h; i++)
        assert_true(out[i % w * h + i / w] == in[i]);
}

static void test_spinning(void **state)
{
    int *counter = OUT(int, 1), *out = OUT(int, 1);

    (void)state;
    harness_launch(device, "spin_lock", 2, 96, ARGS(ARG(counter)));
    assert_int_equal(*counter, 192);
    harness_launch(device, "wait_in_warp", 1, 32, ARGS(ARG(out)));
    assert_int_equal(*out, 42);
}

static void test_named_barriers(void **state)
{
    int *in = random_ints(320, 1000), *out = OUT(int, 320), rounds = 10;

    (void)state;
    harness_launch(device, "named_barriers", 1, 64, ARGS(ARG(in), ARG(out), ARG(rounds)));
    for (int i = 0; i < 320; i++)
        assert_int_equal(out[i], in[i / 32 * 32 + 31 - i % 32] * 2);
}

static void test_early_exit(void **state)
{
    int *out = OUT(int, 100), n = 45;

    (void)state;
    harness_launch(device, "early_exit", 1, 100, ARGS(ARG(out), ARG(n)));
    for (int i = 0; i < 100; i++)
        assert_int_equal(out[i], i < n ? n : 0);
}

static void test_barrier_counts(void **state)
{
    int *in = random_ints(100, 200), *out = OUT(int, 100), n = 0, all = 1, any = 0;

    (void)state;
    in[3] = -150;
    in[77] = 1234;
    harness_launch(device, "barrier_counts", 1, 100, ARGS(ARG(in), ARG(out)));
    for (int i = 0; i < 100; i++) {
        n += in[i] > 0;
        all &= in[i] > -100;
        any |= in[i] == 1234;
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(out[i], n * 4 + all * 2 + any);
}

static void test_float_atomics(void **state)
{
    float *in = OUT(float, 500), *f = OUT(float, 2), sum = 0;
    double *d = OUT(double, 2);
    int n = 500;

    (void)state;
    for (int i = 0; i < n; i++)
        sum += in[i] = (float)(rand() % 100); /* exact in any order */
    harness_launch(device, "float_atomics", 1, 64, ARGS(ARG(in), ARG(f), ARG(d), ARG(n)));
    assert_true(f[0] == sum && f[1] == sum && d[0] == (double)sum && d[1] == (double)sum);
}

static void test_atomics32(void **state)
{
    unsigned *w = OUT(unsigned, 16), *old = OUT(unsigned, 96), x = 0;
    const unsigned start[] = {5, 9999, 1000, 0, ~0u, 0, 77, 0, 3, 0, (unsigned)-100, 11, 1, 0};

    (void)state;
    memcpy(w, start, sizeof(start));
    harness_launch(device, "atomics32", 1, 32, ARGS(ARG(w), ARG(old)));
    for (unsigned t = 0; t < 32; t++)
        x ^= t;
    assert_int_equal(w[0], 5 + 496);
    assert_int_equal(w[1], 9999 - 496);
    assert_int_equal(w[2], 3);
    assert_int_equal(w[3], 62);
    assert_int_equal(w[4], 0);
    assert_int_equal(w[5], ~0u);
    assert_int_equal(w[6], 77 ^ x);
    assert_int_equal(w[7], 32 % 11);
    assert_int_equal(w[8], (3 - 32 + 33) % 11);
    assert_int_equal(w[9], (unsigned)-16);
    assert_int_equal(w[10], (unsigned)-9);
    x = 1;
    for (unsigned t = 0; t < 32; t++)
        x = x * 3 + 1;
    assert_int_equal(w[12], x);
    assert_true(w[13] >= 1 && w[13] <= 32);
}

static void test_atomics64(void **state)
{
    uint64_t *w = OUT(uint64_t, 9), all = 0;

    (void)state;
    w[1] = ~0ull;
    w[3] = ~0ull;
    for (int t = 0; t < 32; t++)
        all |= 1ull << (t + 20);
    harness_launch(device, "atomics64", 1, 32, ARGS(ARG(w)));
    assert_true(w[0] == 496ull << 40 && w[1] == 7 && w[2] == 31ull << 40);
    assert_true(w[3] == ~all && w[4] == all && w[5] == 0);
    assert_true((int64_t)w[6] == -(31ll << 40) && (int64_t)w[7] == 0 && w[8] == 160);
}

static void test_pointers(void **state)
{
    int *in = random_ints(64, 1000), *out = OUT(int, 64), *global = random_ints(32, 10);
    int *generic = OUT(int, 32), before[32];

    (void)state;
    harness_launch(device, "pointer_table", 1, 64, ARGS(ARG(in), ARG(out)));
    for (int i = 0; i < 64; i++) {
        unsigned which = (unsigned)in[i] % 3;
        assert_int_equal(out[i], which == 0 ? in[i] + 1 : which == 1 ? in[i] * 2 : -in[i]);
    }
    memcpy(before, global, sizeof(before));
    harness_launch(device, "generic_pointers", 1, 32, ARGS(ARG(global), ARG(generic)));
    for (int t = 0; t < 32; t++) {
        int shared = t * 10 + ((31 - t) % 3 == 1 ? 5 : 0),
            last = t + (t % 3 == 2 && (t & 3) == 3 ? 5 : 0);
        int value = t % 3 == 0   ? before[t] + 5 + 2000
                    : t % 3 == 1 ? (31 - t) * 10 + 5 + 1000
                                 : ((t & 3) == 3 ? t : (t & 3) + 1) + 5 + 4000;
        assert_int_equal(generic[t], value + shared + last);
    }
}

static void test_virtual_calls(void **state)
{
    float *out = OUT(float, 64);

    (void)state;
    harness_launch(device, "virtual_calls", 1, 64, ARGS(ARG(out)));
    for (int i = 0; i < 64; i++)
        assert_true(out[i] == (i & 1 ? (float)(i * i) : (float)(i * 3)));
}

static void test_constants(void **state)
{
    short *lookup = harness_global(device, "lookup", NULL);
    int *out = OUT(int, 64);

    (void)state;
    for (int i = 0; i < 64; i++)
        lookup[i] = (short)(i * 321 - 9000);
    harness_launch(device, "constants", 1, 64, ARGS(ARG(out)));
    for (int i = 0; i < 64; i++)
        assert_int_equal(out[i], lookup[i] + lookup[(i * 5) & 63] + lookup[7]);
}

static void test_indices(void **state)
{
    const uint32_t grid[3] = {3, 2, 2}, block[3] = {5, 4, 3};
    unsigned *out = OUT(unsigned, 720);

    (void)state;
    harness_launch3(device, "indices", grid, block, ARGS(ARG(out)), NULL);
    for (unsigned i = 0; i < 720; i++)
        assert_int_equal(out[i], i / 60 * 1000000 + i % 60 * 1000 + i % 60 % 32 * 10 + i % 60 / 32);
}

static int diverge(int v)
{
    int sum = 0;

    for (int i = 0; i < 50; i++) {
        if (i > (v & 31))
            break;
        for (int j = i; j < 20; j++) {
            if (((j * v) & 7) == 3)
                continue;
            if (j * 3 > (v >> 2 & 31))
                goto next;
            sum += j ^ v;
        }
        sum += 1000;
next:
        sum ^= i;
    }
    return sum;
}

static void test_divergence(void **state)
{
    int *in = random_ints(64, 500), *out = OUT(int, 64);

    (void)state;
    harness_launch(device, "divergence", 1, 64, ARGS(ARG(in), ARG(out)));
    for (int i = 0; i < 64; i++)
        assert_int_equal(out[i], diverge(in[i]));
}

static void test_clocks(void **state)
{
    int64_t *out = OUT(int64_t, 32);

    (void)state;
    harness_launch(device, "clocks", 1, 32, ARGS(ARG(out)));
    for (int i = 0; i < 32; i++)
        assert_int_equal(out[i] & 3, 3);
}

/* The nearest binary16, ties to even: 11 bits, the last of them at least 2^-24. Not every compiler
 * has the type. */
static float half(double x)
{
    int exponent;
    double unit;

    frexp(x, &exponent);
    unit = ldexp(1, exponent - 11 < -24 ? -24 : exponent - 11);
    x = rint(x / unit) * unit;
    return fabs(x) > 65504 ? copysignf(INFINITY, (float)x) : (float)x;
}

static float bfloat(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof(bits));
    bits += 0x7fff + (bits >> 16 & 1);
    bits &= 0xffff0000;
    memcpy(&x, &bits, sizeof(bits));
    return x;
}

static void test_halves(void **state)
{
    float *in = random_floats(64), *out = OUT(float, 7 * 32);
    int n = 32;

    (void)state;
    harness_launch(device, "halves", 1, 32, ARGS(ARG(in), ARG(out), ARG(n)));
    for (int t = 0; t < n; t++) {
        float a = half(in[t]), b = half(in[t + n]);
        assert_true(out[t] == half((double)a + (double)b));
        assert_true(out[n + t] == half((double)a * (double)b));
        assert_true(out[2 * n + t] == half((double)a * (double)a + 0.5));
        assert_true(out[3 * n + t] == half((double)b * (double)b + 0.5));
        assert_true(out[4 * n + t] == bfloat(bfloat(in[t]) * 3));
        assert_true(out[5 * n + t] == (a > b ? a : b) + (a < b ? 1000 : 0));
        assert_true(out[6 * n + t] == truncf(a) + rintf(fabsf(b)));
    }
}

static const int modes[] = {FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
enum { DOWN, UP, ZERO };

/* One operation in a rounding mode, kept from being computed in another. */
static double rounded(int mode, char operation, volatile double x, volatile double y, bool single)
{
    volatile float narrow;
    volatile double r = 0;

    fesetround(modes[mode]);
    if (single) {
        volatile float a = (float)x, b = (float)y;
        narrow = operation == '+'   ? a + b
                 : operation == '*' ? a * b
                 : operation == '/' ? a / b
                 : operation == 'q' ? sqrtf(a)
                                    : fmaf(a, b, a);
        r = narrow;
    } else {
        r = operation == '+' ? x + y : operation == '/' ? x / y : sqrt(x);
    }
    fesetround(FE_TONEAREST);
    return r;
}

static float narrowed(int mode, volatile double x)
{
    volatile float r;

    fesetround(modes[mode]);
    r = (float)x;
    fesetround(FE_TONEAREST);
    return r;
}

static void test_roundings(void **state)
{
    float *in = random_floats(64), *out = OUT(float, 8 * 32);
    double *wide = OUT(double, 4 * 32);
    int n = 32;

    (void)state;
    for (int i = 0; i < 64; i++)
        in[i] += (float)(rand() % 1000) * 1e-6f + 1e-7f;
    harness_launch(device, "roundings", 1, 32, ARGS(ARG(in), ARG(out), ARG(wide), ARG(n)));
    for (int t = 0; t < n; t++) {
        float x = in[t], y = in[t + n];
        uint32_t bits;
        int32_t word;
        memcpy(&bits, &x, sizeof(bits));
        memcpy(&word, &x, sizeof(word));
        assert_true(out[t] == (float)rounded(DOWN, '+', x, y, true));
        assert_true(out[n + t] == (float)rounded(UP, '*', x, y, true));
        assert_true(out[2 * n + t] == (float)rounded(ZERO, '/', x, y, true));
        assert_true(out[3 * n + t] == (float)rounded(UP, 'q', fabsf(x), 0, true));
        assert_true(out[4 * n + t] == (float)rounded(DOWN, 'f', x, y, true));
        assert_true(out[5 * n + t] == ceilf(x) + floorf(y));
        assert_true(out[6 * n + t] == narrowed(DOWN, (double)x / 3));
        assert_true(out[7 * n + t] == narrowed(ZERO, bits));
        assert_true(wide[t] == rounded(UP, '+', x, (double)y / 3, false));
        assert_true(wide[n + t] == rounded(DOWN, '/', x, y, false));
        assert_true(wide[2 * n + t] == rounded(ZERO, 'q', fabs((double)x), 0, false));
        assert_true(wide[3 * n + t] <= (double)((int64_t)word * (1ll << 31) + t));
    }
}

/* The bytes and halves of integers, one by one. */
static unsigned byte_of(unsigned x, unsigned i)
{
    return x >> 8 * i & 255;
}

static unsigned permuted(unsigned a, unsigned b, unsigned selector)
{
    unsigned r = 0;

    for (unsigned i = 0; i < 4; i++) {
        unsigned which = selector >> 4 * i & 7;
        r |= byte_of(which < 4 ? a : b, which & 3) << 8 * i;
    }
    return r;
}

static unsigned each_byte(unsigned a, unsigned b, int what)
{
    unsigned r = 0;

    for (unsigned i = 0; i < 4; i++) {
        unsigned x = byte_of(a, i), y = byte_of(b, i);
        unsigned far = x > y ? x - y : y - x;
        r = what == 'd'   ? r | far << 8 * i
            : what == '>' ? r | (x > y ? 255u : 0) << 8 * i
            : what == 'a' ? r | ((x + y + 1) / 2) << 8 * i
                          : r + far;
    }
    return r;
}

static void test_integers(void **state)
{
    unsigned *in = (unsigned *)random_ints(64, 1 << 29), *out = OUT(unsigned, 128);
    int n = 32;

    (void)state;
    harness_launch(device, "integers", 1, 32, ARGS(ARG(in), ARG(out), ARG(n)));
    for (int t = 0; t < n; t++) {
        unsigned a = in[t], b = in[t + n], sum = 7, low = 9, products;
        uint64_t both = (uint64_t)b << 32 | a;
        unsigned right = b > 32 ? 32 : b;
        int x = (int)a, y = (int)b, x24 = (int)(a << 8) >> 8, y24 = (int)(b << 8) >> 8;
        uint16_t halves[2];
        int16_t most[2];
        assert_int_equal(out[t], permuted(a, b, a >> 3 & 0x7777) +
                                     (unsigned)((both << (a & 31)) >> 32) +
                                     (unsigned)(both >> right));
        for (unsigned i = 0; i < 4; i++)
            sum += (unsigned)((int8_t)byte_of(a, i) * (int8_t)byte_of(b, i));
        for (unsigned i = 0; i < 2; i++)
            low += (a >> 16 * i & 0xffff) * byte_of(b, i);
        assert_int_equal(out[n + t],
                         sum + low + (a > b ? a - b : b - a) + 3 + (x > y ? a - b : b - a) + 1);
        for (unsigned i = 0; i < 2; i++) {
            int16_t p = (int16_t)(a >> 16 * i), q = (int16_t)(b >> 16 * i);
            halves[i] = (uint16_t)(p + q);
            most[i] = p > q ? p : q;
        }
        products = (a & 0xffffff) * (b & 0xffffff) + (unsigned)((int64_t)x24 * y24);
        assert_int_equal(out[2 * n + t], products + (unsigned)(((uint64_t)a + b) / 2) +
                                             (unsigned)(((uint64_t)a + b + 1) / 2) + halves[0] +
                                             ((unsigned)halves[1] << 16) + (uint16_t)most[0] +
                                             ((unsigned)(uint16_t)most[1] << 16));
        low = 0;
        for (unsigned i = 0, seen = 0; i < 32 && seen < 3; i++) {
            seen += a >> i & 1;
            low = i;
        }
        assert_int_equal(out[3 * n + t], each_byte(a, b, 'd') + each_byte(a, b, '>') +
                                             each_byte(a, b, 'a') + each_byte(a, b, 's') + low);
    }
}

static void test_stencil(void **state)
{
    int w = 50, h = 19;
    float *in = random_floats(50 * 19), *out = OUT(float, 50 * 19);
    const uint32_t grid[3] = {2, 3, 1}, block[3] = {32, 8, 1};

    (void)state;
    harness_launch3(device, "stencil", grid, block, ARGS(ARG(in), ARG(out), ARG(w), ARG(h)), NULL);
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            float up = in[(y ? y - 1 : 0) * w + x], down = in[(y < h - 1 ? y + 1 : y) * w + x];
            float left = in[y * w + (x ? x - 1 : 0)], right = in[y * w + (x < w - 1 ? x + 1 : x)];
            assert_true(out[y * w + x] == in[y * w + x] * 4 - up - down - left - right);
        }
    }
}

static void test_mandelbrot(void **state)
{
    int w = 32;
    unsigned char *out = OUT(unsigned char, 1024);

    (void)state;
    harness_launch(device, "mandelbrot", 8, 128, ARGS(ARG(out), ARG(w)));
    for (int i = 0; i < 1024; i++) {
        volatile float cr = (float)(i % w) * 3.0f / (float)w - 2,
                       ci = (float)(i / w) * 2.0f / (float)w - 1;
        volatile float r = 0, m = 0, rr = 0, mm = 0, sum = 0, t;
        int n = 0;
        while (n < 200 && sum < 4) {
            t = rr - mm;
            t = t + cr;
            m = 2 * r * m;
            m = m + ci;
            r = t;
            rr = r * r;
            mm = m * m;
            sum = rr + mm;
            n++;
        }
        assert_int_equal(out[i], n);
    }
}

static void test_vectors(void **state)
{
    float *in = random_floats(128), *out = OUT(float, 128);
    unsigned char *bytes = OUT(unsigned char, 128);
    short *shorts = OUT(short, 64);
    int64_t *wide = OUT(int64_t, 64);

    (void)state;
    for (int i = 0; i < 128; i++)
        bytes[i] = (unsigned char)rand();
    harness_launch(device, "vectors", 1, 32,
                   ARGS(ARG(in), ARG(out), ARG(bytes), ARG(shorts), ARG(wide)));
    for (int t = 0; t < 32; t++) {
        const unsigned char *b = bytes + 4 * t;
        assert_true(out[4 * t] == in[4 * t + 3] && out[4 * t + 1] == in[4 * t + 2] * 2);
        assert_true(out[4 * t + 2] == in[4 * t + 1] + 1 && out[4 * t + 3] == in[4 * t]);
        assert_int_equal(shorts[2 * t], b[0] + b[1]);
        assert_int_equal(shorts[2 * t + 1], b[2] - b[3]);
        assert_true(wide[2 * t] == b[0] * 1000000007ll && wide[2 * t + 1] == -(int64_t)b[1]);
    }
}

static void test_atomic_halves(void **state)
{
    uint16_t *a = OUT(uint16_t, 2), *b = OUT(uint16_t, 2);

    (void)state;
    harness_launch(device, "atomic_halves", 1, 32, ARGS(ARG(a), ARG(b)));
    assert_int_equal(a[0], 0x5000); /* 32 */
    assert_int_equal(a[1], 0x4c00); /* 16 */
    assert_int_equal(b[0], 0x4280); /* 64 */
    assert_int_equal(b[1], 0x4100); /* 8 */
}

static void test_async(void **state)
{
    int *in = random_ints(256, 1000), *out = OUT(int, 64);

    (void)state;
    harness_launch(device, "async_copies", 1, 64, ARGS(ARG(in), ARG(out)));
    for (int t = 0; t < 64; t++)
        assert_int_equal(out[t], 0 + in[64 + 63 - t] + in[128 + t] - in[192 + t]);
    harness_launch(device, "group_copy", 1, 64, ARGS(ARG(in), ARG(out)));
    for (int t = 0; t < 64; t++)
        assert_int_equal(out[t], in[63 - t]);
    harness_launch(device, "barrier_object", 1, 64, ARGS(ARG(in), ARG(out)));
    for (int t = 0; t < 64; t++)
        assert_int_equal(out[t], 3 * in[63 - t] + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
        TEST(warp_reduce),   TEST(block_reduce),   TEST(volatile_reduce), TEST(scan),
        TEST(last_block),    TEST(histogram),      TEST(votes),           TEST(redux),
        TEST(shuffles),      TEST(tiles),          TEST(bitonic),         TEST(transpose),
        TEST(spinning),      TEST(named_barriers), TEST(early_exit),      TEST(barrier_counts),
        TEST(float_atomics), TEST(atomics32),      TEST(atomics64),       TEST(pointers),
        TEST(virtual_calls), TEST(constants),      TEST(indices),         TEST(divergence),
        TEST(clocks),        TEST(halves),         TEST(stencil),         TEST(mandelbrot),
        TEST(roundings),     TEST(integers),       TEST(vectors),         TEST(atomic_halves),
        TEST(async),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
