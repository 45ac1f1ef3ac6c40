/* SPDX-License-Identifier: MIT
 *
 * op_bits.c - logic and shifts.
 */
#include <errno.h>

#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"

/* --- logic: 16, 32, 64 bits and predicates --- */

#define LOGIC(name, op)                                                                            \
    BINARY(name##_16, lane_u16, lane_u16, lane_u16, x op y)                                        \
    BINARY(name##_32, lane_u32, lane_u32, lane_u32, x op y)                                        \
    BINARY(name##_64, lane_u64, lane_u64, lane_u64, x op y)                                        \
    HANDLER(name##_pred)                                                                           \
    {                                                                                              \
        set_predicate(&PREDICATE(0), mask, PREDICATE(1) op PREDICATE(2));                          \
    }                                                                                              \
    int EXEC_OP(op_##name)(struct decoder * dc)                                                    \
    {                                                                                              \
        static const exec_fn fns[T_COUNT] = {[T_B16] = name##_16,                                  \
                                             [T_B32] = name##_32,                                  \
                                             [T_B64] = name##_64,                                  \
                                             [T_PRED] = name##_pred};                              \
        return decode_pick(dc, fns, decode_type(dc));                                              \
    }
LOGIC(and, &)
LOGIC(or, |)
LOGIC(xor, ^)

UNARY(not_16, lane_u16, lane_u16, ~x)
UNARY(not_32, lane_u32, lane_u32, ~x)
UNARY(not_64, lane_u64, lane_u64, ~x)
HANDLER(not_pred)
{
    set_predicate(&PREDICATE(0), mask, ~PREDICATE(1));
}
UNARY(cnot_16, lane_u16, lane_u16, x == 0)
UNARY(cnot_32, lane_u32, lane_u32, x == 0)
UNARY(cnot_64, lane_u64, lane_u64, x == 0)

int EXEC_OP(op_not)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {
        [T_B16] = not_16, [T_B32] = not_32, [T_B64] = not_64, [T_PRED] = not_pred};

    return decode_pick(dc, fns, decode_type(dc));
}

int EXEC_OP(op_cnot)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_B16] = cnot_16, [T_B32] = cnot_32, [T_B64] = cnot_64};

    return decode_pick(dc, fns, decode_type(dc));
}

/* Any function of three bits: the table's bit 4a + 2b + c. Its value is in imm. */
static inline uint32_t lookup3(uint32_t a, uint32_t b, uint32_t c, uint32_t table)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 8; i++) {
        uint32_t term = (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
        value |= table >> i & 1 ? term : 0;
    }
    return value;
}

HANDLER(lop3)
{
    lane_u32 *d = LANES(lane_u32, 0);
    const lane_u32 *a = LANES(lane_u32, 1), *b = LANES(lane_u32, 2), *c = LANES(lane_u32, 3);
    uint32_t table = (uint32_t)in->imm;

    EACH_LANE(mask, d[l] = lookup3(a[l], b[l], c[l], table));
}

/* lop3.and/.or: also p = (d != 0) and/or q. */
HANDLER(lop3_test)
{
    uint32_t q = PREDICATE(5), nonzero = 0;
    const lane_u32 *a = LANES(lane_u32, 1), *b = LANES(lane_u32, 2), *c = LANES(lane_u32, 3);
    lane_u32 *d = LANES(lane_u32, 0);

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        d[l] = lookup3(a[l], b[l], c[l], (uint32_t)in->imm);
        nonzero |= (uint32_t)(d[l] != 0) << l;
    }
    q ^= in->flags ? UINT32_MAX : 0;
    set_predicate(&PREDICATE(4), mask, in->mode ? nonzero | q : nonzero & q);
}

static int lop3_sources(struct decoder *dc, unsigned first)
{
    uint64_t table;
    int r = 0;

    for (unsigned i = 0; i < 3 && r == 0; i++)
        r = decode_source(dc, 1 + i, &dc->st->operands[first + i], T_B32);
    if (r == 0)
        r = decode_immediate(dc, &dc->st->operands[first + 3], &table);
    if (r == 0 && table > 255)
        r = decode_fail(dc, -EINVAL, "table of more than 8 bits");
    dc->in->imm = r == 0 ? (int64_t)table : 0;
    return r;
}

int EXEC_OP(op_lop3)(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    bool is_or = decode_take(dc, MOD_OR);
    int r;

    if (decode_type(dc) != T_B32)
        return decode_fail(dc, -EINVAL, "type must be .b32");
    dc->in->fn = lop3;
    r = decode_result(dc, 0, &operands[0], T_B32);
    if (!is_or && !decode_take(dc, MOD_AND)) {
        if (r == 0 && dc->st->n_operands != 5)
            r = decode_fail(dc, -EINVAL, "takes 5 operands");
        return r < 0 ? r : lop3_sources(dc, 1);
    }
    if (r == 0 && (dc->st->n_operands != 7 || !dc->st->second_result))
        r = decode_fail(dc, -EINVAL, "takes d|p, a, b, c, table, q");
    dc->in->fn = lop3_test;
    dc->in->mode = is_or;
    dc->in->flags = operands[6].negated;
    if (r == 0)
        r = decode_result(dc, 4, &operands[1], T_PRED);
    if (r == 0)
        r = decode_source(dc, 5, &operands[6], T_PRED);
    return r < 0 ? r : lop3_sources(dc, 2);
}

/* --- shifts: amounts beyond the width are clamped to it --- */

#define SHIFT(name, u, s, bits)                                                                    \
    BINARY(shl_##name, u, u, lane_u32, y < bits ? x << (y & (bits - 1)) : 0)                       \
    BINARY(shr_u##name, u, u, lane_u32, y < bits ? x >> (y & (bits - 1)) : 0)                      \
    BINARY(shr_s##name, s, s, lane_u32, x >> (y < bits ? y & (bits - 1) : bits - 1))
SHIFT(16, lane_u16, lane_s16, 16)
SHIFT(32, lane_u32, lane_s32, 32)
SHIFT(64, lane_u64, lane_s64, 64)

int EXEC_OP(op_shl)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_B16] = shl_16, [T_B32] = shl_32, [T_B64] = shl_64};

    return decode_pick(dc, fns, decode_type(dc));
}

int EXEC_OP(op_shr)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_B16] = shr_u16, [T_U16] = shr_u16, [T_S16] = shr_s16,
                                         [T_B32] = shr_u32, [T_U32] = shr_u32, [T_S32] = shr_s32,
                                         [T_B64] = shr_u64, [T_U64] = shr_u64, [T_S64] = shr_s64};

    return decode_pick(dc, fns, decode_type(dc));
}

#define JOINED(x, y)   ((uint64_t)(y) << 32 | (x))
#define CLAMPED(shift) ((shift) < 32 ? (shift) : 32)
TERNARY(shf_l_wrap, lane_u32, lane_u32, lane_u32, lane_u32, JOINED(x, y) << (z & 31) >> 32)
TERNARY(shf_r_wrap, lane_u32, lane_u32, lane_u32, lane_u32, JOINED(x, y) >> (z & 31))
TERNARY(shf_l_clamp, lane_u32, lane_u32, lane_u32, lane_u32, JOINED(x, y) << CLAMPED(z) >> 32)
TERNARY(shf_r_clamp, lane_u32, lane_u32, lane_u32, lane_u32, JOINED(x, y) >> CLAMPED(z))

int EXEC_OP(op_shf)(struct decoder *dc)
{
    bool left = decode_take(dc, MOD_LEFT), clamp = decode_take(dc, MOD_CLAMP);

    if (decode_type(dc) != T_B32)
        return decode_fail(dc, -EINVAL, "type must be .b32");
    if ((!left && !decode_take(dc, MOD_RIGHT)) || (!clamp && !decode_take(dc, MOD_WRAP)))
        return decode_fail(dc, -EINVAL, "direction or mode missing");
    dc->in->fn = left ? clamp ? shf_l_clamp : shf_l_wrap : clamp ? shf_r_clamp : shf_r_wrap;
    return 0;
}
