/* SPDX-License-Identifier: MIT
 *
 * initial.c - memory for global and constant variables, and their first values: numbers, and
 * addresses of variables and functions, whole or byte by byte (0xFF(name), 0xFF00(name) ...).
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/build.h"

#define MIN_ALIGN 256u /* as the device's own allocations */

static bool has_memory(const struct variable *variable)
{
    return (variable->space == SPACE_GLOBAL || variable->space == SPACE_CONST) &&
           !variable->is_extern;
}

static int allocate_one(struct exec_program *program, struct variable *variable)
{
    size_t align = variable->align > MIN_ALIGN ? variable->align : MIN_ALIGN;
    struct exec_global *global = &program->globals[program->n_globals];
    void *memory = calloc(1, variable->bytes + align); /* large ones cost nothing until used */

    if (!memory)
        return -ENOMEM;
    variable->address = ((uintptr_t)memory + align - 1) & ~(uint64_t)(align - 1);
    *global = (struct exec_global){.name = strdup(variable->name),
                                   .size_bytes = variable->bytes,
                                   .align_bytes = variable->align,
                                   .is_const = variable->space == SPACE_CONST,
                                   .address = (void *)(uintptr_t)variable->address};
    program->ranges[program->n_globals++] =
        (struct exec_range){variable->address, variable->address + variable->bytes, memory};
    return global->name ? 0 : -ENOMEM;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct exec_range *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

int initial_allocate(struct builder *builder)
{
    struct exec_program *program = builder->program;
    int r = 0;

    program->globals = calloc(builder->variables.n + 1, sizeof(*program->globals));
    program->ranges = calloc(builder->variables.n + 1, sizeof(*program->ranges));
    if (!program->globals || !program->ranges)
        return -ENOMEM;
    for (uint32_t i = 0; i < builder->variables.n && r == 0; i++) {
        struct variable *variable = &builder->variables.at[i];
        if (has_memory(variable))
            r = allocate_one(program, variable);
    }
    qsort(program->ranges, program->n_globals, sizeof(*program->ranges), compare_ranges);
    return r;
}

/* The value being written: where, and how much of the variable is left. */
struct writer {
    struct builder *builder;
    struct text *text;
    const struct variable *variable;
    uint64_t at;
};

static int put(struct writer *writer, uint64_t bits)
{
    unsigned bytes = type_bytes(writer->variable->type);

    if (writer->at + bytes > writer->variable->bytes)
        return text_fail(writer->text, -EINVAL, "more values than '%s' holds",
                         writer->variable->name);
    memcpy((uint8_t *)(uintptr_t)writer->variable->address + writer->at, &bits,
           bytes < 8 ? bytes : 8);
    writer->at += bytes;
    return 0;
}

static int address_of(struct writer *writer, uint64_t *ret_address)
{
    struct builder *builder = writer->builder;
    const struct ptx_token *name = text_peek(writer->text);
    struct symbol *symbol = scope_find(&builder->text_scopes[writer->text->index],
                                       text_bytes(writer->text, name), name->length);

    if (symbol && symbol->kind == SYMBOL_FUNC) {
        *ret_address = WINDOW_CODE + FUNC_ALIGN * (uint64_t)(symbol->index + 1);
    } else if (symbol && symbol->kind == SYMBOL_VARIABLE &&
               has_memory(&builder->variables.at[symbol->index])) {
        *ret_address = builder->variables.at[symbol->index].address;
    } else {
        return text_fail(writer->text, -ENOENT, "'%.*s' is not defined", (int)name->length,
                         text_bytes(writer->text, name));
    }
    text_next(writer->text);
    return 0;
}

/* name, name + n, generic(name) [+ n] */
static int put_address(struct writer *writer, uint64_t mask)
{
    struct text *text = writer->text;
    bool generic = text_accept_word(text, "generic");
    uint64_t address = 0, offset;
    int r = generic ? text_expect(text, '(') : 0;

    if (r == 0)
        r = address_of(writer, &address);
    if (r == 0 && generic)
        r = text_expect(text, ')');
    if (r == 0 && (text_peek(text)->kind == '+' || text_peek(text)->kind == '-')) {
        r = text_integer(text, &offset);
        address += r == 0 ? offset : 0;
    }
    address = mask ? (address & mask) >> __builtin_ctzll(mask) : address;
    return r < 0 ? r : put(writer, address);
}

/* mask(address) */
static int put_masked(struct writer *writer)
{
    uint64_t mask;
    int r = ptx_token_integer(writer->text->bytes, text_next(writer->text), &mask, NULL);

    if (r < 0 || !mask)
        return text_fail(writer->text, -EINVAL, "malformed mask");
    r = text_expect(writer->text, '(');
    if (r == 0)
        r = put_address(writer, mask);
    return r < 0 ? r : text_expect(writer->text, ')');
}

static int put_value(struct writer *writer)
{
    struct text *text = writer->text;
    struct constant constant;
    uint64_t bits;
    int r;

    if (text_peek(text)->kind == PTX_WORD && !text_is(text, "WARP_SZ"))
        return put_address(writer, 0);
    if (text_peek(text)->kind == PTX_INTEGER && text->tokens[text->at + 1].kind == '(')
        return put_masked(writer);
    r = text_constant(text, &constant);
    if (r == 0 && constant_as(&constant, writer->variable->type, &bits) < 0)
        r = text_fail(text, -EINVAL, "constant does not fit the type");
    return r < 0 ? r : put(writer, bits);
}

/* A list in braces may be nested; each level's end leaves the rest of its row zero, which only rows
 * of full length allow us to know, so that what follows goes on where it is. */
static int put_list(struct writer *writer)
{
    struct text *text = writer->text;
    size_t depth = 0;
    int r = 0;

    do {
        if (text_accept(text, '{')) {
            depth++;
            continue;
        }
        if (text_peek(text)->kind != '}')
            r = put_value(writer);
        while (r == 0 && depth && text_accept(text, '}'))
            depth--;
        if (r == 0 && depth && text_peek(text)->kind != '}')
            r = text_expect(text, ',');
    } while (r == 0 && depth);
    return r;
}

int initial_values(struct builder *builder)
{
    int r = 0;

    for (uint32_t i = 0; i < builder->variables.n && r == 0; i++) {
        const struct variable *variable = &builder->variables.at[i];
        struct writer writer = {builder, &builder->texts[variable->text], variable, 0};
        if (!variable->initial)
            continue;
        if (!has_memory(variable))
            return text_fail(writer.text, -ENOTSUP, "'%s' can have no initial value",
                             variable->name);
        writer.text->at = variable->initial;
        r = put_list(&writer);
    }
    return r;
}
