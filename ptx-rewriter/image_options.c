/* SPDX-License-Identifier: MIT
 *
 * image_options.c - the options of ptxas that a fatbin keeps with its PTX, e.g.
 * "-O1  -maxrregcount=32 --generate-line-info " (CUDA 13.0). As on the command line of ptxas one or
 * two dashes, and "=" or a blank before the value, mean the same.
 */
#include "ptx-rewriter/image.h"

#include <limits.h>
#include <string.h>

struct word {
    const char *text;
    size_t size;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct word next_word(struct word *rest)
{
    struct word word;

    while (rest->size && is_blank(*rest->text))
        rest->text++, rest->size--;
    word.text = rest->text;
    while (rest->size && !is_blank(*rest->text))
        rest->text++, rest->size--;
    word.size = (size_t)(rest->text - word.text);
    return word;
}

static bool word_is(struct word word, const char *text)
{
    return word.size == strlen(text) && memcmp(word.text, text, word.size) == 0;
}

/* Is word the option NAME, with or without "=VALUE"? ret_value: after the "=", or the next word. */
static bool option_is(struct word word, const char *name, struct word *rest, struct word *ret_value)
{
    const char *equals = memchr(word.text, '=', word.size);
    struct word key = {word.text, equals ? (size_t)(equals - word.text) : word.size};

    if (!word_is(key, name))
        return false;
    if (equals)
        *ret_value = (struct word){equals + 1, word.size - key.size - 1};
    else
        *ret_value = next_word(rest);
    return true;
}

/* -1 if it is not a number. */
static int number(struct word word)
{
    int value = 0;

    if (word.size == 0)
        return -1;
    for (size_t i = 0; i < word.size; i++) {
        if (word.text[i] < '0' || word.text[i] > '9' || value > INT_MAX / 10 - 1)
            return -1;
        value = value * 10 + (word.text[i] - '0');
    }
    return value;
}

static int cache_mode(struct word word)
{
    if (word_is(word, "cg"))
        return 1;
    return word_is(word, "ca") ? 2 : -1;
}

/* word: an option without its dashes. */
static void read_option(struct word word, struct word *rest, struct image_build_options *options)
{
    struct word value;

    if (option_is(word, "maxrregcount", rest, &value))
        options->max_registers = number(value);
    else if (option_is(word, "opt-level", rest, &value) || option_is(word, "O", rest, &value))
        options->opt_level = number(value);
    else if (word.size == 2 && word.text[0] == 'O')
        options->opt_level = number((struct word){word.text + 1, 1});
    else if (option_is(word, "dlcm", rest, &value) ||
             option_is(word, "def-load-cache", rest, &value))
        options->cache_mode = cache_mode(value);
    else if (word_is(word, "g") || word_is(word, "device-debug"))
        options->debug = true;
    else if (word_is(word, "lineinfo") || word_is(word, "generate-line-info"))
        options->line_info = true;
}

void image_entry_build_options(const struct image_entry *entry,
                               struct image_build_options *ret_options)
{
    struct word rest = {entry->options, entry->options_bytes};

    *ret_options = (struct image_build_options){
        .max_registers = -1, .opt_level = -1, .cache_mode = -1, .debug = entry->debug};
    while (rest.size) {
        struct word word = next_word(&rest);
        size_t dashes = 0;
        while (dashes < 2 && dashes < word.size && word.text[dashes] == '-')
            dashes++;
        if (dashes)
            read_option((struct word){word.text + dashes, word.size - dashes}, &rest, ret_options);
    }
}
