/* SPDX-License-Identifier: MIT
 *
 * variables.c - declarations of variables, in a module and in functions.
 *
 * A name that is visible or extern means the same variable in all texts of the program; any other
 * is its text's or its function's own.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/build.h"

#define MAX_VARIABLE_BYTES (UINT64_C(1) << 40)
/* As ptxas has it. */
#define MAX_SHARED_BYTES 0xc000u
#define MAX_LOCAL_BYTES  0x80000u

int variables_accept_space(struct text *text)
{
    static const struct {
        const char *word;
        enum exec_space space;
    } words[] = {
        {".global", SPACE_GLOBAL}, {".const", SPACE_CONST}, {".shared", SPACE_SHARED},
        {".local", SPACE_LOCAL},   {".param", SPACE_PARAM},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (text_accept_word(text, words[i].word))
            return words[i].space;
    }
    return -1;
}

static int read_align(struct text *text, uint64_t *ret_align)
{
    int r = text_integer(text, ret_align);

    if (r == 0 && (!*ret_align || *ret_align > 4096 || (*ret_align & (*ret_align - 1))))
        return text_fail(text, -EINVAL, "alignment must be a power of two");
    return r;
}

/* .attribute(.managed) and the like: the host sees all our memory anyhow. */
static int skip_attribute(struct text *text)
{
    int r = text_expect(text, '(');

    while (r == 0 && !text_accept(text, ')')) {
        if (text_next(text)->kind == PTX_END)
            r = text_fail(text, -EINVAL, "')' expected before the end");
    }
    return r;
}

/* .ptr [.space] [.align n] of a parameter: says what it points to, which does not concern us. */
static int skip_pointer(struct text *text)
{
    uint64_t align;

    variables_accept_space(text);
    return text_accept_word(text, ".align") ? read_align(text, &align) : 0;
}

static int read_dimensions(struct text *text, struct declared *declared)
{
    bool first = true;
    int r = 0;

    while (r == 0 && text_accept(text, '[')) {
        uint64_t n = 0;
        if (text_accept(text, ']')) {
            if (!first)
                return text_fail(text, -EINVAL, "only the first dimension may be left open");
            declared->open = true;
        } else {
            r = text_integer(text, &n);
            if (r == 0)
                r = text_expect(text, ']');
            if (r == 0 && n && declared->bytes > MAX_VARIABLE_BYTES / n)
                r = text_fail(text, -EINVAL, "variable too large");
            declared->bytes *= n;
        }
        first = false;
    }
    return r;
}

int declared_read(struct text *text, struct declared *ret_declared)
{
    struct declared *d = ret_declared;
    int r = 0;

    *d = (struct declared){.type = T_NONE, .elements = 1};
    while (r == 0 && text_peek(text)->kind == PTX_DOT_WORD) {
        enum exec_type type;
        if (text_accept_word(text, ".align"))
            r = read_align(text, &d->align);
        else if (text_accept_word(text, ".v2"))
            d->elements = 2;
        else if (text_accept_word(text, ".v4"))
            d->elements = 4;
        else if (text_accept_word(text, ".attribute"))
            r = skip_attribute(text);
        else if (text_accept_word(text, ".ptr"))
            r = skip_pointer(text);
        else if ((type = text_accept_type(text)) != T_NONE)
            d->type = type;
        else
            r = text_fail(text, -ENOTSUP, "declaration with '%.*s' is not supported",
                          (int)text_peek(text)->length, text_bytes(text, text_peek(text)));
    }
    if (r == 0 && d->type == T_NONE)
        r = text_fail(text, -EINVAL, "type expected");
    if (r < 0)
        return r;
    d->name = text_peek(text);
    d->bytes = (uint64_t)type_bytes(d->type) * d->elements;
    if (!d->align)
        d->align = d->bytes;
    r = text_expect(text, PTX_WORD);
    return r < 0 ? r : read_dimensions(text, d);
}

/* Leaves the initialiser for later, when all names are known. */
static int skip_initialiser(struct text *text)
{
    if (text_peek(text)->kind == '{')
        return text_skip_braces(text);
    while (text_peek(text)->kind != ',' && text_peek(text)->kind != ';') {
        if (text_next(text)->kind == PTX_END)
            return text_fail(text, -EINVAL, "';' expected before the end");
    }
    return 0;
}

/* How many elements an initialiser with braces has. */
static uint64_t count_initialiser(const struct text *text)
{
    uint64_t n = 1;
    size_t depth = 0;

    for (size_t i = text->at; i < text->n_tokens; i++) {
        uint32_t kind = text->tokens[i].kind;
        depth += kind == '{';
        if (kind == '}' && --depth == 0)
            break;
        n += kind == ',' && depth == 1;
    }
    return n;
}

static struct variable *find_or_add(struct builder *builder, struct text *text, struct scope *scope,
                                    const struct ptx_token *name, unsigned linkage, int *ret_error)
{
    const char *bytes = text_bytes(text, name);
    bool is_linked = linkage && !scope->parent;
    struct symbol *symbol = scope_find_here(scope, bytes, name->length);
    struct variable *variable;

    *ret_error = 0;
    if (!symbol && is_linked)
        symbol = scope_find_here(&builder->linked, bytes, name->length);
    if (symbol && symbol->kind == SYMBOL_VARIABLE) {
        if (!scope_find_here(scope, bytes, name->length) &&
            !scope_add(scope, bytes, name->length, SYMBOL_VARIABLE, symbol->index))
            goto no_memory;
        return &builder->variables.at[symbol->index];
    }
    if (symbol) {
        *ret_error = text_fail(text, -EINVAL, "'%.*s' is declared twice", (int)name->length, bytes);
        return NULL;
    }
    variable = vec_push(&builder->variables);
    if (!variable)
        goto no_memory;
    variable->is_extern = true; /* until it is defined */
    variable->text = text->index;
    variable->name = build_name(bytes, name->length);
    if (!variable->name ||
        !scope_add(scope, bytes, name->length, SYMBOL_VARIABLE, builder->variables.n - 1) ||
        (is_linked && !scope_add(&builder->linked, bytes, name->length, SYMBOL_VARIABLE,
                                 builder->variables.n - 1)))
        goto no_memory;
    return variable;
no_memory:
    *ret_error = -ENOMEM;
    return NULL;
}

static int place_local(struct text *text, struct variable *variable, uint32_t *local_top)
{
    uint64_t at = (*local_top + (uint64_t)variable->align - 1) & ~((uint64_t)variable->align - 1);

    if (variable->bytes > MAX_LOCAL_BYTES || at + variable->bytes > MAX_LOCAL_BYTES)
        return text_fail(text, -EINVAL, "local variable too large");
    variable->address = at;
    *local_top = at + variable->bytes;
    return 0;
}

/* Fills the variable from its declaration, which may be another one of what we have already.
 * initial: token of the first value, 0 for none. */
static int define(struct text *text, struct variable *variable, const struct declared *declared,
                  enum exec_space space, unsigned linkage, size_t initial)
{
    bool defines = !(linkage & LINK_EXTERN);

    if (!variable->is_extern) {
        if (!defines || (linkage & (LINK_WEAK | LINK_COMMON)))
            return 0;
        return text_fail(text, -EINVAL, "variable '%s' is defined twice", variable->name);
    }
    variable->space = space;
    variable->type = declared->type;
    variable->align = declared->align > variable->align ? declared->align : variable->align;
    variable->bytes = declared->open && !defines ? 0 : declared->bytes;
    variable->visible = linkage != 0;
    variable->text = text->index;
    variable->is_extern = !defines;
    variable->is_dynamic = !defines && space == SPACE_SHARED;
    variable->initial = defines ? initial : 0;
    return 0;
}

static int read_one(struct builder *builder, struct text *text, struct scope *scope,
                    enum exec_space space, unsigned linkage, uint32_t *local_top)
{
    struct declared declared;
    struct variable *variable;
    size_t initial = 0;
    int r = declared_read(text, &declared);

    if (r < 0)
        return r;
    if (text_accept(text, '=')) {
        initial = text->at;
        if (declared.open)
            declared.bytes *= count_initialiser(text);
        r = skip_initialiser(text);
        if (r < 0)
            return r;
    } else if (declared.open && !(linkage & LINK_EXTERN)) {
        return text_fail(text, -EINVAL, "array without size");
    }
    variable = find_or_add(builder, text, scope, declared.name, linkage, &r);
    if (!variable)
        return r;
    r = define(text, variable, &declared, space, linkage, initial);
    if (r == 0 && (space == SPACE_LOCAL || space == SPACE_PARAM))
        r = place_local(text, variable, local_top);
    if (r == 0 && space == SPACE_SHARED && variable->bytes > MAX_SHARED_BYTES)
        r = text_fail(text, -EINVAL, "shared variable too large");
    return r;
}

int variables_read(struct builder *builder, struct text *text, struct scope *scope,
                   enum exec_space space, unsigned linkage, uint32_t *local_top)
{
    int r;

    if ((space == SPACE_LOCAL || space == SPACE_PARAM) && !local_top)
        return text_fail(text, -ENOTSUP, "local variables outside of functions are not supported");
    r = read_one(builder, text, scope, space, linkage, local_top);
    return r < 0 ? r : text_expect(text, ';');
}
