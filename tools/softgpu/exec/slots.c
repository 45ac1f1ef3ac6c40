/* SPDX-License-Identifier: MIT
 *
 * slots.c - places for the registers of a function. nvcc writes PTX with a new register for almost
 * every value; those that are never live at once share a slot, so that a warp's registers stay in
 * the cache. Liveness by the usual data flow over basic blocks, then a linear scan over intervals.
 * Lanes are independent, so that what holds for one thread holds for a warp in any order.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/liveness.h"

#define N_CLASSES 5 /* predicates; 2, 4, 8, 16 bytes of a lane */

static int compare_intervals(const void *a, const void *b)
{
    const struct interval *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->vreg > y->vreg) - (x->vreg < y->vreg);
}

static unsigned class_of(enum exec_type type)
{
    return type == T_PRED ? 0 : __builtin_ctz(reg_bytes(type));
}

/* Predicates are handed out in lots, so that every other slot is aligned for vectors. */
#define LOT_BYTES 64u

static uint32_t class_bytes(unsigned class)
{
    return class ? (1u << class) * EXEC_WARP_LANES : LOT_BYTES;
}

/* The scan: free slots by class, and when each slot in use becomes free. */
struct scan {
    VEC(uint32_t) free_slots[N_CLASSES];
    VEC(struct interval) active; /* vreg, first = class, last; in no order */
    uint32_t *slots;             /* of each register */
    uint32_t top;
    unsigned pressure, most; /* 32-bit registers */
};

static unsigned weight(unsigned class)
{
    return class == 0 ? 0 : class <= 2 ? 1 : 1u << (class - 2);
}

static int expire(struct scan *scan, uint32_t now)
{
    for (uint32_t i = 0; i < scan->active.n;) {
        struct interval *active = &scan->active.at[i];
        uint32_t *slot;
        if (active->last >= now) {
            i++;
            continue;
        }
        slot = vec_push(&scan->free_slots[active->first]);
        if (!slot)
            return -ENOMEM;
        *slot = scan->slots[active->vreg];
        scan->pressure -= weight(active->first);
        *active = scan->active.at[--scan->active.n];
    }
    return 0;
}

static int new_slot(struct scan *scan, unsigned class, uint32_t *ret_slot)
{
    if (scan->top > (uint32_t)INT32_MAX - 1024)
        return -ENOMEM;
    *ret_slot = scan->top;
    scan->top += class_bytes(class);
    for (uint32_t at = *ret_slot + 4; class == 0 && at < scan->top; at += 4) {
        uint32_t *slot = vec_push(&scan->free_slots[class]);
        if (!slot)
            return -ENOMEM;
        *slot = at;
    }
    return 0;
}

static int place(struct scan *scan, const struct interval *interval, unsigned class)
{
    struct interval *active = vec_push(&scan->active);

    if (!active)
        return -ENOMEM;
    *active = (struct interval){interval->vreg, class, interval->last};
    if (scan->free_slots[class].n)
        scan->slots[interval->vreg] = scan->free_slots[class].at[--scan->free_slots[class].n];
    else if (new_slot(scan, class, &scan->slots[interval->vreg]) < 0)
        return -ENOMEM;
    scan->pressure += weight(class);
    if (scan->pressure > scan->most)
        scan->most = scan->pressure;
    return 0;
}

/* Wider slots first in memory would align them better, but x86 and ARM load across lines well. */
static int assign(struct liveness *live, const struct vreg *vregs, struct scan *scan)
{
    int r = 0;

    qsort(live->intervals, live->n_vregs, sizeof(*live->intervals), compare_intervals);
    for (uint32_t i = 0; i < live->n_vregs && r == 0; i++) {
        const struct interval *interval = &live->intervals[i];
        if (interval->first == UINT32_MAX)
            break;
        r = expire(scan, interval->first);
        if (r == 0)
            r = place(scan, interval, class_of(vregs[interval->vreg].type));
    }
    return r;
}

static uint32_t slot_of(const struct scan *scan, uint32_t operand)
{
    if (operand == EXEC_NO_SLOT || (operand & EXEC_AREA_MASK) != AREA_FRAME)
        return operand;
    return scan->slots[operand >> 2] | AREA_FRAME;
}

static void rewrite_places(const struct scan *scan, struct exec_places *places)
{
    for (size_t i = 0; i < places->n; i++)
        places->at[i].slot = slot_of(scan, places->at[i].slot);
}

static void rewrite(struct builder *builder, struct exec_func *func, const struct scan *scan)
{
    for (uint32_t i = func->start; i < func->end; i++) {
        struct insn *in = &builder->code.at[i];
        for (unsigned o = 0; o < EXEC_OPERANDS; o++)
            in->op[o] = slot_of(scan, in->op[o]);
        if (in->guard != EXEC_NO_GUARD)
            in->guard = slot_of(scan, in->guard);
        if (in->flow == FLOW_CALL) {
            rewrite_places(scan, &builder->sites.at[in->target].args);
            rewrite_places(scan, &builder->sites.at[in->target].results);
        }
    }
    rewrite_places(scan, &func->params);
    rewrite_places(scan, &func->results);
    func->frame_bytes = scan->top;
    func->pressure = scan->most;
}

static void finish(struct liveness *live, struct scan *scan)
{
    liveness_finish(live);
    for (unsigned i = 0; i < N_CLASSES; i++)
        free(scan->free_slots[i].at);
    free(scan->active.at);
    free(scan->slots);
}

int slots_assign(struct builder *builder, uint32_t index)
{
    struct exec_func *func = &builder->funcs.at[index];
    const struct func_build *build = &builder->func_builds.at[index];
    struct liveness live = {.builder = builder,
                            .func = func,
                            .code = builder->code.at + func->start,
                            .n = func->end - func->start,
                            .n_vregs = build->vregs.n};
    struct scan scan = {0};
    int r = -ENOMEM;

    live.intervals = calloc(live.n_vregs + 1, sizeof(*live.intervals));
    scan.slots = calloc(live.n_vregs + 1, sizeof(*scan.slots));
    if (live.intervals && scan.slots) {
        for (uint32_t v = 0; v < live.n_vregs; v++)
            live.intervals[v] = (struct interval){v, UINT32_MAX, UINT32_MAX};
        r = liveness_find(&live);
        if (r == 0)
            r = assign(&live, build->vregs.at, &scan);
        if (r == 0)
            rewrite(builder, func, &scan);
    }
    finish(&live, &scan);
    return r;
}
