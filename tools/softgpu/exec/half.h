/* SPDX-License-Identifier: MIT
 *
 * half.h - binary16 and bfloat16 values, and flushing of subnormals. Values go to wider types
 * exactly; back with one rounding from a binary64 that either is exact or was rounded to odd, which
 * leaves every later rounding right.
 */
#ifndef SOFTGPU_EXEC_HALF_H
#define SOFTGPU_EXEC_HALF_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tools/softgpu/exec/insn.h"

/* The one NaN that operations on each type give. */
#define F16_NAN  0x7fffu
#define BF16_NAN 0x7fffu
#define F32_NAN  0x7fffffffu
#define F64_NAN  UINT64_C(0xfff8000000000000)

static inline uint32_t f32_bits(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline float f32_from(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

static inline uint64_t f64_bits(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline double f64_from(uint64_t bits)
{
    double x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* Subnormals become zeros of their sign. */
static inline float f32_flush(float x)
{
    uint32_t bits = f32_bits(x);

    return f32_from(bits & 0x7f800000 ? bits : bits & 0x80000000);
}

/* A result, and the same as a binary64: what was subnormal before it was rounded is a zero. */
static inline float f32_flush_exact(float x, double exact)
{
    return fabs(exact) < 0x1p-126 ? copysignf(0, x) : x;
}

/* Any NaN becomes the one that the hardware makes. */
static inline float f32_canonical(float x)
{
    return x == x ? x : f32_from(F32_NAN);
}

static inline float f16_value(uint16_t bits)
{
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16, rest = bits & 0x7fff;

    if (rest >= 0x7c00)
        return f32_from(sign | 0x7f800000 | (rest & 0x3ff) << 13);
    if (rest >= 0x400)
        return f32_from(sign | ((rest << 13) + 0x38000000));
    return f32_from(sign | f32_bits((float)rest * 0x1p-24f));
}

static inline uint16_t f16_flush_bits(uint16_t bits)
{
    return bits & 0x7c00 ? bits : bits & 0x8000;
}

static inline float f16_flushed(uint16_t bits)
{
    return f16_value(f16_flush_bits(bits));
}

static inline uint16_t bf16_flush_bits(uint16_t bits)
{
    return bits & 0x7f80 ? bits : bits & 0x8000;
}

static inline float bf16_value(uint16_t bits)
{
    return f32_from((uint32_t)bits << 16);
}

/* To a binary format of so many bits of significand (with the hidden one) and exponent, in the low
 * 16 bits or 32; overflow as the rounding says; NaN to the given bits. */
uint32_t half_round(double x, unsigned significand, unsigned exponent, enum exec_rounding rounding,
                    uint32_t nan);

static inline uint16_t f16_round(double x, enum exec_rounding rounding)
{
    return (uint16_t)half_round(x, 11, 5, rounding, F16_NAN);
}

static inline uint16_t bf16_round(double x, enum exec_rounding rounding)
{
    return (uint16_t)half_round(x, 8, 8, rounding, BF16_NAN);
}

/* x * y + z of numbers with at most 24 bits, rounded to odd: fit for one more rounding. */
double half_fma_odd(double x, double y, double z);

#endif
