/* SPDX-License-Identifier: MIT
 *
 * ptx_lex.h - PTX text to tokens.
 *
 * The first pass over what the shim hands in; the parser of the rewriter and other readers of PTX
 * stand on it. Pure: no allocation, no global state, any thread. Tokens are spans of the text,
 * which must outlive them. Never reads outside the text, whatever the bytes.
 */
#ifndef PTX_REWRITER_PTX_LEX_H
#define PTX_REWRITER_PTX_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ptx-rewriter/ptx_error.h"

/* The longest text we read: offsets are 32 bits wide. */
#define PTX_MAX_TEXT_BYTES ((size_t)1 << 30)

/* A token's kind is one of these, or the character itself for single-character punctuation:
 * { } ( ) [ ] , ; : @ ! = < > + - * / % & | ^ ~ ? */
enum ptx_token_kind {
    PTX_END = 0,       /* end of the text, also on every later call */
    PTX_WORD = 256,    /* opcode without suffixes, name, label, register: mov, $L__BB0_1, %r1, _ */
    PTX_DOT_WORD,      /* directive, suffix, component with its dot: .reg, .x, .2d, .shared::cta */
    PTX_INTEGER,       /* 12, 0x1fU, 0777, 0b11 */
    PTX_FLOAT,         /* 1.5, .5, 1e5 and the bit patterns 0f3F800000, 0d3FF0000000000000 */
    PTX_STRING,        /* with its quotes */
    PTX_SHIFT_LEFT,    /* << */
    PTX_SHIFT_RIGHT,   /* >> */
    PTX_LESS_EQUAL,    /* <= */
    PTX_GREATER_EQUAL, /* >= */
    PTX_EQUAL,         /* == */
    PTX_NOT_EQUAL,     /* != */
    PTX_AND_AND,       /* && */
    PTX_OR_OR,         /* || */
};

struct ptx_token {
    uint32_t kind;
    uint32_t offset, length; /* bytes in the text */
    uint32_t line, column;   /* from 1; columns are bytes */
};

struct ptx_lexer {
    const char *text;
    uint32_t size, at; /* bytes */
    uint32_t line, line_start;
};

/* The text ends at its first NUL or after size_bytes. -EINVAL if it is too long. */
int ptx_lexer_init(struct ptx_lexer *lexer, const char *text, size_t size_bytes,
                   struct ptx_error *ret_error);

/* 0 and the next token, comments and blanks and lines that begin with # skipped; or -EINVAL and the
 * place of what is no token. */
int ptx_lexer_next(struct ptx_lexer *lexer, struct ptx_token *ret_token,
                   struct ptx_error *ret_error);

/* Does the token read exactly so? For any kind: ptx_token_is(text, token, ".reg"). */
bool ptx_token_is(const char *text, const struct ptx_token *token, const char *word);

/* The value of a PTX_INTEGER. -EINVAL if it has a digit outside its base, -ERANGE (and the low 64
 * bits) if it is too large. ret_unsigned (may be NULL): it ends in U. */
int ptx_token_integer(const char *text, const struct ptx_token *token, uint64_t *ret_value,
                      bool *ret_unsigned);

/* The value of a PTX_FLOAT: ret_is_single says that it is the bits of a binary32 (0f...), else of a
 * binary64. */
void ptx_token_float_bits(const char *text, const struct ptx_token *token, uint64_t *ret_bits,
                          bool *ret_is_single);

#endif
