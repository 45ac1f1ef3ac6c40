/* SPDX-License-Identifier: MIT
 *
 * ptx_parse.c - what stands outside functions: the head of the module, variables, aliases, debug
 * sections; and what all parts of the parser use.
 *
 * A directive we do not know is an error: without knowing where it ends we might take the function
 * behind it for a part of it.
 */
#include "ptx-rewriter/ptx_parse.h"

#include <string.h>

bool ptx_word_in(const struct ptx_module *module, uint32_t at, const char *const *list)
{
    for (; *list; list++) {
        if (ptx_word_at(module, at, *list))
            return true;
    }
    return false;
}

int ptx_expected(const struct ptx_parser *parser, const char *what)
{
    const struct ptx_token *token = ptx_token_at(parser->module, parser->at);

    if (token->kind == PTX_END)
        return ptx_error_at(parser->error, token->line, token->column,
                            "expected %s, not the end of the text", what);
    return ptx_error_at(parser->error, token->line, token->column, "expected %s, not %.*s", what,
                        token->length > 60 ? 60 : (int)token->length,
                        parser->module->text + token->offset);
}

int ptx_take(struct ptx_parser *parser, uint32_t kind, const char *what)
{
    if (ptx_kind_at(parser->module, parser->at) != kind)
        return ptx_expected(parser, what);
    parser->at++;
    return 0;
}

int ptx_skip_statement(struct ptx_parser *parser)
{
    while (ptx_kind_at(parser->module, parser->at) != ';') {
        if (ptx_kind_at(parser->module, parser->at) == PTX_END)
            return ptx_expected(parser, "';'");
        parser->at++;
    }
    parser->at++;
    return 0;
}

static int take_integers(struct ptx_parser *parser, unsigned n)
{
    int r = 0;

    while (r == 0 && n-- > 0)
        r = ptx_take(parser, PTX_INTEGER, "a number");
    return r;
}

/* .loc FILE LINE COLUMN [, function_name LABEL [+ N] , inlined_at FILE LINE COLUMN] */
static int parse_loc(struct ptx_parser *parser)
{
    const struct ptx_module *module = parser->module;
    int r = take_integers(parser, 3);

    while (r == 0 && ptx_kind_at(module, parser->at) == ',') {
        parser->at++;
        if (ptx_word_at(module, parser->at, "inlined_at")) {
            parser->at++;
            r = take_integers(parser, 3);
        } else if (ptx_word_at(module, parser->at, "function_name")) {
            parser->at++;
            r = ptx_take(parser, PTX_WORD, "a label");
            if (r == 0 && ptx_kind_at(module, parser->at) == '+') {
                parser->at++;
                r = take_integers(parser, 1);
            }
        } else {
            r = ptx_expected(parser, "function_name or inlined_at");
        }
    }
    return r;
}

/* .file N "NAME" [, TIME, SIZE] */
static int parse_file(struct ptx_parser *parser)
{
    int r = take_integers(parser, 1);

    if (r == 0)
        r = ptx_take(parser, PTX_STRING, "a file name");
    while (r == 0 && ptx_kind_at(parser->module, parser->at) == ',') {
        parser->at++;
        r = take_integers(parser, 1);
    }
    return r;
}

int ptx_parse_source_directive(struct ptx_parser *parser)
{
    const struct ptx_module *module = parser->module;
    int r;

    if (ptx_word_at(module, parser->at, ".loc")) {
        parser->at++;
        r = parse_loc(parser);
    } else if (ptx_word_at(module, parser->at, ".file")) {
        parser->at++;
        r = parse_file(parser);
    } else if (ptx_word_at(module, parser->at, ".pragma")) {
        r = ptx_skip_statement(parser);
    } else {
        return 0;
    }
    return r < 0 ? r : 1;
}

/* "8.7" is 87, "10.0" is 100; 0 if it is not of that form. */
static unsigned read_version(const char *digits, uint32_t length)
{
    unsigned version = 0;

    if (length < 3 || length > 4 || digits[length - 2] != '.')
        return 0;
    for (uint32_t i = 0; i < length; i++) {
        if (digits[i] >= '0' && digits[i] <= '9')
            version = version * 10 + (digits[i] - '0');
        else if (i != length - 2)
            return 0;
    }
    return version;
}

/* .version MAJOR.MINOR, which must come first. */
static int parse_version(struct ptx_parser *parser)
{
    struct ptx_module *module = parser->module;
    const struct ptx_token *number;

    if (!ptx_word_at(module, 0, ".version"))
        return ptx_expected(parser, ".version (is it PTX?)");
    parser->at++;
    number = ptx_token_at(module, 1);
    if (number->kind == PTX_FLOAT)
        module->version = read_version(module->text + number->offset, number->length);
    if (!module->version)
        return ptx_expected(parser, "a version number");
    parser->at++;
    return 0;
}

/* .target NAME [, NAME]... */
static int parse_target(struct ptx_parser *parser)
{
    struct ptx_module *module = parser->module;
    int r;

    do {
        parser->at++;
        r = ptx_take(parser, PTX_WORD, "a target");
        if (r < 0)
            return r;
        if (!module->target)
            module->target = parser->at - 1;
        if (ptx_word_at(module, parser->at - 1, "debug"))
            module->debug = true;
    } while (ptx_kind_at(module, parser->at) == ',');
    return 0;
}

/* .section NAME { bytes and labels } */
static int parse_section(struct ptx_parser *parser)
{
    const struct ptx_module *module = parser->module;
    uint32_t kind;

    while ((kind = ptx_kind_at(module, parser->at)) != '{') {
        if (kind == PTX_END || kind == ';')
            return ptx_expected(parser, "'{'");
        parser->at++;
    }
    do {
        parser->at++;
        kind = ptx_kind_at(module, parser->at);
        if (kind == PTX_END || kind == '{')
            return ptx_expected(parser, "'}'");
    } while (kind != '}');
    parser->at++;
    return 0;
}

/* The debug data of PTX before 2.0: @@DWARF and the rest of its line. */
static int parse_dwarf_line(struct ptx_parser *parser)
{
    const struct ptx_module *module = parser->module;
    uint32_t line = ptx_token_at(module, parser->at)->line;

    if (ptx_kind_at(module, parser->at + 1) != '@')
        return ptx_expected(parser, "a directive");
    while (ptx_kind_at(module, parser->at) != PTX_END &&
           ptx_token_at(module, parser->at)->line == line)
        parser->at++;
    return 0;
}

static int add_global(struct ptx_parser *parser, enum ptx_statement_kind kind, uint32_t first)
{
    struct ptx_statements *globals = &parser->module->globals;

    if (ptx_vec_reserve(globals) < 0)
        return -ENOMEM;
    globals->items[globals->n++] = (struct ptx_statement){kind, first, parser->at, first};
    return 0;
}

static const char *const linking[] = {".visible", ".extern", ".weak", ".common", NULL};
static const char *const spaces[] = {".global",  ".const",      ".shared", ".local", ".param",
                                     ".reg",     ".tex",        ".texref", ".sreg",  ".surf",
                                     ".surfref", ".samplerref", NULL};

/* A function or variable with its linking directives. */
static int parse_definition(struct ptx_parser *parser)
{
    const struct ptx_module *module = parser->module;
    uint32_t first = parser->at;
    int r;

    while (ptx_word_in(module, parser->at, linking))
        parser->at++;
    if (ptx_word_at(module, parser->at, ".entry") || ptx_word_at(module, parser->at, ".func"))
        return ptx_parse_function(parser, first);
    if (!ptx_word_in(module, parser->at, spaces))
        return ptx_expected(parser, "a directive that can stand here");
    r = ptx_skip_statement(parser);
    return r < 0 ? r : add_global(parser, PTX_DECLARATION, first);
}

static int parse_global(struct ptx_parser *parser)
{
    const struct ptx_module *module = parser->module;
    uint32_t first = parser->at;
    int r;

    if (ptx_kind_at(module, parser->at) == '@')
        return parse_dwarf_line(parser);
    if (ptx_kind_at(module, parser->at) != PTX_DOT_WORD)
        return ptx_expected(parser, "a directive");
    if (ptx_word_at(module, parser->at, ".target"))
        return parse_target(parser);
    r = ptx_parse_source_directive(parser);
    if (r != 0)
        return r < 0 ? r : 0;
    if (ptx_word_at(module, parser->at, ".address_size")) {
        parser->at++;
        return take_integers(parser, 1);
    }
    if (ptx_word_at(module, parser->at, ".section")) {
        r = parse_section(parser);
        return r < 0 ? r : add_global(parser, PTX_DIRECTIVE, first);
    }
    if (ptx_word_at(module, parser->at, ".alias")) {
        r = ptx_skip_statement(parser);
        return r < 0 ? r : add_global(parser, PTX_DIRECTIVE, first);
    }
    return parse_definition(parser);
}

static int lex_all(struct ptx_parser *parser, const char *text, size_t size_bytes)
{
    struct ptx_tokens *tokens = &parser->module->tokens;
    struct ptx_lexer lexer;
    int r = ptx_lexer_init(&lexer, text, size_bytes, parser->error);

    while (r == 0) {
        r = ptx_vec_reserve(tokens);
        if (r == 0)
            r = ptx_lexer_next(&lexer, &tokens->items[tokens->n], parser->error);
        if (r == 0 && tokens->items[tokens->n++].kind == PTX_END)
            break;
    }
    return r;
}

int ptx_parse(const char *text, size_t size_bytes, struct ptx_module *ret_module,
              struct ptx_error *ret_error)
{
    struct ptx_parser parser = {.module = ret_module, .error = ret_error};
    int r;

    memset(ret_module, 0, sizeof(*ret_module));
    ret_module->text = text;
    r = lex_all(&parser, text, size_bytes);
    if (r == 0)
        r = parse_version(&parser);
    while (r == 0 && ptx_kind_at(ret_module, parser.at) != PTX_END)
        r = parse_global(&parser);
    if (r == 0 && !ret_module->target)
        r = ptx_expected(&parser, "a .target");
    return r;
}

void ptx_module_finish(struct ptx_module *module)
{
    if (!module)
        return;
    free(module->tokens.items);
    free(module->functions.items);
    free(module->parameters.items);
    free(module->statements.items);
    free(module->globals.items);
    memset(module, 0, sizeof(*module));
}
