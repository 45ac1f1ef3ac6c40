/* SPDX-License-Identifier: MIT
 *
 * image_options.c - the options of ptxas that a fatbin keeps with its PTX, e.g.
 * "-O1  -maxrregcount=32 --generate-line-info " (CUDA 13.0): whatever nvcc gave to ptxas, -Xptxas
 * included. As on the command line of ptxas one or two dashes, and "=" or a blank before the value,
 * mean the same.
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

enum effect {
    MAX_REGISTERS, /* the driver's compiler can be told, too */
    OPT_LEVEL,
    CACHE_MODE,
    DEBUG,
    LINE_INFO,
    FMAD,  /* it can't, but what it means may stand in the PTX: image_build_refusal */
    NONE,  /* makes no difference to what a kernel does */
    LEAVE, /* it can't be told, and results, errors or attributes may depend on it */
};

/* Every option of ptxas 13.0, in both spellings. */
static const struct known {
    const char *name, *short_name;
    bool takes_value;
    enum effect effect;
} known_options[] = {
    {"maxrregcount", NULL, true, MAX_REGISTERS},
    {"opt-level", "O", true, OPT_LEVEL},
    {"def-load-cache", "dlcm", true, CACHE_MODE},
    {"device-debug", "g", false, DEBUG},
    {"generate-line-info", "lineinfo", false, LINE_INFO},
    {"fmad", NULL, true, FMAD},
    /* What -G and -rdc add of themselves. */
    {"dont-merge-basicblocks", "no-bb-merge", false, NONE},
    {"return-at-end", "ret-end", false, NONE},
    {"compile-only", "c", false, NONE},
    /* Only how it is compiled, said or stored. */
    {"machine", "m", true, NONE},
    {"m64", NULL, false, NONE},
    {"gpu-name", "arch", true, NONE},
    {"output-file", "o", true, NONE},
    {"split-compile", NULL, true, NONE},
    {"register-usage-level", "regUsageLevel", true, NONE},
    {"device-function-maxrregcount", "func-maxrregcount", true, NONE},
    {"disable-optimizer-constants", "disable-optimizer-consts", false, NONE},
    {"position-independent-code", "pic", true, NONE},
    {"preserve-relocs", NULL, false, NONE},
    {"compiler-annotations", "annotate", false, NONE},
    {"suppress-debug-info", NULL, false, NONE},
    {"verbose", "v", false, NONE},
    {"warning-as-error", "Werror", false, NONE},
    {"disable-warnings", "w", false, NONE},
    {"warn-on-double-precision-use", "warn-double-usage", false, NONE},
    {"warn-on-local-memory-usage", "warn-lmem-usage", false, NONE},
    {"warn-on-spills", NULL, false, NONE},
    {"suppress-double-demote-warning", NULL, false, NONE},
    {"suppress-stack-size-warning", NULL, false, NONE},
    {"suppress-sparse-mma-advisory-info", NULL, false, NONE},
    {"suppress-async-bulk-multicast-advisory-warning", NULL, false, NONE},
    /* How memory is cached: kernels may count on seeing what others wrote. */
    {"def-store-cache", "dscm", true, LEAVE},
    {"force-load-cache", "flcm", true, LEAVE},
    {"force-store-cache", "fscm", true, LEAVE},
    /* How arithmetic is joined and rounded. */
    {"Ofast-compile", "Ofc", true, LEAVE},
    {"allow-expensive-optimizations", NULL, true, LEAVE},
    {"optimize-float-atomics", "opt-fp-atomics", false, LEAVE},
    /* Which kernels there are, and the sizes of blocks that they take. */
    {"entry", "e", true, LEAVE},
    {"extensible-whole-program", "ewp", false, LEAVE},
    {"maxntid", NULL, true, LEAVE},
    {"minnctapersm", NULL, true, LEAVE},
    {"override-directive-values", NULL, false, LEAVE},
    {"legacy-bar-warp-wide-behavior", NULL, false, LEAVE},
    /* Checks that the program asked for. */
    {"sanitize", NULL, true, LEAVE},
    {"sp-bounds-check", NULL, false, LEAVE},
    {"device-stack-protector", NULL, true, LEAVE},
    {"g-tensor-memory-access-check", "g-tmem-access-check", false, LEAVE},
    {"gno-tensor-memory-access-check", "gno-tmem-access-check", false, LEAVE},
    {"make-errors-visible-at-exit", NULL, false, LEAVE},
    {"compile-as-tools-patch", "astoolspatch", false, LEAVE},
    /* Who knows what is in the file. */
    {"options-file", "optf", true, LEAVE},
};

/* The word's option; ret_value: what follows its "=", else an empty word. */
static const struct known *find_option(struct word word, struct word *ret_value)
{
    const char *equals = memchr(word.text, '=', word.size);
    struct word key = {word.text, equals ? (size_t)(equals - word.text) : word.size};

    *ret_value = (struct word){word.text + word.size, 0};
    if (equals)
        *ret_value = (struct word){equals + 1, word.size - key.size - 1};
    for (size_t i = 0; i < sizeof(known_options) / sizeof(known_options[0]); i++) {
        const struct known *known = &known_options[i];
        if (word_is(key, known->name) || (known->short_name && word_is(key, known->short_name)))
            return known;
    }
    return NULL;
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

/* A value that can't be handed on is as good as an option that can't. */
static int or_foreign(int value, struct image_build_options *options)
{
    if (value < 0)
        options->foreign = true;
    return value;
}

static void apply(enum effect effect, struct word value, struct image_build_options *options)
{
    switch (effect) {
    case MAX_REGISTERS:
        options->max_registers = or_foreign(number(value), options);
        break;
    case OPT_LEVEL:
        options->opt_level = or_foreign(number(value), options);
        break;
    case CACHE_MODE:
        options->cache_mode = or_foreign(cache_mode(value), options);
        break;
    case DEBUG:
        options->debug = true;
        break;
    case LINE_INFO:
        options->line_info = true;
        break;
    case FMAD:
        options->no_fma = !word_is(value, "true");
        break;
    case NONE:
        break;
    case LEAVE:
        options->foreign = true;
    }
}

/* word: an option without its dashes. */
static void read_option(struct word word, struct word *rest, struct image_build_options *options)
{
    struct word value;
    const struct known *known = find_option(word, &value);

    if (!known && word.size == 2 && word.text[0] == 'O') {
        apply(OPT_LEVEL, (struct word){word.text + 1, 1}, options);
        return;
    }
    if (!known) {
        options->foreign = true;
        return;
    }
    if (known->takes_value && value.size == 0 && !memchr(word.text, '=', word.size))
        value = next_word(rest);
    apply(known->effect, value, options);
}

void image_entry_build_options(const struct image_entry *entry,
                               struct image_build_options *ret_options)
{
    struct word rest = {entry->options, entry->options_bytes};

    *ret_options = (struct image_build_options){
        .max_registers = -1, .opt_level = -1, .cache_mode = -1, .debug = entry->debug};
    for (;;) {
        struct word word = next_word(&rest);
        size_t dashes = 0;
        if (word.size == 0)
            break;
        while (dashes < 2 && dashes < word.size && word.text[dashes] == '-')
            dashes++;
        if (dashes)
            read_option((struct word){word.text + dashes, word.size - dashes}, &rest, ret_options);
        else
            ret_options->foreign = true;
    }
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == '.';
}

/* at: behind "mul". A type like .f32 or .bf16x2 and no rounding. */
static bool is_unrounded_float(const char *at)
{
    bool is_float = false;

    while (*at == '.') {
        const char *part = ++at;
        while (is_word_char(*at) && *at != '.')
            at++;
        size_t size = (size_t)(at - part);
        if (size == 2 && part[0] == 'r' && strchr("nzmp", part[1]))
            return false;
        part += part[0] == 'b' && part[1] == 'f';
        is_float |= part[0] == 'f' && part[1] >= '0' && part[1] <= '9';
    }
    return is_float;
}

/* Only products that don't say how they are rounded may be joined with a sum (PTX ISA, "mul"). A
 * word in a comment counts, too. */
static bool may_contract(const char *text)
{
    for (const char *at = text; (at = strstr(at, "mul.")); at += 4)
        if ((at == text || !is_word_char(at[-1])) && is_unrounded_float(at + 3))
            return true;
    return false;
}

const char *image_build_refusal(const struct image_build_options *options, const char *text)
{
    if (options->foreign)
        return "built with an option of ptxas that the driver can't be given";
    if (options->no_fma && may_contract(text))
        return "built with -fmad=false, which the driver can't be told";
    return NULL;
}
