/* SPDX-License-Identifier: MIT
 *
 * text.c - the tokens of a text, and constant expressions.
 */
#include "tools/softgpu/exec/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deeper nesting of a constant expression is refused. */
#define MAX_NESTING 64

int text_fail(struct text *text, int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(text->error->message, sizeof(text->error->message), format, args);
    va_end(args);
    text->error->line = text->tokens ? text_peek(text)->line : 0;
    return code;
}

static int add_token(struct text *text, size_t *capacity, const struct ptx_token *token)
{
    if (text->n_tokens == *capacity) {
        size_t more = *capacity ? *capacity * 2 : 1024;
        struct ptx_token *tokens = realloc(text->tokens, more * sizeof(*tokens));
        if (!tokens)
            return -ENOMEM;
        text->tokens = tokens;
        *capacity = more;
    }
    text->tokens[text->n_tokens++] = *token;
    return 0;
}

int text_init(struct text *text, const char *bytes, size_t size, unsigned index,
              struct exec_error *error)
{
    struct ptx_lexer lexer;
    struct ptx_error lex_error = {0};
    struct ptx_token token = {0};
    size_t capacity = 0;
    int r;

    *text = (struct text){.bytes = bytes, .index = index, .error = error};
    r = ptx_lexer_init(&lexer, bytes, size, &lex_error);
    do {
        if (r == 0)
            r = ptx_lexer_next(&lexer, &token, &lex_error);
        if (r == 0)
            r = add_token(text, &capacity, &token);
    } while (r == 0 && token.kind != PTX_END);
    if (r == -EINVAL) {
        error->line = lex_error.line;
        snprintf(error->message, sizeof(error->message), "%s", lex_error.message);
    }
    return r;
}

void text_finish(struct text *text)
{
    free(text->tokens);
    text->tokens = NULL;
}

const struct ptx_token *text_next(struct text *text)
{
    const struct ptx_token *token = text_peek(text);

    if (token->kind != PTX_END)
        text->at++;
    return token;
}

bool text_accept(struct text *text, uint32_t kind)
{
    if (text_peek(text)->kind != kind || kind == PTX_END)
        return false;
    text->at++;
    return true;
}

bool text_is(const struct text *text, const char *word)
{
    return ptx_token_is(text->bytes, text_peek(text), word);
}

bool text_accept_word(struct text *text, const char *word)
{
    if (!text_is(text, word) || text_peek(text)->kind == PTX_END)
        return false;
    text->at++;
    return true;
}

int text_expect(struct text *text, uint32_t kind)
{
    const struct ptx_token *token = text_peek(text);

    if (text_accept(text, kind))
        return 0;
    if (kind < 256)
        return text_fail(text, -EINVAL, "'%c' expected before '%.*s'", (int)kind,
                         (int)(token->length < 40 ? token->length : 40), text_bytes(text, token));
    return text_fail(text, -EINVAL, "unexpected '%.*s'",
                     (int)(token->length < 40 ? token->length : 40), text_bytes(text, token));
}

int text_skip_braces(struct text *text)
{
    size_t depth = 0;

    do {
        uint32_t kind = text_next(text)->kind;
        if (kind == PTX_END)
            return text_fail(text, -EINVAL, "'}' expected before the end");
        depth += kind == '{';
        depth -= kind == '}';
    } while (depth);
    return 0;
}

enum exec_type text_accept_type(struct text *text)
{
    const struct ptx_token *token = text_peek(text);
    const char *name = text_bytes(text, token) + 1;

    if (token->kind != PTX_DOT_WORD)
        return T_NONE;
    for (enum exec_type type = 0; type < T_COUNT; type++) {
        if (strlen(exec_types[type].text) == token->length - 1 &&
            memcmp(exec_types[type].text, name, token->length - 1) == 0) {
            text->at++;
            return type;
        }
    }
    return T_NONE;
}

/* Operators by strength, the weakest first; 0 ends a level. Signedness is that of .s64, except that
 * a literal with U makes it unsigned, which only / % >> and comparisons could tell: those are taken
 * as signed. */
static const uint32_t levels[][5] = {
    {PTX_OR_OR},
    {PTX_AND_AND},
    {'|'},
    {'^'},
    {'&'},
    {PTX_EQUAL, PTX_NOT_EQUAL},
    {'<', '>', PTX_LESS_EQUAL, PTX_GREATER_EQUAL},
    {PTX_SHIFT_LEFT, PTX_SHIFT_RIGHT},
    {'+', '-'},
    {'*', '/', '%'},
};
#define N_LEVELS (sizeof(levels) / sizeof(levels[0]))

static int parse_level(struct text *text, unsigned level, unsigned nesting, uint64_t *ret_value);
static int parse_choice(struct text *text, unsigned nesting, uint64_t *ret_value);

static int parse_primary(struct text *text, unsigned nesting, uint64_t *ret_value)
{
    const struct ptx_token *token = text_peek(text);
    int r;

    if (nesting > MAX_NESTING)
        return text_fail(text, -EINVAL, "constant expression nested too deep");
    if (token->kind == PTX_INTEGER) {
        r = ptx_token_integer(text->bytes, token, ret_value, NULL);
        if (r < 0)
            return text_fail(text, -EINVAL, "integer constant out of range");
        text->at++;
        return 0;
    }
    if (text_accept_word(text, "WARP_SZ")) {
        *ret_value = EXEC_WARP_LANES;
        return 0;
    }
    if (text_accept(text, '(')) {
        if (text_accept_type(text) != T_NONE) { /* a cast: .s64 or .u64 */
            r = text_expect(text, ')');
            return r < 0 ? r : parse_primary(text, nesting + 1, ret_value);
        }
        r = parse_choice(text, nesting + 1, ret_value);
        return r < 0 ? r : text_expect(text, ')');
    }
    if (token->kind == '-' || token->kind == '+' || token->kind == '~' || token->kind == '!') {
        text->at++;
        r = parse_primary(text, nesting + 1, ret_value);
        if (r < 0)
            return r;
        if (token->kind == '-')
            *ret_value = -*ret_value;
        else if (token->kind == '~')
            *ret_value = ~*ret_value;
        else if (token->kind == '!')
            *ret_value = !*ret_value;
        return 0;
    }
    return text_expect(text, PTX_INTEGER);
}

static bool apply_division(uint32_t kind, int64_t x, int64_t y, uint64_t *ret_value)
{
    if (y == 0)
        return false;
    if (y == -1)
        *ret_value = kind == '/' ? -(uint64_t)x : 0;
    else
        *ret_value = kind == '/' ? x / y : x % y;
    return true;
}

static bool apply(uint32_t kind, uint64_t x, uint64_t y, uint64_t *ret_value)
{
    int64_t sx = (int64_t)x, sy = (int64_t)y;
    uint64_t value = 0;

    switch (kind) {
    case '/':
    case '%':
        return apply_division(kind, sx, sy, ret_value);
    case PTX_OR_OR:
        value = x || y;
        break;
    case PTX_AND_AND:
        value = x && y;
        break;
    case '|':
        value = x | y;
        break;
    case '^':
        value = x ^ y;
        break;
    case '&':
        value = x & y;
        break;
    case PTX_EQUAL:
        value = x == y;
        break;
    case PTX_NOT_EQUAL:
        value = x != y;
        break;
    case '<':
        value = sx < sy;
        break;
    case '>':
        value = sx > sy;
        break;
    case PTX_LESS_EQUAL:
        value = sx <= sy;
        break;
    case PTX_GREATER_EQUAL:
        value = sx >= sy;
        break;
    case PTX_SHIFT_LEFT:
        value = y < 64 ? x << y : 0;
        break;
    case PTX_SHIFT_RIGHT:
        value = (uint64_t)(sx >> (y < 63 ? y : 63));
        break;
    case '+':
        value = x + y;
        break;
    case '-':
        value = x - y;
        break;
    case '*':
        value = x * y;
        break;
    }
    *ret_value = value;
    return true;
}

static bool is_operator(uint32_t kind, unsigned level)
{
    for (unsigned i = 0; i < 5 && levels[level][i]; i++) {
        if (levels[level][i] == kind)
            return true;
    }
    return false;
}

static int parse_level(struct text *text, unsigned level, unsigned nesting, uint64_t *ret_value)
{
    int r;

    if (level == N_LEVELS)
        return parse_primary(text, nesting, ret_value);
    r = parse_level(text, level + 1, nesting, ret_value);
    while (r == 0 && is_operator(text_peek(text)->kind, level)) {
        uint32_t kind = text_next(text)->kind;
        uint64_t right;
        r = parse_level(text, level + 1, nesting, &right);
        if (r == 0 && !apply(kind, *ret_value, right, ret_value))
            r = text_fail(text, -EINVAL, "division by zero in a constant");
    }
    return r;
}

/* a ? b : c, where b and c may be the same again. */
static int parse_choice(struct text *text, unsigned nesting, uint64_t *ret_value)
{
    int r = parse_level(text, 0, nesting, ret_value);
    uint64_t yes = 0, no = 0;

    if (r < 0 || !text_accept(text, '?'))
        return r;
    r = nesting > MAX_NESTING ? text_fail(text, -EINVAL, "constant expression nested too deep")
                              : parse_choice(text, nesting + 1, &yes);
    if (r == 0)
        r = text_expect(text, ':');
    if (r == 0)
        r = parse_choice(text, nesting + 1, &no);
    *ret_value = *ret_value ? yes : no;
    return r;
}

int text_integer(struct text *text, uint64_t *ret_value)
{
    return parse_choice(text, 0, ret_value);
}

int text_constant(struct text *text, struct constant *ret_value)
{
    size_t start = text->at;
    bool negative = text_accept(text, '-');
    const struct ptx_token *token = text_peek(text);
    bool is_single;

    if (token->kind != PTX_FLOAT) {
        text->at = start;
        ret_value->kind = CONSTANT_INTEGER;
        return text_integer(text, &ret_value->bits);
    }
    ptx_token_float_bits(text->bytes, token, &ret_value->bits, &is_single);
    ret_value->kind = is_single ? CONSTANT_F32 : CONSTANT_F64;
    if (negative)
        ret_value->bits ^= is_single ? UINT64_C(1) << 31 : UINT64_C(1) << 63;
    text->at++;
    return 0;
}

static int float_as(const struct constant *constant, enum exec_type type, uint64_t *ret_bits)
{
    bool is_single = constant->kind == CONSTANT_F32;
    double wide;
    float narrow;
    uint32_t narrow_bits = (uint32_t)constant->bits;

    memcpy(&wide, &constant->bits, sizeof(wide));
    memcpy(&narrow, &narrow_bits, sizeof(narrow));
    if (type_bytes(type) == 4) {
        narrow = is_single ? narrow : (float)wide;
        memcpy(&narrow_bits, &narrow, sizeof(narrow_bits));
        *ret_bits = narrow_bits;
        return 0;
    }
    if (type_bytes(type) == 8) {
        wide = is_single ? (double)narrow : wide;
        memcpy(ret_bits, &wide, sizeof(wide));
        return 0;
    }
    return -EINVAL;
}

int constant_as(const struct constant *constant, enum exec_type type, uint64_t *ret_bits)
{
    unsigned bytes = type_bytes(type);

    if (type_kind(type) == KIND_PRED) {
        *ret_bits = constant->bits ? UINT32_MAX : 0;
        return constant->kind == CONSTANT_INTEGER ? 0 : -EINVAL;
    }
    if (constant->kind != CONSTANT_INTEGER)
        return type_kind(type) == KIND_FLOAT || type_kind(type) == KIND_BITS
                   ? float_as(constant, type, ret_bits)
                   : -EINVAL;
    if (type == T_F32 || type == T_F64)
        return -EINVAL;
    *ret_bits = bytes < 8 ? constant->bits & ((UINT64_C(1) << 8 * bytes) - 1) : constant->bits;
    return 0;
}
