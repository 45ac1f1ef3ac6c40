/* SPDX-License-Identifier: MIT
 *
 * image_text.c - see image_text.h.
 */
#include "ptx-rewriter/image_text.h"

#include <string.h>

/* What is left of the text. at == end or *at == '\0' is its end. */
struct cursor {
    const char *at, *end;
};

static bool at_char(const struct cursor *c, size_t ahead, char wanted)
{
    for (size_t i = 0; i < ahead; i++)
        if (c->at + i == c->end || c->at[i] == '\0')
            return false;
    return c->at + ahead != c->end && c->at[ahead] == wanted;
}

static bool at_end(const struct cursor *c)
{
    return c->at == c->end || *c->at == '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_comment(struct cursor *c, bool line)
{
    c->at += 2;
    while (!at_end(c)) {
        if (line && *c->at == '\n')
            return;
        if (!line && at_char(c, 0, '*') && at_char(c, 1, '/')) {
            c->at += 2;
            return;
        }
        c->at++;
    }
}

static void skip_blanks(struct cursor *c)
{
    while (!at_end(c)) {
        if (is_blank(*c->at))
            c->at++;
        else if (at_char(c, 0, '/') && (at_char(c, 1, '/') || at_char(c, 1, '*')))
            skip_comment(c, c->at[1] == '/');
        else
            return;
    }
}

static bool take(struct cursor *c, const char *word)
{
    size_t n = 0;

    for (; word[n]; n++)
        if (!at_char(c, n, word[n]))
            return false;
    c->at += n;
    return true;
}

/* One of a target's words, up to a blank or comma. */
static void take_target_word(struct cursor *c, struct text_target *target)
{
    if (take(c, "sm_")) {
        for (target->arch = 0; !at_end(c) && is_digit(*c->at) && target->arch < 10000; c->at++)
            target->arch = target->arch * 10 + (unsigned)(*c->at - '0');
        target->variant = at_char(c, 0, 'a') || at_char(c, 0, 'f') ? *c->at : 0;
    } else if (take(c, "debug")) {
        target->debug = true;
    }
    while (!at_end(c) && !is_blank(*c->at) && *c->at != ',')
        c->at++;
}

static void read_target(struct cursor *c, struct text_target *target)
{
    do {
        skip_blanks(c);
        take_target_word(c, target);
        skip_blanks(c);
    } while (take(c, ","));
}

bool text_is_ptx(const char *text, size_t size_bytes, size_t *ret_text_bytes,
                 struct text_target *ret_target)
{
    struct cursor c = {text, text + size_bytes};

    *ret_target = (struct text_target){0};
    take(&c, "\xef\xbb\xbf");
    skip_blanks(&c);
    if (!take(&c, ".version"))
        return false;
    skip_blanks(&c);
    while (!at_end(&c) && (is_digit(*c.at) || *c.at == '.'))
        c.at++;
    skip_blanks(&c);
    if (take(&c, ".target"))
        read_target(&c, ret_target);
    *ret_text_bytes = strnlen(text, size_bytes);
    return true;
}
