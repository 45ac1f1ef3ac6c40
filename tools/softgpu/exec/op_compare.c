/* SPDX-License-Identifier: MIT
 *
 * op_compare.c - comparisons and selection: setp, set, selp, slct, testp.
 *
 * A comparison makes a word with a bit per lane; what becomes of it (a predicate and its opposite,
 * combined with another, or a number in each lane) is the same for all types.
 */
#include <errno.h>
#include <math.h>

#include "tools/softgpu/exec/half.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"

typedef uint32_t (*compare_fn)(const void *a, const void *b);

#define COMPARE(name, t, ...)                                                                      \
    static uint32_t name(const void *left, const void *right)                                      \
    {                                                                                              \
        const t *a = left, *b = right;                                                             \
        uint32_t bits = 0;                                                                         \
        for (unsigned l = 0; l < EXEC_WARP_LANES; l++) {                                           \
            t x = a[l], y = b[l];                                                                  \
            bits |= (uint32_t)(__VA_ARGS__) << l;                                                  \
        }                                                                                          \
        return bits;                                                                               \
    }                                                                                              \
    HANDLER(setp_##name)                                                                           \
    {                                                                                              \
        set_predicate(&PREDICATE(0), mask, name(LANES(t, 1), LANES(t, 2)));                        \
    }

#define INTEGER_COMPARES(suffix, t)                                                                \
    COMPARE(eq_##suffix, t, x == y)                                                                \
    COMPARE(ne_##suffix, t, x != y)                                                                \
    COMPARE(lt_##suffix, t, x < y)                                                                 \
    COMPARE(le_##suffix, t, x <= y)                                                                \
    COMPARE(gt_##suffix, t, x > y)                                                                 \
    COMPARE(ge_##suffix, t, x >= y)
INTEGER_COMPARES(u16, lane_u16)
INTEGER_COMPARES(u32, lane_u32)
INTEGER_COMPARES(u64, lane_u64)
INTEGER_COMPARES(s16, lane_s16)
INTEGER_COMPARES(s32, lane_s32)
INTEGER_COMPARES(s64, lane_s64)

/* The ordered comparisons are false for NaN; C's != is the unordered one. */
#define FLOAT_COMPARES(suffix, t, of)                                                              \
    COMPARE(eq_##suffix, t, of(x) == of(y))                                                        \
    COMPARE(ne_##suffix, t, of(x) < of(y) || of(x) > of(y))                                        \
    COMPARE(lt_##suffix, t, of(x) < of(y))                                                         \
    COMPARE(le_##suffix, t, of(x) <= of(y))                                                        \
    COMPARE(gt_##suffix, t, of(x) > of(y))                                                         \
    COMPARE(ge_##suffix, t, of(x) >= of(y))                                                        \
    COMPARE(equ_##suffix, t, !(of(x) < of(y) || of(x) > of(y)))                                    \
    COMPARE(neu_##suffix, t, !(of(x) == of(y)))                                                    \
    COMPARE(ltu_##suffix, t, !(of(x) >= of(y)))                                                    \
    COMPARE(leu_##suffix, t, !(of(x) > of(y)))                                                     \
    COMPARE(gtu_##suffix, t, !(of(x) <= of(y)))                                                    \
    COMPARE(geu_##suffix, t, !(of(x) < of(y)))                                                     \
    COMPARE(num_##suffix, t, of(x) == of(x) && of(y) == of(y))                                     \
    COMPARE(nan_##suffix, t, of(x) != of(x) || of(y) != of(y))
#define SAME(x) (x)
FLOAT_COMPARES(f32, lane_f32, SAME)
FLOAT_COMPARES(f32_ftz, lane_f32, f32_flush)
FLOAT_COMPARES(f64, lane_f64, SAME)
FLOAT_COMPARES(f16, lane_u16, f16_value)
FLOAT_COMPARES(f16_ftz, lane_u16, f16_flushed)
FLOAT_COMPARES(bf16, lane_u16, bf16_value)

/* In the order of the modifiers from EQ on; then lo and hi. prefix: of the handlers. */
enum { COMPARE_LO = MOD_ISNAN - MOD_EQ + 1, COMPARE_HI, N_COMPARES };
#define BITS_ROW(prefix, suffix) prefix##eq_##suffix, prefix##ne_##suffix
#define SIGNED_ROW(prefix, suffix)                                                                 \
    BITS_ROW(prefix, suffix), prefix##lt_##suffix, prefix##le_##suffix, prefix##gt_##suffix,       \
        prefix##ge_##suffix
#define UNSIGNED_ROW(prefix, suffix)                                                               \
    SIGNED_ROW(prefix, suffix), prefix##le_##suffix, prefix##ge_##suffix,                          \
        [COMPARE_LO] = prefix##lt_##suffix, [COMPARE_HI] = prefix##gt_##suffix
#define FLOAT_ROW(prefix, suffix)                                                                  \
    SIGNED_ROW(prefix, suffix), NULL, NULL, prefix##equ_##suffix, prefix##neu_##suffix,            \
        prefix##ltu_##suffix, prefix##leu_##suffix, prefix##gtu_##suffix, prefix##geu_##suffix,    \
        prefix##num_##suffix, prefix##nan_##suffix
#define ALL_ROWS(prefix)                                                                           \
    [T_B16] = {BITS_ROW(prefix, u16)}, [T_B32] = {BITS_ROW(prefix, u32)},                          \
    [T_B64] = {BITS_ROW(prefix, u64)}, [T_U16] = {UNSIGNED_ROW(prefix, u16)},                      \
    [T_U32] = {UNSIGNED_ROW(prefix, u32)}, [T_U64] = {UNSIGNED_ROW(prefix, u64)},                  \
    [T_S16] = {SIGNED_ROW(prefix, s16)}, [T_S32] = {SIGNED_ROW(prefix, s32)},                      \
    [T_S64] = {SIGNED_ROW(prefix, s64)}, [T_F16] = {FLOAT_ROW(prefix, f16)},                       \
    [T_BF16] = {FLOAT_ROW(prefix, bf16)}, [T_F32] = {FLOAT_ROW(prefix, f32)},                      \
    [T_F64] = {FLOAT_ROW(prefix, f64)}
#define FLUSHED_ROWS(prefix)                                                                       \
    [T_F16] = {FLOAT_ROW(prefix, f16_ftz)}, [T_F32] = {FLOAT_ROW(prefix, f32_ftz)}
static const compare_fn compares[2][T_COUNT][N_COMPARES] = {{ALL_ROWS()}, {FLUSHED_ROWS()}};
static const exec_fn simple[2][T_COUNT][N_COMPARES] = {{ALL_ROWS(setp_)}, {FLUSHED_ROWS(setp_)}};

/* insn.flags of the general form. */
#define FLUSH   1u
#define NEGATED 2u /* the predicate it is combined with */
#define COMBINE 4u /* with op[4], as mode says */
#define HALVES  8u /* two 16-bit values: op[0] and op[3] get their results */

enum combine { COMBINE_AND, COMBINE_OR, COMBINE_XOR };

static compare_fn compare_of(const struct insn *in)
{
    return compares[in->flags & FLUSH][in->target / N_COMPARES][in->target % N_COMPARES];
}

static uint32_t combined(const struct exec_warp *warp, const struct insn *in, uint32_t bits)
{
    uint32_t with;

    if (!(in->flags & COMBINE))
        return bits;
    with = *(const lane_u32 *)warp_slot(warp, in->op[4]) ^ (in->flags & NEGATED ? UINT32_MAX : 0);
    return in->mode == COMBINE_AND  ? bits & with
           : in->mode == COMBINE_OR ? bits | with
                                    : bits ^ with;
}

/* setp with p|q or a combined predicate: q gets the opposite comparison, combined likewise. */
HANDLER(setp_general)
{
    uint32_t bits = compare_of(in)(LANES(void, 1), LANES(void, 2));
    uint32_t p = combined(warp, in, bits), q = combined(warp, in, ~bits);

    set_predicate(&PREDICATE(0), mask, p);
    set_predicate(&PREDICATE(3), mask, q);
}

static uint32_t compare_halves(const struct exec_warp *warp, const struct insn *in, unsigned shift)
{
    const lane_u32 *a = LANES(lane_u32, 1), *b = LANES(lane_u32, 2);
    lane_u16 x[EXEC_WARP_LANES], y[EXEC_WARP_LANES];

    for (unsigned l = 0; l < EXEC_WARP_LANES; l++) {
        x[l] = (uint16_t)(a[l] >> shift);
        y[l] = (uint16_t)(b[l] >> shift);
    }
    return combined(warp, in, compare_of(in)(x, y));
}

HANDLER(setp_halves)
{
    uint32_t p = compare_halves(warp, in, 0), q = compare_halves(warp, in, 16);

    set_predicate(&PREDICATE(0), mask, p);
    set_predicate(&PREDICATE(3), mask, q);
}

/* The comparison and the predicate to combine with: set and setp have these in common. */
static int take_comparison(struct decoder *dc, enum exec_type type, unsigned first_source)
{
    const struct statement *st = dc->st;
    struct insn *in = dc->in;
    bool halves = type == T_F16X2 || type == T_BF16X2;
    enum exec_type element = type == T_F16X2 ? T_F16 : type == T_BF16X2 ? T_BF16 : type;
    int compare = decode_take_one(dc, MOD_EQ, MOD_ISNAN);
    int combine = decode_take_one(dc, MOD_AND, MOD_XOR), r;

    if (compare < 0)
        compare = decode_take(dc, MOD_LO) ? COMPARE_LO : decode_take(dc, MOD_HI) ? COMPARE_HI : -1;
    if (compare < 0 || type == T_NONE)
        return decode_fail(dc, -EINVAL, "comparison or type missing");
    in->target = element * N_COMPARES + (uint32_t)compare;
    in->flags = (decode_take(dc, MOD_FTZ) ? FLUSH : 0) | (halves ? HALVES : 0);
    if (element == T_F64)
        in->flags &= ~FLUSH;
    if (!compare_of(in))
        return decode_fail(dc, -ENOTSUP, "no such comparison for type .%s", exec_types[type].text);
    if (st->n_operands != first_source + 2 + (combine >= 0))
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    r = decode_source(dc, 1, &st->operands[first_source], type);
    if (r == 0)
        r = decode_source(dc, 2, &st->operands[first_source + 1], type);
    if (r < 0 || combine < 0)
        return r;
    in->mode = (uint8_t)combine;
    in->flags |= COMBINE | (st->operands[first_source + 2].negated ? NEGATED : 0);
    return decode_source(dc, 4, &st->operands[first_source + 2], T_PRED);
}

int EXEC_OP(op_setp)(struct decoder *dc)
{
    static const struct operand sink = {.kind = OPERAND_SINK};
    struct insn *in = dc->in;
    bool two = dc->st->second_result;
    enum exec_type type = decode_type(dc);
    int r = take_comparison(dc, type, two ? 2 : 1);

    if (r == 0)
        r = decode_result(dc, 0, &dc->st->operands[0], T_PRED);
    if (r == 0)
        r = decode_result(dc, 3, two ? &dc->st->operands[1] : &sink, T_PRED);
    if (r < 0)
        return r;
    in->fn = in->flags & HALVES ? setp_halves : setp_general;
    if (!two && !(in->flags & (COMBINE | HALVES)))
        in->fn = simple[in->flags & FLUSH][type][in->target % N_COMPARES];
    return 0;
}

/* --- set: the result as a number --- */

#define SET(name, t, yes)                                                                          \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        uint32_t bits = combined(warp, in, compare_of(in)(LANES(void, 1), LANES(void, 2)));        \
        t *d = LANES(t, 0);                                                                        \
        EACH_LANE(mask, d[l] = bits >> l & 1 ? (t)(yes) : (t)0);                                   \
    }
SET(set_32, lane_u32, UINT32_MAX)
SET(set_f32, lane_u32, 0x3f800000)
SET(set_16, lane_u16, UINT16_MAX)
SET(set_f16, lane_u16, 0x3c00)
SET(set_bf16, lane_u16, 0x3f80)

/* Both halves; imm has what stands for true. */
HANDLER(set_halves)
{
    uint32_t low = compare_halves(warp, in, 0), high = compare_halves(warp, in, 16);
    lane_u32 *d = LANES(lane_u32, 0);

    EACH_LANE(mask, d[l] = (low >> l & 1 ? (uint32_t)in->imm & 0xffff : 0) |
                           (high >> l & 1 ? (uint32_t)in->imm & 0xffff0000 : 0));
}

int EXEC_OP(op_set)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {
        [T_U32] = set_32,    [T_S32] = set_32,       [T_F32] = set_f32,
        [T_U16] = set_16,    [T_S16] = set_16,       [T_F16] = set_f16,
        [T_BF16] = set_bf16, [T_F16X2] = set_halves, [T_BF16X2] = set_halves};
    enum exec_type type = decode_type(dc);
    int r;

    if (dc->st->n_types != 2)
        return decode_fail(dc, -EINVAL, "two types expected");
    r = take_comparison(dc, decode_last_type(dc), 1);
    if (r == 0)
        r = decode_result(dc, 0, &dc->st->operands[0], type);
    if (r < 0)
        return r;
    if (dc->in->flags & HALVES) {
        dc->in->imm = type == T_F16X2 ? 0x3c003c00 : type == T_BF16X2 ? 0x3f803f80 : 0xffffffff;
        dc->in->fn = set_halves;
        return type_bytes(type) == 4 ? 0 : decode_fail(dc, -ENOTSUP, "no such result type");
    }
    return type == T_F16X2 || type == T_BF16X2 ? decode_fail(dc, -EINVAL, "types do not match")
                                               : decode_pick(dc, fns, type);
}

/* --- selection --- */

#define SELECT(name, t)                                                                            \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        t *d = LANES(t, 0);                                                                        \
        const t *a = LANES(t, 1), *b = LANES(t, 2);                                                \
        uint32_t bits = PREDICATE(3);                                                              \
        EACH_LANE(mask, d[l] = bits >> l & 1 ? a[l] : b[l]);                                       \
    }
SELECT(selp_16, lane_u16)
SELECT(selp_32, lane_u32)
SELECT(selp_64, lane_u64)

static const exec_fn selects[T_COUNT] = {
    [T_B16] = selp_16, [T_U16] = selp_16, [T_S16] = selp_16, [T_B32] = selp_32,
    [T_U32] = selp_32, [T_S32] = selp_32, [T_F32] = selp_32, [T_B64] = selp_64,
    [T_U64] = selp_64, [T_S64] = selp_64, [T_F64] = selp_64};

int EXEC_OP(op_selp)(struct decoder *dc)
{
    return decode_pick(dc, selects, decode_type(dc));
}

/* slct: a where c >= 0, which NaN is not; -0 is. */
#define SELECT_BY(name, t, tc, ...)                                                                \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        t *d = LANES(t, 0);                                                                        \
        const t *a = LANES(t, 1), *b = LANES(t, 2);                                                \
        const tc *c = LANES(tc, 3);                                                                \
        EACH_LANE(mask, d[l] = (__VA_ARGS__) ? a[l] : b[l]);                                       \
    }
SELECT_BY(slct_s16, lane_u16, lane_s32, c[l] >= 0)
SELECT_BY(slct_s32, lane_u32, lane_s32, c[l] >= 0)
SELECT_BY(slct_s64, lane_u64, lane_s32, c[l] >= 0)
SELECT_BY(slct_f16, lane_u16, lane_f32, c[l] >= 0)
SELECT_BY(slct_f32, lane_u32, lane_f32, c[l] >= 0)
SELECT_BY(slct_f64, lane_u64, lane_f32, c[l] >= 0)
/* .ftz: a negative subnormal is a zero. */
SELECT_BY(slct_ftz16, lane_u16, lane_f32, f32_flush(c[l]) >= 0)
SELECT_BY(slct_ftz32, lane_u32, lane_f32, f32_flush(c[l]) >= 0)
SELECT_BY(slct_ftz64, lane_u64, lane_f32, f32_flush(c[l]) >= 0)

int EXEC_OP(op_slct)(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    enum exec_type type = decode_type(dc), by = decode_last_type(dc);
    unsigned size;
    bool ftz;
    int r = 0;

    if (dc->st->n_types != 2 || (by != T_S32 && by != T_F32) || !selects[type])
        return decode_fail(dc, -EINVAL, "types not supported");
    if (dc->st->n_operands != 4)
        return decode_fail(dc, -EINVAL, "takes 4 operands");
    ftz = decode_take(dc, MOD_FTZ);
    r = decode_result(dc, 0, &operands[0], type);
    for (unsigned i = 1; i < 4 && r == 0; i++)
        r = decode_source(dc, i, &operands[i], i == 3 ? by : type);
    size = type_bytes(type);
    if (by == T_S32)
        dc->in->fn = size == 2 ? slct_s16 : size == 4 ? slct_s32 : slct_s64;
    else if (ftz)
        dc->in->fn = size == 2 ? slct_ftz16 : size == 4 ? slct_ftz32 : slct_ftz64;
    else
        dc->in->fn = size == 2 ? slct_f16 : size == 4 ? slct_f32 : slct_f64;
    return r;
}

/* --- testp --- */

enum test { TEST_FINITE, TEST_INFINITE, TEST_NUMBER, TEST_NAN, TEST_NORMAL, TEST_SUBNORMAL };

static bool passes(int class, enum test test)
{
    switch (test) {
    case TEST_FINITE:
        return class != FP_INFINITE && class != FP_NAN;
    case TEST_INFINITE:
        return class == FP_INFINITE;
    case TEST_NUMBER:
        return class != FP_NAN;
    case TEST_NAN:
        return class == FP_NAN;
    case TEST_NORMAL:
        return class == FP_NORMAL || class == FP_ZERO;
    case TEST_SUBNORMAL:
        return class == FP_SUBNORMAL;
    }
    return false;
}

#define TESTP(name, t)                                                                             \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        const t *a = LANES(t, 1);                                                                  \
        uint32_t bits = 0;                                                                         \
        for (unsigned l = 0; l < EXEC_WARP_LANES; l++)                                             \
            bits |= (uint32_t)passes(fpclassify(a[l]), (enum test)in->mode) << l;                  \
        set_predicate(&PREDICATE(0), mask, bits);                                                  \
    }
TESTP(testp_f32, lane_f32)
TESTP(testp_f64, lane_f64)

int EXEC_OP(op_testp)(struct decoder *dc)
{
    static const exec_fn fns[T_COUNT] = {[T_F32] = testp_f32, [T_F64] = testp_f64};
    int test = decode_take_one(dc, MOD_FINITE, MOD_SUBNORMAL);

    if (test < 0)
        return decode_fail(dc, -EINVAL, "test missing");
    dc->in->mode = (uint8_t)test;
    return decode_pick(dc, fns, decode_type(dc));
}
