/* SPDX-License-Identifier: MIT
 *
 * op_cvt.c - conversions between all integer and floating types.
 *
 * A value is read as a 64-bit integer or a binary64, which hold all sources exactly, and is written
 * with one rounding: integers of more than 53 bits become a binary64 rounded to odd. The pairs
 * that occur most have handlers of their own. The register of an integer may be wider than its
 * type.
 */
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <string.h>

#include "tools/softgpu/exec/half.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/op_families.h"
#include "tools/softgpu/exec/ops.h"

/* insn.flags */
#define FLUSH     1u
#define SATURATE  2u
#define RELU      4u
#define SATFINITE 8u
#define INTEGRAL  16u /* float to float: round to an integral value */

/* insn.mode: type of the result; insn.target: of the source; insn.vec: bytes of the result's
 * register | bytes of the source's << 4. */

static int64_t load_integer(const void *slot, unsigned reg, enum exec_type type, unsigned lane)
{
    unsigned unused = 64 - 8 * type_bytes(type);
    uint64_t bits = 0;

    memcpy(&bits, (const uint8_t *)slot + (size_t)lane * reg, reg);
    return type_kind(type) == KIND_SIGNED ? (int64_t)(bits << unused) >> unused
                                          : (int64_t)(bits << unused >> unused);
}

static double load_float(const void *slot, enum exec_type type, unsigned lane, bool flush)
{
    uint16_t half;

    switch (type) {
    case T_F64:
        return ((const lane_f64 *)slot)[lane];
    case T_F32:
        return flush ? f32_flush(((const lane_f32 *)slot)[lane]) : ((const lane_f32 *)slot)[lane];
    case T_BF16:
        return bf16_value(((const lane_u16 *)slot)[lane]);
    default:
        half = ((const lane_u16 *)slot)[lane];
        return flush ? f16_flushed(half) : f16_value(half);
    }
}

/* The bits of the type, extended to the register as its sign says. */
static void store_integer(void *slot, unsigned reg, enum exec_type type, unsigned lane,
                          uint64_t value)
{
    unsigned unused = 64 - 8 * type_bytes(type);

    value <<= unused;
    value = type_kind(type) == KIND_SIGNED ? (uint64_t)((int64_t)value >> unused) : value >> unused;
    memcpy((uint8_t *)slot + (size_t)lane * reg, &value, reg);
}

/* A NaN of an f64 keeps its sign and the bits for which there is room; others become canonical. */
static uint32_t f32_finish(const struct insn *in, double exact)
{
    float x = (float)exact;

    if (in->flags & FLUSH)
        x = f32_flush_exact(x, exact);
    if (in->flags & SATURATE)
        x = x > 0 ? (x < 1 ? x : 1) : 0;
    return f32_bits(in->target == T_F64 ? x : f32_canonical(x));
}

/* The NaN of an f64 in a format of so many bits after the point. */
static uint16_t half_nan(double x, unsigned fraction)
{
    uint64_t bits = f64_bits(x);
    uint32_t quiet = 0x7fff & ~((1u << (fraction - 1)) - 1);

    return (uint16_t)(bits >> 63 << 15 | quiet |
                      (bits >> (52 - fraction) & ((1u << fraction) - 1)));
}

static uint32_t half_finish(const struct insn *in, double x, enum exec_type type)
{
    enum exec_rounding rounding = (enum exec_rounding)in->rounding;
    uint32_t bits;

    if ((in->flags & SATURATE))
        x = x > 0 ? (x < 1 ? x : 1) : 0;
    if ((in->flags & RELU) && x <= 0) /* -0 too */
        x = 0;
    if (type == T_TF32)
        return half_round(x, 11, 8, rounding, 0x3ffff) << 13;
    if (x != x && in->target == T_F64)
        return half_nan(x, type == T_F16 ? 10 : 7);
    bits = type == T_F16 ? f16_round(x, rounding) : bf16_round(x, rounding);
    if ((in->flags & SATFINITE) && x == x && (bits & 0x7fff) == (type == T_F16 ? 0x7c00 : 0x7f80))
        bits--;
    return in->flags & FLUSH && type == T_F16 ? f16_flush_bits(bits) : bits;
}

/* The CPU's rounding mode is that of the instruction. */
static void store_float(const struct insn *in, void *slot, enum exec_type type, unsigned lane,
                        double x)
{
    switch (type) {
    case T_F64:
        if (in->flags & SATURATE)
            x = x > 0 ? (x < 1 ? x : 1) : 0;
        ((lane_f64 *)slot)[lane] = x;
        break;
    case T_F32:
        ((lane_u32 *)slot)[lane] = f32_finish(in, x);
        break;
    case T_TF32:
        ((lane_u32 *)slot)[lane] = half_finish(in, x, type);
        break;
    default:
        ((lane_u16 *)slot)[lane] = (uint16_t)half_finish(in, x, type);
        break;
    }
}

static double round_integral(double x, enum exec_rounding rounding)
{
    switch (rounding) {
    case ROUND_RZ:
        return trunc(x);
    case ROUND_RM:
        return floor(x);
    case ROUND_RP:
        return ceil(x);
    default:
        return nearbyint(x);
    }
}

/* --- integer to integer --- */

static int64_t clamp(int64_t x, bool is_unsigned, enum exec_type type)
{
    unsigned bits = 8 * type_bytes(type);

    if (type_kind(type) == KIND_SIGNED) {
        int64_t most = (int64_t)(UINT64_MAX >> (65 - bits));
        if (is_unsigned && x < 0)
            return most;
        return x > most ? most : x < -most - 1 ? -most - 1 : x;
    }
    if (!is_unsigned && x < 0)
        return 0;
    return (uint64_t)x > UINT64_MAX >> (64 - bits) ? (int64_t)(UINT64_MAX >> (64 - bits)) : x;
}

HANDLER(integer_any)
{
    enum exec_type to = in->mode, from = in->target;
    unsigned write = in->vec & 15, read = in->vec >> 4;
    void *d = LANES(void, 0);
    const void *a = LANES(void, 1);

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        int64_t x = load_integer(a, read, from, l);
        if (in->flags & SATURATE)
            x = clamp(x, type_kind(from) != KIND_SIGNED, to);
        store_integer(d, write, to, l, (uint64_t)x);
    }
}

/* Registers of their type's own size, no saturation: the source extends, the result truncates. */
#define CONVERT(name, td, ta) UNARY(name, td, ta, x)
CONVERT(w64_u32, lane_u64, lane_u32)
CONVERT(w64_s32, lane_u64, lane_s32)
CONVERT(w64_u16, lane_u64, lane_u16)
CONVERT(w64_s16, lane_u64, lane_s16)
CONVERT(w32_u16, lane_u32, lane_u16)
CONVERT(w32_s16, lane_u32, lane_s16)
CONVERT(w32_64, lane_u32, lane_u64)
CONVERT(w16_32, lane_u16, lane_u32)
CONVERT(w16_64, lane_u16, lane_u64)

static exec_fn plain_integer(enum exec_type to, enum exec_type from, unsigned vec)
{
    bool is_signed = type_kind(from) == KIND_SIGNED;

    if (type_bytes(to) < 2 || vec != (type_bytes(to) | type_bytes(from) << 4))
        return integer_any;
    switch (vec) {
    case 8 | 4 << 4:
        return is_signed ? w64_s32 : w64_u32;
    case 8 | 2 << 4:
        return is_signed ? w64_s16 : w64_u16;
    case 4 | 2 << 4:
        return is_signed ? w32_s16 : w32_u16;
    case 4 | 8 << 4:
        return w32_64;
    case 2 | 4 << 4:
        return w16_32;
    case 2 | 8 << 4:
        return w16_64;
    default:
        return integer_any;
    }
}

/* --- float to integer --- */

/* Saturates; NaN is 0, but for 64-bit sources and results the one bit that hardware gives. */
static uint64_t to_integer(double x, enum exec_type to, enum exec_type from)
{
    unsigned bits = 8 * type_bytes(to);
    bool is_signed = type_kind(to) == KIND_SIGNED;
    double above = ldexp(1, (int)(is_signed ? bits - 1 : bits)), below = is_signed ? -above : 0;

    if (x != x)
        return from == T_F64 || bits == 64 ? UINT64_C(1) << (bits - 1) : 0;
    if (x >= above)
        return is_signed ? UINT64_MAX >> (65 - bits) : UINT64_MAX >> (64 - bits);
    if (x <= below)
        return is_signed ? UINT64_MAX << (bits - 1) : 0;
    return is_signed ? (uint64_t)(int64_t)x : (uint64_t)x;
}

HANDLER(integer_of_float)
{
    enum exec_type to = in->mode, from = in->target;
    unsigned write = in->vec & 15;
    void *d = LANES(void, 0);
    const void *a = LANES(void, 1);

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        double x = load_float(a, from, l, in->flags & FLUSH);
        x = round_integral(x, (enum exec_rounding)in->rounding);
        store_integer(d, write, to, l, to_integer(x, to, from));
    }
}

static inline int32_t s32_of(float x)
{
    return x >= 0x1p31f ? INT32_MAX : x <= -0x1p31f ? INT32_MIN : x != x ? 0 : (int32_t)x;
}
UNARY(s32_rzi_f32, lane_s32, lane_f32, s32_of(x))
UNARY(s32_rni_f32, lane_s32, lane_f32, s32_of(rintf(x)))
UNARY(s32_rmi_f32, lane_s32, lane_f32, s32_of(floorf(x)))

static exec_fn choose_integer_of_float(const struct insn *in)
{
    if (in->mode == T_S32 && in->target == T_F32 && (in->vec & 15) == 4 && !(in->flags & FLUSH)) {
        if (in->rounding == ROUND_RZ)
            return s32_rzi_f32;
        if (in->rounding == ROUND_RN)
            return s32_rni_f32;
        if (in->rounding == ROUND_RM)
            return s32_rmi_f32;
    }
    return integer_of_float;
}

/* --- integer to float --- */

/* x rounded to odd: the lowest bit of the result stands for all that are cut off. */
static double odd_of_integer(int64_t x, bool is_unsigned)
{
    bool negative = !is_unsigned && x < 0;
    uint64_t size = negative ? 0 - (uint64_t)x : (uint64_t)x;
    int shift = size >> 53 ? 11 - __builtin_clzll(size) : 0;
    uint64_t kept = size >> shift;
    double value;

    if (kept << shift != size)
        kept |= 1;
    value = ldexp((double)kept, shift);
    return negative ? -value : value;
}

static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD, FE_TONEAREST};

HANDLER(float_of_integer)
{
    enum exec_type to = in->mode, from = in->target;
    bool is_unsigned = type_kind(from) != KIND_SIGNED;
    unsigned read = in->vec >> 4;
    void *d = LANES(void, 0);
    const void *a = LANES(void, 1);

    fesetround(modes[in->rounding]);
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        int64_t x = load_integer(a, read, from, l);
        double value = to == T_F64 ? is_unsigned ? (double)(uint64_t)x : (double)x
                                   : odd_of_integer(x, is_unsigned);
        store_float(in, d, to, l, value);
    }
    fesetround(FE_TONEAREST);
}

CONVERT(f32_s32, lane_f32, lane_s32)
CONVERT(f32_u32, lane_f32, lane_u32)
CONVERT(f64_s32, lane_f64, lane_s32)
CONVERT(f64_u32, lane_f64, lane_u32)

static exec_fn choose_float_of_integer(const struct insn *in)
{
    bool plain = in->rounding == ROUND_RN && !in->flags && in->vec >> 4 == 4;

    if (plain && in->mode == T_F32 && (in->target == T_S32 || in->target == T_U32))
        return in->target == T_S32 ? f32_s32 : f32_u32;
    if (plain && in->mode == T_F64 && (in->target == T_S32 || in->target == T_U32))
        return in->target == T_S32 ? f64_s32 : f64_u32;
    return float_of_integer;
}

/* --- float to float --- */

HANDLER(float_any)
{
    enum exec_type to = in->mode, from = in->target;
    void *d = LANES(void, 0);
    const void *a = LANES(void, 1);

    fesetround(modes[in->flags & INTEGRAL ? ROUND_RN : in->rounding]);
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        double x = load_float(a, from, l, in->flags & FLUSH);
        if (in->flags & INTEGRAL)
            x = round_integral(x, (enum exec_rounding)in->rounding);
        store_float(in, d, to, l, x);
    }
    fesetround(FE_TONEAREST);
}

CONVERT(f64_f32, lane_f64, lane_f32)
UNARY(f32_f64, lane_f32, lane_f64, (float)x)
UNARY(f32_bf16, lane_u32, lane_u16, (uint32_t)x << 16)
UNARY(f32_f16, lane_f32, lane_u16, f32_canonical(f16_value(x)))
UNARY(f16_f32, lane_u16, lane_f32, f16_round(x, ROUND_RN))
UNARY(trunc_f32, lane_f32, lane_f32, f32_canonical(truncf(x)))
UNARY(floor_f32, lane_f32, lane_f32, f32_canonical(floorf(x)))

/* To the nearest, ties away from zero; a NaN is cut off. */
static inline uint32_t tf32_of(float x)
{
    return x != x ? f32_bits(x) & ~0x1fffu : half_round(x, 11, 8, ROUND_RNA, 0) << 13;
}
UNARY(tf32_rna_f32, lane_u32, lane_f32, tf32_of(x))

static exec_fn choose_float(struct insn *in)
{
    unsigned pair = in->mode * T_COUNT + in->target;

    /* Between f16 and f32 .ftz has no effect. */
    if (pair == T_F16 * T_COUNT + T_F32 || pair == T_F32 * T_COUNT + T_F16)
        in->flags &= (uint8_t)~FLUSH;
    if (pair == T_TF32 * T_COUNT + T_F32 && in->rounding == ROUND_RNA && !in->flags)
        return tf32_rna_f32;

    if (in->flags == INTEGRAL && pair == T_F32 * T_COUNT + T_F32)
        return in->rounding == ROUND_RZ   ? trunc_f32
               : in->rounding == ROUND_RM ? floor_f32
                                          : float_any;
    if (in->flags || in->rounding != ROUND_RN)
        return float_any;
    if (pair == T_F64 * T_COUNT + T_F32)
        return f64_f32;
    if (pair == T_F32 * T_COUNT + T_F64)
        return f32_f64;
    if (pair == T_F32 * T_COUNT + T_F16)
        return f32_f16;
    if (pair == T_F32 * T_COUNT + T_BF16)
        return f32_bf16;
    return pair == T_F16 * T_COUNT + T_F32 ? f16_f32 : float_any;
}

/* Two f32 into two halves: the first operand into the high one. */
HANDLER(halves_of_f32)
{
    enum exec_type half = in->mode == T_F16X2 ? T_F16 : T_BF16;
    lane_u32 *d = LANES(lane_u32, 0);
    const void *a = LANES(void, 1), *b = LANES(void, 2);

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        d[l] = half_finish(in, load_float(b, T_F32, l, false), half) |
               half_finish(in, load_float(a, T_F32, l, false), half) << 16;
    }
}

/* --- decoding --- */

static bool is_integer(enum exec_type type)
{
    return (type_kind(type) == KIND_SIGNED || type_kind(type) == KIND_UNSIGNED) &&
           type != T_U16X2 && type != T_S16X2;
}

static bool is_scalar_float(enum exec_type type)
{
    return type == T_F64 || type == T_F32 || type == T_F16 || type == T_BF16;
}

static void take_modifiers(struct decoder *dc)
{
    struct insn *in = dc->in;
    int rounding = decode_take_one(dc, MOD_RN, MOD_RNA), integral;

    integral = decode_take_one(dc, MOD_RNI, MOD_RPI);
    in->rounding = (uint8_t)(rounding >= 0 ? rounding : integral >= 0 ? integral : ROUND_RN);
    in->flags = (decode_take(dc, MOD_FTZ) ? FLUSH : 0) | (decode_take(dc, MOD_SAT) ? SATURATE : 0) |
                (decode_take(dc, MOD_RELU) ? RELU : 0) |
                (decode_take(dc, MOD_SATFINITE) ? SATFINITE : 0) | (integral >= 0 ? INTEGRAL : 0);
}

static int convert_halves(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    int r;

    if (decode_last_type(dc) != T_F32 || dc->st->n_operands != 3)
        return decode_fail(dc, -ENOTSUP, "takes two .f32 sources");
    dc->in->fn = halves_of_f32;
    r = decode_result(dc, 0, &operands[0], T_B32);
    for (unsigned i = 1; i < 3 && r == 0; i++)
        r = decode_source(dc, i, &operands[i], T_F32);
    return r;
}

static int choose(struct decoder *dc, enum exec_type to, enum exec_type from)
{
    struct insn *in = dc->in;

    if (is_integer(to) && is_integer(from))
        in->fn = in->flags ? integer_any : plain_integer(to, from, in->vec);
    else if (is_integer(to) && is_scalar_float(from))
        in->fn = choose_integer_of_float(in);
    else if (is_scalar_float(to) && is_integer(from))
        in->fn = choose_float_of_integer(in);
    else if ((is_scalar_float(to) || to == T_TF32) && is_scalar_float(from))
        in->fn = choose_float(in);
    else
        return decode_fail(dc, -ENOTSUP, "from .%s to .%s is not supported", exec_types[from].text,
                           exec_types[to].text);
    return 0;
}

int EXEC_OP(op_cvt)(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    enum exec_type to = decode_type(dc), from = decode_last_type(dc);
    unsigned write, read;
    int r;

    if (dc->st->n_types != 2)
        return decode_fail(dc, -EINVAL, "takes two types");
    take_modifiers(dc);
    dc->in->mode = to;
    dc->in->target = from;
    if (to == T_E4M3X2 || to == T_E5M2X2 || from == T_E4M3X2 || from == T_E5M2X2)
        return cvt_eighths(dc, to, from, dc->in->flags & RELU, dc->in->flags & SATFINITE);
    if (to == T_F16X2 || to == T_BF16X2)
        return convert_halves(dc);
    if (dc->st->n_operands != 2)
        return decode_fail(dc, -EINVAL, "takes 2 operands");
    r = decode_wide_result(dc, 0, &operands[0], to, &write);
    if (r == 0)
        r = decode_wide_source(dc, 1, &operands[1], from, &read);
    if (r == 0 && ((!is_integer(to) && write != reg_bytes(to)) ||
                   (!is_integer(from) && read != reg_bytes(from)) || write > 8 || read > 8))
        r = decode_fail(dc, -EINVAL, "register does not fit the type");
    if (r < 0)
        return r;
    dc->in->vec = (uint8_t)(write | read << 4);
    return choose(dc, to, from);
}
