/* SPDX-License-Identifier: MIT
 *
 * body.c - a function's body: scopes, declarations, labels, and its statements one by one into
 * code.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/decode.h"
#include "tools/softgpu/exec/operands.h"
#include "tools/softgpu/exec/ops.h"

#define MAX_VREGS  (1u << 20)
#define MAX_SCOPES 256

struct body {
    struct decoder dc;
    struct builder *builder;
    struct text *text;
    uint32_t func;
    struct scope *scope;
    unsigned depth;
    uint32_t local_top, local_most;
    struct fixups fixups;
    struct statement statement;
    struct insn insn;
};

static struct func_build *build_of(const struct body *body)
{
    return &body->builder->func_builds.at[body->func];
}

static int open_scope(struct body *body)
{
    struct scope *scope;

    if (body->depth == MAX_SCOPES)
        return text_fail(body->text, -EINVAL, "scopes nested too deep");
    scope = calloc(1, sizeof(*scope));
    if (!scope)
        return -ENOMEM;
    body->depth++;
    scope->parent = body->scope;
    scope->next = build_of(body)->scope->next;
    scope->local_top = body->local_top;
    build_of(body)->scope->next = scope;
    body->scope = scope;
    return 0;
}

/* What was declared in it can't be named any more: its local memory is free again. */
static void close_scope(struct body *body)
{
    body->depth--;
    body->local_top = body->scope->local_top;
    body->scope = body->scope->parent;
}

static int add_vregs(struct body *body, enum exec_type type, uint64_t count)
{
    struct func_build *build = build_of(body);

    if (count > MAX_VREGS || build->vregs.n + count > MAX_VREGS)
        return text_fail(body->text, -EINVAL, "too many registers");
    for (uint64_t i = 0; i < count; i++) {
        struct vreg *vreg = vec_push(&build->vregs);
        if (!vreg)
            return -ENOMEM;
        vreg->type = type;
    }
    return 0;
}

/* name or name<count> */
static int read_register(struct body *body, enum exec_type type, unsigned elements)
{
    struct text *text = body->text;
    const struct ptx_token *name = text_peek(text);
    uint32_t first = build_of(body)->vregs.n;
    uint64_t count;
    struct symbol *symbol;
    int r = text_expect(text, PTX_WORD);

    if (r < 0)
        return r;
    if (text_accept(text, '<')) {
        if (text_peek(text)->kind != PTX_INTEGER ||
            ptx_token_integer(text->bytes, text_next(text), &count, NULL) < 0)
            return text_fail(text, -EINVAL, "number of registers expected");
        r = text_expect(text, '>');
        if (r == 0 && count > MAX_VREGS)
            r = text_fail(text, -EINVAL, "too many registers");
        if (r == 0)
            r = add_vregs(body, type, count * elements);
        return r < 0 ? r
                     : scope_add_range(body->scope, text_bytes(text, name), name->length, first,
                                       count, elements);
    }
    if (scope_find_here(body->scope, text_bytes(text, name), name->length))
        return text_fail(text, -EINVAL, "'%.*s' is declared twice", (int)name->length,
                         text_bytes(text, name));
    r = add_vregs(body, type, elements);
    symbol = r < 0
                 ? NULL
                 : scope_add(body->scope, text_bytes(text, name), name->length, SYMBOL_REG, first);
    if (symbol)
        symbol->elements = elements;
    return r < 0 ? r : symbol ? 0 : -ENOMEM;
}

/* .reg [.v2|.v4] type name, ... ; */
static int read_registers(struct body *body)
{
    struct text *text = body->text;
    unsigned elements = 1;
    enum exec_type type = T_NONE;
    int r;

    while (text_peek(text)->kind == PTX_DOT_WORD) {
        if (text_accept_word(text, ".v2"))
            elements = 2;
        else if (text_accept_word(text, ".v4"))
            elements = 4;
        else if ((type = text_accept_type(text)) == T_NONE)
            return text_fail(text, -ENOTSUP, "registers of '%.*s' are not supported",
                             (int)text_peek(text)->length, text_bytes(text, text_peek(text)));
    }
    if (type == T_NONE)
        return text_fail(text, -EINVAL, "type expected");
    do {
        r = read_register(body, type, elements);
    } while (r == 0 && text_accept(text, ','));
    return r < 0 ? r : text_expect(text, ';');
}

static int add_label(struct body *body, const struct ptx_token *name, enum symbol_kind kind,
                     uint32_t index)
{
    const char *bytes = text_bytes(body->text, name);

    if (scope_find_here(body->scope, bytes, name->length))
        return text_fail(body->text, -EINVAL, "'%.*s' is declared twice", (int)name->length, bytes);
    return scope_add(body->scope, bytes, name->length, kind, index) ? 0 : -ENOMEM;
}

/* name: .branchtargets label, label, ... ; */
static int read_branch_targets(struct body *body, const struct ptx_token *name)
{
    struct text *text = body->text;
    struct exec_branch_table *table = vec_push(&body->builder->tables);
    uint32_t index = body->builder->tables.n - 1, n = 0;
    int r = table ? add_label(body, name, SYMBOL_TABLE, index) : -ENOMEM;

    while (r == 0) {
        const struct ptx_token *label = text_peek(text);
        struct fixup *fixup;
        r = text_expect(text, PTX_WORD);
        fixup = r == 0 ? vec_push(&body->fixups) : NULL;
        if (r == 0 && !fixup)
            r = -ENOMEM;
        if (r < 0)
            break;
        *fixup = (struct fixup){.name = label, .scope = body->scope, .table = index, .slot = n++};
        if (!text_accept(text, ','))
            break;
    }
    if (r < 0)
        return r;
    table = &body->builder->tables.at[index];
    table->targets = calloc(n, sizeof(*table->targets));
    table->n = n;
    return table->targets ? text_expect(text, ';') : -ENOMEM;
}

/* name: .callprototype ... ; and name: .calltargets ... ; what is called is checked when it is. */
static int skip_prototype(struct body *body, const struct ptx_token *name)
{
    while (text_peek(body->text)->kind != ';') {
        if (text_next(body->text)->kind == PTX_END)
            return text_fail(body->text, -EINVAL, "';' expected before the end");
    }
    text_next(body->text);
    return add_label(body, name, SYMBOL_PROTOTYPE, 0);
}

static int read_label(struct body *body)
{
    struct text *text = body->text;
    const struct ptx_token *name = text_next(text);

    text_next(text); /* the colon */
    if (text_accept_word(text, ".branchtargets"))
        return read_branch_targets(body, name);
    if (text_accept_word(text, ".callprototype") || text_accept_word(text, ".calltargets"))
        return skip_prototype(body, name);
    return add_label(body, name, SYMBOL_LABEL, body->builder->code.n);
}

static int read_guard(struct body *body)
{
    struct text *text = body->text;
    struct insn *in = &body->insn;
    struct operand operand;
    bool flip = text_accept(text, '!');
    int r = operand_read_simple(&body->dc, &operand);

    if (r < 0)
        return r;
    if (operand.kind != OPERAND_REG || build_of(body)->vregs.at[operand.index].type != T_PRED)
        return text_fail(text, -EINVAL, "predicate expected");
    in->guard = operand.index << 2 | AREA_FRAME;
    in->guard_flip = flip ? UINT32_MAX : 0;
    return 0;
}

static int read_modifiers(struct body *body)
{
    struct text *text = body->text;
    struct statement *st = &body->statement;

    while (text_peek(text)->kind == PTX_DOT_WORD) {
        const struct ptx_token *token = text_peek(text);
        enum exec_type type = text_accept_type(text);
        int mod = -1;
        if (type != T_NONE && st->n_types < 4) {
            st->types[st->n_types++] = type;
            continue;
        }
        if (type == T_NONE)
            mod = decode_find_mod(text_bytes(text, token) + 1, token->length - 1);
        if (mod < 0)
            return text_fail(text, -ENOTSUP, "%.*s: modifier '%.*s' is not supported",
                             (int)(st->opcode_length < 40 ? st->opcode_length : 40), st->opcode,
                             (int)(token->length < 40 ? token->length : 40),
                             text_bytes(text, token));
        st->mods[mod / 64] |= UINT64_C(1) << (mod % 64);
        text->at++;
    }
    return 0;
}

static int read_instruction(struct body *body)
{
    struct text *text = body->text;
    struct statement *st = &body->statement;
    const struct ptx_token *opcode;
    struct insn *in;
    int r = 0;

    memset(st, 0, offsetof(struct statement, pool));
    body->insn = (struct insn){
        .op = EXEC_NO_OPERANDS, .guard = EXEC_NO_GUARD, .line = text_peek(text)->line};
    if (text_accept(text, '@'))
        r = read_guard(body);
    opcode = text_peek(text);
    if (r == 0)
        r = text_expect(text, PTX_WORD);
    if (r < 0)
        return r;
    st->opcode = text_bytes(text, opcode);
    st->opcode_length = opcode->length;
    body->insn.line = opcode->line;
    body->insn.text = text->index;
    r = read_modifiers(body);
    body->dc.scope = body->scope;
    if (r == 0)
        r = operands_read(&body->dc);
    if (r == 0)
        r = text_expect(text, ';');
    if (r == 0)
        r = decode_statement(&body->dc);
    if (r < 0)
        return r;
    in = vec_push(&body->builder->code);
    if (!in)
        return -ENOMEM;
    *in = body->insn;
    return 0;
}

static int read_statement(struct body *body)
{
    struct text *text = body->text;
    bool skipped;
    int r, space;

    if (text_accept(text, ';'))
        return 0;
    if (text_accept(text, '{'))
        return open_scope(body);
    if (text_peek(text)->kind == PTX_WORD && text->tokens[text->at + 1].kind == ':')
        return read_label(body);
    if (text_peek(text)->kind != PTX_DOT_WORD && text_peek(text)->kind != '@')
        return read_instruction(body);
    r = module_skip_remark(text, &skipped);
    if (r < 0 || skipped)
        return r;
    if (text_peek(text)->kind == '@')
        return read_instruction(body);
    if (text_accept_word(text, ".reg"))
        return read_registers(body);
    space = variables_accept_space(text);
    if (space >= 0) {
        r = variables_read(body->builder, text, body->scope,
                           space == SPACE_PARAM ? SPACE_LOCAL : space, 0, &body->local_top);
        if (body->local_top > body->local_most)
            body->local_most = body->local_top;
        return r;
    }
    r = module_skip_remark(text, &skipped);
    if (r == 0 && !skipped)
        r = text_fail(text, -ENOTSUP, "'%.*s' is not supported here", (int)text_peek(text)->length,
                      text_bytes(text, text_peek(text)));
    return r;
}

static int resolve(struct body *body, const struct fixup *fixup)
{
    struct builder *builder = body->builder;
    const char *bytes = text_bytes(body->text, fixup->name);
    struct symbol *symbol = scope_find(fixup->scope, bytes, fixup->name->length);

    if (!symbol || symbol->kind != (fixup->is_table ? SYMBOL_TABLE : SYMBOL_LABEL)) {
        int r = text_fail(body->text, -EINVAL, "label '%.*s' is not defined",
                          (int)(fixup->name->length < 100 ? fixup->name->length : 100), bytes);
        builder->error->line = fixup->name->line;
        return r;
    }
    if (fixup->table != UINT32_MAX)
        builder->tables.at[fixup->table].targets[fixup->slot] = symbol->index;
    else
        builder->code.at[fixup->insn].target = symbol->index;
    return 0;
}

/* Code never runs off the end of its function, nor is a label at the end without an instruction. */
static int add_end(struct body *body)
{
    struct insn *in = vec_push(&body->builder->code);

    if (!in)
        return -ENOMEM;
    *in = (struct insn){.fn = flow_ret,
                        .op = EXEC_NO_OPERANDS,
                        .guard = EXEC_NO_GUARD,
                        .flow = FLOW_END,
                        .cost = 1,
                        .line = text_peek(body->text)->line,
                        .text = body->text->index};
    return 0;
}

static int read_statements(struct body *body)
{
    struct scope *outer = body->scope;
    int r = text_expect(body->text, '{');

    while (r == 0) {
        if (text_peek(body->text)->kind == PTX_END)
            return text_fail(body->text, -EINVAL, "'}' expected before the end");
        if (!text_accept(body->text, '}')) {
            r = read_statement(body);
        } else if (body->scope == outer) {
            return add_end(body);
        } else {
            close_scope(body);
        }
    }
    return r;
}

int body_read(struct builder *builder, uint32_t index)
{
    struct exec_func *func = &builder->funcs.at[index];
    struct func_build *build = &builder->func_builds.at[index];
    struct body *body = calloc(1, sizeof(*body));
    int r;

    if (!body)
        return -ENOMEM;
    body->builder = builder;
    body->text = &builder->texts[func->text];
    body->func = index;
    body->scope = build->scope;
    body->dc = (struct decoder){.builder = builder,
                                .text = body->text,
                                .func = index,
                                .scope = body->scope,
                                .st = &body->statement,
                                .in = &body->insn,
                                .fixups = &body->fixups};
    if (func->is_entry)
        build->params_bytes = func->kernel.param_bytes = build->local_top;
    body->local_top = body->local_most = func->is_entry ? 0 : build->local_top;
    body->text->at = build->body;
    func->start = builder->code.n;
    r = read_statements(body);
    for (uint32_t i = 0; i < body->fixups.n && r == 0; i++)
        r = resolve(body, &body->fixups.at[i]);
    func = &builder->funcs.at[index];
    func->end = builder->code.n;
    func->local_bytes = body->local_most;
    free(body->fixups.at);
    free(body);
    return r;
}
