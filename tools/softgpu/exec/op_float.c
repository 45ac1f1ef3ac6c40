/* SPDX-License-Identifier: MIT
 *
 * op_float.c - f32 and f64: add, sub, mul, fma, div, rcp, sqrt, min, max, neg, abs, copysign.
 *
 * Rounding to nearest has handlers of its own, which become vector code; the other modes, and
 * saturation, go through handlers that set the CPU's rounding mode around their loop. Operations
 * on f32 make one NaN; those on f64 keep an operand's, as the CPU does.
 */
#include <errno.h>
#include <fenv.h>
#include <math.h>

#include "tools/softgpu/exec/half.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/op_families.h"
#include "tools/softgpu/exec/ops.h"

#define C(x) f32_canonical(x)
#define F(x) f32_flush(x)

/* The operations in binary64, which tells results below the normal f32 before they are rounded. */
#define WIDE(name, e64)                                                                            \
    static inline double name##_wide(double x, double y, double z)                                 \
    {                                                                                              \
        (void)y, (void)z;                                                                          \
        return e64;                                                                                \
    }
WIDE(add, x + y)
WIDE(sub, x - y)
WIDE(mul, x *y)
WIDE(div, x / y)
WIDE(fma, fma(x, y, z))
WIDE(rcp, 1.0 / x)
WIDE(sqrt, sqrt(x))

#define FLOAT2(name, ...)                                                                          \
    BINARY(name##_f32, lane_f32, lane_f32, lane_f32, C(__VA_ARGS__))                               \
    BINARY(name##_f64, lane_f64, lane_f64, lane_f64, __VA_ARGS__)                                  \
    HANDLER(name##_ftz)                                                                            \
    {                                                                                              \
        lane_f32 *d = LANES(lane_f32, 0);                                                          \
        const lane_f32 *a = LANES(lane_f32, 1), *b = LANES(lane_f32, 2);                           \
        EACH_LANE(mask, float x = F(a[l]); float y = F(b[l]);                                      \
                  d[l] = C(f32_flush_exact(__VA_ARGS__, name##_wide(x, y, 0))));                   \
    }
FLOAT2(add, x + y)
FLOAT2(sub, x - y)
FLOAT2(mul, x *y)
FLOAT2(div, x / y)

TERNARY(fma_f32, lane_f32, lane_f32, lane_f32, lane_f32, C(fmaf(x, y, z)))
TERNARY(fma_f64, lane_f64, lane_f64, lane_f64, lane_f64, fma(x, y, z))
TERNARY(fma_ftz, lane_f32, lane_f32, lane_f32, lane_f32,
        C(f32_flush_exact(fmaf(F(x), F(y), F(z)), fma_wide(F(x), F(y), F(z)))))
UNARY(rcp_f32, lane_f32, lane_f32, C(1.0f / x))
UNARY(rcp_f64, lane_f64, lane_f64, 1.0 / x)
UNARY(rcp_ftz, lane_f32, lane_f32, C(F(1.0f / F(x))))
UNARY(sqrt_f32, lane_f32, lane_f32, C(sqrtf(x)))
UNARY(sqrt_f64, lane_f64, lane_f64, sqrt(x))
UNARY(sqrt_ftz, lane_f32, lane_f32, C(F(sqrtf(F(x)))))

/* --- any rounding, any modifier --- */

/* insn.flags */
#define FLUSH    1u
#define SATURATE 2u

static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};

static inline float finish_f32(const struct insn *in, float x, double exact)
{
    x = in->flags & FLUSH ? f32_flush_exact(x, exact) : x;
    if (in->flags & SATURATE)
        x = x > 0 ? (x < 1 ? x : 1) : 0;
    return C(x);
}

static inline float flush_if(const struct insn *in, float x)
{
    return in->flags & FLUSH ? F(x) : x;
}

/* b and c are the first operand where there is none: read, not used. */
#define ANY(name, nb, nc, e32, e64)                                                                \
    HANDLER(name##_f32_any)                                                                        \
    {                                                                                              \
        lane_f32 *d = LANES(lane_f32, 0);                                                          \
        const lane_f32 *a = LANES(lane_f32, 1), *b = LANES(lane_f32, nb),                          \
                       *c = LANES(lane_f32, nc);                                                   \
        fesetround(modes[in->rounding]);                                                           \
        for (uint32_t m = mask; m; m &= m - 1) {                                                   \
            unsigned l = __builtin_ctz(m);                                                         \
            float x = flush_if(in, a[l]), y = flush_if(in, b[l]), z = flush_if(in, c[l]);          \
            (void)y, (void)z;                                                                      \
            d[l] = finish_f32(in, e32, name##_wide(x, y, z));                                      \
        }                                                                                          \
        fesetround(FE_TONEAREST);                                                                  \
    }                                                                                              \
    HANDLER(name##_f64_any)                                                                        \
    {                                                                                              \
        lane_f64 *d = LANES(lane_f64, 0);                                                          \
        const lane_f64 *a = LANES(lane_f64, 1), *b = LANES(lane_f64, nb),                          \
                       *c = LANES(lane_f64, nc);                                                   \
        fesetround(modes[in->rounding]);                                                           \
        for (uint32_t m = mask; m; m &= m - 1) {                                                   \
            unsigned l = __builtin_ctz(m);                                                         \
            double x = a[l], y = b[l], z = c[l];                                                   \
            (void)y, (void)z;                                                                      \
            d[l] = e64;                                                                            \
        }                                                                                          \
        fesetround(FE_TONEAREST);                                                                  \
    }
ANY(add, 2, 1, x + y, x + y)
ANY(sub, 2, 1, x - y, x - y)
ANY(mul, 2, 1, x *y, x *y)
ANY(div, 2, 1, x / y, x / y)
ANY(fma, 2, 3, fmaf(x, y, z), fma(x, y, z))
ANY(rcp, 1, 1, 1.0f / x, 1.0 / x)
ANY(sqrt, 1, 1, sqrtf(x), sqrt(x))

struct float_fns {
    exec_fn f32, ftz, f64, f32_any, f64_any;
};
#define FNS(name)                                                                                  \
    {                                                                                              \
        name##_f32, name##_ftz, name##_f64, name##_f32_any, name##_f64_any                         \
    }

static int pick(struct decoder *dc, const struct float_fns *fns, int rounding)
{
    struct insn *in = dc->in;
    bool ftz = decode_take(dc, MOD_FTZ), sat = decode_take(dc, MOD_SAT);

    in->rounding = (uint8_t)rounding;
    in->flags = (ftz ? FLUSH : 0) | (sat ? SATURATE : 0);
    if (decode_type(dc) == T_F64) {
        if (ftz || sat)
            return decode_fail(dc, -EINVAL, "no .ftz or .sat for .f64");
        in->fn = rounding == ROUND_RN ? fns->f64 : fns->f64_any;
        return 0;
    }
    if (decode_type(dc) != T_F32)
        return decode_fail(dc, -ENOTSUP, "type is not supported");
    in->fn = rounding != ROUND_RN || sat ? fns->f32_any : ftz ? fns->ftz : fns->f32;
    return 0;
}

int EXEC_OP(float_add)(struct decoder *dc)
{
    static const struct float_fns fns = FNS(add);

    return pick(dc, &fns, decode_rounding(dc, ROUND_RN));
}

int EXEC_OP(float_sub)(struct decoder *dc)
{
    static const struct float_fns fns = FNS(sub);

    return pick(dc, &fns, decode_rounding(dc, ROUND_RN));
}

int EXEC_OP(float_mul)(struct decoder *dc)
{
    static const struct float_fns fns = FNS(mul);

    return pick(dc, &fns, decode_rounding(dc, ROUND_RN));
}

int EXEC_OP(float_fma)(struct decoder *dc)
{
    static const struct float_fns fns = FNS(fma);

    return pick(dc, &fns, decode_rounding(dc, ROUND_RN));
}

/* The approximations of f32 are allowed 1 or 2 ulp of error: the exact result is one of them. The
 * hardware's ranges are kept: div.approx is x * (1 / y), with the reciprocal flushed. */
static inline float div_approximate(float x, float y)
{
    if (fabsf(y) > 0x1p126f && fabsf(y) <= 0x1.fffffep127f)
        return fabsf(x) <= 0x1.fffffep127f ? copysignf(0, x) * copysignf(1, y) : x * 0 * y;
    return x / y;
}
BINARY(div_approx, lane_f32, lane_f32, lane_f32, C(div_approximate(x, y)))
BINARY(div_approx_ftz, lane_f32, lane_f32, lane_f32,
       C(f32_flush_exact(div_approximate(F(x), F(y)), div_wide(F(x), F(y), 0))))

int EXEC_OP(float_div)(struct decoder *dc)
{
    static const struct float_fns fns = FNS(div);
    bool approx = decode_take(dc, MOD_APPROX), full = decode_take(dc, MOD_FULL);

    if (approx) {
        dc->in->fn = decode_take(dc, MOD_FTZ) ? div_approx_ftz : div_approx;
        return decode_type(dc) == T_F32 ? 0 : decode_fail(dc, -EINVAL, "type must be .f32");
    }
    return pick(dc, &fns, full ? ROUND_RN : decode_rounding(dc, ROUND_RN));
}

/* rcp.approx.ftz.f64: the high word of the result counts, its low one is 0. */
static inline double rcp_gross(double x)
{
    uint64_t bits = f64_bits(x) & ~UINT64_C(0xffffffff);
    double high = f64_from(bits), result;

    if ((bits >> 52 & 0x7ff) == 0)
        return copysign(INFINITY, x);
    result = 1.0 / high;
    if (result != result)
        return f64_from(UINT64_C(0x7fffffff00000000));
    if (fabs(result) < 0x1p-1022)
        return copysign(0, x);
    return f64_from(f64_bits(result) & ~UINT64_C(0xffffffff));
}
UNARY(rcp_f64_approx, lane_f64, lane_f64, rcp_gross(x))

int EXEC_OP(op_rcp)(struct decoder *dc)
{
    static const struct float_fns fns = FNS(rcp);

    if (decode_take(dc, MOD_APPROX) && decode_type(dc) == T_F64) {
        dc->in->fn = rcp_f64_approx;
        return decode_take(dc, MOD_FTZ) ? 0 : decode_fail(dc, -EINVAL, ".ftz missing");
    }
    return pick(dc, &fns, decode_rounding(dc, ROUND_RN));
}

int EXEC_OP(op_sqrt)(struct decoder *dc)
{
    static const struct float_fns fns = FNS(sqrt);

    decode_take(dc, MOD_APPROX);
    return pick(dc, &fns, decode_rounding(dc, ROUND_RN));
}

/* --- min, max --- */

/* One NaN gives the other operand, with .NaN the canonical NaN; -0 is less than +0. */
#define MINMAX_OF(name, t, less)                                                                   \
    static inline t name(t x, t y)                                                                 \
    {                                                                                              \
        if (x != x)                                                                                \
            return y;                                                                              \
        if (y != y)                                                                                \
            return x;                                                                              \
        if (x == y)                                                                                \
            return !!signbit(x) == (less) ? x : y;                                                 \
        return (x < y) == (less) ? x : y;                                                          \
    }
MINMAX_OF(min32, float, 1)
MINMAX_OF(max32, float, 0)
MINMAX_OF(min64, double, 1)
MINMAX_OF(max64, double, 0)

BINARY(min_f32, lane_f32, lane_f32, lane_f32, C(min32(x, y)))
BINARY(max_f32, lane_f32, lane_f32, lane_f32, C(max32(x, y)))
BINARY(min_f64, lane_f64, lane_f64, lane_f64, min64(x, y))
BINARY(max_f64, lane_f64, lane_f64, lane_f64, max64(x, y))

#define WITH_NAN    4u
#define XORSIGN_ABS 8u

static inline float minmax_any(const struct insn *in, float x, float y)
{
    float r;

    if ((in->flags & WITH_NAN) && (x != x || y != y))
        return f32_from(F32_NAN);
    if (in->flags & XORSIGN_ABS) {
        uint32_t sign = (f32_bits(x) ^ f32_bits(y)) & 0x80000000;
        r = in->mode ? max32(fabsf(x), fabsf(y)) : min32(fabsf(x), fabsf(y));
        return r == r ? f32_from((f32_bits(r) & 0x7fffffff) | sign) : r;
    }
    return in->mode ? max32(x, y) : min32(x, y);
}

HANDLER(minmax_f32_any)
{
    lane_f32 *d = LANES(lane_f32, 0);
    const lane_f32 *a = LANES(lane_f32, 1), *b = LANES(lane_f32, 2);

    EACH_LANE(mask, d[l] = C(minmax_any(in, flush_if(in, a[l]), flush_if(in, b[l]))));
}

static int minmax(struct decoder *dc, bool is_max)
{
    bool ftz = decode_take(dc, MOD_FTZ), nan = decode_take(dc, MOD_NAN);
    bool xorsign = decode_take(dc, MOD_XORSIGN);

    if (xorsign && !decode_take(dc, MOD_ABS))
        return decode_fail(dc, -EINVAL, ".abs missing");
    dc->in->mode = is_max;
    dc->in->flags = (ftz ? FLUSH : 0) | (nan ? WITH_NAN : 0) | (xorsign ? XORSIGN_ABS : 0);
    if (decode_type(dc) == T_F64) {
        dc->in->fn = is_max ? max_f64 : min_f64;
        return dc->in->flags ? decode_fail(dc, -EINVAL, "no modifiers for .f64") : 0;
    }
    dc->in->fn = dc->in->flags ? minmax_f32_any : is_max ? max_f32 : min_f32;
    return 0;
}

int EXEC_OP(float_min)(struct decoder *dc)
{
    return minmax(dc, false);
}

int EXEC_OP(float_max)(struct decoder *dc)
{
    return minmax(dc, true);
}

/* --- signs --- */

UNARY(neg_f32, lane_f32, lane_f32, C(-x))
UNARY(abs_f32, lane_f32, lane_f32, C(fabsf(x)))
UNARY(neg_ftz, lane_f32, lane_f32, C(-F(x)))
UNARY(abs_ftz, lane_f32, lane_f32, C(fabsf(F(x))))
UNARY(neg_f64, lane_u64, lane_u64, x ^ UINT64_C(1) << 63)
UNARY(abs_f64, lane_u64, lane_u64, x & ~(UINT64_C(1) << 63))
BINARY(copysign_f32, lane_u32, lane_u32, lane_u32, (y & 0x7fffffff) | (x & 0x80000000))
BINARY(copysign_f64, lane_u64, lane_u64, lane_u64, y << 1 >> 1 | x >> 63 << 63)

int EXEC_OP(float_neg)(struct decoder *dc)
{
    dc->in->fn = decode_type(dc) == T_F64 ? neg_f64 : decode_take(dc, MOD_FTZ) ? neg_ftz : neg_f32;
    return 0;
}

int EXEC_OP(float_abs)(struct decoder *dc)
{
    dc->in->fn = decode_type(dc) == T_F64 ? abs_f64 : decode_take(dc, MOD_FTZ) ? abs_ftz : abs_f32;
    return 0;
}

int EXEC_OP(op_copysign)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_F32] = copysign_f32, [T_F64] = copysign_f64};

    return decode_pick(dc, fns, decode_type(dc));
}
