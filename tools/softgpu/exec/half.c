/* SPDX-License-Identifier: MIT
 *
 * half.c - rounding to short floating-point formats.
 */
#include "tools/softgpu/exec/half.h"

static bool rounds_up(uint64_t kept, uint64_t rest, uint64_t half, bool negative,
                      enum exec_rounding rounding)
{
    switch (rounding) {
    case ROUND_RZ:
        return false;
    case ROUND_RM:
        return negative && rest;
    case ROUND_RP:
        return !negative && rest;
    case ROUND_RNA:
        return rest >= half;
    default:
        return rest > half || (rest == half && (kept & 1));
    }
}

static uint32_t overflow(unsigned significand, unsigned exponent, bool negative,
                         enum exec_rounding rounding)
{
    uint32_t infinity = ((1u << exponent) - 1) << (significand - 1);
    bool to_finite = rounding == ROUND_RZ || (rounding == ROUND_RM && !negative) ||
                     (rounding == ROUND_RP && negative);

    return to_finite ? infinity - 1 : infinity;
}

uint32_t half_round(double x, unsigned significand, unsigned exponent, enum exec_rounding rounding,
                    uint32_t nan)
{
    uint64_t bits = f64_bits(x), fraction = bits & ((UINT64_C(1) << 52) - 1), kept, rest;
    bool negative = bits >> 63;
    uint32_t sign = (uint32_t)negative << (significand - 1 + exponent), value;
    int bias = (1 << (exponent - 1)) - 1, scale = (int)(bits >> 52 & 0x7ff) - 1023;
    unsigned dropped = 53 - significand;

    if (x != x)
        return nan;
    if (scale == 1024) /* infinite */
        return sign | ((1u << exponent) - 1) << (significand - 1);
    if (scale == -1023) /* subnormal binary64: far below everything */
        return sign | (fraction && rounds_up(0, 1, 2, negative, rounding));
    fraction |= UINT64_C(1) << 52;
    if (scale < 1 - bias) { /* subnormal in the target */
        unsigned more = (unsigned)(1 - bias - scale);
        dropped = more > 64 - dropped - 1 ? 63 : dropped + more;
        scale = -bias;
    }
    kept = fraction >> dropped;
    rest = fraction & ((UINT64_C(1) << dropped) - 1);
    kept += rounds_up(kept, rest, UINT64_C(1) << (dropped - 1), negative, rounding);
    if (scale > -bias) /* the hidden bit becomes the exponent's lowest */
        kept += (uint64_t)(scale + bias - 1) << (significand - 1);
    value = (uint32_t)kept;
    if (scale > bias || value >= ((1u << exponent) - 1) << (significand - 1))
        value = overflow(significand, exponent, negative, rounding);
    return sign | value;
}

double half_fma_odd(double x, double y, double z)
{
    double product = x * y, sum = product + z, part = sum - product;
    double error = (product - (sum - part)) + (z - part);
    uint64_t bits = f64_bits(sum);

    if (error == 0 || error != error || (bits & 1))
        return sum;
    /* The exact sum lies between two neighbours of which the odd one stands for it. */
    return f64_from((error > 0) == (sum > 0) ? bits + 1 : bits - 1);
}
