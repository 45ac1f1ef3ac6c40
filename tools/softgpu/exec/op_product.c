/* SPDX-License-Identifier: MIT
 *
 * op_product.c - products of integers: mul, mad, their 24-bit forms, dot products.
 */
#include <errno.h>

#include "tools/softgpu/exec/op_int.h"

/* 16-bit values in arithmetic are widened to unsigned, lest their product overflow an int. */
#define TIMES(x, y) ((1u * (x)) * (y))

FOR_SIZES(WRAPPING, mul, TIMES(x, y))
FOR_SIZES(WRAPPING3, mad, TIMES(x, y) + z)

/* --- products: high halves, wide, 24-bit --- */

#define HIGH(x, y, wide) ((wide)(x) * (y) >> (8 * sizeof(x)))
BINARY(mul_hi_16u, lane_u16, lane_u16, lane_u16, HIGH(x, y, uint32_t))
BINARY(mul_hi_16s, lane_s16, lane_s16, lane_s16, HIGH(x, y, int32_t))
BINARY(mul_hi_32u, lane_u32, lane_u32, lane_u32, HIGH(x, y, uint64_t))
BINARY(mul_hi_32s, lane_s32, lane_s32, lane_s32, HIGH(x, y, int64_t))
BINARY(mul_hi_64u, lane_u64, lane_u64, lane_u64, HIGH(x, y, unsigned __int128))
BINARY(mul_hi_64s, lane_s64, lane_s64, lane_s64, HIGH(x, y, __int128))
TERNARY(mad_hi_16u, lane_u16, lane_u16, lane_u16, lane_u16, HIGH(x, y, uint32_t) + z)
TERNARY(mad_hi_16s, lane_u16, lane_s16, lane_s16, lane_u16, HIGH(x, y, int32_t) + z)
TERNARY(mad_hi_32u, lane_u32, lane_u32, lane_u32, lane_u32, (uint32_t)HIGH(x, y, uint64_t) + z)
TERNARY(mad_hi_32s, lane_u32, lane_s32, lane_s32, lane_u32, (uint32_t)HIGH(x, y, int64_t) + z)
TERNARY(mad_hi_64u, lane_u64, lane_u64, lane_u64, lane_u64,
        (uint64_t)HIGH(x, y, unsigned __int128) + z)
TERNARY(mad_hi_64s, lane_u64, lane_s64, lane_s64, lane_u64, (uint64_t)HIGH(x, y, __int128) + z)
TERNARY(mad_hi_sat, lane_s32, lane_s32, lane_s32, lane_s32,
        saturate((int64_t)(int32_t)HIGH(x, y, int64_t) + z))

BINARY(mul_wide_16u, lane_u32, lane_u16, lane_u16, (uint32_t)x *y)
BINARY(mul_wide_16s, lane_s32, lane_s16, lane_s16, (int32_t)x *y)
BINARY(mul_wide_32u, lane_u64, lane_u32, lane_u32, (uint64_t)x *y)
BINARY(mul_wide_32s, lane_s64, lane_s32, lane_s32, (int64_t)x *y)
TERNARY(mad_wide_16u, lane_u32, lane_u16, lane_u16, lane_u32, (uint32_t)x *y + z)
TERNARY(mad_wide_16s, lane_u32, lane_s16, lane_s16, lane_u32, (uint32_t)((int32_t)x *y) + z)
TERNARY(mad_wide_32u, lane_u64, lane_u32, lane_u32, lane_u64, (uint64_t)x *y + z)
TERNARY(mad_wide_32s, lane_u64, lane_s32, lane_s32, lane_u64, (uint64_t)((int64_t)x *y) + z)

static inline uint64_t product24u(uint32_t x, uint32_t y)
{
    return (uint64_t)(x & 0xffffff) * (y & 0xffffff);
}
static inline int64_t product24s(int32_t x, int32_t y)
{
    return (int64_t)((int32_t)((uint32_t)x << 8) >> 8) * ((int32_t)((uint32_t)y << 8) >> 8);
}
BINARY(mul24_lo_u, lane_u32, lane_u32, lane_u32, product24u(x, y))
BINARY(mul24_lo_s, lane_u32, lane_s32, lane_s32, product24s(x, y))
BINARY(mul24_hi_u, lane_u32, lane_u32, lane_u32, product24u(x, y) >> 16)
BINARY(mul24_hi_s, lane_u32, lane_s32, lane_s32, product24s(x, y) >> 16)
TERNARY(mad24_lo_u, lane_u32, lane_u32, lane_u32, lane_u32, (uint32_t)product24u(x, y) + z)
TERNARY(mad24_lo_s, lane_u32, lane_s32, lane_s32, lane_u32, (uint32_t)product24s(x, y) + z)
TERNARY(mad24_hi_u, lane_u32, lane_u32, lane_u32, lane_u32, (uint32_t)(product24u(x, y) >> 16) + z)
TERNARY(mad24_hi_s, lane_u32, lane_s32, lane_s32, lane_u32, (uint32_t)(product24s(x, y) >> 16) + z)
TERNARY(mad24_hi_sat, lane_s32, lane_s32, lane_s32, lane_s32,
        saturate((int64_t)(int32_t)(product24s(x, y) >> 16) + z))

/* mad.lo.cc and the like: the product's half, then an addition with carry. */
#define MAD_CARRY(name, u, product, wide, shift)                                                   \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        u *d = LANES(u, 0);                                                                        \
        const u *a = LANES(u, 1), *b = LANES(u, 2), *c = LANES(u, 3);                              \
        for (uint32_t m = mask; m; m &= m - 1) {                                                   \
            unsigned l = __builtin_ctz(m);                                                         \
            u half = (u)((product) >> (shift));                                                    \
            wide sum = (wide)half + c[l] + carry_in(warp, in, l);                                  \
            d[l] = (u)sum;                                                                         \
            set_carry(warp, in, l, sum >> (8 * sizeof(u)) & 1);                                    \
        }                                                                                          \
    }
#define U32_PRODUCT ((uint64_t)a[l] * b[l])
#define S32_PRODUCT ((int64_t)(int32_t)a[l] * (int32_t)b[l])
#define U64_PRODUCT ((unsigned __int128)a[l] * b[l])
#define S64_PRODUCT ((__int128)(int64_t)a[l] * (int64_t)b[l])
MAD_CARRY(madc_lo_32, lane_u32, U32_PRODUCT, uint64_t, 0)
MAD_CARRY(madc_hi_32u, lane_u32, U32_PRODUCT, uint64_t, 32)
MAD_CARRY(madc_hi_32s, lane_u32, S32_PRODUCT, uint64_t, 32)
MAD_CARRY(madc_lo_64, lane_u64, U64_PRODUCT, unsigned __int128, 0)
MAD_CARRY(madc_hi_64u, lane_u64, U64_PRODUCT, unsigned __int128, 64)
MAD_CARRY(madc_hi_64s, lane_u64, S64_PRODUCT, unsigned __int128, 64)

/* --- dot products of bytes and halves --- */

static inline int32_t part(uint32_t x, unsigned i, unsigned bits, bool is_signed)
{
    uint32_t value = x >> (i * bits) << (32 - bits);

    return is_signed ? (int32_t)value >> (32 - bits) : (int32_t)(value >> (32 - bits));
}

/* insn.flags: 1 a is signed, 2 b is signed, 4 the high half of b. */
HANDLER(dp4a)
{
    lane_u32 *d = LANES(lane_u32, 0);
    const lane_u32 *a = LANES(lane_u32, 1), *b = LANES(lane_u32, 2), *c = LANES(lane_u32, 3);

    EACH_LANE(mask, uint32_t sum = c[l];
              for (unsigned i = 0; i < 4; i++) sum +=
              (uint32_t)(part(a[l], i, 8, in->flags & 1) * part(b[l], i, 8, in->flags & 2));
              d[l] = sum);
}

HANDLER(dp2a)
{
    lane_u32 *d = LANES(lane_u32, 0);
    const lane_u32 *a = LANES(lane_u32, 1), *b = LANES(lane_u32, 2), *c = LANES(lane_u32, 3);
    unsigned first = in->flags & 4 ? 2 : 0;

    EACH_LANE(mask, uint32_t sum = c[l]; for (unsigned i = 0; i < 2; i++) sum +=
                                         (uint32_t)part(a[l], i, 16, in->flags & 1) *
                                         (uint32_t)part(b[l], first + i, 8, in->flags & 2);
              d[l] = sum);
}

/* --- decoding --- */

/* The result of a wide product is twice as wide: its operands were left to us. */
static int take_operands(struct decoder *dc, bool wide, bool has_addend)
{
    const struct operand *operands = dc->st->operands;
    enum exec_type type = decode_type(dc), result = type;
    int r;

    if (dc->st->n_operands != (has_addend ? 4 : 3))
        return decode_fail(dc, -EINVAL, "takes %d operands", has_addend ? 4 : 3);
    if (wide)
        result = type == T_NONE || type_bytes(type) > 4 ? T_NONE
                 : type_bytes(type) == 2                ? T_B32
                                                        : T_B64;
    r = decode_result(dc, 0, &operands[0], result);
    if (r == 0)
        r = decode_source(dc, 1, &operands[1], type);
    if (r == 0)
        r = decode_source(dc, 2, &operands[2], type);
    if (r == 0 && has_addend)
        r = decode_source(dc, 3, &operands[3], result);
    return r;
}

int EXEC_OP(int_mul)(struct decoder *dc)
{
    static const exec_fn lo[T_COUNT] = {BY_SIZE(mul)}, hi[T_COUNT] = {BY_SIGN(mul_hi)};
    static const exec_fn wide[T_COUNT] = {[T_U16] = mul_wide_16u,
                                          [T_S16] = mul_wide_16s,
                                          [T_U32] = mul_wide_32u,
                                          [T_S32] = mul_wide_32s};
    bool is_wide = decode_take(dc, MOD_WIDE), is_hi = decode_take(dc, MOD_HI);
    int r = take_operands(dc, is_wide, false);

    if (!is_wide && !is_hi && !decode_take(dc, MOD_LO))
        return decode_fail(dc, -EINVAL, ".lo, .hi or .wide missing");
    return r < 0 ? r : decode_pick(dc, is_wide ? wide : is_hi ? hi : lo, decode_type(dc));
}

int EXEC_OP(int_mad)(struct decoder *dc)
{
    static const exec_fn lo[T_COUNT] = {BY_SIZE(mad)}, hi[T_COUNT] = {BY_SIGN(mad_hi)};
    static const exec_fn hi_sat[T_COUNT] = {[T_S32] = mad_hi_sat};
    static const exec_fn wide[T_COUNT] = {[T_U16] = mad_wide_16u,
                                          [T_S16] = mad_wide_16s,
                                          [T_U32] = mad_wide_32u,
                                          [T_S32] = mad_wide_32s};
    bool is_wide = decode_take(dc, MOD_WIDE), is_hi;
    int r = take_operands(dc, is_wide, true);

    if (r < 0)
        return r;
    if (decode_has(dc, MOD_CC))
        return EXEC_OP(int_madc)(dc);
    is_hi = decode_take(dc, MOD_HI);
    if (!is_wide && !is_hi && !decode_take(dc, MOD_LO))
        return decode_fail(dc, -EINVAL, ".lo, .hi or .wide missing");
    if (is_hi && decode_take(dc, MOD_SAT))
        return decode_pick(dc, hi_sat, decode_type(dc));
    return decode_pick(dc, is_wide ? wide : is_hi ? hi : lo, decode_type(dc));
}

int EXEC_OP(int_madc)(struct decoder *dc)
{
    static const exec_fn lo[T_COUNT] = {
        [T_U32] = madc_lo_32, [T_S32] = madc_lo_32, [T_U64] = madc_lo_64, [T_S64] = madc_lo_64};
    static const exec_fn hi[T_COUNT] = {
        [T_U32] = madc_hi_32u, [T_S32] = madc_hi_32s, [T_U64] = madc_hi_64u, [T_S64] = madc_hi_64s};
    bool is_hi = decode_take(dc, MOD_HI);

    if (!is_hi && !decode_take(dc, MOD_LO))
        return decode_fail(dc, -EINVAL, ".lo or .hi missing");
    dc->in->flags |= decode_take(dc, MOD_CC) ? CARRY_OUT : 0;
    return decode_pick(dc, is_hi ? hi : lo, decode_type(dc));
}

int EXEC_OP(op_madc)(struct decoder *dc)
{
    dc->in->flags = CARRY_IN;
    return EXEC_OP(int_madc)(dc);
}

int EXEC_OP(op_mul24)(struct decoder *dc)
{
    static const exec_fn lo[T_COUNT] = {[T_U32] = mul24_lo_u, [T_S32] = mul24_lo_s};
    static const exec_fn hi[T_COUNT] = {[T_U32] = mul24_hi_u, [T_S32] = mul24_hi_s};
    bool is_hi = decode_take(dc, MOD_HI);

    if (!is_hi && !decode_take(dc, MOD_LO))
        return decode_fail(dc, -EINVAL, ".lo or .hi missing");
    return decode_pick(dc, is_hi ? hi : lo, decode_type(dc));
}

int EXEC_OP(op_mad24)(struct decoder *dc)
{
    static const exec_fn lo[T_COUNT] = {[T_U32] = mad24_lo_u, [T_S32] = mad24_lo_s};
    static const exec_fn hi[T_COUNT] = {[T_U32] = mad24_hi_u, [T_S32] = mad24_hi_s};
    static const exec_fn hi_sat[T_COUNT] = {[T_S32] = mad24_hi_sat};
    bool is_hi = decode_take(dc, MOD_HI);

    if (!is_hi && !decode_take(dc, MOD_LO))
        return decode_fail(dc, -EINVAL, ".lo or .hi missing");
    if (is_hi && decode_take(dc, MOD_SAT))
        return decode_pick(dc, hi_sat, decode_type(dc));
    return decode_pick(dc, is_hi ? hi : lo, decode_type(dc));
}

/* The types of a and b, in this order; c and d have 32 bits. */
static int dot_signs(struct decoder *dc)
{
    if (dc->st->n_types != 2 || type_bytes(dc->st->types[0]) != 4 ||
        type_bytes(dc->st->types[1]) != 4)
        return decode_fail(dc, -EINVAL, "two 32-bit types expected");
    dc->in->flags = (type_kind(dc->st->types[0]) == KIND_SIGNED ? 1 : 0) |
                    (type_kind(dc->st->types[1]) == KIND_SIGNED ? 2 : 0);
    return 0;
}

int EXEC_OP(op_dp4a)(struct decoder *dc)
{
    dc->in->fn = dp4a;
    return dot_signs(dc);
}

int EXEC_OP(op_dp2a)(struct decoder *dc)
{
    int r = dot_signs(dc);

    dc->in->fn = dp2a;
    if (decode_take(dc, MOD_HI))
        dc->in->flags |= 4;
    else if (!decode_take(dc, MOD_LO))
        return decode_fail(dc, -EINVAL, ".lo or .hi missing");
    return r;
}
