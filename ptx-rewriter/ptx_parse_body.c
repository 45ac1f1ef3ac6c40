/* SPDX-License-Identifier: MIT
 *
 * ptx_parse_body.c - the body of a function, cut into statements. Scopes are counted, not nested
 * calls, so that no input can use up the stack.
 */
#include "ptx-rewriter/ptx_parse.h"

static int add_statement(struct ptx_parser *parser, enum ptx_statement_kind kind, uint32_t first,
                         uint32_t opcode)
{
    struct ptx_statements *statements = &parser->module->statements;

    if (ptx_vec_reserve(statements) < 0)
        return -ENOMEM;
    statements->items[statements->n++] = (struct ptx_statement){kind, first, parser->at, opcode};
    return 0;
}

/* [@[!]GUARD] OPCODE operands ; */
static int parse_instruction(struct ptx_parser *parser)
{
    const struct ptx_module *module = parser->module;
    uint32_t first = parser->at, opcode, kind;
    unsigned depth = 0;
    int r = 0;

    if (ptx_kind_at(module, parser->at) == '@') {
        parser->at++;
        if (ptx_kind_at(module, parser->at) == '!')
            parser->at++;
        r = ptx_take(parser, PTX_WORD, "a predicate");
    }
    opcode = parser->at;
    if (r == 0)
        r = ptx_take(parser, PTX_WORD, "an instruction");
    if (r < 0)
        return r;
    while ((kind = ptx_kind_at(module, parser->at)) != ';' || depth > 0) {
        if (kind == PTX_END || kind == ';' || (kind == '}' && depth == 0))
            return ptx_expected(parser, depth ? "'}'" : "';'");
        depth += (kind == '{') - (kind == '}');
        parser->at++;
    }
    parser->at++;
    return add_statement(parser, PTX_INSTRUCTION, first, opcode);
}

/* Where .reg or a variable is declared. Linking directives may stand before its space. */
static const char *const declaring[] = {".reg",     ".param",      ".local",   ".shared", ".global",
                                        ".const",   ".tex",        ".sreg",    ".surf",   ".texref",
                                        ".surfref", ".samplerref", ".visible", ".extern", ".weak",
                                        ".common",  NULL};

/* Directives that end in ; */
static const char *const directives[] = {".callprototype", ".calltargets", ".branchtargets", NULL};

static int parse_directive(struct ptx_parser *parser)
{
    uint32_t first = parser->at;
    enum ptx_statement_kind kind = PTX_DIRECTIVE;
    int r = ptx_parse_source_directive(parser);

    if (r == 0) {
        if (ptx_word_in(parser->module, first, declaring))
            kind = PTX_DECLARATION;
        else if (!ptx_word_in(parser->module, first, directives))
            return ptx_expected(parser, "a directive that can stand here");
        r = ptx_skip_statement(parser);
    }
    return r < 0 ? r : add_statement(parser, kind, first, first);
}

static int parse_statement(struct ptx_parser *parser, unsigned *depth)
{
    const struct ptx_module *module = parser->module;
    uint32_t first = parser->at;

    switch (ptx_kind_at(module, first)) {
    case '{':
        if (++*depth > PTX_MAX_DEPTH)
            return ptx_expected(parser, "fewer scopes in scopes");
        parser->at++;
        return add_statement(parser, PTX_SCOPE_OPEN, first, first);
    case '}':
        --*depth;
        parser->at++;
        return add_statement(parser, PTX_SCOPE_CLOSE, first, first);
    case PTX_DOT_WORD:
        return parse_directive(parser);
    case PTX_WORD:
        if (ptx_kind_at(module, first + 1) != ':')
            return parse_instruction(parser);
        parser->at += 2;
        return add_statement(parser, PTX_LABEL, first, first);
    case '@':
        return parse_instruction(parser);
    default:
        return ptx_expected(parser, "an instruction or '}'");
    }
}

int ptx_parse_body(struct ptx_parser *parser, struct ptx_function *function)
{
    const struct ptx_module *module = parser->module;
    unsigned depth = 0;
    int r;

    function->body_open = parser->at++;
    function->first_statement = module->statements.n;
    while (ptx_kind_at(module, parser->at) != '}' || depth > 0) {
        r = parse_statement(parser, &depth);
        if (r < 0)
            return r;
    }
    function->n_statements = module->statements.n - function->first_statement;
    function->body_close = parser->at++;
    return 0;
}
