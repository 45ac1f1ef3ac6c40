/* SPDX-License-Identifier: MIT
 *
 * program.c - a program from its texts: declarations of all texts first, so that names are known,
 * then memory for globals, then the bodies, at last what needs to know all of them (layout.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/softgpu/exec/build.h"
#include "tools/softgpu/exec/layout.h"

static void find_builtins(struct builder *builder)
{
    static const struct {
        const char *name;
        enum exec_builtin builtin;
    } names[] = {
        {"vprintf", BUILTIN_VPRINTF},
        {"__assertfail", BUILTIN_ASSERTFAIL},
        {"malloc", BUILTIN_MALLOC},
        {"free", BUILTIN_FREE},
    };

    for (uint32_t i = 0; i < builder->funcs.n; i++) {
        struct exec_func *func = &builder->funcs.at[i];
        for (size_t n = 0; n < sizeof(names) / sizeof(names[0]) && !func->has_body; n++) {
            if (strcmp(func->name, names[n].name) == 0)
                func->builtin = names[n].builtin;
        }
    }
}

static int read_texts(struct builder *builder, const char *const *texts, const size_t *sizes)
{
    int r = 0;

    for (unsigned i = 0; i < builder->n_texts && r == 0; i++)
        r = text_init(&builder->texts[i], texts[i], sizes[i], i, builder->error);
    for (unsigned i = 0; i < builder->n_texts && r == 0; i++)
        r = module_read(builder, &builder->texts[i]);
    return r;
}

static int read_bodies(struct builder *builder)
{
    int r = 0;

    for (uint32_t i = 0; i < builder->funcs.n && r == 0; i++) {
        if (!builder->funcs.at[i].has_body)
            continue;
        r = body_read(builder, i);
        if (r == 0)
            r = slots_assign(builder, i);
    }
    return r;
}

static int build(struct builder *builder, const char *const *texts, const size_t *sizes)
{
    int r;

    builder->texts = calloc(builder->n_texts + 1, sizeof(*builder->texts));
    builder->text_scopes = calloc(builder->n_texts + 1, sizeof(*builder->text_scopes));
    builder->program->heap = heap_create();
    if (!builder->texts || !builder->text_scopes || !builder->program->heap)
        return -ENOMEM;
    r = read_texts(builder, texts, sizes);
    find_builtins(builder);
    if (r == 0)
        r = initial_allocate(builder);
    if (r == 0)
        r = initial_values(builder);
    if (r == 0)
        r = read_bodies(builder);
    return r < 0 ? r : layout_program(builder);
}

static void free_func_build(struct func_build *build)
{
    struct scope *scope = build->scope;

    while (scope) {
        struct scope *next = scope->next;
        scope_finish(scope);
        free(scope);
        scope = next;
    }
    free(build->shared.at);
    free(build->callees.at);
    free(build->vregs.at);
}

/* What has become the program's goes on with it; the rest is freed. */
static void finish_builder(struct builder *builder)
{
    struct exec_program *program = builder->program;
    struct pool_entry *entry, *next;

    program->code = builder->code.at;
    program->n_code = builder->code.n;
    program->funcs = builder->funcs.at;
    program->n_funcs = builder->funcs.n;
    program->sites = builder->sites.at;
    program->n_sites = builder->sites.n;
    program->tables = builder->tables.at;
    program->n_tables = builder->tables.n;
    for (unsigned i = 0; builder->texts && i < builder->n_texts; i++)
        text_finish(&builder->texts[i]);
    for (unsigned i = 0; builder->text_scopes && i < builder->n_texts; i++)
        scope_finish(&builder->text_scopes[i]);
    scope_finish(&builder->linked);
    for (uint32_t i = 0; i < builder->variables.n; i++)
        free(builder->variables.at[i].name);
    for (uint32_t i = 0; i < builder->func_builds.n; i++)
        free_func_build(&builder->func_builds.at[i]);
    HASH_ITER(hh, builder->pool, entry, next)
    {
        HASH_DEL(builder->pool, entry);
        free(entry);
    }
    free(builder->variables.at);
    free(builder->func_builds.at);
    free(builder->texts);
    free(builder->text_scopes);
}

int exec_program_create(const char *const *texts, const size_t *sizes, size_t n,
                        struct exec_program **ret_program, struct exec_error *ret_error)
{
    struct exec_error error = {0};
    struct exec_program *program = calloc(1, sizeof(*program));
    struct builder builder = {.program = program, .error = &error, .n_texts = (unsigned)n};
    int r = -ENOMEM;

    builder.dynamic_align = 16;
    if (program)
        r = n < 256 ? build(&builder, texts, sizes) : -EINVAL;
    if (program)
        finish_builder(&builder);
    if (r < 0) {
        if (!error.message[0])
            snprintf(error.message, sizeof(error.message), "%s",
                     r == -ENOMEM ? "out of memory" : "too many texts");
        if (ret_error)
            *ret_error = error;
        exec_program_destroy(program);
        return r;
    }
    *ret_program = program;
    return 0;
}

static void free_func(struct exec_func *func)
{
    free(func->name);
    free(func->params.at);
    free(func->results.at);
    free(func->param_table);
}

void exec_program_destroy(struct exec_program *program)
{
    if (!program)
        return;
    for (uint32_t i = 0; i < program->n_funcs; i++)
        free_func(&program->funcs[i]);
    for (uint32_t i = 0; i < program->n_sites; i++) {
        free(program->sites[i].args.at);
        free(program->sites[i].results.at);
    }
    for (uint32_t i = 0; i < program->n_tables; i++)
        free(program->tables[i].targets);
    for (size_t i = 0; i < program->n_globals; i++) {
        free(program->globals[i].name);
        free(program->ranges[i].memory);
    }
    heap_destroy(program->heap);
    free(program->code);
    free(program->funcs);
    free(program->sites);
    free(program->tables);
    free(program->consts);
    free(program->globals);
    free(program->ranges);
    free(program->kernels);
    free(program->special_slots);
    free(program);
}

const struct exec_kernel *exec_find_kernel(const struct exec_program *program, const char *name)
{
    for (size_t i = 0; i < program->n_kernels; i++) {
        if (strcmp(program->kernels[i]->name, name) == 0)
            return program->kernels[i];
    }
    return NULL;
}

size_t exec_kernels(const struct exec_program *program, const struct exec_kernel ***ret_kernels)
{
    *ret_kernels = program->kernels;
    return program->n_kernels;
}

const struct exec_global *exec_find_global(const struct exec_program *program, const char *name)
{
    for (size_t i = 0; i < program->n_globals; i++) {
        if (strcmp(program->globals[i].name, name) == 0)
            return &program->globals[i];
    }
    return NULL;
}
