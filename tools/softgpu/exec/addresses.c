/* SPDX-License-Identifier: MIT
 *
 * addresses.c - the address operand of memory instructions.
 */
#include "tools/softgpu/exec/addresses.h"

#include <errno.h>

#include "tools/softgpu/exec/lanes.h"

static int take_space(struct decoder *dc)
{
    static const struct {
        enum mod mod;
        enum exec_space space;
    } spaces[] = {
        {MOD_GLOBAL, SPACE_GLOBAL},         {MOD_CONST, SPACE_CONST},
        {MOD_SHARED, SPACE_SHARED},         {MOD_SHARED_CTA, SPACE_SHARED},
        {MOD_LOCAL, SPACE_LOCAL},           {MOD_PARAM, SPACE_PARAM},
        {MOD_PARAM_ENTRY, SPACE_PARAM},     {MOD_PARAM_FUNC, SPACE_PARAM},
        {MOD_SHARED_CLUSTER, SPACE_SHARED},
    };

    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
        if (decode_take(dc, spaces[i].mod))
            return spaces[i].space;
    }
    return SPACE_GENERIC;
}

/* A name in a generic access stands for its generic address. */
static void add_window(struct decoder *dc, int space)
{
    if (space == SPACE_SHARED)
        dc->in->imm += (int64_t)WINDOW_SHARED;
    else if (space == SPACE_LOCAL)
        dc->in->imm += (int64_t)WINDOW_LOCAL;
    else if (space == SPACE_PARAM)
        dc->in->imm += (int64_t)WINDOW_PARAM;
}

int addresses_take(struct decoder *dc, unsigned index, const struct operand *operand,
                   int *ret_space)
{
    int named = take_space(dc), own, r = decode_address(dc, index, operand, &own);
    bool is_entry = dc->builder->funcs.at[dc->func].is_entry;

    if (r < 0)
        return r;
    *ret_space = named;
    if (own == SPACE_GENERIC) { /* a register: the parameters of functions are in local memory */
        if (named == SPACE_PARAM && !is_entry)
            *ret_space = SPACE_LOCAL;
        return 0;
    }
    if (named == SPACE_GENERIC) {
        add_window(dc, own);
        return 0;
    }
    if (own != named && !(own == SPACE_LOCAL && named == SPACE_PARAM) &&
        !(own == SPACE_CONST && named == SPACE_GLOBAL))
        return decode_fail(dc, -EINVAL, "the variable is in another state space");
    *ret_space = own;
    return 0;
}

bool addresses_translate(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                         unsigned bytes, unsigned access, uint8_t *ret_at[EXEC_WARP_LANES])
{
    uint64_t address[EXEC_WARP_LANES];
    uint64_t offset = (uint64_t)in->imm;

    if (in->flags & ADDRESS_FRAME)
        offset += warp->frame->local_base;
    if (in->flags & ADDRESS_32) {
        const lane_u32 *a = LANES(lane_u32, ADDRESS_OPERAND);
        uint64_t wrap =
            in->mode == SPACE_GENERIC || in->mode == SPACE_GLOBAL ? UINT64_MAX : UINT32_MAX;
        EACH_LANE(mask, address[l] = (a[l] + offset) & wrap);
    } else {
        const lane_u64 *a = LANES(lane_u64, ADDRESS_OPERAND);
        EACH_LANE(mask, address[l] = a[l] + offset);
    }
    return memory_translate(warp, in, mask, (enum exec_space)in->mode, access, bytes, address,
                            ret_at);
}
