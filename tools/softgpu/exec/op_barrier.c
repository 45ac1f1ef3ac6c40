/* SPDX-License-Identifier: MIT
 *
 * op_barrier.c - barriers: of the block, of its cluster, of a warp; and the instructions that only
 * say when to go on.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/gather.h"
#include "tools/softgpu/exec/ops.h"

/* --- barriers of the block --- */

/* op[0] result, op[1] barrier, op[2] count or none, op[3] predicate. flags: 1 count given, 2 the
 * predicate is negated, 4 wait. mode: enum barrier_result. */
#define COUNTED 1u
#define NEGATED 2u
#define WAITS   4u

HANDLER(barrier)
{
    const lane_u32 *id = LANES(lane_u32, 1);
    uint32_t ids[EXEC_WARP_LANES], counts[EXEC_WARP_LANES] = {0};
    uint32_t values = 0;

    memcpy(ids, id, sizeof(ids));
    if (in->flags & COUNTED)
        memcpy(counts, LANES(lane_u32, 2), sizeof(counts));
    if (in->mode)
        values = PREDICATE(3) ^ (in->flags & NEGATED ? UINT32_MAX : 0);
    while (mask && !warp->block->faulted) {
        unsigned first = __builtin_ctz(mask);
        struct barrier_use use = {.id = ids[first],
                                  .threads = counts[first],
                                  .wait = in->flags & WAITS,
                                  .values = values};
        uint32_t alike = 0;
        for (uint32_t m = mask; m; m &= m - 1) {
            unsigned lane = __builtin_ctz(m);
            if (ids[lane] == use.id && counts[lane] == use.threads)
                alike |= 1u << lane;
        }
        barrier_arrive(warp, in, alike, &use);
        mask &= ~alike;
    }
}

/* bar.warp.sync: the lanes of the mask wait for each other. */
HANDLER(warp_barrier)
{
    uint32_t members[EXEC_WARP_LANES];

    gather(warp, in, mask, members);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static int take_count(struct decoder *dc, const struct operand *operand)
{
    dc->in->flags |= COUNTED;
    return decode_source(dc, 2, operand, T_U32);
}

static int take_predicate(struct decoder *dc, const struct operand *operand)
{
    dc->in->flags |= operand->negated ? NEGATED : 0;
    return decode_source(dc, 3, operand, T_PRED);
}

static int barrier_reduction(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    unsigned n = dc->st->n_operands;
    bool popc = decode_take(dc, MOD_POPC);
    int r;

    dc->in->flags = WAITS;
    dc->in->mode = popc                       ? BARRIER_POPC
                   : decode_take(dc, MOD_AND) ? BARRIER_AND
                   : decode_take(dc, MOD_OR)  ? BARRIER_OR
                                              : BARRIER_NO_RESULT;
    if (!dc->in->mode || n < 3 || n > 4)
        return decode_fail(dc, -EINVAL, "takes an operation, a result, barrier and predicate");
    r = decode_result(dc, 0, &operands[0], popc ? T_U32 : T_PRED);
    if (r == 0)
        r = decode_source(dc, 1, &operands[1], T_U32);
    if (r == 0 && n == 4)
        r = take_count(dc, &operands[2]);
    return r < 0 ? r : take_predicate(dc, &operands[n - 1]);
}

static int warp_sync(struct decoder *dc)
{
    dc->in->fn = warp_barrier;
    if (!decode_take(dc, MOD_SYNC) || dc->st->n_operands != 1)
        return decode_fail(dc, -EINVAL, "takes .sync and a mask");
    return decode_source(dc, MEMBERS, &dc->st->operands[0], T_U32);
}

/* bar and barrier, with .cta; bar.arrive needs a count. */
int op_bar(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    unsigned n = dc->st->n_operands;
    bool arrive;
    int r;

    decode_take(dc, MOD_CTA);
    decode_take(dc, MOD_ALIGNED);
    if (decode_take(dc, MOD_WARP))
        return warp_sync(dc);
    dc->in->fn = barrier;
    if (decode_take(dc, MOD_RED))
        return barrier_reduction(dc);
    arrive = decode_take(dc, MOD_ARRIVE);
    if (!arrive && !decode_take(dc, MOD_SYNC))
        return decode_fail(dc, -EINVAL, ".sync, .arrive or .red missing");
    dc->in->flags = arrive ? 0 : WAITS;
    if (n < (arrive ? 2 : 1) || n > 2)
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    r = decode_source(dc, 1, &operands[0], T_U32);
    return r < 0 || n < 2 ? r : take_count(dc, &operands[1]);
}

HANDLER(cluster_barrier_arrive)
{
    cluster_arrive(warp, in, mask);
}

HANDLER(cluster_barrier_wait)
{
    cluster_wait(warp, in, mask);
}

HANDLER(nothing)
{
    (void)warp;
    (void)in;
    (void)mask;
}

static int decode_cluster_barrier(struct decoder *dc)
{
    bool wait = decode_take(dc, MOD_WAIT);

    decode_take(dc, MOD_ALIGNED);
    decode_take(dc, MOD_ACQUIRE);
    decode_take(dc, MOD_RELEASE);
    decode_take(dc, MOD_RELAXED);
    if (!wait && !decode_take(dc, MOD_ARRIVE))
        return decode_fail(dc, -EINVAL, ".arrive or .wait missing");
    dc->in->fn = wait ? cluster_barrier_wait : cluster_barrier_arrive;
    return 0;
}

int op_barrier(struct decoder *dc)
{
    return decode_take(dc, MOD_CLUSTER) ? decode_cluster_barrier(dc) : op_bar(dc);
}

/* --- what has no effect here --- */

int op_nanosleep(struct decoder *dc)
{
    dc->in->fn = nothing;
    return decode_type(dc) == T_U32 ? 0 : decode_fail(dc, -EINVAL, "type must be .u32");
}

/* griddepcontrol: the kernels that it orders run one after the other anyhow. */
int op_nothing(struct decoder *dc)
{
    decode_take(dc, MOD_LAUNCH_DEPENDENTS);
    decode_take(dc, MOD_WAIT);
    dc->in->fn = nothing;
    return 0;
}
