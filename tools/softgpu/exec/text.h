/* SPDX-License-Identifier: MIT
 *
 * text.h - a PTX text as an array of tokens with a place in it, and what every reader of it needs:
 * take this token if it is there, evaluate a constant expression, say what is wrong and where.
 */
#ifndef SOFTGPU_EXEC_TEXT_H
#define SOFTGPU_EXEC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ptx-rewriter/ptx_lex.h"
#include "tools/softgpu/exec.h"
#include "tools/softgpu/exec/types.h"

struct text {
    const char *bytes;
    struct ptx_token *tokens; /* the last is PTX_END */
    size_t n_tokens, at;
    unsigned index; /* among the texts of the program */
    struct exec_error *error;
};

int text_init(struct text *text, const char *bytes, size_t size, unsigned index,
              struct exec_error *error);
void text_finish(struct text *text);

/* Fills the error with the line of the current token; returns code. */
int text_fail(struct text *text, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline const struct ptx_token *text_peek(const struct text *text)
{
    return &text->tokens[text->at];
}

/* The current token, which is left; the end is never left. */
const struct ptx_token *text_next(struct text *text);

/* Takes the token if it is of this kind, or reads exactly so. */
bool text_accept(struct text *text, uint32_t kind);
bool text_accept_word(struct text *text, const char *word);
int text_expect(struct text *text, uint32_t kind);

bool text_is(const struct text *text, const char *word);

static inline const char *text_bytes(const struct text *text, const struct ptx_token *token)
{
    return text->bytes + token->offset;
}

/* From a '{' to behind its '}'. */
int text_skip_braces(struct text *text);

/* The type that a keyword such as .b32 names, which is taken; T_NONE and nothing taken if none. */
enum exec_type text_accept_type(struct text *text);

/* A constant: the bits of an integer, or of a binary32 or binary64. */
struct constant {
    uint64_t bits;
    enum { CONSTANT_INTEGER, CONSTANT_F32, CONSTANT_F64 } kind;
};

/* A constant expression of integers, or one float with its sign. */
int text_constant(struct text *text, struct constant *ret_value);
/* The same, where it must be an integer. */
int text_integer(struct text *text, uint64_t *ret_value);

/* The constant as the bits of a value of this type; -EINVAL if it can be none. */
int constant_as(const struct constant *constant, enum exec_type type, uint64_t *ret_bits);

#endif
