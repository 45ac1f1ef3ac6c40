/* SPDX-License-Identifier: MIT
 *
 * ptx_lex.c - PTX text to tokens. What is accepted was checked against ptxas 13.0: words may begin
 * with % $ _ or a letter; a suffix sticks to its dot but may stand apart from what it follows; a
 * string ends at the next quote, there are no escapes; # lines come from C preprocessors.
 */
#include "ptx-rewriter/ptx_lex.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* May stand inside a word. */
static bool is_follow(int c)
{
    return is_alpha(c) || is_digit(c) || c == '_' || c == '$';
}

static int hex_value(int c)
{
    if (is_digit(c))
        return c - '0';
    if (is_alpha(c) && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* The byte at a place, 0 behind the end. */
static int peek(const struct ptx_lexer *lexer, uint32_t at)
{
    return at < lexer->size ? (unsigned char)lexer->text[at] : 0;
}

static int fail(const struct ptx_lexer *lexer, uint32_t at, struct ptx_error *error,
                const char *message)
{
    return ptx_error_at(error, lexer->line, at - lexer->line_start + 1, "%s", message);
}

int ptx_lexer_init(struct ptx_lexer *lexer, const char *text, size_t size_bytes,
                   struct ptx_error *ret_error)
{
    size_t length = size_bytes ? strnlen(text, size_bytes) : 0;

    *lexer = (struct ptx_lexer){.text = text, .line = 1};
    if (length > PTX_MAX_TEXT_BYTES)
        return ptx_error_at(ret_error, 0, 0, "longer than 1 GiB");
    lexer->size = length;
    return 0;
}

static void skip_line(struct ptx_lexer *lexer)
{
    while (lexer->at < lexer->size && lexer->text[lexer->at] != '\n')
        lexer->at++;
}

static void begin_line(struct ptx_lexer *lexer)
{
    lexer->line++;
    lexer->line_start = lexer->at;
}

static int skip_comment(struct ptx_lexer *lexer, struct ptx_error *ret_error)
{
    const struct ptx_lexer start = *lexer;

    lexer->at += 2;
    while (lexer->at < lexer->size) {
        int c = peek(lexer, lexer->at++);
        if (c == '\n')
            begin_line(lexer);
        if (c == '*' && peek(lexer, lexer->at) == '/') {
            lexer->at++;
            return 0;
        }
    }
    return fail(&start, start.at, ret_error, "comment without end");
}

/* Leaves the lexer at the first byte of a token or at the end. */
static int skip_blanks(struct ptx_lexer *lexer, struct ptx_error *ret_error)
{
    for (;;) {
        int c = peek(lexer, lexer->at), next = peek(lexer, lexer->at + 1);
        if (c == '\n') {
            lexer->at++;
            begin_line(lexer);
        } else if (c == ' ' || c == '\t' || c == '\r') {
            lexer->at++;
        } else if ((c == '/' && next == '/') || (c == '#' && lexer->at == lexer->line_start)) {
            skip_line(lexer);
        } else if (c == '/' && next == '*') {
            int r = skip_comment(lexer, ret_error);
            if (r < 0)
                return r;
        } else {
            return 0;
        }
    }
}

static uint32_t skip_digits(const struct ptx_lexer *lexer, uint32_t at)
{
    while (is_digit(peek(lexer, at)))
        at++;
    return at;
}

static uint32_t skip_hex(const struct ptx_lexer *lexer, uint32_t at)
{
    while (hex_value(peek(lexer, at)) >= 0)
        at++;
    return at;
}

/* The end of an exponent at this place, or the place itself if there is none. */
static uint32_t skip_exponent(const struct ptx_lexer *lexer, uint32_t at)
{
    uint32_t digits = at + 1;

    if ((peek(lexer, at) | 0x20) != 'e')
        return at;
    if (peek(lexer, digits) == '+' || peek(lexer, digits) == '-')
        digits++;
    return is_digit(peek(lexer, digits)) ? skip_digits(lexer, digits) : at;
}

static uint32_t scan_decimal(const struct ptx_lexer *lexer, uint32_t at, uint32_t *ret_kind)
{
    uint32_t end = skip_digits(lexer, at), exponent;

    *ret_kind = PTX_INTEGER;
    if (peek(lexer, end) == '.') {
        *ret_kind = PTX_FLOAT;
        end = skip_digits(lexer, end + 1);
    }
    exponent = skip_exponent(lexer, end);
    if (exponent > end)
        *ret_kind = PTX_FLOAT;
    else if (*ret_kind == PTX_INTEGER && peek(lexer, end) == 'U')
        exponent = end + 1;
    return exponent;
}

/* The end of the number, or 0 if it is malformed. */
static uint32_t scan_number(const struct ptx_lexer *lexer, uint32_t at, uint32_t *ret_kind)
{
    int mark = peek(lexer, at) == '0' ? peek(lexer, at + 1) | 0x20 : 0;
    uint32_t digits = at + 2, end;

    *ret_kind = PTX_INTEGER;
    if (mark == 'f' || mark == 'd') {
        *ret_kind = PTX_FLOAT;
        end = skip_hex(lexer, digits);
        if (end - digits != (mark == 'f' ? 8 : 16))
            return 0;
    } else if (mark == 'x' || mark == 'b') {
        end = mark == 'x' ? skip_hex(lexer, digits) : skip_digits(lexer, digits);
        if (end == digits)
            return 0;
        if (peek(lexer, end) == 'U')
            end++;
    } else {
        end = scan_decimal(lexer, at, ret_kind);
    }
    return is_follow(peek(lexer, end)) ? 0 : end;
}

/* From a dot: a suffix, whose parts may be joined by "::" and may begin with digits (.2d, .32x32b,
 * .L2::128B), or a float (.5, .5e3). Returns 0 for a dot alone. */
static uint32_t scan_dot(const struct ptx_lexer *lexer, uint32_t at, uint32_t *ret_kind)
{
    uint32_t end = skip_digits(lexer, at + 1), exponent = skip_exponent(lexer, end);

    if (end > at + 1 && !is_follow(peek(lexer, exponent))) {
        *ret_kind = PTX_FLOAT;
        return exponent;
    }
    *ret_kind = PTX_DOT_WORD;
    for (;;) {
        while (is_follow(peek(lexer, end)))
            end++;
        if (peek(lexer, end) != ':' || peek(lexer, end + 1) != ':' ||
            !is_follow(peek(lexer, end + 2)))
            return end == at + 1 ? 0 : end;
        end += 2;
    }
}

static uint32_t scan_word(const struct ptx_lexer *lexer, uint32_t at)
{
    do
        at++;
    while (is_follow(peek(lexer, at)));
    return at;
}

/* Any other character that PTX knows. Returns 0 if it is none. */
static uint32_t scan_punctuation(const struct ptx_lexer *lexer, uint32_t at, uint32_t *ret_kind)
{
    static const struct {
        char text[3];
        uint32_t kind;
    } pairs[] = {
        {"<<", PTX_SHIFT_LEFT},    {">>", PTX_SHIFT_RIGHT}, {"<=", PTX_LESS_EQUAL},
        {">=", PTX_GREATER_EQUAL}, {"==", PTX_EQUAL},       {"!=", PTX_NOT_EQUAL},
        {"&&", PTX_AND_AND},       {"||", PTX_OR_OR},
    };
    int c = peek(lexer, at), next = peek(lexer, at + 1);

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (c == pairs[i].text[0] && next == pairs[i].text[1]) {
            *ret_kind = pairs[i].kind;
            return at + 2;
        }
    }
    *ret_kind = c;
    return c && strchr("{}()[],;:@!=<>+-*/%&|^~?", c) ? at + 1 : 0;
}

/* Strings may span lines. */
static uint32_t scan_string(struct ptx_lexer *lexer, uint32_t at)
{
    const char *quote = memchr(lexer->text + at + 1, '"', lexer->size - at - 1);

    return quote ? quote - lexer->text + 1 : 0;
}

static void count_lines(struct ptx_lexer *lexer, uint32_t end)
{
    while (lexer->at < end) {
        if (lexer->text[lexer->at++] == '\n')
            begin_line(lexer);
    }
}

int ptx_lexer_next(struct ptx_lexer *lexer, struct ptx_token *ret_token,
                   struct ptx_error *ret_error)
{
    uint32_t at, end, kind;
    int r = skip_blanks(lexer, ret_error), c;

    if (r < 0)
        return r;
    at = lexer->at;
    c = peek(lexer, at);
    *ret_token = (struct ptx_token){
        .kind = PTX_END, .offset = at, .line = lexer->line, .column = at - lexer->line_start + 1};
    if (at >= lexer->size)
        return 0;
    if (is_alpha(c) || c == '_' || c == '$' || (c == '%' && is_follow(peek(lexer, at + 1)))) {
        kind = PTX_WORD;
        end = scan_word(lexer, at);
    } else if (c == '.') {
        end = scan_dot(lexer, at, &kind);
    } else if (is_digit(c)) {
        end = scan_number(lexer, at, &kind);
        if (!end)
            return fail(lexer, at, ret_error, "malformed number");
    } else if (c == '"') {
        kind = PTX_STRING;
        end = scan_string(lexer, at);
        if (!end)
            return fail(lexer, at, ret_error, "string without end");
    } else {
        end = scan_punctuation(lexer, at, &kind);
    }
    if (!end)
        return fail(lexer, at, ret_error, "stray character");
    ret_token->kind = kind;
    ret_token->length = end - at;
    if (kind == PTX_STRING)
        count_lines(lexer, end);
    lexer->at = end;
    return 0;
}

bool ptx_token_is(const char *text, const struct ptx_token *token, const char *word)
{
    return strlen(word) == token->length && memcmp(text + token->offset, word, token->length) == 0;
}

int ptx_token_integer(const char *text, const struct ptx_token *token, uint64_t *ret_value,
                      bool *ret_unsigned)
{
    const char *digits = text + token->offset;
    uint32_t length = token->length, at = 0;
    bool is_unsigned = length && digits[length - 1] == 'U';
    uint64_t value = 0;
    unsigned base = 10;
    int r = 0;

    if (is_unsigned)
        length--;
    if (length > 1 && digits[0] == '0') {
        int mark = digits[1] | 0x20;
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
        at = base == 8 ? 1 : 2;
    }
    for (; at < length; at++) {
        int digit = hex_value(digits[at]);
        if (digit < 0 || digit >= (int)base)
            return -EINVAL;
        if (value > (UINT64_MAX - digit) / base)
            r = -ERANGE;
        value = value * base + digit;
    }
    *ret_value = value;
    if (ret_unsigned)
        *ret_unsigned = is_unsigned;
    return r;
}

/* strtod in the C locale: the program may have set one with another decimal point. */
static double parse_decimal(const char *digits, uint32_t length)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", NULL);
    char *copy = strndup(digits, length);
    double value = copy && plain ? strtod_l(copy, NULL, plain) : 0;

    free(copy);
    if (plain)
        freelocale(plain);
    return value;
}

void ptx_token_float_bits(const char *text, const struct ptx_token *token, uint64_t *ret_bits,
                          bool *ret_is_single)
{
    const char *digits = text + token->offset;
    int mark = token->length > 2 && digits[0] == '0' ? digits[1] | 0x20 : 0;
    double value;

    *ret_is_single = mark == 'f';
    *ret_bits = 0;
    if (mark == 'f' || mark == 'd') {
        for (uint32_t i = 2; i < token->length; i++)
            *ret_bits = *ret_bits << 4 | (unsigned)hex_value(digits[i]);
        return;
    }
    value = parse_decimal(digits, token->length);
    memcpy(ret_bits, &value, sizeof(value));
}
