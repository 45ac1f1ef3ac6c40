/* SPDX-License-Identifier: MIT
 *
 * operands.c - what the forms are run on: special values in all combinations of the first two
 * sources, then random ones, half of them close enough together to interact.
 */
#include <string.h>

#include "tests/softgpu/diff/forms.h"

#define N_SPECIAL 32u

static const uint32_t f32_special[N_SPECIAL] = {
    0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x00000001, 0x80000001, 0x007fffff, 0x807fffff,
    0x00800000, 0x80800000, 0x00800001, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000,
    0xffc12345, 0x7f800001, 0x3f000000, 0x3fc00000, 0xbf000000, 0x40200000, 0x4b000000, 0x4b800001,
    0x4effffff, 0x4f000000, 0xcf000000, 0x5f000000, 0x33800000, 0x3f7fffff, 0x7e800000, 0x00400000};

static const uint64_t f64_special[N_SPECIAL] = {
    0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
    0x0000000000000001, 0x8000000000000001, 0x000fffffffffffff, 0x800fffffffffffff,
    0x0010000000000000, 0x8010000000000000, 0x0010000000000001, 0x7fefffffffffffff,
    0xffefffffffffffff, 0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
    0xfff8123456789abc, 0x7ff0000000000001, 0x3fe0000000000000, 0x3ff8000000000000,
    0xbfe0000000000000, 0x4004000000000000, 0x41dfffffffc00000, 0x41e0000000000000,
    0xc1e0000000000000, 0x43dfffffffffffff, 0x43e0000000000000, 0xc3e0000000000000,
    0x3ca0000000000000, 0x3fefffffffffffff, 0x380fffffe0000000, 0x36a0000000000000};

static const uint16_t f16_special[N_SPECIAL] = {
    0x0000, 0x8000, 0x3c00, 0xbc00, 0x0001, 0x8001, 0x03ff, 0x83ff, 0x0400, 0x8400, 0x0401,
    0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0xfe12, 0x7c01, 0x3800, 0x3e00, 0xb800, 0x4100,
    0x6400, 0x6801, 0x77ff, 0x7800, 0xf800, 0x5bf8, 0x1400, 0x3bff, 0x0200, 0x4248};

static const uint64_t int_special[N_SPECIAL] = {0,
                                                1,
                                                2,
                                                3,
                                                7,
                                                8,
                                                31,
                                                32,
                                                33,
                                                63,
                                                64,
                                                0x7f,
                                                0x80,
                                                0xff,
                                                0x100,
                                                0x7fff,
                                                0x8000,
                                                0xffff,
                                                0x10000,
                                                0xffffff,
                                                0x7fffffff,
                                                0x80000000,
                                                0x80000001,
                                                0xfffffffe,
                                                0xffffffff,
                                                0x100000000,
                                                0x7fffffffffffffff,
                                                0x8000000000000000,
                                                0xfffffffffffffffe,
                                                0xffffffffffffffff,
                                                0xffffffffffff8000,
                                                0x123456789abcdef0};

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static uint64_t bits_of(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static uint64_t special(const char *type, unsigned i)
{
    i %= N_SPECIAL;
    if (strcmp(type, "f32") == 0 || strcmp(type, "exponent") == 0)
        return f32_special[i];
    if (strcmp(type, "f64") == 0)
        return f64_special[i];
    if (strcmp(type, "f16") == 0)
        return f16_special[i];
    if (strcmp(type, "bf16") == 0)
        return f32_special[i] >> 16;
    if (strcmp(type, "f16x2") == 0)
        return f16_special[i] | (uint32_t)f16_special[(i * 7 + 3) % N_SPECIAL] << 16;
    if (strcmp(type, "bf16x2") == 0)
        return f32_special[i] >> 16 | (f32_special[(i * 7 + 3) % N_SPECIAL] & 0xffff0000);
    if (strcmp(type, "angle") == 0)
        return bits_of((float)i * 0.2f - 3.1f);
    if (strcmp(type, "lane") == 0)
        return i;
    return int_special[i];
}

/* Exponents near each other, so that sums and products are not all of one operand. */
static uint64_t near(const char *type, uint64_t r)
{
    if (strcmp(type, "f32") == 0)
        return (r & 0x807fffff) | (120 + (r >> 32) % 16) << 23;
    if (strcmp(type, "f64") == 0)
        return (r & 0x800fffffffffffff) | (1000 + (r >> 52) % 48) << 52;
    if (strcmp(type, "f16") == 0)
        return (r & 0x83ff) | (12 + (r >> 32) % 8) << 10;
    if (strcmp(type, "bf16") == 0)
        return (r & 0x807f) | (120 + (r >> 32) % 16) << 7;
    if (strcmp(type, "f16x2") == 0)
        return (r & 0x83ff83ff) | (12 + (r >> 32) % 8) << 10 | (12 + (r >> 40) % 8) << 26;
    if (strcmp(type, "bf16x2") == 0)
        return (r & 0x807f807f) | (120 + (r >> 32) % 16) << 7 | (120 + (r >> 40) % 16) << 23;
    return r >> (r & 63);
}

static uint64_t random_value(const char *type, unsigned i, uint64_t seed)
{
    uint64_t r = mix(seed);

    if (strcmp(type, "shift") == 0)
        return i % 8 ? r % 70 : r;
    if (strcmp(type, "lane") == 0)
        return r % 32;
    if (strcmp(type, "angle") == 0)
        return bits_of((float)((double)(r >> 11) * 0x1p-53 * 6.2831853 - 3.14159265));
    if (strcmp(type, "exponent") == 0)
        return bits_of((float)((double)(r >> 11) * 0x1p-53 * 280 - 140));
    return i & 1 ? near(type, r) : r;
}

void form_operands(const struct form *form, unsigned source, uint64_t ret_values[DIFF_N])
{
    const char *type = form->sources[source];

    for (unsigned i = 0; i < DIFF_N; i++) {
        unsigned which = source == 0 ? i : source == 1 ? i / N_SPECIAL : i * 5 + i / 7;
        if (i < N_SPECIAL * N_SPECIAL)
            ret_values[i] = special(type, which);
        else
            ret_values[i] = random_value(type, i, (uint64_t)i * 3 + source);
    }
}
