/* SPDX-License-Identifier: MIT
 *
 * op_flow.c - branches, exit, traps.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"

HANDLER(bra)
{
    warp_branch(warp, mask, in->target);
}

static int add_fixup(struct decoder *dc, const struct operand *operand, bool is_table)
{
    struct fixup *fixup;

    if (operand->kind != OPERAND_NAME)
        return decode_fail(dc, -EINVAL, "label expected");
    fixup = vec_push(dc->fixups);
    if (!fixup)
        return -ENOMEM;
    *fixup = (struct fixup){.insn = dc->builder->code.n,
                            .name = operand->token,
                            .scope = dc->scope,
                            .table = UINT32_MAX,
                            .is_table = is_table};
    return 0;
}

int op_bra(struct decoder *dc)
{
    decode_take(dc, MOD_UNI);
    if (dc->st->n_operands != 1)
        return decode_fail(dc, -EINVAL, "takes a label");
    dc->in->fn = bra;
    dc->in->flow = FLOW_BRANCH;
    return add_fixup(dc, &dc->st->operands[0], false);
}

/* Lanes that go to the same target branch together. */
HANDLER(brx)
{
    const struct exec_branch_table *table = &warp->block->program->tables[in->target];
    uint32_t index[EXEC_WARP_LANES];

    memcpy(index, LANES(lane_u32, 0), sizeof(index));
    while (mask) {
        uint32_t first = index[__builtin_ctz(mask)], alike = 0;
        for (uint32_t m = mask; m; m &= m - 1) {
            if (index[__builtin_ctz(m)] == first)
                alike |= m & -m;
        }
        if (first >= table->n) {
            warp_fault(warp, in, EXEC_FAULT_INSTRUCTION, __builtin_ctz(mask), 0,
                       "branch to entry %u of a table of %zu", first, table->n);
            return;
        }
        warp_branch(warp, alike, table->targets[first]);
        mask &= ~alike;
    }
}

/* brx.idx index, targets */
int op_brx(struct decoder *dc)
{
    int r;

    decode_take(dc, MOD_UNI);
    if (!decode_take(dc, MOD_IDX) || dc->st->n_operands != 2)
        return decode_fail(dc, -EINVAL, "takes .idx, an index and a table");
    dc->in->fn = brx;
    dc->in->flow = FLOW_TABLE;
    r = decode_source(dc, 0, &dc->st->operands[0], T_U32);
    return r < 0 ? r : add_fixup(dc, &dc->st->operands[1], true);
}

HANDLER(leave)
{
    (void)in;
    warp_exit(warp, mask);
}

int op_exit(struct decoder *dc)
{
    dc->in->fn = leave;
    dc->in->flow = FLOW_END;
    return 0;
}

HANDLER(trap)
{
    warp_fault(warp, in, EXEC_FAULT_TRAP, __builtin_ctz(mask), 0, "trap");
}

int op_trap(struct decoder *dc)
{
    dc->in->fn = trap;
    return 0;
}
