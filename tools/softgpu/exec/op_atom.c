/* SPDX-License-Identifier: MIT
 *
 * op_atom.c - atom and red. Lanes one after the other, each with the CPU's own atomic
 * operation, since blocks on other threads may do the same; what CPUs lack (minimum, float sums) is
 * a loop of compare and exchange.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/addresses.h"
#include "tools/softgpu/exec/half.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/mbarrier.h"
#include "tools/softgpu/exec/ops.h"

/* op[0] the old value, op[1] b, op[2] c (cas), vectors: op[0..3] old; b in op[5..]. The address is
 * in its usual place. red has no result: AREA_SINK. */
#define OLD 0
#define B   1
#define C   2

#define ATOMIC(name, t, ...)                                                                       \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        uint8_t *at[EXEC_WARP_LANES];                                                              \
        t *d = LANES(t, OLD);                                                                      \
        const t *b = LANES(t, B);                                                                  \
        if (!addresses_translate(warp, in, mask, sizeof(t),                                        \
                                 ACCESS_READ | ACCESS_WRITE | ACCESS_ATOMIC, at))                  \
            return;                                                                                \
        for (uint32_t m = mask; m; m &= m - 1) {                                                   \
            unsigned l = __builtin_ctz(m);                                                         \
            t *p = (t *)at[l], y = b[l], old;                                                      \
            __VA_ARGS__;                                                                           \
            d[l] = old;                                                                            \
        }                                                                                          \
    }

/* A value computed from the old one x and b's y. */
#define LOOP(t, ...)                                                                               \
    do {                                                                                           \
        old = __atomic_load_n(p, __ATOMIC_SEQ_CST);                                                \
        for (;;) {                                                                                 \
            t x = old, next = (t)(__VA_ARGS__);                                                    \
            (void)x;                                                                               \
            if (__atomic_compare_exchange_n(p, &old, next, false, __ATOMIC_SEQ_CST,                \
                                            __ATOMIC_SEQ_CST))                                     \
                break;                                                                             \
        }                                                                                          \
    } while (0)

#define BUILTIN_OPS(bits, t)                                                                       \
    ATOMIC(add_##bits, t, old = __atomic_fetch_add(p, y, __ATOMIC_SEQ_CST))                        \
    ATOMIC(and_##bits, t, old = __atomic_fetch_and(p, y, __ATOMIC_SEQ_CST))                        \
    ATOMIC(or_##bits, t, old = __atomic_fetch_or(p, y, __ATOMIC_SEQ_CST))                          \
    ATOMIC(xor_##bits, t, old = __atomic_fetch_xor(p, y, __ATOMIC_SEQ_CST))                        \
    ATOMIC(exch_##bits, t, old = __atomic_exchange_n(p, y, __ATOMIC_SEQ_CST))
BUILTIN_OPS(32, lane_u32)
BUILTIN_OPS(64, lane_u64)

ATOMIC(min_u32, lane_u32, LOOP(uint32_t, x < y ? x : y))
ATOMIC(max_u32, lane_u32, LOOP(uint32_t, x > y ? x : y))
ATOMIC(min_s32, lane_s32, LOOP(int32_t, x < y ? x : y))
ATOMIC(max_s32, lane_s32, LOOP(int32_t, x > y ? x : y))
ATOMIC(min_u64, lane_u64, LOOP(uint64_t, x < y ? x : y))
ATOMIC(max_u64, lane_u64, LOOP(uint64_t, x > y ? x : y))
ATOMIC(min_s64, lane_s64, LOOP(int64_t, x < y ? x : y))
ATOMIC(max_s64, lane_s64, LOOP(int64_t, x > y ? x : y))
ATOMIC(inc_32, lane_u32, LOOP(uint32_t, x >= y ? 0 : x + 1))
ATOMIC(dec_32, lane_u32, LOOP(uint32_t, x == 0 || x > y ? y : x - 1))

/* Sums of f32 in global memory flush subnormals on hardware; insn.flags says it. */
#define FLUSH_SUMS 16u

static uint32_t sum_f32(const struct insn *in, uint32_t x, uint32_t y)
{
    float a = f32_from(x), b = f32_from(y);

    if (!(in->flags & FLUSH_SUMS))
        return f32_bits(f32_canonical(a + b));
    return f32_bits(f32_canonical(f32_flush(f32_flush(a) + f32_flush(b))));
}

static uint16_t sum_f16(uint16_t x, uint16_t y)
{
    return f16_round((double)f16_value(x) + f16_value(y), ROUND_RN);
}

static uint16_t sum_bf16(uint16_t x, uint16_t y)
{
    return bf16_round((double)bf16_value(x) + bf16_value(y), ROUND_RN);
}

/* min and max of halves: a NaN gives the other operand. */
static uint16_t pick_half(uint16_t x, uint16_t y, float fx, float fy, bool is_max)
{
    if (fx != fx)
        return fy != fy ? F16_NAN : y;
    if (fy != fy)
        return x;
    if (fx == fy)
        return (x >> 15) == is_max ? y : x;
    return (fx > fy) == is_max ? x : y;
}

static uint16_t min_of_f16(uint16_t x, uint16_t y)
{
    return pick_half(x, y, f16_value(x), f16_value(y), false);
}

static uint16_t max_of_f16(uint16_t x, uint16_t y)
{
    return pick_half(x, y, f16_value(x), f16_value(y), true);
}

static uint16_t min_of_bf16(uint16_t x, uint16_t y)
{
    return pick_half(x, y, bf16_value(x), bf16_value(y), false);
}

static uint16_t max_of_bf16(uint16_t x, uint16_t y)
{
    return pick_half(x, y, bf16_value(x), bf16_value(y), true);
}

#define PAIR(f) (f((uint16_t)x, (uint16_t)y) | (uint32_t)f(x >> 16, y >> 16) << 16)
ATOMIC(add_f32, lane_u32, LOOP(uint32_t, sum_f32(in, x, y)))
ATOMIC(add_f64, lane_u64, LOOP(uint64_t, f64_bits(f64_from(x) + f64_from(y))))
ATOMIC(add_f16, lane_u16, LOOP(uint16_t, sum_f16(x, y)))
ATOMIC(add_bf16, lane_u16, LOOP(uint16_t, sum_bf16(x, y)))
ATOMIC(add_f16x2, lane_u32, LOOP(uint32_t, PAIR(sum_f16)))
ATOMIC(add_bf16x2, lane_u32, LOOP(uint32_t, PAIR(sum_bf16)))
ATOMIC(min_f16, lane_u16, LOOP(uint16_t, min_of_f16(x, y)))
ATOMIC(max_f16, lane_u16, LOOP(uint16_t, max_of_f16(x, y)))
ATOMIC(min_bf16, lane_u16, LOOP(uint16_t, min_of_bf16(x, y)))
ATOMIC(max_bf16, lane_u16, LOOP(uint16_t, max_of_bf16(x, y)))
ATOMIC(min_f16x2, lane_u32, LOOP(uint32_t, PAIR(min_of_f16)))
ATOMIC(max_f16x2, lane_u32, LOOP(uint32_t, PAIR(max_of_f16)))
ATOMIC(min_bf16x2, lane_u32, LOOP(uint32_t, PAIR(min_of_bf16)))
ATOMIC(max_bf16x2, lane_u32, LOOP(uint32_t, PAIR(max_of_bf16)))

#define CAS(bits, t)                                                                               \
    ATOMIC(cas_##bits, t, old = y; __atomic_compare_exchange_n(                                    \
               p, &old, LANES(t, C)[l], false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
CAS(16, lane_u16)
CAS(32, lane_u32)
CAS(64, lane_u64)

/* 128 bits: under one lock, since not every CPU has them. */
static char wide_lock;

static void take_wide_lock(void)
{
    while (__atomic_test_and_set(&wide_lock, __ATOMIC_ACQUIRE))
        ;
}

static void wide_swap(struct exec_warp *warp, const struct insn *in, uint32_t mask, bool compare)
{
    uint8_t *at[EXEC_WARP_LANES], *d = LANES(uint8_t, OLD), *b = LANES(uint8_t, B);
    uint8_t *c = compare ? LANES(uint8_t, C) : b;

    if (!addresses_translate(warp, in, mask, 16, ACCESS_READ | ACCESS_WRITE | ACCESS_ATOMIC, at))
        return;
    for (uint32_t m = mask; m; m &= m - 1) {
        size_t lane = __builtin_ctz(m) * 16u;
        uint8_t old[16];
        take_wide_lock();
        memcpy(old, at[lane / 16], 16);
        if (!compare || memcmp(old, b + lane, 16) == 0)
            memcpy(at[lane / 16], c + lane, 16);
        __atomic_clear(&wide_lock, __ATOMIC_RELEASE);
        memcpy(d + lane, old, 16);
    }
}

HANDLER(exch_128)
{
    wide_swap(warp, in, mask, false);
}

HANDLER(cas_128)
{
    wide_swap(warp, in, mask, true);
}

/* --- decoding --- */

#define N_OPERATIONS (MOD_EXCH - MOD_AND + 1)
#define AT(mod)      [MOD_##mod - MOD_AND]

static const exec_fn table[N_OPERATIONS][T_COUNT] = {
    AT(AND) = {[T_B32] = and_32, [T_B64] = and_64},
    AT(OR) = {[T_B32] = or_32, [T_B64] = or_64},
    AT(XOR) = {[T_B32] = xor_32, [T_B64] = xor_64},
    AT(ADD) = {[T_U32] = add_32,
               [T_S32] = add_32,
               [T_U64] = add_64,
               [T_S64] = add_64,
               [T_F32] = add_f32,
               [T_F64] = add_f64,
               [T_F16] = add_f16,
               [T_BF16] = add_bf16,
               [T_F16X2] = add_f16x2,
               [T_BF16X2] = add_bf16x2},
    AT(MIN) = {[T_U32] = min_u32,
               [T_S32] = min_s32,
               [T_U64] = min_u64,
               [T_S64] = min_s64,
               [T_F16] = min_f16,
               [T_BF16] = min_bf16,
               [T_F16X2] = min_f16x2,
               [T_BF16X2] = min_bf16x2},
    AT(MAX) = {[T_U32] = max_u32,
               [T_S32] = max_s32,
               [T_U64] = max_u64,
               [T_S64] = max_s64,
               [T_F16] = max_f16,
               [T_BF16] = max_bf16,
               [T_F16X2] = max_f16x2,
               [T_BF16X2] = max_bf16x2},
    AT(INC) = {[T_U32] = inc_32},
    AT(DEC) = {[T_U32] = dec_32},
    AT(CAS) = {[T_B16] = cas_16, [T_B32] = cas_32, [T_B64] = cas_64, [T_B128] = cas_128},
    AT(EXCH) = {[T_B32] = exch_32, [T_B64] = exch_64, [T_B128] = exch_128},
};

/* atom.add.v2.f32 and the like: element by element, as hardware does. */
HANDLER(each_element)
{
    struct insn one = *in;
    unsigned bytes = type_bytes((enum exec_type)in->rounding);

    for (unsigned i = 0; i < in->vec && !warp->block->faulted; i++) {
        one.op[OLD] = in->op[i];
        one.op[B] = in->op[ADDRESS_OPERAND + 1 + i];
        one.imm = in->imm + (int64_t)(i * bytes);
        table[in->target][in->rounding](warp, &one, mask);
    }
}

/* red.async: tells an mbarrier how many bytes came. */
HANDLER(red_async)
{
    uint32_t bytes[EXEC_WARP_LANES];

    EACH_LANE(EXEC_ALL_LANES, bytes[l] = type_bytes((enum exec_type)in->rounding));
    table[in->target][in->rounding](warp, in, mask);
    if (!warp->block->faulted)
        mbarrier_complete(warp, in, mask, bytes);
}

static int take_vector_operands(struct decoder *dc, const struct operand *old,
                                const struct operand *b, enum exec_type type, unsigned n)
{
    int r = 0;

    if (b->kind != OPERAND_VECTOR || b->count != n ||
        (old && (old->kind != OPERAND_VECTOR || old->count != n)))
        return decode_fail(dc, -EINVAL, "vectors of %u elements expected", n);
    for (unsigned i = 0; i < n && r == 0; i++) {
        const struct operand *element = old ? &dc->st->pool[old->first + i] : NULL;
        dc->in->op[i] = AREA_SINK;
        if (element)
            r = decode_result(dc, i, element, type);
        if (r == 0)
            r = decode_source(dc, ADDRESS_OPERAND + 1 + i, &dc->st->pool[b->first + i], type);
    }
    return r;
}

static int take_scalar_operands(struct decoder *dc, const struct operand *old,
                                const struct operand *b, enum exec_type type, bool is_cas)
{
    int r = old ? decode_result(dc, OLD, old, type) : 0;

    if (!old)
        dc->in->op[OLD] = AREA_SINK;
    if (r == 0)
        r = decode_source(dc, B, b, type);
    return r < 0 || !is_cas ? r : decode_source(dc, C, b + 1, type);
}

static void take_hints(struct decoder *dc)
{
    decode_take_one(dc, MOD_CTA, MOD_SYS);
    decode_take_one(dc, MOD_VOLATILE, MOD_MMIO);
    decode_take(dc, MOD_NOFTZ);
    for (enum mod mod = MOD_CA; mod <= MOD_EVICT_NORMAL; mod++)
        decode_take(dc, mod);
}

static int atomic(struct decoder *dc, bool has_old)
{
    const struct operand *operands = dc->st->operands, *old = has_old ? operands : NULL;
    const struct operand *address = operands + has_old, *b = address + 1;
    bool hint = decode_take(dc, MOD_L2_CACHE_HINT);
    bool async = !has_old && decode_take(dc, MOD_ASYNC);
    unsigned n = decode_take(dc, MOD_V2) ? 2 : decode_take(dc, MOD_V4) ? 4 : 1;
    enum exec_type type = decode_type(dc);
    int operation = decode_take_one(dc, MOD_AND, MOD_EXCH), space, r;
    bool is_cas = operation == MOD_CAS - MOD_AND;

    take_hints(dc);
    if (operation < 0 || type == T_NONE)
        return decode_fail(dc, -EINVAL, "operation or type missing");
    if (async && (n > 1 || !decode_take(dc, MOD_COMPLETE_BYTES)))
        return decode_fail(dc, -EINVAL, "takes an mbarrier, and no vectors");
    if (dc->st->n_operands != has_old + 2u + is_cas + hint + async)
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    dc->in->vec = n;
    dc->in->target = operation;
    dc->in->rounding = type;
    r = decode_pick(dc, table[operation], type);
    if (r == 0)
        r = addresses_take(dc, ADDRESS_OPERAND, address, &space);
    if (r < 0)
        return r;
    dc->in->mode = (uint8_t)space;
    if (type == T_F32 && space != SPACE_SHARED)
        dc->in->flags |= FLUSH_SUMS;
    if (async) {
        dc->in->fn = red_async;
        r = mbarrier_take_completion(dc, b + 1);
    }
    if (r < 0 || n == 1)
        return r < 0 ? r : take_scalar_operands(dc, old, b, type, is_cas);
    dc->in->fn = each_element;
    return is_cas ? decode_fail(dc, -EINVAL, "no vectors for .cas")
                  : take_vector_operands(dc, old, b, type, n);
}

int op_atom(struct decoder *dc)
{
    return atomic(dc, true);
}

int op_red(struct decoder *dc)
{
    return atomic(dc, false);
}
