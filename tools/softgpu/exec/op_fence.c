/* SPDX-License-Identifier: MIT
 *
 * op_fence.c - fences, and the instructions that guide caches and counters: policies, events, which
 * change nothing that a program can see.
 */
#include <errno.h>

#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"

HANDLER(fence)
{
    (void)warp;
    (void)in;
    (void)mask;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* fence.proxy.async.global, .alias ...: all memory is one here. */
static void take_proxy(struct decoder *dc)
{
    decode_take(dc, MOD_ALIAS);
    decode_take(dc, MOD_ASYNC_GENERIC);
    if (decode_take(dc, MOD_ASYNC))
        decode_take_one(dc, MOD_GLOBAL, MOD_SHARED_CLUSTER);
}

int op_fence(struct decoder *dc)
{
    decode_take_one(dc, MOD_ACQUIRE, MOD_SC);
    decode_take(dc, MOD_GL);
    if (decode_take(dc, MOD_PROXY))
        take_proxy(dc);
    if (decode_take(dc, MOD_OP_RESTRICT) || decode_has(dc, MOD_MBARRIER_INIT))
        decode_take(dc, MOD_MBARRIER_INIT);
    decode_take_one(dc, MOD_SYNC_RESTRICT_CTA, MOD_SYNC_RESTRICT_CLUSTER);
    decode_take_one(dc, MOD_CTA, MOD_SYS);
    dc->in->fn = fence;
    return dc->st->n_operands ? decode_fail(dc, -ENOTSUP, "takes no operands") : 0;
}

/* A policy is a number that says how lines are to be kept: here any is as good. */
HANDLER(no_policy)
{
    lane_u64 *d = LANES(lane_u64, 0);

    EACH_LANE(mask, d[l] = 0);
}

static int policy_operands(struct decoder *dc, unsigned least, unsigned most)
{
    unsigned n = dc->st->n_operands;

    if (decode_type(dc) != T_B64 && decode_type(dc) != T_NONE)
        return decode_fail(dc, -EINVAL, "type must be .b64");
    if (n < least || n > most)
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    dc->in->fn = no_policy;
    return decode_result(dc, 0, &dc->st->operands[0], T_B64);
}

int op_createpolicy(struct decoder *dc)
{
    decode_take(dc, MOD_L2);
    for (enum mod mod = MOD_L2_EVICT_NORMAL; mod <= MOD_L2_EVICT_UNCHANGED; mod++)
        decode_take(dc, mod);
    if (decode_take(dc, MOD_FRACTIONAL))
        return policy_operands(dc, 1, 2); /* policy [, fraction] */
    if (decode_take(dc, MOD_CVT))
        return policy_operands(dc, 2, 2); /* policy, access property */
    decode_take(dc, MOD_GLOBAL);
    if (decode_take(dc, MOD_RANGE))
        return policy_operands(dc, 4, 4); /* policy, [address], primary, total */
    return decode_fail(dc, -EINVAL, ".fractional, .range or .cvt missing");
}

HANDLER(nothing)
{
    (void)warp;
    (void)in;
    (void)mask;
}

int op_pmevent(struct decoder *dc)
{
    uint64_t event;

    decode_take(dc, MOD_MASK);
    dc->in->fn = nothing;
    return dc->st->n_operands == 1 ? decode_immediate(dc, &dc->st->operands[0], &event)
                                   : decode_fail(dc, -EINVAL, "takes one operand");
}
