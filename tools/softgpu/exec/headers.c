/* SPDX-License-Identifier: MIT
 *
 * headers.c - functions and kernels up to their bodies: names, parameters, directives.
 *
 * The parameters and results of device functions live in the local memory of their frame (so that
 * their addresses can be taken) or in registers; those of kernels in the parameter block.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/build.h"

#define MAX_PARAM_BYTES 32764u

struct header {
    struct builder *builder;
    struct text *text;
    uint32_t func;
    bool is_entry;
};

static struct exec_func *func_of(const struct header *header)
{
    return &header->builder->funcs.at[header->func];
}

static struct func_build *build_of(const struct header *header)
{
    return &header->builder->func_builds.at[header->func];
}

static int add_place(struct exec_places *places, const struct exec_place *place)
{
    struct exec_place *more = realloc(places->at, (places->n + 1) * sizeof(*more));

    if (!more)
        return -ENOMEM;
    places->at = more;
    more[places->n++] = *place;
    return 0;
}

/* A parameter in memory: a variable of the function's scope. */
static int add_memory(const struct header *header, const struct declared *declared,
                      struct exec_places *places)
{
    struct func_build *build = build_of(header);
    uint32_t at = (build->local_top + declared->align - 1) & ~(uint32_t)(declared->align - 1);
    struct exec_place place = {.offset = at, .bytes = declared->bytes, .slot = EXEC_NO_SLOT};
    struct variable *variable;

    if (declared->bytes > MAX_PARAM_BYTES || at + declared->bytes > 2 * MAX_PARAM_BYTES)
        return text_fail(header->text, -EINVAL, "parameters too large");
    variable = vec_push(&header->builder->variables);
    if (!variable ||
        !scope_add(build->scope, text_bytes(header->text, declared->name), declared->name->length,
                   SYMBOL_VARIABLE, header->builder->variables.n - 1))
        return -ENOMEM;
    variable->space = header->is_entry ? SPACE_PARAM : SPACE_LOCAL;
    variable->address = at;
    variable->bytes = declared->bytes;
    variable->type = declared->type;
    build->local_top = at + declared->bytes;
    return add_place(places, &place);
}

static int add_register(const struct header *header, const struct declared *declared,
                        struct exec_places *places)
{
    struct func_build *build = build_of(header);
    struct exec_place place = {.bytes = type_bytes(declared->type) == 1 ? 2 : declared->bytes,
                               .slot = build->vregs.n << 2 | AREA_FRAME,
                               .is_predicate = declared->type == T_PRED};
    struct vreg *vreg = vec_push(&build->vregs);

    if (declared->elements != 1)
        return text_fail(header->text, -ENOTSUP, "vector registers can be no parameters");
    if (!vreg || !scope_add(build->scope, text_bytes(header->text, declared->name),
                            declared->name->length, SYMBOL_REG, build->vregs.n - 1))
        return -ENOMEM;
    vreg->type = declared->type;
    return add_place(places, &place);
}

static int read_param(const struct header *header, struct exec_places *places)
{
    struct text *text = header->text;
    struct declared declared;
    bool in_register = text_accept_word(text, ".reg");
    int r;

    if (!in_register && !text_accept_word(text, ".param"))
        return text_fail(text, -EINVAL, "parameter expected");
    if (in_register && header->is_entry)
        return text_fail(text, -EINVAL, "a kernel has no register parameters");
    r = declared_read(text, &declared);
    if (r < 0)
        return r;
    if (in_register)
        return add_register(header, &declared, places);
    if (declared.open)
        return text_fail(text, -ENOTSUP, "variable argument lists are not supported");
    return add_memory(header, &declared, places);
}

static int read_params(const struct header *header, struct exec_places *places)
{
    int r = 0;

    if (!text_accept(header->text, '(') || text_accept(header->text, ')'))
        return 0;
    do {
        r = read_param(header, places);
    } while (r == 0 && text_accept(header->text, ','));
    return r < 0 ? r : text_expect(header->text, ')');
}

/* n [, n [, n]] */
static int read_dims(struct text *text, uint32_t ret_dims[3])
{
    for (unsigned i = 0; i < 3; i++)
        ret_dims[i] = 1;
    for (unsigned i = 0; i < 3; i++) {
        uint64_t value;
        int r = text_integer(text, &value);
        if (r < 0)
            return r;
        if (!value || value > INT32_MAX)
            return text_fail(text, -EINVAL, "dimension out of range");
        ret_dims[i] = value;
        if (!text_accept(text, ','))
            return 0;
    }
    return text_fail(text, -EINVAL, "more than three dimensions");
}

static int read_one(struct text *text, uint32_t *ret_value)
{
    uint32_t dims[3];
    int r = read_dims(text, dims);

    if (r == 0)
        *ret_value = dims[0];
    return r;
}

static int read_max_threads(struct text *text, struct exec_kernel *kernel)
{
    uint32_t dims[3];
    int r = read_dims(text, dims);

    if (r < 0)
        return r;
    if ((uint64_t)dims[0] * dims[1] > 1024 || (uint64_t)dims[0] * dims[1] * dims[2] > 1024)
        return text_fail(text, -EINVAL, "more than 1024 threads in a block");
    kernel->max_threads = dims[0] * dims[1] * dims[2];
    return 0;
}

/* The directives between the parameters and the body. */
static int read_directives(const struct header *header)
{
    struct text *text = header->text;
    struct exec_kernel *kernel = &func_of(header)->kernel;
    uint32_t *limits = func_of(header)->register_limits, ignored[3];
    bool skipped;
    int r = 0;

    while (r == 0 && text_peek(text)->kind == PTX_DOT_WORD) {
        if (text_accept_word(text, ".maxntid"))
            r = read_max_threads(text, kernel);
        else if (text_accept_word(text, ".reqntid"))
            r = read_dims(text, kernel->reqntid);
        else if (text_accept_word(text, ".reqnctapercluster"))
            r = read_dims(text, kernel->reqcluster);
        else if (text_accept_word(text, ".maxnreg"))
            r = read_one(text, &limits[0]);
        else if (text_accept_word(text, ".minnctapersm"))
            r = read_one(text, &limits[1]);
        else if (text_accept_word(text, ".maxclusterrank") ||
                 text_accept_word(text, ".maxnctapersm") ||
                 text_accept_word(text, ".abi_preserve") ||
                 text_accept_word(text, ".abi_preserve_control"))
            r = read_dims(text, ignored);
        else if (!text_accept_word(text, ".noreturn") &&
                 !text_accept_word(text, ".explicitcluster")) {
            r = module_skip_remark(text, &skipped);
            if (r == 0 && !skipped)
                r = text_fail(text, -ENOTSUP, "directive '%.*s' is not supported",
                              (int)text_peek(text)->length, text_bytes(text, text_peek(text)));
        }
    }
    return r;
}

static int find_or_add(struct header *header, const struct ptx_token *name, unsigned linkage)
{
    struct builder *builder = header->builder;
    struct scope *scope = &builder->text_scopes[header->text->index];
    const char *bytes = text_bytes(header->text, name);
    struct symbol *own = scope_find_here(scope, bytes, name->length), *symbol = own;
    struct exec_func *func;

    if (!symbol && linkage)
        symbol = scope_find_here(&builder->linked, bytes, name->length);
    if (symbol && symbol->kind != SYMBOL_FUNC)
        return text_fail(header->text, -EINVAL, "'%.*s' is declared twice", (int)name->length,
                         bytes);
    if (symbol) {
        header->func = symbol->index;
        return own || scope_add(scope, bytes, name->length, SYMBOL_FUNC, symbol->index) ? 0
                                                                                        : -ENOMEM;
    }
    func = vec_push(&builder->funcs);
    header->func = builder->funcs.n - 1;
    if (!func || !vec_push(&builder->func_builds))
        return -ENOMEM;
    func->name = build_name(bytes, name->length);
    if (!func->name || !scope_add(scope, bytes, name->length, SYMBOL_FUNC, header->func) ||
        (linkage && !scope_add(&builder->linked, bytes, name->length, SYMBOL_FUNC, header->func)))
        return -ENOMEM;
    func->dynamic_align = 16;
    func->is_entry = header->is_entry;
    return 0;
}

/* A new scope for the parameters, in place of that of an earlier declaration. */
static int begin_scope(const struct header *header)
{
    struct func_build *build = build_of(header);
    struct exec_func *func = func_of(header);
    struct scope *scope = calloc(1, sizeof(*scope));

    if (!scope)
        return -ENOMEM;
    if (build->scope)
        scope_finish(build->scope);
    free(build->scope);
    free(func->params.at);
    free(func->results.at);
    func->params = func->results = (struct exec_places){0};
    build->vregs.n = 0;
    build->local_top = 0;
    build->scope = scope;
    scope->parent = &header->builder->text_scopes[header->text->index];
    return 0;
}

/* (.param ... ) comes before the name, which decides where they go: the token it is at. */
static int find_name(struct text *text, size_t *ret_results)
{
    *ret_results = 0;
    while (text_accept_word(text, ".attribute")) {
        while (!text_accept(text, ')')) {
            if (text_next(text)->kind == PTX_END)
                return text_fail(text, -EINVAL, "')' expected before the end");
        }
    }
    if (text_peek(text)->kind != '(')
        return 0;
    *ret_results = text->at;
    while (!text_accept(text, ')')) {
        if (text_next(text)->kind == PTX_END)
            return text_fail(text, -EINVAL, "')' expected before the end");
    }
    return 0;
}

static int read_signature(struct header *header, size_t results)
{
    struct text *text = header->text;
    size_t behind_name = text->at;
    int r = begin_scope(header);

    if (r == 0 && results) {
        text->at = results;
        r = read_params(header, &func_of(header)->results);
        text->at = behind_name;
    }
    if (r == 0)
        r = read_params(header, &func_of(header)->params);
    return r < 0 ? r : read_directives(header);
}

static int read_body_place(const struct header *header, unsigned linkage)
{
    struct text *text = header->text;
    struct exec_func *func = func_of(header);

    if (text_accept(text, ';'))
        return 0;
    if (text_peek(text)->kind != '{')
        return text_expect(text, '{');
    build_of(header)->body = text->at;
    func->text = text->index;
    func->has_body = true;
    func->is_entry = header->is_entry;
    func->visible = linkage & (LINK_VISIBLE | LINK_WEAK);
    func->weak = linkage & LINK_WEAK;
    return text_skip_braces(text);
}

/* The body or the ';' of a function we have already, or a weak one less. */
static int skip_rest(struct text *text)
{
    while (text_peek(text)->kind != ';' && text_peek(text)->kind != '{') {
        if (text_next(text)->kind == PTX_END)
            return text_fail(text, -EINVAL, "'{' or ';' expected before the end");
    }
    return text_accept(text, ';') ? 0 : text_skip_braces(text);
}

/* Does a body follow? Else it is only declared (again). */
static bool is_definition(const struct text *text)
{
    size_t at = text->at;

    while (text->tokens[at].kind != ';' && text->tokens[at].kind != '{' &&
           text->tokens[at].kind != PTX_END)
        at++;
    return text->tokens[at].kind == '{';
}

int header_read(struct builder *builder, struct text *text, bool is_entry, unsigned linkage)
{
    struct header header = {.builder = builder, .text = text, .is_entry = is_entry};
    const struct ptx_token *name;
    size_t results;
    bool was_defined;
    int r = find_name(text, &results);

    if (r < 0)
        return r;
    name = text_peek(text);
    r = text_expect(text, PTX_WORD);
    if (r == 0)
        r = find_or_add(&header, name, linkage);
    if (r < 0)
        return r;
    was_defined = func_of(&header)->has_body;
    if (was_defined && (!is_definition(text) || (linkage & LINK_WEAK)))
        return skip_rest(text);
    if (was_defined && !func_of(&header)->weak)
        return text_fail(text, -EINVAL, "function '%s' is defined twice", func_of(&header)->name);
    r = read_signature(&header, results);
    return r < 0 ? r : read_body_place(&header, linkage);
}
