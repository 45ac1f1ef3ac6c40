/* SPDX-License-Identifier: MIT
 *
 * ptx_parse.h - PTX text to a light syntax tree: which spans of tokens are functions, parameters,
 * scopes, declarations, labels and instructions. Instructions are not looked into: an opcode nobody
 * has heard of is as good as any other.
 *
 * The second pass of the rewriter. Pure, any thread. All of the tree are indexes into the module's
 * arrays; spans are [first, end) of tokens. Index 0 is the .version directive, so that 0 stands for
 * "none" wherever something need not be there.
 */
#ifndef PTX_REWRITER_PTX_PARSE_H
#define PTX_REWRITER_PTX_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "ptx-rewriter/ptx_error.h"
#include "ptx-rewriter/ptx_lex.h"
#include "ptx-rewriter/ptx_vec.h"

/* Scopes in scopes; a deeper nesting is an error. */
#define PTX_MAX_DEPTH 1000

enum ptx_statement_kind {
    PTX_SCOPE_OPEN,  /* { */
    PTX_SCOPE_CLOSE, /* } */
    PTX_LABEL,       /* NAME : */
    PTX_DECLARATION, /* of registers or variables, up to its ; */
    PTX_INSTRUCTION, /* from its guard to its ; */
    PTX_DIRECTIVE,   /* .loc, .pragma, .callprototype ...; .alias and .section outside functions */
};

struct ptx_statement {
    enum ptx_statement_kind kind;
    uint32_t first, end;
    uint32_t opcode; /* of instructions: behind the guard; else first */
};

struct ptx_parameter {
    uint32_t name;
    uint32_t size_bytes;  /* 0 if we can't tell */
    uint32_t align_bytes; /* as written, at least its type's */
};

/* An .entry or .func: a definition, or a declaration without a body. */
struct ptx_function {
    bool is_entry;
    bool blocks_are_clusters;          /* .blocksareclusters: the grid is given in clusters */
    bool is_variadic;                  /* its last parameter is an array without size */
    uint32_t first, keyword;           /* its linking directives; .entry or .func */
    uint32_t attribute, attribute_end; /* .attribute(...), or none */
    uint32_t name;
    uint32_t open, close;           /* the parentheses of its parameters, or none */
    uint32_t body_open, body_close; /* its braces, or none */
    uint32_t end;
    uint32_t first_parameter, n_parameters;
    uint32_t first_statement, n_statements; /* of the body, without its braces */
    uint32_t cluster[3];                    /* .reqnctapercluster, 0 where not given */
};

PTX_VEC(ptx_tokens, struct ptx_token);
PTX_VEC(ptx_statements, struct ptx_statement);
PTX_VEC(ptx_parameters, struct ptx_parameter);
PTX_VEC(ptx_functions, struct ptx_function);

struct ptx_module {
    const char *text;         /* borrowed */
    unsigned version;         /* .version 8.7 is 87 */
    uint32_t target;          /* the token of the first .target */
    bool debug;               /* .target ..., debug */
    struct ptx_tokens tokens; /* the last is PTX_END */
    struct ptx_functions functions;
    struct ptx_parameters parameters;
    struct ptx_statements statements; /* of bodies */
    struct ptx_statements globals;    /* outside functions: declarations, .alias, .section ... */
};

/* 0, -EINVAL with the error set, or -ENOMEM. Release with ptx_module_finish in each case. */
int ptx_parse(const char *text, size_t size_bytes, struct ptx_module *ret_module,
              struct ptx_error *ret_error);
void ptx_module_finish(struct ptx_module *module);

/* ---- For the parts of the parser. ---- */

struct ptx_parser {
    struct ptx_module *module;
    struct ptx_error *error;
    uint32_t at; /* the token in hand */
};

static inline const struct ptx_token *ptx_token_at(const struct ptx_module *module, uint32_t at)
{
    return &module->tokens.items[at];
}

static inline uint32_t ptx_kind_at(const struct ptx_module *module, uint32_t at)
{
    return module->tokens.items[at].kind;
}

static inline bool ptx_word_at(const struct ptx_module *module, uint32_t at, const char *word)
{
    return ptx_token_is(module->text, ptx_token_at(module, at), word);
}

/* Does the token stand in the list, which ends in NULL? */
bool ptx_word_in(const struct ptx_module *module, uint32_t at, const char *const *list);

/* -EINVAL with "expected WHAT" at the token in hand. */
int ptx_expected(const struct ptx_parser *parser, const char *what);

/* Takes the token in hand if it is of that kind; else -EINVAL as above. */
int ptx_take(struct ptx_parser *parser, uint32_t kind, const char *what);

/* Goes behind the next ; */
int ptx_skip_statement(struct ptx_parser *parser);

/* .loc, .file and .pragma, wherever they stand: 1 if the token in hand began one and the parser is
 * now behind it, 0 if not, or -EINVAL. */
int ptx_parse_source_directive(struct ptx_parser *parser);

/* The parameters between the parentheses. */
int ptx_parse_parameters(struct ptx_parser *parser, struct ptx_function *function);

/* A body: from its { to behind its }. */
int ptx_parse_body(struct ptx_parser *parser, struct ptx_function *function);

/* From its linking directives to its end; the token in hand is .entry or .func. */
int ptx_parse_function(struct ptx_parser *parser, uint32_t first);

#endif
