/* SPDX-License-Identifier: MIT
 *
 * op_approx.c - the functions that hardware approximates: ex2, lg2, sin, cos, rsqrt, tanh. Computed
 * in binary64 and rounded once, which is within every error that PTX documents; the results for
 * zeros, infinities and NaN are those that it lists.
 */
#include <errno.h>
#include <math.h>

#include "tools/softgpu/exec/half.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"

#define C(x) f32_canonical((float)(x))
#define F(x) f32_flush((float)(x))

#define APPROX(name, ...)                                                                          \
    UNARY(name##_f32, lane_f32, lane_f32, C(__VA_ARGS__))                                          \
    HANDLER(name##_ftz)                                                                            \
    {                                                                                              \
        lane_f32 *d = LANES(lane_f32, 0);                                                          \
        const lane_f32 *a = LANES(lane_f32, 1);                                                    \
        EACH_LANE(mask, float x = F(a[l]); d[l] = C(F(__VA_ARGS__)));                              \
    }

/* --- sine and cosine, so that compilers make vector code of them --- */

/* x less the multiple of pi/2 nearest to it, and which: for |x| up to 2^31 or so the error is far
 * below that of the hardware, which loses all precision for large x. */
static inline double reduce(double x, int32_t *ret_quadrant)
{
    double n = x * 0x1.45f306dc9c883p-1, shifted = n + 0x1.8p52;

    *ret_quadrant = (int32_t)f64_bits(shifted);
    n = shifted - 0x1.8p52;
    return (x - n * 0x1.921fb54400000p0) - n * 0x1.0b4611a626331p-34;
}

/* sin(r) for even quadrants, cos(r) for odd ones, with the sign; |r| <= pi/4. */
static inline double sine_of(double r, int32_t quadrant)
{
    double s = r * r, odd, even, value;

    odd =
        r +
        r * s *
            (-0x1.5555555555549p-3 +
             s * (0x1.111111110f8a6p-7 + s * (-0x1.a01a019c161d5p-13 + s * 0x1.71de357b1fe7dp-19)));
    even = 1 + s * (-0.5 + s * (0x1.555555555554cp-5 +
                                s * (-0x1.6c16c16c15177p-10 +
                                     s * (0x1.a01a019cb1590p-16 + s * -0x1.27e4f809c52adp-22))));
    value = quadrant & 1 ? even : odd;
    return quadrant & 2 ? -value : value;
}

/* Beyond that hardware gives a value of no meaning. */
static inline float sine(float x, int32_t quarter_turns)
{
    bool usual = fabsf(x) < 0x1p30f;
    int32_t quadrant;
    double r = reduce(usual ? x : 0, &quadrant);
    float value = (float)sine_of(r, quadrant + quarter_turns);

    return usual ? value : x * 0;
}
APPROX(sin, sine(x, 0))
APPROX(cos, sine(x, 1))

APPROX(ex2, exp2((double)x))
APPROX(lg2, log2((double)x))
APPROX(rsqrt, 1 / sqrt((double)x))
UNARY(tanh_f32, lane_f32, lane_f32, C(tanh((double)x)))

/* The result's high word counts; its low one is 0. Subnormals are zeros. */
static inline double rsqrt_gross(double x)
{
    double high = f64_from(f64_bits(x) & ~UINT64_C(0xffffffff)), result;

    if ((f64_bits(x) >> 52 & 0x7ff) == 0)
        return copysign(INFINITY, x);
    result = 1 / sqrt(high);
    if (result != result)
        return f64_from(UINT64_C(0x7fffffff00000000));
    return f64_from(f64_bits(result) & ~UINT64_C(0xffffffff));
}
UNARY(rsqrt_f64, lane_f64, lane_f64, 1 / sqrt(x))
UNARY(rsqrt_f64_ftz, lane_f64, lane_f64, rsqrt_gross(x))

/* --- halves: ex2 of bf16 always has .ftz --- */

static inline uint16_t bf16_round_ftz(double x, enum exec_rounding rounding)
{
    return bf16_flush_bits(bf16_round(x, rounding));
}

#define HALF(name, t, of, round, f) UNARY(name, t, t, round(f((double)of(x)), ROUND_RN))
#define HALVES(name, of, round, f)                                                                 \
    UNARY(name, lane_u32, lane_u32,                                                                \
          round(f((double)of((uint16_t)x)), ROUND_RN) |                                            \
              (uint32_t)round(f((double)of(x >> 16)), ROUND_RN) << 16)
HALF(ex2_f16, lane_u16, f16_value, f16_round, exp2)
HALVES(ex2_f16x2, f16_value, f16_round, exp2)
HALF(ex2_bf16, lane_u16, bf16_value, bf16_round_ftz, exp2)
HALVES(ex2_bf16x2, bf16_value, bf16_round_ftz, exp2)
HALF(tanh_f16, lane_u16, f16_value, f16_round, tanh)
HALVES(tanh_f16x2, f16_value, f16_round, tanh)
HALF(tanh_bf16, lane_u16, bf16_value, bf16_round, tanh)
HALVES(tanh_bf16x2, bf16_value, bf16_round, tanh)

/* --- decoding --- */

static int pick(struct decoder *dc, exec_fn plain, exec_fn flushing)
{
    if (!decode_take(dc, MOD_APPROX))
        return decode_fail(dc, -EINVAL, ".approx missing");
    if (decode_type(dc) != T_F32)
        return decode_fail(dc, -ENOTSUP, "not supported for this type");
    dc->in->fn = decode_take(dc, MOD_FTZ) ? flushing : plain;
    return 0;
}

int EXEC_OP(op_sin)(struct decoder *dc)
{
    return pick(dc, sin_f32, sin_ftz);
}

int EXEC_OP(op_cos)(struct decoder *dc)
{
    return pick(dc, cos_f32, cos_ftz);
}

int EXEC_OP(op_lg2)(struct decoder *dc)
{
    return pick(dc, lg2_f32, lg2_ftz);
}

int EXEC_OP(op_ex2)(struct decoder *dc)
{
    static const exec_fn halves[T_COUNT] = {
        [T_F16] = ex2_f16, [T_F16X2] = ex2_f16x2, [T_BF16] = ex2_bf16, [T_BF16X2] = ex2_bf16x2};

    if (decode_type(dc) == T_F32)
        return pick(dc, ex2_f32, ex2_ftz);
    if (!decode_take(dc, MOD_APPROX))
        return decode_fail(dc, -EINVAL, ".approx missing");
    decode_take(dc, MOD_FTZ);
    return decode_pick(dc, halves, decode_type(dc));
}

int EXEC_OP(op_tanh)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_F32] = tanh_f32,
                                         [T_F16] = tanh_f16,
                                         [T_F16X2] = tanh_f16x2,
                                         [T_BF16] = tanh_bf16,
                                         [T_BF16X2] = tanh_bf16x2};

    if (!decode_take(dc, MOD_APPROX))
        return decode_fail(dc, -EINVAL, ".approx missing");
    return decode_pick(dc, fns, decode_type(dc));
}

int EXEC_OP(op_rsqrt)(struct decoder *dc)
{
    if (decode_type(dc) == T_F64 && decode_take(dc, MOD_APPROX)) {
        dc->in->fn = decode_take(dc, MOD_FTZ) ? rsqrt_f64_ftz : rsqrt_f64;
        return 0;
    }
    return pick(dc, rsqrt_f32, rsqrt_ftz);
}
