/* SPDX-License-Identifier: MIT
 *
 * op_int.c - integer arithmetic: add, sub, carry chains, div, rem, min, max, sad. Division by zero
 * gives what hardware gives: all ones, as quotient and as remainder.
 */
#include <errno.h>

#include "tools/softgpu/exec/op_int.h"

FOR_SIZES(WRAPPING, add, x + y)
FOR_SIZES(WRAPPING, sub, x - y)
FOR_SIZES(UNSIGNED, min, x < y ? x : y)
FOR_SIZES(SIGNED, min, x < y ? x : y)
FOR_SIZES(UNSIGNED, max, x > y ? x : y)
FOR_SIZES(SIGNED, max, x > y ? x : y)
FOR_SIZES(UNSIGNED, div, y ? x / y : (__typeof__(x))-1)
FOR_SIZES(UNSIGNED, rem, y ? x % y : (__typeof__(x))-1)
#define DIV_SIGNED(x, y) (y == 0 ? -1 : y == -1 ? (__typeof__(x))(0 - (uint64_t)x) : x / y)
#define REM_SIGNED(x, y) (y == 0 ? -1 : y == -1 ? 0 : x % y)
FOR_SIZES(SIGNED, div, DIV_SIGNED(x, y))
FOR_SIZES(SIGNED, rem, REM_SIGNED(x, y))

/* --- two 16-bit values in a register --- */

#define HALVES(x, y, op) ((uint32_t)(uint16_t)((x)op(y)) | (((x) >> 16) op((y) >> 16)) << 16)
BINARY(add_16x2, lane_u32, lane_u32, lane_u32, HALVES(x, y, +))

static inline uint32_t select_halves(uint32_t x, uint32_t y, bool low, bool high)
{
    return ((low ? x : y) & 0xffff) | ((high ? x : y) & 0xffff0000);
}
#define LOW_S(x)  ((int16_t)(x))
#define HIGH_S(x) ((int16_t)((x) >> 16))
BINARY(min_u16x2, lane_u32, lane_u32, lane_u32,
       select_halves(x, y, (x & 0xffff) < (y & 0xffff), x >> 16 < y >> 16))
BINARY(max_u16x2, lane_u32, lane_u32, lane_u32,
       select_halves(x, y, (x & 0xffff) > (y & 0xffff), x >> 16 > y >> 16))
BINARY(min_s16x2, lane_u32, lane_u32, lane_u32,
       select_halves(x, y, LOW_S(x) < LOW_S(y), HIGH_S(x) < HIGH_S(y)))
BINARY(max_s16x2, lane_u32, lane_u32, lane_u32,
       select_halves(x, y, LOW_S(x) > LOW_S(y), HIGH_S(x) > HIGH_S(y)))

/* --- saturation and carries --- */

BINARY(add_sat, lane_s32, lane_s32, lane_s32, saturate((int64_t)x + y))
BINARY(sub_sat, lane_s32, lane_s32, lane_s32, saturate((int64_t)x - y))

/* min.relu, max.relu of signed values: negative results are 0. */
#define RELU(x) ((x) < 0 ? 0 : (x))
BINARY(min_relu, lane_s32, lane_s32, lane_s32, RELU(x < y ? x : y))
BINARY(max_relu, lane_s32, lane_s32, lane_s32, RELU(x > y ? x : y))
static inline uint32_t relu_halves(uint32_t x)
{
    return (x & 0x8000 ? 0 : x & 0xffff) | (x & 0x80000000 ? 0 : x & 0xffff0000);
}
BINARY(min_relu_16x2, lane_u32, lane_u32, lane_u32,
       relu_halves(select_halves(x, y, LOW_S(x) < LOW_S(y), HIGH_S(x) < HIGH_S(y))))
BINARY(max_relu_16x2, lane_u32, lane_u32, lane_u32,
       relu_halves(select_halves(x, y, LOW_S(x) > LOW_S(y), HIGH_S(x) > HIGH_S(y))))

#define ADD_CARRY(name, u, wide)                                                                   \
    HANDLER(add_##name)                                                                            \
    {                                                                                              \
        u *d = LANES(u, 0);                                                                        \
        const u *a = LANES(u, 1), *b = LANES(u, 2);                                                \
        for (uint32_t m = mask; m; m &= m - 1) {                                                   \
            unsigned l = __builtin_ctz(m);                                                         \
            wide sum = (wide)a[l] + b[l] + carry_in(warp, in, l);                                  \
            d[l] = (u)sum;                                                                         \
            set_carry(warp, in, l, sum >> (8 * sizeof(u)));                                        \
        }                                                                                          \
    }                                                                                              \
    /* A subtraction adds the complement: its carry is 1 when nothing was borrowed, which code     \
     * that goes on with addc can see. */                                                          \
    HANDLER(sub_##name)                                                                            \
    {                                                                                              \
        u *d = LANES(u, 0);                                                                        \
        const u *a = LANES(u, 1), *b = LANES(u, 2);                                                \
        for (uint32_t m = mask; m; m &= m - 1) {                                                   \
            unsigned l = __builtin_ctz(m);                                                         \
            bool carry = !(in->flags & CARRY_IN) || carry_in(warp, in, l);                         \
            wide sum = (wide)a[l] + (u)~b[l] + carry;                                              \
            d[l] = (u)sum;                                                                         \
            set_carry(warp, in, l, sum >> (8 * sizeof(u)));                                        \
        }                                                                                          \
    }
ADD_CARRY(c32, lane_u32, uint64_t)
ADD_CARRY(c64, lane_u64, unsigned __int128)

/* --- others --- */

#define NEG(name, tu, ts, ...)      UNARY(name, tu, tu, 0 - x)
#define ABSOLUTE(name, tu, ts, ...) UNARY(name, tu, ts, x < 0 ? 0 - (tu)x : (tu)x)
FOR_SIZES(NEG, neg, 0)
FOR_SIZES(ABSOLUTE, absolute, 0)
#define SAD(name, t, u) TERNARY(name, u, t, t, u, z + (x > y ? (u)x - (u)y : (u)y - (u)x))
SAD(sad_16u, lane_u16, lane_u16)
SAD(sad_16s, lane_s16, lane_u16)
SAD(sad_32u, lane_u32, lane_u32)
SAD(sad_32s, lane_s32, lane_u32)
SAD(sad_64u, lane_u64, lane_u64)
SAD(sad_64s, lane_s64, lane_u64)

/* --- decoding --- */

int EXEC_OP(int_add)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {BY_SIZE(add), [T_U16X2] = add_16x2, [T_S16X2] = add_16x2};
    static const exec_fn sat[T_COUNT] = {[T_S32] = add_sat};
    static const exec_fn carry[T_COUNT] = {
        [T_U32] = add_c32, [T_S32] = add_c32, [T_U64] = add_c64, [T_S64] = add_c64};

    if (decode_take(dc, MOD_CC)) {
        dc->in->flags = CARRY_OUT;
        return decode_pick(dc, carry, decode_type(dc));
    }
    return decode_pick(dc, decode_take(dc, MOD_SAT) ? sat : fns, decode_type(dc));
}

int EXEC_OP(int_sub)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {BY_SIZE(sub)};
    static const exec_fn sat[T_COUNT] = {[T_S32] = sub_sat};
    static const exec_fn carry[T_COUNT] = {
        [T_U32] = sub_c32, [T_S32] = sub_c32, [T_U64] = sub_c64, [T_S64] = sub_c64};

    if (decode_take(dc, MOD_CC)) {
        dc->in->flags = CARRY_OUT;
        return decode_pick(dc, carry, decode_type(dc));
    }
    return decode_pick(dc, decode_take(dc, MOD_SAT) ? sat : fns, decode_type(dc));
}

int EXEC_OP(op_addc)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {
        [T_U32] = add_c32, [T_S32] = add_c32, [T_U64] = add_c64, [T_S64] = add_c64};

    dc->in->flags = CARRY_IN | (decode_take(dc, MOD_CC) ? CARRY_OUT : 0);
    return decode_pick(dc, fns, decode_type(dc));
}

int EXEC_OP(op_subc)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {
        [T_U32] = sub_c32, [T_S32] = sub_c32, [T_U64] = sub_c64, [T_S64] = sub_c64};

    dc->in->flags = CARRY_IN | (decode_take(dc, MOD_CC) ? CARRY_OUT : 0);
    return decode_pick(dc, fns, decode_type(dc));
}

static const exec_fn div_fns[T_COUNT] = {BY_SIGN(div)};

int EXEC_OP(int_div)(struct decoder *dc)
{
    return decode_pick(dc, div_fns, decode_type(dc));
}

int EXEC_OP(op_rem)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {BY_SIGN(rem)};

    return decode_pick(dc, fns, decode_type(dc));
}

int EXEC_OP(int_min)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {
        BY_SIGN(min), [T_U16X2] = min_u16x2, [T_S16X2] = min_s16x2};
    static const exec_fn relu[T_COUNT] = {[T_S32] = min_relu, [T_S16X2] = min_relu_16x2};

    return decode_pick(dc, decode_take(dc, MOD_RELU) ? relu : fns, decode_type(dc));
}

int EXEC_OP(int_max)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {
        BY_SIGN(max), [T_U16X2] = max_u16x2, [T_S16X2] = max_s16x2};
    static const exec_fn relu[T_COUNT] = {[T_S32] = max_relu, [T_S16X2] = max_relu_16x2};

    return decode_pick(dc, decode_take(dc, MOD_RELU) ? relu : fns, decode_type(dc));
}

int EXEC_OP(int_neg)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_S16] = neg_16, [T_S32] = neg_32, [T_S64] = neg_64};

    return decode_pick(dc, fns, decode_type(dc));
}

int EXEC_OP(int_abs)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {
        [T_S16] = absolute_16, [T_S32] = absolute_32, [T_S64] = absolute_64};

    return decode_pick(dc, fns, decode_type(dc));
}

int EXEC_OP(op_sad)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {BY_SIGN(sad)};

    return decode_pick(dc, fns, decode_type(dc));
}
