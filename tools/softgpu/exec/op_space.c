/* SPDX-License-Identifier: MIT
 *
 * op_space.c - addresses and the spaces they belong to: cvta, isspacep, mapa, getctarank.
 */
#include <errno.h>

#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"
#include "tools/softgpu/exec/specials.h"

UNARY(mov_64, lane_u64, lane_u64, x)

static bool is_local(const struct decoder *dc, const struct operand *source)
{
    return source->kind == OPERAND_VARIABLE &&
           dc->builder->variables.at[source->index].space == SPACE_LOCAL;
}

/* --- address spaces --- */

UNARY(add_window, lane_u64, lane_u64, x + (uint64_t)in->imm)

HANDLER(local_window)
{
    lane_u64 *d = LANES(lane_u64, 0);
    uint64_t address = warp->frame->local_base + (uint64_t)in->imm;

    EACH_LANE(mask, d[l] = address);
}

/* The window of the space that the modifiers name; it is taken. */
static int take_window(struct decoder *dc, uint64_t *ret_window)
{
    if (decode_take(dc, MOD_GLOBAL) || decode_take(dc, MOD_CONST))
        *ret_window = 0;
    else if (decode_take(dc, MOD_SHARED) || decode_take(dc, MOD_SHARED_CTA) ||
             decode_take(dc, MOD_SHARED_CLUSTER))
        *ret_window = WINDOW_SHARED;
    else if (decode_take(dc, MOD_LOCAL))
        *ret_window = WINDOW_LOCAL;
    else if (decode_take(dc, MOD_PARAM) || decode_take(dc, MOD_PARAM_ENTRY))
        *ret_window = WINDOW_PARAM;
    else
        return decode_fail(dc, -EINVAL, "state space missing");
    return 0;
}

/* The parameters of a device function are in local memory, those of a kernel in their window. */
int EXEC_OP(op_cvta)(struct decoder *dc)
{
    const struct operand *source = &dc->st->operands[1];
    bool to = decode_take(dc, MOD_TO);
    uint64_t window = 0;
    int r = take_window(dc, &window);

    if (r < 0)
        return r;
    if (decode_type(dc) != T_U64 || dc->st->n_operands != 2)
        return decode_fail(dc, -ENOTSUP, "takes .u64 and 2 operands");
    if (window == WINDOW_PARAM && !dc->builder->funcs.at[dc->func].is_entry)
        window = WINDOW_LOCAL;
    dc->in->imm = (int64_t)(to ? -window : window);
    dc->in->fn = window ? add_window : mov_64;
    r = decode_result(dc, 0, &dc->st->operands[0], T_U64);
    if (r == 0 && is_local(dc, source)) {
        const struct variable *variable = &dc->builder->variables.at[source->index];
        dc->in->imm += (int64_t)variable->address + source->offset;
        dc->in->fn = local_window;
        return 0;
    }
    return r < 0 ? r : decode_source(dc, 1, source, T_U64);
}

/* mode: the number of the window; 0: global, which all host addresses are. flags: the bits of a
 * shared address that must be 0, shifted to the right: all of the rank for .shared::cta, none
 * otherwise. */
HANDLER(isspacep)
{
    const lane_u64 *a = LANES(lane_u64, 1);
    uint64_t zero = (uint64_t)in->flags << CLUSTER_RANK_SHIFT;
    uint32_t bits = 0;

    for (unsigned l = 0; l < EXEC_WARP_LANES; l++)
        bits |= (uint32_t)(a[l] >> WINDOW_SHIFT == in->mode && !(a[l] & zero)) << l;
    set_predicate(&PREDICATE(0), mask, bits);
}

/* Is the address in a constant variable of this program? */
HANDLER(isspacep_const)
{
    const struct exec_program *program = warp->block->program;
    const lane_u64 *a = LANES(lane_u64, 1);
    uint32_t bits = 0;

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        for (size_t i = 0; i < program->n_globals; i++) {
            const struct exec_global *global = &program->globals[i];
            if (global->is_const && a[l] - (uintptr_t)global->address < global->size_bytes)
                bits |= 1u << l;
        }
    }
    set_predicate(&PREDICATE(0), mask, bits);
}

int EXEC_OP(op_isspacep)(struct decoder *dc)
{
    bool is_const = decode_has(dc, MOD_CONST);
    bool is_own = decode_has(dc, MOD_SHARED) || decode_has(dc, MOD_SHARED_CTA);
    uint64_t window = 0;
    int r = take_window(dc, &window);

    dc->in->flags = is_own ? (uint8_t)(CLUSTER_RANK_MASK >> CLUSTER_RANK_SHIFT) : 0;
    if (r == 0 && dc->st->n_operands != 2)
        r = decode_fail(dc, -EINVAL, "takes 2 operands");
    if (r == 0)
        r = decode_result(dc, 0, &dc->st->operands[0], T_PRED);
    if (r == 0)
        r = decode_source(dc, 1, &dc->st->operands[1], T_U64);
    dc->in->fn = is_const ? isspacep_const : isspacep;
    dc->in->mode = r == 0 ? (uint8_t)(window >> WINDOW_SHIFT) : 0;
    return r;
}

/* The bits of an address in the shared memory of the block of this rank. */
static inline uint32_t rank_bits(uint32_t rank, uint32_t own)
{
    uint32_t most = (uint32_t)(CLUSTER_RANK_MASK >> CLUSTER_RANK_SHIFT);

    return rank == own ? 0 : (rank < most ? rank + 1 : most) << CLUSTER_RANK_SHIFT;
}

/* mapa: the shared address of the same place in another block of the cluster; that of a thread's
 * own block stays as it is. */
TERNARY(map_32, lane_u32, lane_u32, lane_u32, lane_u32,
        (x & ~(uint32_t)CLUSTER_RANK_MASK) | rank_bits(y, z))
TERNARY(map_64, lane_u64, lane_u64, lane_u32, lane_u32, (x & ~CLUSTER_RANK_MASK) | rank_bits(y, z))

/* getctarank: the rank of the block that a shared address belongs to. */
#define RANK_OF(a, own)                                                                            \
    ((uint8_t)((a) >> CLUSTER_RANK_SHIFT) ? (uint8_t)((a) >> CLUSTER_RANK_SHIFT) - 1u : (own))
BINARY(rank_32, lane_u32, lane_u32, lane_u32, RANK_OF(x, y))
BINARY(rank_64, lane_u32, lane_u64, lane_u32, RANK_OF(x, y))

static int own_rank(struct decoder *dc, unsigned index)
{
    dc->in->op[index] = special_slot(dc->builder, SPECIAL_CLUSTER_CTARANK, 4);
    return dc->in->op[index] == EXEC_NO_SLOT ? -ENOMEM : 0;
}

int EXEC_OP(op_mapa)(struct decoder *dc)
{
    enum exec_type type = decode_type(dc);
    int r;

    decode_take(dc, MOD_SHARED_CLUSTER);
    if ((type != T_U32 && type != T_U64) || dc->st->n_operands != 3)
        return decode_fail(dc, -EINVAL, "takes .u32 or .u64 and 3 operands");
    dc->in->fn = type == T_U32 ? map_32 : map_64;
    r = decode_result(dc, 0, &dc->st->operands[0], type);
    if (r == 0)
        r = decode_source(dc, 1, &dc->st->operands[1], type);
    if (r == 0)
        r = decode_source(dc, 2, &dc->st->operands[2], T_U32);
    return r < 0 ? r : own_rank(dc, 3);
}

int EXEC_OP(op_getctarank)(struct decoder *dc)
{
    enum exec_type type = decode_type(dc);
    int r;

    decode_take(dc, MOD_SHARED_CLUSTER);
    if ((type != T_U32 && type != T_U64) || dc->st->n_operands != 2)
        return decode_fail(dc, -EINVAL, "takes .u32 or .u64 and 2 operands");
    dc->in->fn = type == T_U32 ? rank_32 : rank_64;
    r = decode_result(dc, 0, &dc->st->operands[0], T_U32);
    if (r == 0)
        r = decode_source(dc, 1, &dc->st->operands[1], type);
    return r < 0 ? r : own_rank(dc, 2);
}
