/* SPDX-License-Identifier: MIT
 *
 * module.c - what stands outside of function bodies.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/build.h"

/* .file index "name" [, time, size] */
static int skip_file(struct text *text)
{
    int r = text_expect(text, PTX_INTEGER);

    if (r == 0)
        r = text_expect(text, PTX_STRING);
    while (r == 0 && text_accept(text, ','))
        r = text_expect(text, PTX_INTEGER);
    return r;
}

static int skip_numbers(struct text *text)
{
    while (text_accept(text, PTX_INTEGER))
        ;
    return 0;
}

/* .loc file line column [, function_name label [+ n]] [, inlined_at file line column] */
static int skip_location(struct text *text)
{
    int r = skip_numbers(text);

    while (r == 0 && text_accept(text, ',')) {
        if (text_accept_word(text, "inlined_at"))
            r = skip_numbers(text);
        else if (text_accept_word(text, "function_name"))
            r = text_expect(text, PTX_WORD);
        else
            r = text_fail(text, -EINVAL, "malformed .loc");
        if (r == 0 && text_accept(text, '+'))
            r = text_expect(text, PTX_INTEGER);
    }
    return r;
}

/* .section name { ... } */
static int skip_section(struct text *text)
{
    text_next(text);
    return text_peek(text)->kind == '{' ? text_skip_braces(text) : text_expect(text, '{');
}

static int skip_pragma(struct text *text)
{
    int r = text_expect(text, PTX_STRING);

    while (r == 0 && text_accept(text, ','))
        r = text_expect(text, PTX_STRING);
    return r < 0 ? r : text_expect(text, ';');
}

/* @@DWARF ... : the rest of the line, as in PTX before 3.0. */
static bool skip_dwarf_line(struct text *text)
{
    unsigned line = text_peek(text)->line;

    if (!text_is(text, "@") || text->tokens[text->at + 1].kind != '@')
        return false;
    while (text_peek(text)->kind != PTX_END && text_peek(text)->line == line)
        text->at++;
    return true;
}

int module_skip_remark(struct text *text, bool *ret_skipped)
{
    static const struct {
        const char *word;
        int (*skip)(struct text *text);
    } remarks[] = {
        {".file", skip_file},
        {".loc", skip_location},
        {".section", skip_section},
        {".pragma", skip_pragma},
    };

    *ret_skipped = true;
    if (skip_dwarf_line(text))
        return 0;
    for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++) {
        if (text_accept_word(text, remarks[i].word))
            return remarks[i].skip(text);
    }
    *ret_skipped = false;
    return 0;
}

static int read_target(struct text *text)
{
    do {
        if (text_is(text, "texmode_independent") || text_is(text, "map_f64_to_f32"))
            return text_fail(text, -ENOTSUP, "target option is not supported");
        int r = text_expect(text, PTX_WORD);
        if (r < 0)
            return r;
    } while (text_accept(text, ','));
    return 0;
}

static int read_address_size(struct text *text)
{
    uint64_t bits;
    int r = text_integer(text, &bits);

    if (r == 0 && bits != 64)
        return text_fail(text, -ENOTSUP, "only 64-bit addresses are supported");
    return r;
}

/* .alias name, of; a second name for a function. */
static int read_alias(struct builder *builder, struct text *text)
{
    struct scope *scope = &builder->text_scopes[text->index];
    const struct ptx_token *name = text_peek(text), *of;
    struct symbol *symbol, *existing;
    int r = text_expect(text, PTX_WORD);

    if (r == 0)
        r = text_expect(text, ',');
    of = text_peek(text);
    if (r == 0)
        r = text_expect(text, PTX_WORD);
    if (r < 0)
        return r;
    symbol = scope_find(scope, text_bytes(text, of), of->length);
    if (!symbol || symbol->kind != SYMBOL_FUNC)
        return text_fail(text, -ENOENT, "alias of an unknown function");
    existing = scope_find(scope, text_bytes(text, name), name->length);
    if (existing)
        existing->index = symbol->index;
    else if (!scope_add(scope, text_bytes(text, name), name->length, SYMBOL_FUNC, symbol->index))
        return -ENOMEM;
    return text_expect(text, ';');
}

static unsigned read_linkage(struct text *text)
{
    static const struct {
        const char *word;
        enum linkage link;
    } words[] = {
        {".visible", LINK_VISIBLE},
        {".extern", LINK_EXTERN},
        {".weak", LINK_WEAK},
        {".common", LINK_COMMON},
    };
    unsigned linkage = 0;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]);) {
        if (text_accept_word(text, words[i].word)) {
            linkage |= words[i].link;
            i = 0;
        } else {
            i++;
        }
    }
    return linkage;
}

static int read_declaration(struct builder *builder, struct text *text)
{
    unsigned linkage = read_linkage(text);
    const struct ptx_token *token;
    int space = variables_accept_space(text);

    if (space >= 0)
        return variables_read(builder, text, &builder->text_scopes[text->index], space, linkage,
                              NULL);
    if (text_accept_word(text, ".func"))
        return header_read(builder, text, false, linkage);
    if (text_accept_word(text, ".entry"))
        return header_read(builder, text, true, linkage);
    token = text_peek(text);
    return text_fail(text, token->kind == PTX_DOT_WORD ? -ENOTSUP : -EINVAL,
                     "'%.*s' is not supported here", (int)(token->length < 60 ? token->length : 60),
                     text_bytes(text, token));
}

int module_read(struct builder *builder, struct text *text)
{
    int r = 0;

    while (r == 0 && text_peek(text)->kind != PTX_END) {
        bool skipped;
        r = module_skip_remark(text, &skipped);
        if (r < 0 || skipped)
            continue;
        if (text_accept_word(text, ".version"))
            r = text_expect(text, PTX_FLOAT);
        else if (text_accept_word(text, ".target"))
            r = read_target(text);
        else if (text_accept_word(text, ".address_size"))
            r = read_address_size(text);
        else if (text_accept_word(text, ".alias"))
            r = read_alias(builder, text);
        else if (!text_accept(text, ';'))
            r = read_declaration(builder, text);
    }
    return r;
}
