/* SPDX-License-Identifier: MIT
 *
 * op_move.c - mov in all its forms, special registers that change among its sources.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"
#include "tools/softgpu/exec/specials.h"

UNARY(mov_16, lane_u16, lane_u16, x)
UNARY(mov_32, lane_u32, lane_u32, x)
UNARY(mov_64, lane_u64, lane_u64, x)
UNARY(mov_128, lane_u128, lane_u128, x)

HANDLER(mov_pred)
{
    set_predicate(&PREDICATE(0), mask, PREDICATE(1));
}

/* The address of a variable of the frame: imm is its offset. */
HANDLER(mov_local_64)
{
    lane_u64 *d = LANES(lane_u64, 0);
    uint64_t address = warp->frame->local_base + (uint64_t)in->imm;

    EACH_LANE(mask, d[l] = address);
}

HANDLER(mov_local_32)
{
    lane_u32 *d = LANES(lane_u32, 0);
    uint32_t address = warp->frame->local_base + (uint32_t)in->imm;

    EACH_LANE(mask, d[l] = address);
}

/* Clocks: mode is the special register. */
static uint64_t read_clock(const struct exec_warp *warp, enum special special)
{
    const struct exec_block *block = warp->block;
    uint64_t clock = block_clock(block);

    return special == SPECIAL_CLOCK_HI || special == SPECIAL_GLOBALTIMER_HI ? clock >> 32 : clock;
}

HANDLER(mov_clock_32)
{
    lane_u32 *d = LANES(lane_u32, 0);
    uint32_t value = (uint32_t)read_clock(warp, in->mode);

    EACH_LANE(mask, d[l] = value);
}

HANDLER(mov_clock_64)
{
    lane_u64 *d = LANES(lane_u64, 0);
    uint64_t value = read_clock(warp, in->mode);

    EACH_LANE(mask, d[l] = value);
}

HANDLER(mov_explicit_cluster)
{
    set_predicate(&PREDICATE(0), mask, warp->block->launch.explicit_cluster ? UINT32_MAX : 0);
}

static int mov_special(struct decoder *dc, enum special special, unsigned bytes)
{
    struct insn *in = dc->in;

    in->mode = special;
    if (special == SPECIAL_EXPLICIT_CLUSTER && decode_type(dc) == T_PRED) {
        in->fn = mov_explicit_cluster;
        return 0;
    }
    if (special == SPECIAL_ENVREG && decode_type(dc) != T_PRED) {
        in->fn = bytes == 8 ? mov_64 : bytes == 4 ? mov_32 : mov_16;
        return decode_constant(dc, 1, 0, bytes);
    }
    if (special == SPECIAL_EXPLICIT_CLUSTER || special == SPECIAL_ENVREG || bytes < 4 ||
        decode_type(dc) == T_PRED)
        return decode_fail(dc, -ENOTSUP, "type does not fit the register");
    in->fn = bytes == 8 ? mov_clock_64 : mov_clock_32;
    return 0;
}

static int mov_local(struct decoder *dc, const struct operand *source, unsigned bytes)
{
    const struct variable *variable = &dc->builder->variables.at[source->index];

    dc->in->imm = (int64_t)variable->address + source->offset;
    dc->in->fn = bytes == 8 ? mov_local_64 : mov_local_32;
    return bytes == 8 || bytes == 4 ? 0 : decode_fail(dc, -EINVAL, "no type for an address");
}

static bool is_local(const struct decoder *dc, const struct operand *source)
{
    return source->kind == OPERAND_VARIABLE &&
           dc->builder->variables.at[source->index].space == SPACE_LOCAL;
}

/* The address of a parameter of a kernel is one in its own space. */
static int mov_scalar(struct decoder *dc)
{
    static const exec_fn fns[] = {[1] = mov_16, [2] = mov_32, [3] = mov_64, [4] = mov_128};
    const struct operand *source = &dc->st->operands[1];
    enum exec_type type = decode_type(dc);
    unsigned bytes = reg_bytes(type);
    int r = decode_result(dc, 0, &dc->st->operands[0], type);

    if (r < 0)
        return r;
    if (source->kind == OPERAND_SPECIAL && specials_are_dynamic(source->index))
        return mov_special(dc, source->index, bytes);
    if (is_local(dc, source))
        return mov_local(dc, source, bytes);
    dc->in->fn = type == T_PRED ? mov_pred : fns[__builtin_ctz(bytes)];
    return decode_source(dc, 1, source, type);
}

/* --- packing: op[0] is the whole, op[1] ... its parts, or the other way round --- */

static void pack_lane(const struct exec_warp *warp, const struct insn *in, unsigned lane,
                      unsigned part_bytes, uint8_t *whole)
{
    for (unsigned i = 0; i < in->vec; i++) {
        const uint8_t *part = (const uint8_t *)warp_slot(warp, in->op[1 + i]);
        memcpy(whole + i * part_bytes, part + (size_t)lane * part_bytes, part_bytes);
    }
}

HANDLER(mov_pack)
{
    uint8_t *d = LANES(uint8_t, 0);
    unsigned part_bytes = in->mode, whole_bytes = part_bytes * in->vec;

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned lane = __builtin_ctz(m);
        uint8_t whole[16];
        pack_lane(warp, in, lane, part_bytes, whole);
        memcpy(d + (size_t)lane * whole_bytes, whole, whole_bytes);
    }
}

HANDLER(mov_unpack)
{
    unsigned part_bytes = in->mode, whole_bytes = part_bytes * in->vec;
    const uint8_t *a = (const uint8_t *)warp_slot(warp, in->op[5]);

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned lane = __builtin_ctz(m);
        uint8_t whole[16];
        memcpy(whole, a + (size_t)lane * whole_bytes, whole_bytes);
        for (unsigned i = 0; i < in->vec; i++) {
            uint8_t *part = LANES(uint8_t, i);
            memcpy(part + (size_t)lane * part_bytes, whole + i * part_bytes, part_bytes);
        }
    }
}

/* The common pairs, as vector code. */
#define PACK2(name, whole, part, shift)                                                            \
    HANDLER(pack_##name)                                                                           \
    {                                                                                              \
        whole *d = LANES(whole, 0);                                                                \
        const part *a = LANES(part, 1), *b = LANES(part, 2);                                       \
        EACH_LANE(mask, d[l] = (whole)a[l] | (whole)b[l] << shift);                                \
    }                                                                                              \
    HANDLER(unpack_##name)                                                                         \
    {                                                                                              \
        part *d = LANES(part, 0), *e = LANES(part, 1);                                             \
        const whole *a = LANES(whole, 5);                                                          \
        EACH_LANE(mask, whole x = a[l]; d[l] = (part)x; e[l] = (part)(x >> shift));                \
    }
PACK2(16, lane_u32, lane_u16, 16)
PACK2(32, lane_u64, lane_u32, 32)

static enum exec_type bits_type(unsigned bytes)
{
    return bytes == 2 ? T_B16 : bytes == 4 ? T_B32 : bytes == 8 ? T_B64 : T_NONE;
}

static int mov_vector(struct decoder *dc, const struct operand *vector, bool packs)
{
    enum exec_type whole = decode_type(dc), part;
    struct insn *in = dc->in;
    unsigned n = vector->count;
    int r = 0;

    if (n != 2 && n != 4)
        return decode_fail(dc, -EINVAL, "vector of %u elements", n);
    part = bits_type(type_bytes(whole) / n);
    if (part == T_NONE)
        return decode_fail(dc, -ENOTSUP, "elements of this size are not supported");
    in->vec = n;
    in->mode = type_bytes(part);
    for (unsigned i = 0; i < n && r == 0; i++) {
        const struct operand *element = &dc->st->pool[vector->first + i];
        r = packs ? decode_source(dc, 1 + i, element, part) : decode_result(dc, i, element, part);
    }
    if (r == 0)
        r = packs ? decode_result(dc, 0, &dc->st->operands[0], whole)
                  : decode_source(dc, 5, &dc->st->operands[1], whole);
    in->fn = packs ? mov_pack : mov_unpack;
    if (n == 2 && in->mode == 2)
        in->fn = packs ? pack_16 : unpack_16;
    if (n == 2 && in->mode == 4)
        in->fn = packs ? pack_32 : unpack_32;
    return r;
}

/* mov.v2, mov.v4: op[0] ... get op[4] ...; all sources are read before a result is written. */
HANDLER(mov_elements)
{
    size_t bytes = in->mode, row = bytes * EXEC_WARP_LANES;
    uint8_t copy[4 * 8 * EXEC_WARP_LANES];

    for (unsigned i = 0; i < in->vec; i++)
        memcpy(copy + i * row, warp_slot(warp, in->op[4 + i]), row);
    for (uint32_t m = mask; m; m &= m - 1) {
        size_t lane = __builtin_ctz(m);
        for (unsigned i = 0; i < in->vec; i++)
            memcpy(LANES(uint8_t, i) + lane * bytes, copy + i * row + lane * bytes, bytes);
    }
}

static int mov_vectors(struct decoder *dc, unsigned n)
{
    const struct operand *to = &dc->st->operands[0], *from = &dc->st->operands[1];
    enum exec_type type = decode_type(dc);
    int r = 0;

    if (to->kind != OPERAND_VECTOR || from->kind != OPERAND_VECTOR || to->count != n ||
        from->count != n || type_bytes(type) > 8 || type == T_PRED)
        return decode_fail(dc, -EINVAL, "vectors of %u elements expected", n);
    dc->in->fn = mov_elements;
    dc->in->vec = n;
    dc->in->mode = reg_bytes(type);
    for (unsigned i = 0; i < n && r == 0; i++) {
        r = decode_result(dc, i, &dc->st->pool[to->first + i], type);
        if (r == 0)
            r = decode_source(dc, 4 + i, &dc->st->pool[from->first + i], type);
    }
    return r;
}

int EXEC_OP(op_mov)(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;

    if (dc->st->n_operands != 2 || decode_type(dc) == T_NONE)
        return decode_fail(dc, -EINVAL, "takes a type and 2 operands");
    if (decode_take(dc, MOD_V2))
        return mov_vectors(dc, 2);
    if (decode_take(dc, MOD_V4))
        return mov_vectors(dc, 4);
    if (operands[0].kind == OPERAND_VECTOR)
        return mov_vector(dc, &operands[0], false);
    if (operands[1].kind == OPERAND_VECTOR)
        return mov_vector(dc, &operands[1], true);
    return mov_scalar(dc);
}
