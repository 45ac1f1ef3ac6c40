/* SPDX-License-Identifier: MIT
 *
 * layout.c - shared memory, stack and constants of a program.
 *
 * A shared variable has one offset for all kernels, since device functions may use it from several;
 * it takes room only in kernels that can reach a use of it.
 */
#include "tools/softgpu/exec/layout.h"

#include <errno.h>
#include <string.h>

/* As ptxas has it, of static shared memory in a kernel. */
#define REGISTERS        65536u /* of a multiprocessor */
#define MAX_SHARED_BYTES 0xc000u

/* Which functions a kernel can reach, and how deep its calls can get. */
struct reach {
    struct builder *builder;
    uint8_t *seen;   /* of each function: reached */
    uint8_t *state;  /* of the walk for depth: 1 being walked, 2 known */
    uint64_t *depth; /* bytes of local memory from here on */
    bool indirect, recursive;
};

static void add_reached(struct reach *reach, uint32_t *stack, uint32_t *n, uint32_t func)
{
    if (reach->seen[func] || !reach->builder->funcs.at[func].has_body)
        return;
    reach->seen[func] = 1;
    stack[(*n)++] = func;
}

/* By a call through a pointer, any function that is no kernel can be reached. */
static int find_reached(struct reach *reach, uint32_t kernel)
{
    struct builder *builder = reach->builder;
    uint32_t *stack = calloc(builder->funcs.n + 1, sizeof(*stack)), n = 0;

    if (!stack)
        return -ENOMEM;
    memset(reach->seen, 0, builder->funcs.n);
    reach->indirect = reach->recursive = false;
    add_reached(reach, stack, &n, kernel);
    while (n) {
        uint32_t func = stack[--n];
        const struct func_build *build = &builder->func_builds.at[func];
        for (uint32_t i = 0; i < build->callees.n; i++)
            add_reached(reach, stack, &n, build->callees.at[i]);
        if (!builder->funcs.at[func].calls_indirect || reach->indirect)
            continue;
        reach->indirect = true;
        for (uint32_t i = 0; i < builder->funcs.n; i++) {
            if (!builder->funcs.at[i].is_entry)
                add_reached(reach, stack, &n, i);
        }
    }
    free(stack);
    return 0;
}

static uint64_t frame_bytes(const struct reach *reach, uint32_t func)
{
    return (reach->builder->funcs.at[func].local_bytes + UINT64_C(15)) & ~UINT64_C(15);
}

/* One step of the walk: a callee that is not yet known, or NULL when func's own depth is. */
static const uint32_t *unknown_callee(struct reach *reach, uint32_t func)
{
    const struct func_build *build = &reach->builder->func_builds.at[func];
    uint64_t deepest = 0;

    for (uint32_t i = 0; i < build->callees.n; i++) {
        uint32_t callee = build->callees.at[i];
        if (reach->state[callee] == 0 && reach->builder->funcs.at[callee].has_body)
            return &build->callees.at[i];
        if (reach->state[callee] == 1)
            reach->recursive = true;
        else if (reach->depth[callee] > deepest)
            deepest = reach->depth[callee];
    }
    reach->depth[func] = frame_bytes(reach, func) + deepest;
    reach->state[func] = 2;
    return NULL;
}

/* Depth-first with a stack of our own: the text decides how deep. */
static int find_depth(struct reach *reach, uint32_t kernel)
{
    uint32_t *stack = calloc(reach->builder->funcs.n + 1, sizeof(*stack)), n = 0;

    if (!stack)
        return -ENOMEM;
    memset(reach->state, 0, reach->builder->funcs.n);
    stack[n++] = kernel;
    reach->state[kernel] = 1;
    while (n) {
        const uint32_t *callee = unknown_callee(reach, stack[n - 1]);
        if (callee) {
            reach->state[*callee] = 1;
            stack[n++] = *callee;
        } else {
            n--;
        }
    }
    free(stack);
    return 0;
}

static void mark_users(const struct reach *reach, uint32_t kernel, uint8_t *uses,
                       uint32_t n_variables)
{
    const struct builder *builder = reach->builder;

    for (uint32_t f = 0; f < builder->funcs.n; f++) {
        const struct func_build *build = &builder->func_builds.at[f];
        for (uint32_t i = 0; reach->seen[f] && i < build->shared.n; i++)
            uses[(size_t)kernel * n_variables + build->shared.at[i]] = 1;
    }
}

/* Gives each variable the lowest offset that is free in all kernels that use it. */
static int place_shared(struct builder *builder, const uint8_t *uses, uint64_t *tops)
{
    uint32_t n = builder->variables.n;

    for (uint32_t v = 0; v < n; v++) {
        struct variable *variable = &builder->variables.at[v];
        uint64_t at = 0, align = variable->align ? variable->align : 1;
        if (variable->space != SPACE_SHARED || variable->is_dynamic)
            continue;
        for (uint32_t f = 0; f < builder->funcs.n; f++) {
            if (uses[(size_t)f * n + v] && tops[f] > at)
                at = tops[f];
        }
        at = (at + align - 1) & ~(align - 1);
        variable->address = at;
        for (uint32_t f = 0; f < builder->funcs.n; f++) {
            if (uses[(size_t)f * n + v])
                tops[f] = at + variable->bytes;
        }
        if (at + variable->bytes > MAX_SHARED_BYTES)
            return text_fail(&builder->texts[variable->text], -EINVAL, "too much shared memory");
    }
    return 0;
}

static void set_stack(const struct reach *reach, uint32_t index)
{
    struct exec_func *func = &reach->builder->funcs.at[index];

    func->kernel.local_bytes = reach->depth[index];
    for (uint32_t f = 0; f < reach->builder->funcs.n; f++) {
        const struct exec_func *reached = &reach->builder->funcs.at[f];
        if (!reach->seen[f])
            continue;
        if (reached->pressure > func->kernel.registers)
            func->kernel.registers = reached->pressure;
        func->grows_stack |= reached->grows_stack;
    }
    func->grows_stack |= reach->indirect || reach->recursive;
}

/* What ptxas is held to: blocks of the size that the kernel was made for must fit. */
static unsigned most_registers(const struct exec_func *func)
{
    unsigned warps = (func->kernel.max_threads + EXEC_WARP_LANES - 1) / EXEC_WARP_LANES;
    uint64_t blocks = func->register_limits[1] ? func->register_limits[1] : 1;
    uint64_t most = warps ? REGISTERS / (warps * EXEC_WARP_LANES * blocks) & ~7u : 255;

    if (func->register_limits[0] && func->register_limits[0] < most)
        most = func->register_limits[0];
    return most < 16 ? 16 : most > 255 ? 255 : (unsigned)most;
}

/* An estimate of what ptxas would use: what is live at once and a few for addresses and the ABI. */
static void set_registers(struct exec_func *func)
{
    unsigned registers = (func->kernel.registers + 8 + 7) & ~7u, most = most_registers(func);

    func->kernel.registers = registers < 16 ? 16 : registers > most ? most : registers;
}

static int describe_params(struct exec_func *func)
{
    struct exec_kernel *kernel = &func->kernel;

    func->param_table = calloc(func->params.n + 1, sizeof(*func->param_table));
    if (!func->param_table)
        return -ENOMEM;
    for (size_t i = 0; i < func->params.n; i++) {
        func->param_table[i][0] = func->params.at[i].offset;
        func->param_table[i][1] = func->params.at[i].bytes;
    }
    kernel->params = (const uint32_t(*)[2])func->param_table;
    kernel->n_params = func->params.n;
    kernel->name = func->name;
    return 0;
}

static int describe_kernels(struct reach *reach, uint8_t *uses, uint64_t *tops)
{
    struct builder *builder = reach->builder;
    int r = 0;

    for (uint32_t i = 0; i < builder->funcs.n && r == 0; i++) {
        struct exec_func *func = &builder->funcs.at[i];
        func->program = builder->program;
        func->dynamic_align = builder->dynamic_align;
        if (!func->is_entry || !func->has_body)
            continue;
        r = find_reached(reach, i);
        if (r == 0)
            r = find_depth(reach, i);
        if (r < 0)
            break;
        mark_users(reach, i, uses, builder->variables.n);
        set_stack(reach, i);
        set_registers(func);
        r = describe_params(func);
    }
    if (r == 0)
        r = place_shared(builder, uses, tops);
    for (uint32_t i = 0; i < builder->funcs.n; i++)
        builder->funcs.at[i].kernel.static_shared_bytes = tops[i];
    return r;
}

static int list_kernels(struct builder *builder)
{
    struct exec_program *program = builder->program;

    program->kernels = calloc(builder->funcs.n + 1, sizeof(*program->kernels));
    if (!program->kernels)
        return -ENOMEM;
    for (uint32_t i = 0; i < builder->funcs.n; i++) {
        const struct exec_func *func = &builder->funcs.at[i];
        if (func->is_entry && func->has_body)
            program->kernels[program->n_kernels++] = &func->kernel;
    }
    return 0;
}

static void fill_constant(const struct builder *builder, const struct pool_entry *entry)
{
    uint8_t *at = builder->program->consts + entry->offset;
    uint64_t bits[2] = {entry->key.bits, 0};

    if (entry->key.variable != UINT32_MAX)
        bits[0] += builder->variables.at[entry->key.variable].address;
    if (!entry->key.bytes)
        memcpy(at, bits, 4);
    for (unsigned lane = 0; entry->key.bytes && lane < EXEC_WARP_LANES; lane++)
        memcpy(at + (size_t)lane * entry->key.bytes, bits, entry->key.bytes);
}

static int fill_constants(struct builder *builder)
{
    struct pool_entry *entry, *next;
    size_t bytes = (builder->pool_bytes + 64) & ~UINT64_C(63);

    builder->program->consts = aligned_alloc(64, bytes);
    if (!builder->program->consts)
        return -ENOMEM;
    HASH_ITER(hh, builder->pool, entry, next)
    fill_constant(builder, entry);
    return 0;
}

int layout_program(struct builder *builder)
{
    size_t n = builder->funcs.n + 1;
    struct reach reach = {.builder = builder,
                          .seen = calloc(n, 1),
                          .state = calloc(n, 1),
                          .depth = calloc(n, sizeof(uint64_t))};
    uint8_t *uses = calloc(n, builder->variables.n + 1);
    uint64_t *tops = calloc(n, sizeof(*tops));
    int r = -ENOMEM;

    if (reach.seen && reach.state && reach.depth && uses && tops)
        r = describe_kernels(&reach, uses, tops);
    if (r == 0)
        r = list_kernels(builder);
    if (r == 0)
        r = fill_constants(builder);
    free(reach.seen);
    free(reach.state);
    free(reach.depth);
    free(uses);
    free(tops);
    return r;
}
