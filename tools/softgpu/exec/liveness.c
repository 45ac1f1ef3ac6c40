/* SPDX-License-Identifier: MIT
 *
 * liveness.c - the usual data flow over basic blocks, backwards.
 */
#include "tools/softgpu/exec/liveness.h"

#include <errno.h>

/* Above this many bits of liveness a function's registers are laid out one after the other. */
#define MAX_LIVE_BITS ((uint64_t)1 << 28)

/* Rounds of the data flow after which we do the same: code in no sensible order. */
#define MAX_ROUNDS 200

static uint64_t *set_of(const struct liveness *live, uint64_t *sets, uint32_t block)
{
    return sets + block * live->words;
}

static bool test_bit(const uint64_t *set, uint32_t i)
{
    return set[i / 64] >> (i % 64) & 1;
}

static void set_bit(uint64_t *set, uint32_t i)
{
    set[i / 64] |= UINT64_C(1) << (i % 64);
}

typedef void (*visit_fn)(struct liveness *live, uint32_t at, uint32_t vreg, bool is_result,
                         bool certain);

static void visit_places(struct liveness *live, uint32_t at, const struct exec_places *places,
                         bool are_results, visit_fn visit)
{
    for (size_t i = 0; i < places->n; i++) {
        uint32_t slot = places->at[i].slot;
        if (slot != EXEC_NO_SLOT && (slot & EXEC_AREA_MASK) == AREA_FRAME)
            visit(live, at, slot >> 2, are_results, false);
    }
}

/* Calls visit for each register of an instruction, sources first. */
static void visit_registers(struct liveness *live, uint32_t at, visit_fn visit)
{
    const struct insn *in = &live->code[at];
    const struct exec_call_site *site =
        in->flow == FLOW_CALL ? &live->builder->sites.at[in->target] : NULL;

    if (in->guard != EXEC_NO_GUARD)
        visit(live, at, in->guard >> 2, false, false);
    if (site)
        visit_places(live, at, &site->args, false, visit);
    for (int results = 0; results < 2; results++) {
        for (unsigned i = 0; i < EXEC_OPERANDS; i++) {
            bool is_result = in->defs >> i & 1;
            if (in->op[i] != EXEC_NO_SLOT && (in->op[i] & EXEC_AREA_MASK) == AREA_FRAME &&
                is_result == results)
                visit(live, at, in->op[i] >> 2, is_result, in->guard == EXEC_NO_GUARD);
        }
    }
    if (site)
        visit_places(live, at, &site->results, true, visit);
}

static void collect_use(struct liveness *live, uint32_t at, uint32_t vreg, bool is_result,
                        bool certain)
{
    uint32_t block = live->block_of[at];
    uint64_t *defined = set_of(live, live->defined, block);

    if (!is_result && !test_bit(defined, vreg))
        set_bit(set_of(live, live->used, block), vreg);
    else if (is_result && certain)
        set_bit(defined, vreg);
}

static void extend(struct liveness *live, uint32_t vreg, uint32_t at)
{
    struct interval *interval = &live->intervals[vreg];

    if (at < interval->first)
        interval->first = at;
    if (at > interval->last || interval->last == UINT32_MAX)
        interval->last = at;
}

static void collect_place(struct liveness *live, uint32_t at, uint32_t vreg, bool is_result,
                          bool certain)
{
    (void)is_result;
    (void)certain;
    extend(live, vreg, at);
}

static void find_blocks(struct liveness *live)
{
    uint32_t start = live->func->start;
    uint32_t *leader = live->block_of; /* 1: begins a block; then the block's number */

    leader[0] = 1;
    for (uint32_t i = 0; i < live->n; i++) {
        const struct insn *in = &live->code[i];
        if (in->flow == FLOW_NEXT || in->flow == FLOW_CALL)
            continue;
        if (i + 1 < live->n)
            leader[i + 1] = 1;
        if (in->flow == FLOW_BRANCH)
            leader[in->target - start] = 1;
        for (size_t t = 0; in->flow == FLOW_TABLE && t < live->builder->tables.at[in->target].n;
             t++)
            leader[live->builder->tables.at[in->target].targets[t] - start] = 1;
    }
    for (uint32_t i = 0; i < live->n; i++) {
        if (leader[i])
            live->block_start[live->n_blocks++] = i;
        live->block_of[i] = live->n_blocks - 1;
    }
    live->block_start[live->n_blocks] = live->n;
}

static bool add_set(uint64_t *to, const uint64_t *from, size_t words)
{
    uint64_t changed = 0;

    for (size_t i = 0; i < words; i++) {
        changed |= from[i] & ~to[i];
        to[i] |= from[i];
    }
    return changed != 0;
}

static bool add_successors(struct liveness *live, uint32_t block)
{
    uint32_t last = live->block_start[block + 1] - 1, start = live->func->start;
    const struct insn *in = &live->code[last];
    uint64_t *out = set_of(live, live->out, block);
    bool guarded = in->guard != EXEC_NO_GUARD, changed = false;
    bool falls = in->flow == FLOW_NEXT || in->flow == FLOW_CALL || guarded;

    if (falls && block + 1 < live->n_blocks)
        changed |= add_set(out, set_of(live, live->in, block + 1), live->words);
    if (in->flow == FLOW_BRANCH)
        changed |=
            add_set(out, set_of(live, live->in, live->block_of[in->target - start]), live->words);
    for (size_t t = 0; in->flow == FLOW_TABLE && t < live->builder->tables.at[in->target].n; t++) {
        uint32_t target = live->builder->tables.at[in->target].targets[t] - start;
        changed |= add_set(out, set_of(live, live->in, live->block_of[target]), live->words);
    }
    return changed;
}

/* False: it takes too long. */
static bool flow_backwards(struct liveness *live)
{
    bool changed = true;

    for (uint32_t b = 0; b < live->n_blocks; b++)
        add_set(set_of(live, live->in, b), set_of(live, live->used, b), live->words);
    for (unsigned round = 0; changed; round++) {
        if (round == MAX_ROUNDS)
            return false;
        changed = false;
        for (uint32_t b = live->n_blocks; b-- > 0;) {
            uint64_t *in = set_of(live, live->in, b), *out = set_of(live, live->out, b);
            const uint64_t *defined = set_of(live, live->defined, b);
            if (!add_successors(live, b))
                continue;
            for (size_t i = 0; i < live->words; i++) {
                uint64_t more = out[i] & ~defined[i] & ~in[i];
                in[i] |= more;
                changed |= more != 0;
            }
        }
    }
    return true;
}

static void extend_over_blocks(struct liveness *live)
{
    for (uint32_t b = 0; b < live->n_blocks; b++) {
        const uint64_t *in = set_of(live, live->in, b), *out = set_of(live, live->out, b);
        for (size_t w = 0; w < live->words; w++) {
            for (uint64_t bits = in[w]; bits; bits &= bits - 1)
                extend(live, w * 64 + __builtin_ctzll(bits), live->block_start[b]);
            for (uint64_t bits = out[w]; bits; bits &= bits - 1)
                extend(live, w * 64 + __builtin_ctzll(bits), live->block_start[b + 1] - 1);
        }
    }
}

static void pin(struct liveness *live, const struct exec_places *places)
{
    for (size_t i = 0; i < places->n; i++) {
        if (places->at[i].slot == EXEC_NO_SLOT)
            continue;
        extend(live, places->at[i].slot >> 2, 0);
        extend(live, places->at[i].slot >> 2, live->n - 1);
    }
}

static void live_everywhere(struct liveness *live)
{
    for (uint32_t v = 0; v < live->n_vregs; v++) {
        if (live->intervals[v].first != UINT32_MAX)
            live->intervals[v] = (struct interval){v, 0, live->n - 1};
    }
}

int liveness_find(struct liveness *live)
{
    size_t set_words;
    bool small;

    live->block_of = calloc(live->n, sizeof(*live->block_of));
    live->block_start = calloc(live->n + 1, sizeof(*live->block_start));
    if (!live->block_of || !live->block_start)
        return -ENOMEM;
    find_blocks(live);
    live->words = (live->n_vregs + 63) / 64;
    set_words = live->words * live->n_blocks;
    small = (uint64_t)set_words * 256 <= MAX_LIVE_BITS;
    live->in = small ? calloc(set_words * 4 + 1, sizeof(*live->in)) : NULL;
    if (small && !live->in)
        return -ENOMEM;
    for (uint32_t i = 0; i < live->n; i++)
        visit_registers(live, i, collect_place);
    pin(live, &live->func->params);
    pin(live, &live->func->results);
    if (!small) {
        live_everywhere(live);
        return 0;
    }
    live->out = live->in + set_words;
    live->used = live->out + set_words;
    live->defined = live->used + set_words;
    for (uint32_t i = 0; i < live->n; i++)
        visit_registers(live, i, collect_use);
    if (flow_backwards(live))
        extend_over_blocks(live);
    else
        live_everywhere(live);
    return 0;
}

void liveness_finish(struct liveness *live)
{
    free(live->block_of);
    free(live->block_start);
    free(live->in);
    free(live->intervals);
}
