/* SPDX-License-Identifier: MIT
 *
 * op_warp.c - lanes of a warp that work together: votes, shuffles, match, redux, elect, activemask.
 *
 * The .sync forms first gather the lanes that their mask names (warp_gather), which may differ from
 * lane to lane when a warp is divided into tiles.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/gather.h"
#include "tools/softgpu/exec/ops.h"

/* --- votes --- */

/* op[0] result, op[1] predicate; flags: 1 negated, 2 no mask given (all that are here). */
#define WITHOUT_MASK 2u

static uint32_t vote_lanes(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                           uint32_t members[EXEC_WARP_LANES])
{
    if (!(in->flags & WITHOUT_MASK))
        return gather(warp, in, mask, members);
    for (unsigned l = 0; l < EXEC_WARP_LANES; l++)
        members[l] = mask;
    return mask;
}

static uint32_t vote_bits(const struct exec_warp *warp, const struct insn *in, uint32_t mask)
{
    return (PREDICATE(1) ^ (in->flags & 1 ? UINT32_MAX : 0)) & mask;
}

HANDLER(vote_ballot)
{
    uint32_t members[EXEC_WARP_LANES], lanes = vote_lanes(warp, in, mask, members);
    uint32_t bits = lanes ? vote_bits(warp, in, lanes) : 0;
    lane_u32 *d = LANES(lane_u32, 0);

    EACH_LANE(lanes, d[l] = bits & members[l]);
}

enum vote { VOTE_ALL, VOTE_ANY, VOTE_UNI };

HANDLER(vote)
{
    uint32_t members[EXEC_WARP_LANES], lanes = vote_lanes(warp, in, mask, members), result = 0;
    uint32_t bits = lanes ? vote_bits(warp, in, lanes) : 0;

    for (uint32_t m = lanes; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint32_t who = members[l] & lanes, yes = bits & who;
        bool value = in->mode == VOTE_ALL   ? yes == who
                     : in->mode == VOTE_ANY ? yes != 0
                                            : yes == who || yes == 0;
        result |= (uint32_t)value << l;
    }
    if (lanes)
        set_predicate(&PREDICATE(0), lanes, result);
}

/* vote[.sync].mode d, [!]p [, mask] */
int op_vote(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    bool sync = decode_take(dc, MOD_SYNC), ballot = decode_take(dc, MOD_BALLOT);
    int r;

    if (dc->st->n_operands != 2u + sync)
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    dc->in->flags = (operands[1].negated ? 1 : 0) | (sync ? 0 : WITHOUT_MASK);
    dc->in->fn = ballot ? vote_ballot : vote;
    if (!ballot)
        dc->in->mode = decode_take(dc, MOD_ALL)   ? VOTE_ALL
                       : decode_take(dc, MOD_ANY) ? VOTE_ANY
                       : decode_take(dc, MOD_UNI) ? VOTE_UNI
                                                  : UINT8_MAX;
    if (dc->in->mode == UINT8_MAX)
        return decode_fail(dc, -EINVAL, ".all, .any, .uni or .ballot missing");
    r = decode_result(dc, 0, &operands[0], ballot ? T_B32 : T_PRED);
    if (r == 0)
        r = decode_source(dc, 1, &operands[1], T_PRED);
    return r < 0 || !sync ? r : decode_source(dc, MEMBERS, &operands[2], T_U32);
}

HANDLER(activemask)
{
    lane_u32 *d = LANES(lane_u32, 0);

    EACH_LANE(mask, d[l] = mask);
}

int op_activemask(struct decoder *dc)
{
    dc->in->fn = activemask;
    return decode_type(dc) == T_B32 ? 0 : decode_fail(dc, -EINVAL, "type must be .b32");
}

/* --- shuffles --- */

/* The lane whose value this one gets, and whether it is in range (else it keeps its own). */
static unsigned shuffle_source(unsigned mode, unsigned lane, uint32_t b, uint32_t c, bool *ret_in)
{
    unsigned segment = c >> 8 & 31, clamp = c & 31, low = lane & segment;
    unsigned high = low | (clamp & ~segment);
    int source;

    b &= 31;
    switch (mode) {
    case MOD_UP - MOD_UP:
        source = (int)lane - (int)b;
        *ret_in = source >= (int)high;
        break;
    case MOD_DOWN - MOD_UP:
        source = (int)(lane + b);
        *ret_in = source <= (int)high;
        break;
    case MOD_BFLY - MOD_UP:
        source = (int)(lane ^ b);
        *ret_in = source <= (int)high;
        break;
    default:
        source = (int)(low | (b & ~segment));
        *ret_in = source <= (int)high;
        break;
    }
    return *ret_in ? (unsigned)source & 31 : lane;
}

/* op[0] result, op[1] its predicate, op[2] a, op[3] b, op[4] c */
HANDLER(shfl)
{
    uint32_t members[EXEC_WARP_LANES], a[EXEC_WARP_LANES], lanes = mask, in_range = 0;
    const lane_u32 *b, *c;
    lane_u32 *d;

    if (!(in->flags & WITHOUT_MASK))
        lanes = gather(warp, in, mask, members);
    if (!lanes)
        return;
    b = LANES(lane_u32, 3);
    c = LANES(lane_u32, 4);
    d = LANES(lane_u32, 0);
    memcpy(a, LANES(lane_u32, 2), sizeof(a));
    for (uint32_t m = lanes; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        bool inside;
        unsigned source = shuffle_source(in->mode, l, b[l], c[l], &inside);
        d[l] = a[source];
        in_range |= (uint32_t)inside << l;
    }
    set_predicate(&PREDICATE(1), lanes, in_range);
}

/* shfl[.sync].mode.b32 d[|p], a, b, c [, mask] */
int op_shfl(struct decoder *dc)
{
    static const struct operand sink = {.kind = OPERAND_SINK};
    const struct operand *operands = dc->st->operands;
    bool sync = decode_take(dc, MOD_SYNC);
    unsigned at = dc->st->second_result ? 2 : 1;
    int mode = decode_take_one(dc, MOD_UP, MOD_IDX), r;

    if (mode < 0 || decode_type(dc) != T_B32)
        return decode_fail(dc, -EINVAL, "mode missing or type not .b32");
    if (dc->st->n_operands != at + 3 + sync)
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    dc->in->fn = shfl;
    dc->in->mode = (uint8_t)mode;
    dc->in->flags = sync ? 0 : WITHOUT_MASK;
    r = decode_result(dc, 0, &operands[0], T_B32);
    if (r == 0)
        r = decode_result(dc, 1, at == 2 ? &operands[1] : &sink, T_PRED);
    for (unsigned i = 0; i < 3 && r == 0; i++)
        r = decode_source(dc, 2 + i, &operands[at + i], T_B32);
    return r < 0 || !sync ? r : decode_source(dc, MEMBERS, &operands[at + 3], T_U32);
}

/* --- match, redux, elect --- */

static uint64_t value_of(const struct exec_warp *warp, const struct insn *in, unsigned lane)
{
    return in->vec == 8 ? LANES(lane_u64, 2)[lane] : LANES(lane_u32, 2)[lane];
}

/* op[0] mask of the lanes with the same value, op[1] all have it; op[2] value */
HANDLER(match)
{
    uint32_t members[EXEC_WARP_LANES], lanes = gather(warp, in, mask, members), all = 0;
    uint64_t values[EXEC_WARP_LANES];
    lane_u32 *d;

    if (!lanes)
        return;
    for (uint32_t m = lanes; m; m &= m - 1)
        values[__builtin_ctz(m)] = value_of(warp, in, __builtin_ctz(m));
    d = LANES(lane_u32, 0);
    for (uint32_t m = lanes; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint32_t who = members[l] & lanes, same = 0;
        for (uint32_t w = who; w; w &= w - 1)
            same |= values[__builtin_ctz(w)] == values[l] ? w & -w : 0;
        d[l] = in->mode && same != who ? 0 : same;
        all |= (uint32_t)(same == who) << l;
    }
    set_predicate(&PREDICATE(1), lanes, all);
}

/* match.any.sync d, a, mask; match.all.sync d[|p], a, mask */
int op_match(struct decoder *dc)
{
    static const struct operand sink = {.kind = OPERAND_SINK};
    const struct operand *operands = dc->st->operands;
    bool all = decode_take(dc, MOD_ALL), any = decode_take(dc, MOD_ANY);
    unsigned at = dc->st->second_result ? 2 : 1;
    enum exec_type type = decode_type(dc);
    int r;

    if (all == any || !decode_take(dc, MOD_SYNC) || (type != T_B32 && type != T_B64))
        return decode_fail(dc, -EINVAL, "takes .any or .all, .sync and .b32 or .b64");
    if (dc->st->n_operands != at + 2)
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    dc->in->fn = match;
    dc->in->mode = all;
    dc->in->vec = type_bytes(type);
    r = decode_result(dc, 0, &operands[0], T_B32);
    if (r == 0)
        r = decode_result(dc, 1, at == 2 ? &operands[1] : &sink, T_PRED);
    if (r == 0)
        r = decode_source(dc, 2, &operands[at], type);
    return r < 0 ? r : decode_source(dc, MEMBERS, &operands[at + 1], T_U32);
}

static uint32_t reduce(unsigned operation, bool is_signed, uint32_t x, uint32_t y)
{
    switch (operation + MOD_AND) {
    case MOD_AND:
        return x & y;
    case MOD_OR:
        return x | y;
    case MOD_XOR:
        return x ^ y;
    case MOD_ADD:
        return x + y;
    case MOD_MIN:
        return (is_signed ? (int32_t)x < (int32_t)y : x < y) ? x : y;
    default:
        return (is_signed ? (int32_t)x > (int32_t)y : x > y) ? x : y;
    }
}

/* op[0] result, op[2] value; flags: 1 signed */
HANDLER(redux)
{
    uint32_t members[EXEC_WARP_LANES], lanes = gather(warp, in, mask, members);
    uint32_t a[EXEC_WARP_LANES];
    lane_u32 *d;

    if (!lanes)
        return;
    memcpy(a, LANES(lane_u32, 2), sizeof(a));
    d = LANES(lane_u32, 0);
    for (uint32_t m = lanes; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint32_t who = members[l] & lanes, value = a[__builtin_ctz(who)];
        for (uint32_t w = who & (who - 1); w; w &= w - 1)
            value = reduce(in->mode, in->flags & 1, value, a[__builtin_ctz(w)]);
        d[l] = value;
    }
}

int op_redux(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    int operation = decode_take_one(dc, MOD_AND, MOD_MAX), r;
    enum exec_type type = decode_type(dc);

    if (operation < 0 || !decode_take(dc, MOD_SYNC) || dc->st->n_operands != 3)
        return decode_fail(dc, -EINVAL, "takes .sync, an operation and 3 operands");
    if (type != T_B32 && type != T_U32 && type != T_S32)
        return decode_fail(dc, -ENOTSUP, "not supported for this type");
    dc->in->fn = redux;
    dc->in->mode = (uint8_t)operation;
    dc->in->flags = type == T_S32;
    r = decode_result(dc, 0, &operands[0], type);
    if (r == 0)
        r = decode_source(dc, 2, &operands[1], type);
    return r < 0 ? r : decode_source(dc, MEMBERS, &operands[2], T_U32);
}

/* The lowest lane of the mask is elected. */
HANDLER(elect)
{
    uint32_t members[EXEC_WARP_LANES], lanes = gather(warp, in, mask, members), chosen = 0;
    lane_u32 *d;

    if (!lanes)
        return;
    d = LANES(lane_u32, 0);
    for (uint32_t m = lanes; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint32_t who = members[l] & lanes;
        unsigned leader = __builtin_ctz(who ? who : lanes);
        d[l] = leader;
        chosen |= (uint32_t)(leader == l) << l;
    }
    set_predicate(&PREDICATE(1), lanes, chosen);
}

/* elect.sync d|p, mask */
int op_elect(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    int r;

    if (!decode_take(dc, MOD_SYNC) || !dc->st->second_result || dc->st->n_operands != 3)
        return decode_fail(dc, -EINVAL, "takes .sync, d|p and a mask");
    dc->in->fn = elect;
    r = decode_result(dc, 0, &operands[0], T_B32);
    if (r == 0)
        r = decode_result(dc, 1, &operands[1], T_PRED);
    return r < 0 ? r : decode_source(dc, MEMBERS, &operands[2], T_U32);
}
