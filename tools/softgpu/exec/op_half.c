/* SPDX-License-Identifier: MIT
 *
 * op_half.c - arithmetic on f16, bf16 and pairs of them. Each operation is done in binary64, where
 * it is exact or rounded to odd, and rounded once.
 */
#include <errno.h>
#include <math.h>

#include "tools/softgpu/exec/half.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/op_families.h"

/* insn.flags */
#define FLUSH    1u
#define SATURATE 2u
#define RELU     4u
#define WITH_NAN 8u
#define XORSIGN  16u
#define BFLOAT   32u

typedef uint16_t (*half_fn)(const struct insn *in, uint16_t x, uint16_t y, uint16_t z);

static double value(const struct insn *in, uint16_t x)
{
    if (in->flags & BFLOAT)
        return bf16_value(x);
    return in->flags & FLUSH ? f16_flushed(x) : f16_value(x);
}

static uint16_t finish(const struct insn *in, double x)
{
    if (in->flags & SATURATE)
        x = x > 0 ? (x < 1 ? x : 1) : 0;
    if ((in->flags & RELU) && x <= 0) /* -0 too */
        x = 0;
    if (in->flags & BFLOAT)
        return bf16_round(x, ROUND_RN);
    if ((in->flags & FLUSH) && fabs(x) < 0x1p-14) /* before it is rounded */
        x = copysign(0, x);
    return f16_round(x, ROUND_RN);
}

static uint16_t add_one(const struct insn *in, uint16_t x, uint16_t y, uint16_t z)
{
    (void)z;
    return finish(in, half_fma_odd(1, value(in, x), value(in, y)));
}

static uint16_t sub_one(const struct insn *in, uint16_t x, uint16_t y, uint16_t z)
{
    (void)z;
    return finish(in, half_fma_odd(-1, value(in, y), value(in, x)));
}

static uint16_t mul_one(const struct insn *in, uint16_t x, uint16_t y, uint16_t z)
{
    (void)z;
    return finish(in, value(in, x) * value(in, y));
}

static uint16_t fma_one(const struct insn *in, uint16_t x, uint16_t y, uint16_t z)
{
    return finish(in, half_fma_odd(value(in, x), value(in, y), value(in, z)));
}

static bool is_nan(const struct insn *in, uint16_t x)
{
    return (x & 0x7fff) > (in->flags & BFLOAT ? 0x7f80 : 0x7c00);
}

static uint16_t neg_one(const struct insn *in, uint16_t x, uint16_t y, uint16_t z)
{
    (void)y;
    (void)z;
    if (is_nan(in, x))
        return F16_NAN;
    return (in->flags & FLUSH ? f16_flush_bits(x) : x) ^ 0x8000;
}

static uint16_t abs_one(const struct insn *in, uint16_t x, uint16_t y, uint16_t z)
{
    (void)y;
    (void)z;
    if (is_nan(in, x))
        return F16_NAN;
    return (in->flags & FLUSH ? f16_flush_bits(x) : x) & 0x7fff;
}

/* mode: 1 for max. One NaN gives the other operand, two the canonical one. */
static uint16_t minmax_one(const struct insn *in, uint16_t x, uint16_t y, uint16_t z)
{
    double a, b;
    uint16_t sign = (x ^ y) & 0x8000;
    bool smaller;

    (void)z;
    if (in->flags & FLUSH) {
        x = f16_flush_bits(x);
        y = f16_flush_bits(y);
    }
    if (in->flags & XORSIGN) {
        x &= 0x7fff;
        y &= 0x7fff;
    }
    a = value(in, x);
    b = value(in, y);
    if ((a != a && b != b) || ((a != a || b != b) && (in->flags & WITH_NAN)))
        return F16_NAN;
    smaller = a == b ? x >> 15 : a < b;
    if (b != b || (a == a && smaller != in->mode))
        y = x;
    return in->flags & XORSIGN ? (y & 0x7fff) | sign : y;
}

#define HALF(name, nb, nc, one)                                                                    \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        lane_u16 *d = LANES(lane_u16, 0);                                                          \
        const lane_u16 *a = LANES(lane_u16, 1), *b = LANES(lane_u16, nb),                          \
                       *c = LANES(lane_u16, nc);                                                   \
        for (uint32_t m = mask; m; m &= m - 1) {                                                   \
            unsigned l = __builtin_ctz(m);                                                         \
            d[l] = one(in, a[l], b[l], c[l]);                                                      \
        }                                                                                          \
    }                                                                                              \
    HANDLER(name##_pair)                                                                           \
    {                                                                                              \
        lane_u32 *d = LANES(lane_u32, 0);                                                          \
        const lane_u32 *a = LANES(lane_u32, 1), *b = LANES(lane_u32, nb),                          \
                       *c = LANES(lane_u32, nc);                                                   \
        for (uint32_t m = mask; m; m &= m - 1) {                                                   \
            unsigned l = __builtin_ctz(m);                                                         \
            uint32_t high = one(in, a[l] >> 16, b[l] >> 16, c[l] >> 16);                           \
            d[l] = one(in, (uint16_t)a[l], (uint16_t)b[l], (uint16_t)c[l]) | high << 16;           \
        }                                                                                          \
    }
HALF(add, 2, 1, add_one)
HALF(sub, 2, 1, sub_one)
HALF(mul, 2, 1, mul_one)
HALF(fused, 2, 3, fma_one)
HALF(neg, 1, 1, neg_one)
HALF(absolute, 1, 1, abs_one)
HALF(minmax, 2, 1, minmax_one)

static int pick(struct decoder *dc, exec_fn one, exec_fn pair)
{
    enum exec_type type = decode_type(dc);
    struct insn *in = dc->in;

    decode_take(dc, MOD_RN);
    in->flags = (decode_take(dc, MOD_FTZ) ? FLUSH : 0) | (decode_take(dc, MOD_SAT) ? SATURATE : 0) |
                (decode_take(dc, MOD_RELU) ? RELU : 0) | (decode_take(dc, MOD_NAN) ? WITH_NAN : 0) |
                (decode_take(dc, MOD_XORSIGN) ? XORSIGN : 0) |
                (type == T_BF16 || type == T_BF16X2 ? BFLOAT : 0);
    if (in->flags & XORSIGN)
        decode_take(dc, MOD_ABS);
    in->fn = type == T_F16X2 || type == T_BF16X2 ? pair : one;
    return 0;
}

int half_add(struct decoder *dc)
{
    return pick(dc, add, add_pair);
}

int half_sub(struct decoder *dc)
{
    return pick(dc, sub, sub_pair);
}

int half_mul(struct decoder *dc)
{
    return pick(dc, mul, mul_pair);
}

int half_fma(struct decoder *dc)
{
    return pick(dc, fused, fused_pair);
}

int half_neg(struct decoder *dc)
{
    return pick(dc, neg, neg_pair);
}

int half_abs(struct decoder *dc)
{
    return pick(dc, absolute, absolute_pair);
}

int half_min(struct decoder *dc)
{
    dc->in->mode = 0;
    return pick(dc, minmax, minmax_pair);
}

int half_max(struct decoder *dc)
{
    dc->in->mode = 1;
    return pick(dc, minmax, minmax_pair);
}
