/* SPDX-License-Identifier: MIT
 *
 * op_call.c - calls and returns, and the stack they live on.
 *
 * The arguments of a call are copied, lane by lane, from the caller's local memory or registers to
 * the callee's, and the results back when it returns.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/builtins.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"

/* Where a place of a frame is for a lane: in memory. */
static uint8_t *place_memory(const struct exec_warp *warp, const struct exec_frame *frame,
                             const struct exec_place *place, unsigned lane)
{
    return warp_local(warp, lane) + frame->local_base + place->offset;
}

static uint8_t *slot_of(const struct exec_warp *warp, const struct exec_frame *frame, uint32_t slot)
{
    uint8_t *base =
        (slot & EXEC_AREA_MASK) == AREA_FRAME ? frame->regs : warp->base[slot & EXEC_AREA_MASK];

    return base + (slot & ~EXEC_AREA_MASK);
}

static void copy_predicate(const struct exec_warp *warp, uint32_t mask,
                           const struct exec_frame *from, const struct exec_place *source,
                           const struct exec_frame *to, const struct exec_place *target)
{
    lane_u32 *value = (lane_u32 *)slot_of(warp, from, source->slot);

    set_predicate((lane_u32 *)slot_of(warp, to, target->slot), mask, *value);
}

static void copy_place(const struct exec_warp *warp, uint32_t mask, const struct exec_frame *from,
                       const struct exec_place *source, const struct exec_frame *to,
                       const struct exec_place *target)
{
    size_t bytes = source->bytes < target->bytes ? source->bytes : target->bytes;

    if (source->is_predicate) {
        copy_predicate(warp, mask, from, source, to, target);
        return;
    }
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned lane = __builtin_ctz(m);
        const uint8_t *read = source->slot == EXEC_NO_SLOT
                                  ? place_memory(warp, from, source, lane)
                                  : slot_of(warp, from, source->slot) + lane * source->bytes;
        uint8_t *write = target->slot == EXEC_NO_SLOT
                             ? place_memory(warp, to, target, lane)
                             : slot_of(warp, to, target->slot) + lane * target->bytes;
        memmove(write, read, bytes);
    }
}

/* Do caller and callee agree on what is passed? Memory and registers don't mix. */
static bool places_match(const struct exec_places *a, const struct exec_places *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (a->at[i].bytes != b->at[i].bytes || a->at[i].is_predicate != b->at[i].is_predicate)
            return false;
    }
    return true;
}

static void call_function(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                          const struct exec_func *func)
{
    const struct exec_call_site *site = &warp->block->program->sites[in->target];
    struct exec_frame *caller = warp->frame, *frame;
    int r;

    if (!func->has_body || func->is_entry || !places_match(&site->args, &func->params) ||
        (site->results.n && !places_match(&site->results, &func->results))) {
        warp_fault(warp, in, EXEC_FAULT_INSTRUCTION, __builtin_ctz(mask), 0,
                   "call of a function with other parameters");
        return;
    }
    r = warp_enter(warp, mask, func, in->target, &frame);
    if (r < 0) {
        warp_fault(warp, in, EXEC_FAULT_STACK, __builtin_ctz(mask), 0,
                   "stack of a thread exhausted by calls");
        return;
    }
    for (size_t i = 0; i < site->args.n; i++)
        copy_place(warp, mask, caller, &site->args.at[i], frame, &func->params.at[i]);
}

HANDLER(call_direct)
{
    const struct exec_program *program = warp->block->program;

    call_function(warp, in, mask, &program->funcs[program->sites[in->target].func]);
}

HANDLER(call_indirect)
{
    const struct exec_program *program = warp->block->program;
    uint64_t pointer[EXEC_WARP_LANES];

    memcpy(pointer, LANES(lane_u64, 0), sizeof(pointer));
    while (mask && !warp->block->faulted) {
        uint64_t first = pointer[__builtin_ctz(mask)];
        uint64_t index = (first - WINDOW_CODE) / FUNC_ALIGN - 1;
        uint32_t alike = 0;
        for (uint32_t m = mask; m; m &= m - 1) {
            if (pointer[__builtin_ctz(m)] == first)
                alike |= m & -m;
        }
        if (first < WINDOW_CODE || first % FUNC_ALIGN || index >= program->n_funcs) {
            warp_fault(warp, in, EXEC_FAULT_ADDRESS, __builtin_ctz(mask), first,
                       "call of 0x%llx, which is no function", (unsigned long long)first);
            return;
        }
        call_function(warp, in, alike, &program->funcs[index]);
        mask &= ~alike;
    }
}

HANDLER(call_builtin)
{
    const struct exec_program *program = warp->block->program;
    const struct exec_call_site *site = &program->sites[in->target];

    builtin_call(warp, in, mask, program->funcs[site->func].builtin, site);
}

void flow_ret(struct exec_warp *warp, const struct insn *in, uint32_t mask)
{
    const struct exec_frame *frame = warp->frame;
    const struct exec_call_site *site;

    (void)in;
    if (!frame->parent) {
        warp_exit(warp, mask);
        return;
    }
    site = &warp->block->program->sites[frame->site];
    for (size_t i = 0; i < site->results.n; i++)
        copy_place(warp, mask, frame, &frame->func->results.at[i], frame->parent,
                   &site->results.at[i]);
    warp_leave(warp, mask);
}

/* One argument or result: a .param variable of the caller, or a register or constant. */
static int take_place(struct decoder *dc, const struct operand *operand, bool is_result,
                      struct exec_place *place)
{
    const struct func_build *build = &dc->builder->func_builds.at[dc->func];
    const struct variable *variable;
    uint32_t saved = dc->in->op[0];
    int r;

    *place = (struct exec_place){.slot = EXEC_NO_SLOT};
    if (operand->kind == OPERAND_VARIABLE) {
        variable = &dc->builder->variables.at[operand->index];
        if (variable->space != SPACE_LOCAL)
            return decode_fail(dc, -EINVAL, "'%s' is no parameter", variable->name);
        place->offset = (uint32_t)variable->address;
        place->bytes = (uint32_t)variable->bytes;
        return 0;
    }
    if (operand->kind == OPERAND_SINK && is_result) {
        place->slot = AREA_SINK;
        return 0;
    }
    if (operand->kind == OPERAND_REG) {
        enum exec_type type = build->vregs.at[operand->index].type;
        place->slot = operand->index << 2 | AREA_FRAME;
        place->bytes = reg_bytes(type);
        place->is_predicate = type == T_PRED;
        return 0;
    }
    if (is_result || operand->kind != OPERAND_CONSTANT)
        return decode_fail(dc, -EINVAL, "argument is no register, parameter or constant");
    r = decode_source(dc, 0, operand, operand->constant.kind == CONSTANT_F64 ? T_F64 : T_B32);
    place->slot = dc->in->op[0];
    place->bytes = operand->constant.kind == CONSTANT_F64 ? 8 : 4;
    dc->in->op[0] = saved;
    return r;
}

static int take_places(struct decoder *dc, const struct operand *list, bool are_results,
                       struct exec_places *places)
{
    int r = 0;

    places->at = calloc(list->count + 1, sizeof(*places->at));
    if (!places->at)
        return -ENOMEM;
    for (places->n = 0; places->n < list->count && r == 0; places->n++)
        r = take_place(dc, &dc->st->pool[list->first + places->n], are_results,
                       &places->at[places->n]);
    return r;
}

/* A result that goes to _ has the size of the function's. */
static void fit_sinks(struct exec_places *places, const struct exec_places *params)
{
    for (size_t i = 0; i < places->n && i < params->n; i++) {
        struct exec_place *place = &places->at[i];
        if (place->slot != EXEC_NO_SLOT && (place->slot & EXEC_AREA_MASK) == AREA_SINK) {
            place->bytes = params->at[i].bytes <= 16 ? params->at[i].bytes : 0;
            place->is_predicate = params->at[i].is_predicate;
        }
    }
}

static int note_callee(struct decoder *dc, uint32_t func)
{
    struct func_build *build = &dc->builder->func_builds.at[dc->func];
    uint32_t *at;

    for (uint32_t i = 0; i < build->callees.n; i++) {
        if (build->callees.at[i] == func)
            return 0;
    }
    at = vec_push(&build->callees);
    if (!at)
        return -ENOMEM;
    *at = func;
    return 0;
}

static int call_by_name(struct decoder *dc, uint32_t index, struct exec_call_site *site)
{
    const struct exec_func *func = &dc->builder->funcs.at[index];

    site->func = index;
    if (func->is_entry)
        return decode_fail(dc, -ENOTSUP, "kernels can't be called");
    if (func->builtin) {
        dc->in->fn = call_builtin;
        return builtin_check(func->builtin, site)
                   ? 0
                   : decode_fail(dc, -EINVAL, "wrong parameters for '%s'", func->name);
    }
    if (!func->has_body)
        return decode_fail(dc, -ENOENT, "function '%s' is not defined", func->name);
    fit_sinks(&site->results, &func->results);
    if (!places_match(&site->args, &func->params) ||
        (site->results.n && !places_match(&site->results, &func->results)))
        return decode_fail(dc, -EINVAL, "parameters of '%s' do not match", func->name);
    dc->in->fn = call_direct;
    return note_callee(dc, index);
}

static int call_by_pointer(struct decoder *dc, const struct operand *target,
                           struct exec_call_site *site)
{
    site->func = UINT32_MAX;
    dc->in->fn = call_indirect;
    dc->builder->funcs.at[dc->func].calls_indirect = true;
    return decode_source(dc, 0, target, T_U64);
}

/* call[.uni] [(results),] target [, (arguments)] [, prototype] */
int op_call(struct decoder *dc)
{
    const struct operand *operands = dc->st->operands;
    unsigned n = dc->st->n_operands, at = 0;
    struct exec_call_site *site = vec_push(&dc->builder->sites);
    const struct operand *target;
    int r = site ? 0 : -ENOMEM;

    decode_take(dc, MOD_UNI);
    dc->in->flow = FLOW_CALL;
    dc->in->target = dc->builder->sites.n - 1;
    if (r == 0 && n && operands[0].kind == OPERAND_LIST)
        r = take_places(dc, &operands[at++], true, &site->results);
    if (r == 0 && at >= n)
        r = decode_fail(dc, -EINVAL, "function missing");
    if (r < 0)
        return r;
    target = &operands[at++];
    if (at < n && operands[at].kind == OPERAND_LIST)
        r = take_places(dc, &operands[at++], false, &site->args);
    if (r == 0 && at + 1 == n && operands[at].kind == OPERAND_NAME)
        at++;
    if (r == 0 && at != n)
        r = decode_fail(dc, -EINVAL, "too many operands");
    if (r < 0)
        return r;
    return target->kind == OPERAND_FUNC ? call_by_name(dc, target->index, site)
                                        : call_by_pointer(dc, target, site);
}

int op_ret(struct decoder *dc)
{
    decode_take(dc, MOD_UNI);
    dc->in->fn = flow_ret;
    dc->in->flow = FLOW_END;
    return 0;
}

/* --- the stack: alloca, stacksave, stackrestore --- */

HANDLER(alloca_lanes)
{
    const lane_u64 *size = LANES(lane_u64, 1);
    lane_u64 *d = LANES(lane_u64, 0);

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint64_t align = (uint64_t)in->imm, top = warp->frame->stack[l];
        uint64_t start = (top + align - 1) & ~(align - 1);
        if (size[l] > warp->block->local_bytes || start + size[l] > warp->block->local_bytes) {
            warp_fault(warp, in, EXEC_FAULT_STACK, l, 0, "stack of a thread exhausted by alloca");
            return;
        }
        warp->frame->stack[l] = (uint32_t)(start + size[l]);
        d[l] = start;
    }
}

int op_alloca(struct decoder *dc)
{
    uint64_t align = 8;
    int r = 0;

    if (decode_type(dc) != T_U64 || dc->st->n_operands < 2 || dc->st->n_operands > 3)
        return decode_fail(dc, -EINVAL, "takes .u64, a result, a size and an alignment");
    if (dc->st->n_operands == 3)
        r = decode_immediate(dc, &dc->st->operands[2], &align);
    if (r == 0 && (!align || align > 4096 || (align & (align - 1))))
        r = decode_fail(dc, -EINVAL, "alignment must be a power of two");
    dc->in->imm = (int64_t)align;
    dc->in->fn = alloca_lanes;
    dc->builder->funcs.at[dc->func].grows_stack = true;
    if (r == 0)
        r = decode_result(dc, 0, &dc->st->operands[0], T_U64);
    return r < 0 ? r : decode_source(dc, 1, &dc->st->operands[1], T_U64);
}

HANDLER(stack_save)
{
    lane_u64 *d = LANES(lane_u64, 0);

    EACH_LANE(mask, d[l] = warp->frame->stack[l]);
}

HANDLER(stack_restore)
{
    const lane_u64 *a = LANES(lane_u64, 0);

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        if (a[l] > warp->frame->stack[l] ||
            a[l] < warp->frame->local_base + warp->frame->func->local_bytes) {
            warp_fault(warp, in, EXEC_FAULT_STACK, l, a[l], "no place in the stack to go back to");
            return;
        }
        warp->frame->stack[l] = (uint32_t)a[l];
    }
}

int op_stacksave(struct decoder *dc)
{
    dc->in->fn = stack_save;
    return decode_type(dc) == T_U64 ? 0 : decode_fail(dc, -EINVAL, "type must be .u64");
}

int op_stackrestore(struct decoder *dc)
{
    dc->in->fn = stack_restore;
    return decode_type(dc) == T_U64 ? 0 : decode_fail(dc, -EINVAL, "type must be .u64");
}
