/* SPDX-License-Identifier: MIT
 *
 * op_async.c - asynchronous copies of 4 to 16 bytes, which are done at once, and mbarriers.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/addresses.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/mbarrier.h"
#include "tools/softgpu/exec/ops.h"

/* --- copies --- */

/* op[0] source size or none; the address operand is that of the target, SOURCE that of the source.
 */
#define SOURCE 5

static bool source_addresses(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                             uint8_t *ret_at[EXEC_WARP_LANES])
{
    struct insn read = *in;

    read.op[ADDRESS_OPERAND] = in->op[SOURCE];
    read.imm = (int32_t)in->target;
    read.mode = SPACE_GLOBAL;
    read.flags = 0;
    return addresses_translate(warp, &read, mask, in->vec, ACCESS_READ, ret_at);
}

HANDLER(copy)
{
    uint8_t *to[EXEC_WARP_LANES], *from[EXEC_WARP_LANES];
    const lane_u32 *sizes = in->op[0] == EXEC_NO_SLOT ? NULL : LANES(lane_u32, 0);

    if (!addresses_translate(warp, in, mask, in->vec, ACCESS_WRITE, to) ||
        !source_addresses(warp, in, mask, from))
        return;
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m), bytes = in->vec;
        if (sizes && sizes[l] < bytes)
            bytes = sizes[l];
        memset(to[l], 0, in->vec);
        memcpy(to[l], from[l], bytes);
    }
}

HANDLER(nothing)
{
    (void)warp;
    (void)in;
    (void)mask;
}

/* cp.async.ca.shared.global [to], [from], bytes [, source bytes] [, policy] */
static int decode_copy(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    unsigned n = dc->st->n_operands - (decode_take(dc, MOD_L2_CACHE_HINT) ? 1 : 0);
    uint64_t bytes = 0;
    int space, r;

    for (enum mod mod = MOD_CA; mod <= MOD_EVICT_NORMAL; mod++)
        decode_take(dc, mod);
    if (!decode_take(dc, MOD_GLOBAL) || n < 3 || n > 4)
        return decode_fail(dc, -EINVAL, "takes .shared.global and 3 or 4 operands");
    dc->in->fn = copy;
    r = decode_address(dc, SOURCE, &operands[1], &space);
    if (r == 0 && (dc->in->imm != (int32_t)dc->in->imm || dc->in->flags))
        r = decode_fail(dc, -ENOTSUP, "source address is not supported");
    dc->in->target = (uint32_t)dc->in->imm;
    if (r == 0)
        r = addresses_take(dc, ADDRESS_OPERAND, &operands[0], &space);
    if (r == 0 && space != SPACE_SHARED)
        r = decode_fail(dc, -EINVAL, "target must be in .shared");
    if (r == 0)
        r = decode_immediate(dc, &operands[2], &bytes);
    if (r == 0 && bytes != 4 && bytes != 8 && bytes != 16)
        r = decode_fail(dc, -EINVAL, "4, 8 or 16 bytes expected");
    dc->in->mode = SPACE_SHARED;
    dc->in->vec = (uint8_t)bytes;
    return r < 0 || n < 4 ? r : decode_source(dc, 0, &operands[3], T_U32);
}

/* --- mbarriers --- */

enum operation { INIT, INVAL, ARRIVE, DROP, EXPECT, COMPLETE, TEST };

/* op[0] result, op[1] count, state or parity; mode is the space. */
#define OPERATION(in) ((enum operation)(in)->vec)
#define BY_PARITY     32u /* insn.flags */
#define WITH_TX       64u /* arrive.expect_tx: op[1] is bytes, one arrival */

static uint64_t changed(const struct insn *in, uint64_t word, uint32_t n)
{
    uint64_t expected = mbarrier_expected_of(word);

    switch (OPERATION(in)) {
    case INIT:
        return mbarrier_with_counts(0, n, n);
    case INVAL:
        return 0;
    case DROP:
        expected -= n;
        break;
    case EXPECT:
        return mbarrier_add_tx(word, n);
    case COMPLETE:
        return mbarrier_finish_phase(mbarrier_add_tx(word, -(int64_t)n));
    default:
        break;
    }
    if (in->flags & WITH_TX) {
        word = mbarrier_add_tx(word, n);
        n = 1;
    }
    return mbarrier_finish_phase(
        mbarrier_with_counts(word, mbarrier_pending_of(word) - n, expected));
}

HANDLER(change)
{
    uint8_t *at[EXEC_WARP_LANES];
    lane_u64 *d = LANES(lane_u64, 0);
    const lane_u32 *n = LANES(lane_u32, 1);

    if (!addresses_translate(warp, in, mask, 8, ACCESS_READ | ACCESS_WRITE | ACCESS_ATOMIC, at))
        return;
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint64_t *word = (uint64_t *)at[l], old = *word;
        *word = changed(in, old, n[l]);
        d[l] = old;
    }
}

HANDLER(test)
{
    uint8_t *at[EXEC_WARP_LANES];
    uint32_t done = 0;

    if (!addresses_translate(warp, in, mask, 8, ACCESS_READ | ACCESS_ATOMIC, at))
        return;
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint64_t phase = in->flags & BY_PARITY ? (uint64_t)LANES(lane_u32, 1)[l] << 63
                                               : LANES(lane_u64, 1)[l] & MBARRIER_PHASE;
        done |= (uint32_t)((*(const uint64_t *)at[l] & MBARRIER_PHASE) != phase) << l;
    }
    set_predicate(&PREDICATE(0), mask, done);
}

UNARY(pending_count, lane_u32, lane_u64, mbarrier_pending_of(x))

static int take_word(struct decoder *dc, const struct operand *address)
{
    int space, r = addresses_take(dc, ADDRESS_OPERAND, address, &space);

    dc->in->mode = (uint8_t)space;
    if (r == 0 && space != SPACE_SHARED && space != SPACE_GENERIC)
        r = decode_fail(dc, -EINVAL, "an mbarrier is in .shared");
    return r;
}

/* test_wait, try_wait: p, [barrier], state [, time] */
static int decode_test(struct decoder *dc, bool may_have_time)
{
    const struct operand *operands = dc->st->operands;
    bool parity = decode_take(dc, MOD_PARITY);
    unsigned n = dc->st->n_operands;
    int r;

    if (n < 3 || n > 3u + may_have_time)
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    dc->in->fn = test;
    r = take_word(dc, &operands[1]);
    dc->in->flags |= parity ? BY_PARITY : 0;
    if (r == 0)
        r = decode_result(dc, 0, &operands[0], T_PRED);
    return r < 0 ? r : decode_source(dc, 1, &operands[2], parity ? T_U32 : T_B64);
}

/* [state,] [barrier] [, count]; the state may be left away where there is none. */
static int decode_change(struct decoder *dc, enum operation operation)
{
    static const struct operand sink = {.kind = OPERAND_SINK};
    const struct operand *operands = dc->st->operands;
    bool has_state = operands[0].kind != OPERAND_ADDRESS;
    unsigned n = dc->st->n_operands, at = has_state ? 1 : 0;
    int r;

    dc->in->fn = change;
    dc->in->vec = operation;
    if (n < at + 1 || n > at + 2)
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    r = take_word(dc, &operands[at]);
    if (r == 0)
        r = decode_result(dc, 0, has_state ? &operands[0] : &sink, T_B64);
    if (r < 0)
        return r;
    return n == at + 2 ? decode_source(dc, 1, &operands[at + 1], T_U32)
                       : decode_constant(dc, 1, 1, 4);
}

static int decode_arrival(struct decoder *dc, enum operation operation)
{
    bool with_tx = decode_take(dc, MOD_EXPECT_TX);
    int r;

    decode_take(dc, MOD_NOCOMPLETE);
    r = decode_change(dc, operation);
    dc->in->flags |= with_tx ? WITH_TX : 0;
    return r;
}

static int decode_pending_count(struct decoder *dc)
{
    int r;

    if (dc->st->n_operands != 2)
        return decode_fail(dc, -EINVAL, "takes 2 operands");
    dc->in->fn = pending_count;
    r = decode_result(dc, 0, &dc->st->operands[0], T_U32);
    return r < 0 ? r : decode_source(dc, 1, &dc->st->operands[1], T_B64);
}

int op_mbarrier(struct decoder *dc)
{
    decode_take_one(dc, MOD_WEAK, MOD_MMIO);
    decode_take_one(dc, MOD_CTA, MOD_CLUSTER);
    if (decode_type(dc) != T_B64)
        return decode_fail(dc, -EINVAL, "type must be .b64");
    if (decode_take(dc, MOD_INIT))
        return decode_change(dc, INIT);
    if (decode_take(dc, MOD_INVAL))
        return decode_change(dc, INVAL);
    if (decode_take(dc, MOD_ARRIVE))
        return decode_arrival(dc, ARRIVE);
    if (decode_take(dc, MOD_ARRIVE_DROP))
        return decode_arrival(dc, DROP);
    if (decode_take(dc, MOD_EXPECT_TX))
        return decode_change(dc, EXPECT);
    if (decode_take(dc, MOD_COMPLETE_TX))
        return decode_change(dc, COMPLETE);
    if (decode_take(dc, MOD_TEST_WAIT))
        return decode_test(dc, false);
    if (decode_take(dc, MOD_TRY_WAIT))
        return decode_test(dc, true);
    if (decode_take(dc, MOD_PENDING_COUNT))
        return decode_pending_count(dc);
    return decode_fail(dc, -EINVAL, "operation missing");
}

/* cp.async.mbarrier.arrive: with .noinc an arrival that the count includes, else one more on both
 * sides, which changes nothing here, where all copies are done. */
static int decode_copy_arrival(struct decoder *dc)
{
    bool noinc = decode_take(dc, MOD_NOINC);
    int r;

    decode_take(dc, MOD_ARRIVE);
    if (decode_type(dc) != T_B64 || dc->st->n_operands != 1)
        return decode_fail(dc, -EINVAL, "takes .b64 and an address");
    r = decode_change(dc, ARRIVE);
    if (!noinc)
        dc->in->fn = nothing;
    return r;
}

int op_cp(struct decoder *dc)
{
    if (!decode_take(dc, MOD_ASYNC))
        return decode_fail(dc, -ENOTSUP, "only cp.async is supported");
    if (decode_take(dc, MOD_BULK))
        return decode_bulk(dc);
    if (decode_take(dc, MOD_MBARRIER))
        return decode_copy_arrival(dc);
    dc->in->fn = nothing;
    if (decode_take(dc, MOD_COMMIT_GROUP) || decode_take(dc, MOD_WAIT_ALL) ||
        decode_take(dc, MOD_WAIT_GROUP))
        return dc->st->n_operands <= 1 ? 0 : decode_fail(dc, -EINVAL, "too many operands");
    return decode_copy(dc);
}
