/* SPDX-License-Identifier: MIT
 *
 * operands.c - the operands of a statement.
 */
#include "tools/softgpu/exec/operands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/softgpu/exec/specials.h"

static int read_operand(struct decoder *dc, struct operand *operand);

static struct operand *new_elements(struct decoder *dc)
{
    struct statement *st = dc->st;

    return st->n_pool < MAX_POOL ? &st->pool[st->n_pool++] : NULL;
}

/* The component of a vector register or special register that may follow its name: 0 to 3, -1. */
static int accept_component(struct text *text)
{
    static const char *const names[] = {".x", ".y", ".z", ".w", ".r", ".g", ".b", ".a"};

    for (int i = 0; i < 8; i++) {
        if (text_accept_word(text, names[i]))
            return i % 4;
    }
    return -1;
}

/* A vector register as a whole is the list of its elements. */
static int whole_vector(struct decoder *dc, uint32_t index, unsigned elements,
                        struct operand *operand)
{
    operand->kind = OPERAND_VECTOR;
    operand->first = dc->st->n_pool;
    operand->count = elements;
    for (unsigned i = 0; i < elements; i++) {
        struct operand *element = new_elements(dc);
        if (!element)
            return text_fail(dc->text, -EINVAL, "too many operands");
        *element = (struct operand){.kind = OPERAND_REG, .index = index + i};
    }
    return 0;
}

static int read_reg(struct decoder *dc, const struct symbol *symbol, uint32_t index,
                    struct operand *operand)
{
    int component = symbol->elements > 1 ? accept_component(dc->text) : -1;

    operand->kind = OPERAND_REG;
    operand->index = index;
    if (symbol->elements == 1)
        return 0;
    if (component < 0)
        return whole_vector(dc, index, symbol->elements, operand);
    if (component >= symbol->elements)
        return text_fail(dc->text, -EINVAL, "no such component");
    operand->index += component;
    return 0;
}

/* %tid and the like as a whole: a vector of its four components. */
static int whole_special(struct decoder *dc, const char *name, struct operand *operand)
{
    operand->kind = OPERAND_VECTOR;
    operand->first = dc->st->n_pool;
    operand->count = 4;
    for (unsigned i = 0; i < 4; i++) {
        struct operand *element = new_elements(dc);
        char full[40];
        int n = snprintf(full, sizeof(full), "%s.%c", name, "xyzw"[i]);
        if (!element)
            return text_fail(dc->text, -EINVAL, "too many operands");
        *element = (struct operand){.kind = OPERAND_SPECIAL, .index = specials_find(full, n)};
    }
    return 0;
}

static int read_special(struct decoder *dc, const struct ptx_token *token, struct operand *operand)
{
    char name[32], full[40];
    int component, n, special;

    if (token->length >= sizeof(name))
        return -ENOENT;
    memcpy(name, text_bytes(dc->text, token), token->length);
    name[token->length] = 0;
    special = specials_find(name, token->length);
    if (special >= 0) {
        *operand = (struct operand){.kind = OPERAND_SPECIAL, .index = special};
        return 0;
    }
    n = snprintf(full, sizeof(full), "%s.x", name);
    if (specials_find(full, n) < 0)
        return -ENOENT;
    component = accept_component(dc->text);
    if (component < 0)
        return whole_special(dc, name, operand);
    full[n - 1] = "xyzw"[component];
    *operand = (struct operand){.kind = OPERAND_SPECIAL, .index = specials_find(full, n)};
    return 0;
}

static int read_named(struct decoder *dc, const struct symbol *symbol, struct operand *operand)
{
    uint64_t offset;
    int r;

    if (symbol->kind == SYMBOL_FUNC) {
        operand->kind = OPERAND_FUNC;
        operand->index = symbol->index;
        return 0;
    }
    if (symbol->kind != SYMBOL_VARIABLE)
        return 0; /* a label: OPERAND_NAME */
    operand->kind = OPERAND_VARIABLE;
    operand->index = symbol->index;
    if (text_peek(dc->text)->kind != '+' && text_peek(dc->text)->kind != '-')
        return 0;
    r = text_integer(dc->text, &offset);
    operand->offset = (int64_t)offset;
    return r;
}

static int read_word(struct decoder *dc, struct operand *operand)
{
    struct text *text = dc->text;
    const struct ptx_token *token = text_next(text);
    const char *bytes = text_bytes(text, token);
    const struct symbol *symbol;
    uint32_t index;
    int r;

    *operand = (struct operand){.kind = OPERAND_NAME, .token = token};
    if (token->length == 1 && bytes[0] == '_') {
        operand->kind = OPERAND_SINK;
        return 0;
    }
    symbol = scope_find_reg(dc->scope, bytes, token->length, &index);
    if (symbol)
        return read_reg(dc, symbol, index, operand);
    symbol = scope_find(dc->scope, bytes, token->length);
    if (symbol)
        return read_named(dc, symbol, operand);
    r = bytes[0] == '%' ? read_special(dc, token, operand) : 0;
    if (r == -ENOENT)
        r = text_fail(text, -EINVAL, "register '%.*s' is not declared or not supported",
                      (int)(token->length < 60 ? token->length : 60), bytes);
    return r;
}

int operand_read_simple(struct decoder *dc, struct operand *operand)
{
    struct text *text = dc->text;

    if (text_peek(text)->kind == PTX_WORD && !text_is(text, "WARP_SZ"))
        return read_word(dc, operand);
    *operand = (struct operand){.kind = OPERAND_CONSTANT};
    return text_constant(text, &operand->constant);
}

/* { a, b, ... } or ( a, b, ... ) */
static int read_elements(struct decoder *dc, struct operand *operand, enum operand_kind kind,
                         uint32_t end)
{
    struct statement *st = dc->st;
    struct operand elements[64], whole;
    unsigned n = 0;
    int r = 0;

    text_next(dc->text);
    while (r == 0 && !text_accept(dc->text, end)) {
        if (n == 64)
            return text_fail(dc->text, -EINVAL, "too many operands");
        r = operand_read_simple(dc, &elements[n++]);
        if (r == 0 && text_peek(dc->text)->kind != end)
            r = text_expect(dc->text, ',');
    }
    if (r < 0)
        return r;
    whole = (struct operand){.kind = kind, .first = st->n_pool, .count = n};
    if (n > MAX_POOL - st->n_pool)
        return text_fail(dc->text, -EINVAL, "too many operands");
    memcpy(&st->pool[st->n_pool], elements, n * sizeof(*elements));
    st->n_pool += n;
    *operand = whole;
    return 0;
}

/* [ base + offset ], [ base ], [ offset ] */
static int read_address(struct decoder *dc, struct operand *operand)
{
    struct text *text = dc->text;
    struct operand base, *element;
    uint64_t offset = 0;
    int r;

    text_next(text);
    *operand = (struct operand){.kind = OPERAND_ADDRESS};
    r = operand_read_simple(dc, &base);
    if (r < 0)
        return r;
    if (base.kind == OPERAND_CONSTANT) {
        operand->offset = (int64_t)base.constant.bits;
        return text_expect(text, ']');
    }
    element = new_elements(dc);
    if (!element)
        return text_fail(text, -EINVAL, "too many operands");
    *element = base;
    operand->first = dc->st->n_pool - 1;
    operand->count = 1;
    if (text_accept(text, '+') || text_peek(text)->kind == '-')
        r = text_integer(text, &offset);
    operand->offset = (int64_t)offset;
    return r < 0 ? r : text_expect(text, ']');
}

/* Only there are parentheses a list; elsewhere they are part of a constant. */
static bool is_call(const struct decoder *dc)
{
    return dc->st->opcode_length == 4 && memcmp(dc->st->opcode, "call", 4) == 0;
}

static int read_operand(struct decoder *dc, struct operand *operand)
{
    bool negated = text_accept(dc->text, '!');
    int r;

    switch (text_peek(dc->text)->kind) {
    case '{':
        r = read_elements(dc, operand, OPERAND_VECTOR, '}');
        break;
    case '(':
        r = is_call(dc) ? read_elements(dc, operand, OPERAND_LIST, ')')
                        : operand_read_simple(dc, operand);
        break;
    case '[':
        r = read_address(dc, operand);
        break;
    default:
        r = operand_read_simple(dc, operand);
    }
    operand->negated = negated;
    return r;
}

int operands_read(struct decoder *dc)
{
    struct statement *st = dc->st;
    int r = 0;

    if (text_peek(dc->text)->kind == ';')
        return 0;
    do {
        if (st->n_operands == MAX_OPERANDS)
            return text_fail(dc->text, -EINVAL, "too many operands");
        r = read_operand(dc, &st->operands[st->n_operands++]);
        if (r == 0 && st->n_operands == 1 && text_accept(dc->text, '|')) {
            st->second_result = true;
            r = read_operand(dc, &st->operands[st->n_operands++]);
        }
    } while (r == 0 && text_accept(dc->text, ','));
    return r;
}
