/* SPDX-License-Identifier: MIT
 *
 * op_field.c - bits found, counted and moved: popc to fns, bit fields, prmt.
 */
#include <errno.h>

#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"

/* --- counting and finding --- */

static inline uint32_t find_high32(uint32_t x)
{
    return x ? 31u - (uint32_t)__builtin_clz(x) : UINT32_MAX;
}
static inline uint32_t find_high64(uint64_t x)
{
    return x ? 63u - (uint32_t)__builtin_clzll(x) : UINT32_MAX;
}
#define SIGN_FLIPPED(x) ((x) < 0 ? ~(x) : (x))

UNARY(popc_32, lane_u32, lane_u32, __builtin_popcount(x))
UNARY(popc_64, lane_u32, lane_u64, __builtin_popcountll(x))
UNARY(clz_32, lane_u32, lane_u32, x ? (uint32_t)__builtin_clz(x) : 32)
UNARY(clz_64, lane_u32, lane_u64, x ? (uint32_t)__builtin_clzll(x) : 64)
UNARY(bfind_u32, lane_u32, lane_u32, find_high32(x))
UNARY(bfind_s32, lane_u32, lane_s32, find_high32(SIGN_FLIPPED(x)))
UNARY(bfind_u64, lane_u32, lane_u64, find_high64(x))
UNARY(bfind_s64, lane_u32, lane_s64, find_high64(SIGN_FLIPPED(x)))
#define SHIFT_AMOUNT(high, bits) ((high) == UINT32_MAX ? UINT32_MAX : (bits)-1 - (high))
UNARY(bfind_shift_u32, lane_u32, lane_u32, SHIFT_AMOUNT(find_high32(x), 32))
UNARY(bfind_shift_s32, lane_u32, lane_s32, SHIFT_AMOUNT(find_high32(SIGN_FLIPPED(x)), 32))
UNARY(bfind_shift_u64, lane_u32, lane_u64, SHIFT_AMOUNT(find_high64(x), 64))
UNARY(bfind_shift_s64, lane_u32, lane_s64, SHIFT_AMOUNT(find_high64(SIGN_FLIPPED(x)), 64))

int EXEC_OP(op_popc)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_B32] = popc_32, [T_B64] = popc_64};

    return decode_pick(dc, fns, decode_type(dc));
}

int EXEC_OP(op_clz)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_B32] = clz_32, [T_B64] = clz_64};

    return decode_pick(dc, fns, decode_type(dc));
}

int EXEC_OP(op_bfind)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {
        [T_U32] = bfind_u32, [T_S32] = bfind_s32, [T_U64] = bfind_u64, [T_S64] = bfind_s64};
    static const exec_fn shift[T_COUNT] = {[T_U32] = bfind_shift_u32,
                                           [T_S32] = bfind_shift_s32,
                                           [T_U64] = bfind_shift_u64,
                                           [T_S64] = bfind_shift_s64};

    return decode_pick(dc, decode_take(dc, MOD_SHIFTAMT) ? shift : fns, decode_type(dc));
}

static inline uint32_t reverse32(uint32_t x)
{
    x = (x & 0x55555555) << 1 | (x >> 1 & 0x55555555);
    x = (x & 0x33333333) << 2 | (x >> 2 & 0x33333333);
    x = (x & 0x0f0f0f0f) << 4 | (x >> 4 & 0x0f0f0f0f);
    return __builtin_bswap32(x);
}
UNARY(brev_32, lane_u32, lane_u32, reverse32(x))
UNARY(brev_64, lane_u64, lane_u64, (uint64_t)reverse32((uint32_t)x) << 32 | reverse32(x >> 32))

int EXEC_OP(op_brev)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_B32] = brev_32, [T_B64] = brev_64};

    return decode_pick(dc, fns, decode_type(dc));
}

/* The place of the n-th set bit from base, upwards if n > 0, downwards if n < 0. */
static uint32_t find_nth(uint32_t x, uint32_t base, int32_t n)
{
    if (base > 31)
        return UINT32_MAX;
    if (n == 0)
        return x >> base & 1 ? base : UINT32_MAX;
    for (int32_t at = (int32_t)base; at >= 0 && at<32; at += n> 0 ? 1 : -1) {
        if (!(x >> at & 1))
            continue;
        n -= n > 0 ? 1 : -1;
        if (n == 0)
            return (uint32_t)at;
    }
    return UINT32_MAX;
}
TERNARY(fns_32, lane_u32, lane_u32, lane_u32, lane_s32, find_nth(x, y, z))

int EXEC_OP(op_fns)(struct decoder *dc)
{
    dc->in->fn = fns_32;
    return decode_type(dc) == T_B32 ? 0 : decode_fail(dc, -EINVAL, "type must be .b32");
}

/* --- bit fields: position and length are the low 8 bits of 32-bit forms, which hardware has an
 * instruction for; the 64-bit forms, which are code, take all bits --- */

static inline uint32_t field_operand(uint32_t x, unsigned width)
{
    return width == 32 ? x & 255 : x < 255 ? x : 255;
}

static inline uint64_t low_bits(unsigned n)
{
    return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* The sign of a field that reaches beyond the value is the value's. */
static inline uint64_t extract(uint64_t x, uint32_t at, uint32_t length, unsigned width,
                               bool is_signed)
{
    uint64_t field, sign;

    at = field_operand(at, width);
    length = field_operand(length, width);
    field = at < width ? x >> at & low_bits(length) : 0;
    if (!is_signed || !length)
        return field;
    sign = x >> (at + length - 1 < width - 1 ? at + length - 1 : width - 1) & 1;
    length = at + length > width ? (at < width ? width - at : 0) : length;
    return sign ? field | ~low_bits(length) : field;
}

static inline uint64_t insert(uint64_t x, uint64_t y, uint32_t at, uint32_t length, unsigned width)
{
    uint64_t field;

    at = field_operand(at, width);
    length = field_operand(length, width);
    if (at >= width || !length)
        return y;
    field = low_bits(length) << at;
    return (y & ~field) | (x << at & field);
}

TERNARY(bfe_u32, lane_u32, lane_u32, lane_u32, lane_u32, extract(x, y, z, 32, false))
TERNARY(bfe_s32, lane_u32, lane_u32, lane_u32, lane_u32, extract(x, y, z, 32, true))
TERNARY(bfe_u64, lane_u64, lane_u64, lane_u32, lane_u32, extract(x, y, z, 64, false))
TERNARY(bfe_s64, lane_u64, lane_u64, lane_u32, lane_u32, extract(x, y, z, 64, true))

int EXEC_OP(op_bfe)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {
        [T_U32] = bfe_u32, [T_S32] = bfe_s32, [T_U64] = bfe_u64, [T_S64] = bfe_s64};

    return decode_pick(dc, fns, decode_type(dc));
}

#define BFI(name, u, width)                                                                        \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        u *d = LANES(u, 0);                                                                        \
        const u *a = LANES(u, 1), *b = LANES(u, 2);                                                \
        const lane_u32 *at = LANES(lane_u32, 3), *length = LANES(lane_u32, 4);                     \
        EACH_LANE(mask, d[l] = (u)insert(a[l], b[l], at[l], length[l], width));                    \
    }
BFI(bfi_32, lane_u32, 32)
BFI(bfi_64, lane_u64, 64)

int EXEC_OP(op_bfi)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_B32] = bfi_32, [T_B64] = bfi_64};

    return decode_pick(dc, fns, decode_type(dc));
}

/* wrap: position and length modulo 32; clamp: as if the value went on. */
static inline uint32_t field_mask(uint32_t at, uint32_t length, bool wrap)
{
    if (wrap) {
        at &= 31;
        length &= 31;
    }
    return at > 31 ? 0 : (uint32_t)(low_bits(length > 32 ? 32 : length) << at);
}
BINARY(bmsk_clamp, lane_u32, lane_u32, lane_u32, field_mask(x, y, false))
BINARY(bmsk_wrap, lane_u32, lane_u32, lane_u32, field_mask(x, y, true))

int EXEC_OP(op_bmsk)(struct decoder *dc)
{
    bool wrap = decode_take(dc, MOD_WRAP);

    dc->in->fn = wrap ? bmsk_wrap : bmsk_clamp;
    if (decode_type(dc) != T_B32)
        return decode_fail(dc, -EINVAL, "type must be .b32");
    return wrap || decode_take(dc, MOD_CLAMP) ? 0 : decode_fail(dc, -EINVAL, "mode missing");
}

/* The low n bits of x, extended by zeros or their sign; n = 0 gives 0. */
static inline uint32_t extend_bits(uint32_t x, uint32_t n, bool wrap, bool is_signed)
{
    n = wrap ? n & 31 : n > 32 ? 32 : n;
    return n ? (uint32_t)extract(x, 0, n, 32, is_signed) : 0;
}
BINARY(szext_clamp_u, lane_u32, lane_u32, lane_u32, extend_bits(x, y, false, false))
BINARY(szext_clamp_s, lane_u32, lane_u32, lane_u32, extend_bits(x, y, false, true))
BINARY(szext_wrap_u, lane_u32, lane_u32, lane_u32, extend_bits(x, y, true, false))
BINARY(szext_wrap_s, lane_u32, lane_u32, lane_u32, extend_bits(x, y, true, true))

int EXEC_OP(op_szext)(struct decoder *dc)
{
    static const exec_fn clamp[T_COUNT] = {[T_U32] = szext_clamp_u, [T_S32] = szext_clamp_s};
    static const exec_fn wrap[T_COUNT] = {[T_U32] = szext_wrap_u, [T_S32] = szext_wrap_s};
    bool is_wrap = decode_take(dc, MOD_WRAP);

    if (!is_wrap && !decode_take(dc, MOD_CLAMP))
        return decode_fail(dc, -EINVAL, "mode missing");
    return decode_pick(dc, is_wrap ? wrap : clamp, decode_type(dc));
}

/* --- prmt --- */

/* Byte i of the eight, or its sign in all bits. */
static inline uint32_t choose_byte(uint64_t bytes, unsigned selector)
{
    uint32_t byte = bytes >> 8 * (selector & 7) & 255;

    return selector & 8 ? (byte & 128 ? 255 : 0) : byte;
}

static inline uint32_t permute(uint32_t x, uint32_t y, uint32_t selector)
{
    uint64_t bytes = (uint64_t)y << 32 | x;
    uint32_t value = 0;

    for (unsigned i = 0; i < 4; i++)
        value |= choose_byte(bytes, selector >> 4 * i & 15) << 8 * i;
    return value;
}
TERNARY(prmt, lane_u32, lane_u32, lane_u32, lane_u32, permute(x, y, z))

/* The modes: which byte goes to place i when the selector is n. */
HANDLER(prmt_mode)
{
    lane_u32 *d = LANES(lane_u32, 0);
    const lane_u32 *a = LANES(lane_u32, 1), *b = LANES(lane_u32, 2), *c = LANES(lane_u32, 3);

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m), n = c[l] & 3, selector = 0;
        for (unsigned i = 0; i < 4; i++) {
            unsigned choice[] = {n + i,         (n - i) & 7,   n,
                                 i > n ? i : n, i < n ? i : n, (n & 1) * 2 + (i & 1)};
            selector |= choice[in->mode] << 4 * i;
        }
        d[l] = permute(a[l], b[l], selector);
    }
}

int EXEC_OP(op_prmt)(struct decoder *dc)
{
    int mode = decode_take_one(dc, MOD_F4E, MOD_RC16);

    dc->in->fn = mode < 0 ? prmt : prmt_mode;
    dc->in->mode = mode < 0 ? 0 : (uint8_t)mode;
    return decode_type(dc) == T_B32 ? 0 : decode_fail(dc, -EINVAL, "type must be .b32");
}
