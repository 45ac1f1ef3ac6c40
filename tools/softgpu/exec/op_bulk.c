/* SPDX-License-Identifier: MIT
 *
 * op_bulk.c - copies of many bytes that a thread starts (cp.async.bulk, without tensors), stores
 * into the shared memory of a cluster that tell an mbarrier (st.async), and the telling. All are
 * done at once, so that waiting for groups of them has nothing to do.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/mbarrier.h"

/* --- the mbarrier --- */

/* Shared addresses in op[index], of 32 or 64 bits, as generic ones. */
static void shared_addresses(const struct exec_warp *warp, const struct insn *in, unsigned index,
                             bool is_64, uint64_t ret_address[EXEC_WARP_LANES])
{
    const void *a = warp_slot(warp, in->op[index]);

    for (unsigned l = 0; l < EXEC_WARP_LANES; l++)
        ret_address[l] =
            WINDOW_SHARED + (is_64 ? (uint32_t)((const lane_u64 *)a)[l] : ((const lane_u32 *)a)[l]);
}

#define COMPLETION_64 128u /* insn.flags: its address has 64 bits */

int mbarrier_take_completion(struct decoder *dc, const struct operand *operand)
{
    struct insn saved = *dc->in;
    int space, r = decode_address(dc, COMPLETION_OPERAND, operand, &space);
    bool is_64 = !(dc->in->flags & ADDRESS_32);

    if (r == 0 && (dc->in->imm || (space != SPACE_GENERIC && space != SPACE_SHARED)))
        r = decode_fail(dc, -ENOTSUP, "the mbarrier's address is not supported");
    dc->in->imm = saved.imm;
    dc->in->flags = (uint8_t)((saved.flags & ~COMPLETION_64) | (is_64 ? COMPLETION_64 : 0));
    return r;
}

bool mbarrier_complete(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                       const uint32_t bytes[EXEC_WARP_LANES])
{
    uint64_t address[EXEC_WARP_LANES];

    shared_addresses(warp, in, COMPLETION_OPERAND, in->flags & COMPLETION_64, address);
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint64_t word;
        uint8_t *at =
            memory_at(warp, in, l, address[l], 8, ACCESS_READ | ACCESS_WRITE | ACCESS_ATOMIC);
        if (!at)
            return false;
        memcpy(&word, at, sizeof(word));
        word = mbarrier_finish_phase(mbarrier_add_tx(word, -(int64_t)bytes[l]));
        memcpy(at, &word, sizeof(word));
    }
    return true;
}

/* --- bulk copies --- */

/* op[0] the target's address, op[1] the source's, op[2] bytes. mode: */
#define TO_SHARED   1u
#define FROM_SHARED 2u
#define COMPLETES   4u
/* flags: */
#define TO_64   1u
#define FROM_64 2u

static void place(const struct exec_warp *warp, const struct insn *in, unsigned index,
                  bool is_shared, bool is_64, uint64_t ret_address[EXEC_WARP_LANES])
{
    if (is_shared)
        shared_addresses(warp, in, index, is_64, ret_address);
    else
        memcpy(ret_address, LANES(lane_u64, index), EXEC_WARP_LANES * sizeof(*ret_address));
}

static bool copy_one(struct exec_warp *warp, const struct insn *in, unsigned lane, uint64_t to,
                     uint64_t from, uint32_t bytes)
{
    const uint8_t *source;
    uint8_t *target;

    if ((to | from | bytes) & 15) {
        warp_fault(warp, in, EXEC_FAULT_MISALIGNED, lane, (to & 15) ? to : from,
                   "bulk copy of %u bytes to 0x%llx is not aligned to 16", bytes,
                   (unsigned long long)to);
        return false;
    }
    target = memory_at(warp, in, lane, to, bytes, ACCESS_WRITE);
    source = target ? memory_at(warp, in, lane, from, bytes, ACCESS_READ) : NULL;
    if (source)
        memmove(target, source, bytes);
    return source;
}

HANDLER(bulk_copy)
{
    uint64_t to[EXEC_WARP_LANES], from[EXEC_WARP_LANES];
    const lane_u32 *bytes = LANES(lane_u32, 2);
    uint32_t moved[EXEC_WARP_LANES];

    place(warp, in, 0, in->mode & TO_SHARED, in->flags & TO_64, to);
    place(warp, in, 1, in->mode & FROM_SHARED, in->flags & FROM_64, from);
    memcpy(moved, bytes, sizeof(moved));
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        if (!copy_one(warp, in, l, to[l], from[l], moved[l]))
            return;
    }
    if (in->mode & COMPLETES)
        mbarrier_complete(warp, in, mask, moved);
}

HANDLER(nothing)
{
    (void)warp;
    (void)in;
    (void)mask;
}

/* A plain register or variable, without offset. */
static int take_place(struct decoder *dc, unsigned index, const struct operand *operand,
                      bool is_shared, uint8_t is_64)
{
    uint8_t flags = dc->in->flags;
    int space, r;

    dc->in->flags = 0;
    r = decode_address(dc, index, operand, &space);
    if (r == 0 && (dc->in->imm || (dc->in->flags & ADDRESS_FRAME) ||
                   (!is_shared && (dc->in->flags & ADDRESS_32))))
        r = decode_fail(dc, -ENOTSUP, "this address is not supported");
    dc->in->flags = (uint8_t)(flags | (dc->in->flags & ADDRESS_32 ? 0 : is_64));
    return r;
}

/* From the words after .bulk: two spaces in an order that a set of words does not keep, but what
 * completes tells: an mbarrier is told in shared memory, groups are for copies out of it. */
static int bulk_spaces(struct decoder *dc)
{
    bool global = decode_take(dc, MOD_GLOBAL), cta = decode_take(dc, MOD_SHARED_CTA);
    bool cluster = decode_take(dc, MOD_SHARED_CLUSTER);

    if (decode_take(dc, MOD_COMPLETE_BYTES) && (cluster || cta) && global + cta + cluster == 2) {
        dc->in->mode = COMPLETES | TO_SHARED | (global ? 0 : FROM_SHARED);
        return 0;
    }
    if (decode_take(dc, MOD_BULK_GROUP) && global && cta && !cluster) {
        dc->in->mode = FROM_SHARED;
        return 0;
    }
    return decode_fail(dc, -ENOTSUP, "these state spaces are not supported");
}

static int bulk(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    int r = bulk_spaces(dc);
    unsigned n = 3;

    n += dc->in->mode & COMPLETES ? 1 : 0;
    n += decode_take(dc, MOD_L2_CACHE_HINT) ? 1 : 0;
    if (r == 0 && dc->st->n_operands != n)
        r = decode_fail(dc, -EINVAL, "wrong number of operands");
    dc->in->fn = bulk_copy;
    if (r == 0)
        r = take_place(dc, 0, &operands[0], dc->in->mode & TO_SHARED, TO_64);
    if (r == 0)
        r = take_place(dc, 1, &operands[1], dc->in->mode & FROM_SHARED, FROM_64);
    if (r == 0)
        r = decode_source(dc, 2, &operands[2], T_U32);
    return r < 0 || !(dc->in->mode & COMPLETES) ? r : mbarrier_take_completion(dc, &operands[3]);
}

int decode_bulk(struct decoder *dc)
{
    bool waits = decode_take(dc, MOD_WAIT_GROUP);

    dc->in->fn = nothing;
    if (waits || decode_take(dc, MOD_COMMIT_GROUP)) {
        decode_take(dc, MOD_READ);
        return dc->st->n_operands == waits ? 0
                                           : decode_fail(dc, -EINVAL, "wrong number of operands");
    }
    if (decode_take(dc, MOD_PREFETCH)) {
        decode_take(dc, MOD_L2);
        decode_take(dc, MOD_GLOBAL);
        decode_take(dc, MOD_L2_CACHE_HINT);
        return 0;
    }
    return bulk(dc);
}

/* --- st.async --- */

/* op[0] the target's address, op[1] ... the values; vec elements of mode bytes. */
HANDLER(store_async)
{
    uint64_t to[EXEC_WARP_LANES];
    uint32_t moved[EXEC_WARP_LANES], bytes = in->vec * in->mode;

    shared_addresses(warp, in, 0, in->flags & TO_64, to);
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint8_t *at = memory_at(warp, in, l, to[l], bytes, ACCESS_WRITE);
        if (!at)
            return;
        for (unsigned i = 0; i < in->vec; i++)
            memcpy(at + (size_t)i * in->mode, LANES(uint8_t, 1 + i) + (size_t)l * in->mode,
                   in->mode);
        moved[l] = bytes;
    }
    mbarrier_complete(warp, in, mask, moved);
}

int decode_store_async(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands, *value = &operands[1];
    unsigned n = decode_take(dc, MOD_V2) ? 2 : decode_take(dc, MOD_V4) ? 4 : 1;
    enum exec_type type = decode_type(dc);
    int r;

    decode_take(dc, MOD_WEAK);
    if (!decode_take(dc, MOD_SHARED_CLUSTER) || !decode_take(dc, MOD_COMPLETE_BYTES) ||
        dc->st->n_operands != 3)
        return decode_fail(dc, -ENOTSUP, "takes .shared::cluster, an mbarrier and 3 operands");
    if (type == T_NONE || (type_bytes(type) != 4 && type_bytes(type) != 8))
        return decode_fail(dc, -EINVAL, "type of 32 or 64 bits expected");
    if (n > 1 && (value->kind != OPERAND_VECTOR || value->count != n))
        return decode_fail(dc, -EINVAL, "vector of %u elements expected", n);
    dc->in->fn = store_async;
    dc->in->vec = (uint8_t)n;
    dc->in->mode = (uint8_t)type_bytes(type);
    r = take_place(dc, 0, &operands[0], true, TO_64);
    for (unsigned i = 0; i < n && r == 0; i++)
        r = decode_source(dc, 1 + i, n > 1 ? &dc->st->pool[value->first + i] : value, type);
    return r < 0 ? r : mbarrier_take_completion(dc, &operands[2]);
}
