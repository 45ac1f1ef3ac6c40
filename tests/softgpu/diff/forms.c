/* SPDX-License-Identifier: MIT
 *
 * forms.c - forms.def expanded, and the kernels made of it.
 */
#include "tests/softgpu/diff/forms.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 400

static const struct row {
    const char *types, *result, *sources, *text;
    enum diff_check check;
    double allowed;
} rows[] = {
#define EXACT        CHECK_EXACT, 0
#define ULPS(n)      CHECK_ULPS, n
#define HALF_ULPS(n) CHECK_HALF_ULPS, n
#define HIGH_WORD(n) CHECK_HIGH_WORD, n
#define ABSOLUTE(x)  CHECK_ABSOLUTE, x
#define RELATIVE(x)  CHECK_RELATIVE, x
#define LOGARITHM    CHECK_LOGARITHM, 4e-7
#define FORM(...)    {__VA_ARGS__},
#include "tests/softgpu/diff/forms.def"
};

static const struct type {
    const char *name, *wide;
    unsigned bytes;
} types[] = {
    {"u8", "u16", 1},  {"s8", "s16", 1}, {"b16", "b32", 2}, {"u16", "u32", 2},   {"s16", "s32", 2},
    {"f16", "", 2},    {"bf16", "", 2},  {"b32", "b64", 4}, {"u32", "u64", 4},   {"s32", "s64", 4},
    {"f32", "f64", 4}, {"f16x2", "", 4}, {"bf16x2", "", 4}, {"u16x2", "", 4},    {"s16x2", "", 4},
    {"b64", "", 8},    {"u64", "", 8},   {"s64", "", 8},    {"f64", "", 8},      {"pred", "", 0},
    {"shift", "", 4},  {"lane", "", 4},  {"angle", "", 4},  {"exponent", "", 4},
};

static const struct type *find_type(const char *name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    }
    fprintf(stderr, "forms.def: no type '%s'\n", name);
    abort();
}

/* The next word of a list; NULL at its end. */
static const char *next_word(const char *list, char word[12])
{
    size_t n;

    list += strspn(list, " ");
    n = strcspn(list, " ");
    if (!n || n > 11)
        return NULL;
    memcpy(word, list, n);
    word[n] = 0;
    return list + n;
}

/* @, # and $ of a text. */
static void substitute(const char *text, const struct type *type, char *ret_text, size_t size)
{
    size_t at = 0;

    for (; *text && at + 12 < size; text++) {
        if (*text == '@')
            at += (size_t)sprintf(ret_text + at, "%s", type->name);
        else if (*text == '#')
            at += (size_t)sprintf(ret_text + at, "%s", type->wide);
        else if (*text == '$')
            at += (size_t)sprintf(ret_text + at, "b%u", 8 * type->bytes);
        else
            ret_text[at++] = *text;
    }
    ret_text[at] = 0;
}

struct list {
    struct form *forms;
    size_t n, capacity;
};

static bool add_form(struct list *list, const struct row *row, const struct type *type,
                     const char *text)
{
    char sources[64], result[24];
    const char *at = sources;
    struct form *form;

    if (list->n == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 256;
        form = realloc(list->forms, list->capacity * sizeof(*form));
        if (!form)
            return false;
        list->forms = form;
    }
    form = &list->forms[list->n++];
    *form = (struct form){.name = strdup(text), .check = row->check, .allowed = row->allowed};
    substitute(row->sources, type, sources, sizeof(sources));
    substitute(row->result, type, result, sizeof(result));
    memcpy(form->result, find_type(result)->name, strlen(find_type(result)->name));
    form->result_bytes = find_type(result)->bytes ? find_type(result)->bytes : 4;
    while (form->n_sources < 3 && (at = next_word(at, form->sources[form->n_sources])))
        form->n_sources++;
    return form->name != NULL;
}

/* Replaces the first {a,b} by each of its alternatives in turn. */
static bool expand(struct list *list, const struct row *row, const struct type *type,
                   const char *text)
{
    const char *open = strchr(text, '{'), *close, *choice;
    char expanded[MAX_TEXT];

    if (!open)
        return add_form(list, row, type, text);
    close = strchr(open, '}');
    for (choice = open + 1; choice <= close;) {
        size_t n = strcspn(choice, ",}");
        snprintf(expanded, sizeof(expanded), "%.*s%.*s%s", (int)(open - text), text, (int)n, choice,
                 close + 1);
        if (!expand(list, row, type, expanded))
            return false;
        choice += n + 1;
    }
    return true;
}

struct form *forms_all(size_t *ret_n)
{
    struct list list = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *at = rows[i].types;
        char word[12], text[MAX_TEXT];
        while ((at = next_word(at, word))) {
            substitute(rows[i].text, find_type(word), text, sizeof(text));
            if (!expand(&list, &rows[i], find_type(word), text)) {
                forms_free(list.forms, list.n);
                return NULL;
            }
        }
    }
    *ret_n = list.n;
    return list.forms;
}

void forms_free(struct form *forms, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(forms[i].name);
    free(forms);
}

/* --- the kernel --- */

static const char *register_type(const struct type *type)
{
    return type->bytes == 0 ? "pred" : type->bytes <= 2 ? "b16" : type->bytes == 4 ? "b32" : "b64";
}

static void write_body(FILE *out, const char *body)
{
    static const char *const names = "ABCDEMSPQXYZ";

    for (; *body; body++) {
        bool alone =
            (body[1] == 0 ||
             !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.", body[1]));
        if (strchr(names, *body) && alone)
            fprintf(out, "%%%c", *body);
        else
            fputc(*body == '<' ? '{' : *body == '>' ? '}' : *body, out);
        if (*body == ';')
            fputc('\n', out);
    }
}

static void write_load(FILE *out, const struct form *form, unsigned i)
{
    const struct type *type = find_type(form->sources[i]);

    fprintf(out,
            "ld.param.u64 %%address, [%c];\nadd.u64 %%address, %%address, %%offset;\n"
            "ld.global.b%u %%%c, [%%address];\n",
            'a' + (int)i, type->bytes * 8, 'A' + (int)i);
}

static void write_store(FILE *out, const struct form *form)
{
    unsigned bytes = find_type(form->result)->bytes;

    fputs("ld.param.u64 %address, [out];\nadd.u64 %address, %address, %offset;\n"
          "st.global.u64 [%address], 0;\n",
          out);
    if (!bytes)
        fputs("selp.u32 %X, 1, 0, %D;\nst.global.u32 [%address], %X;\n", out);
    else
        fprintf(out, "st.global.b%u [%%address], %%D;\n", bytes < 2 ? 16 : 8 * bytes);
}

char *form_text(const struct form *form)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs(".version 8.3\n.target sm_90\n.address_size 64\n"
          ".visible .entry k(.param .u64 out, .param .u64 scratch, .param .u64 a, .param .u64 b, "
          ".param .u64 c)\n{\n"
          ".shared .align 16 .b8 memory[2048];\n"
          ".reg .pred %P, %Q;\n.reg .b32 %X, %Y, %t, %n, %i;\n"
          ".reg .b64 %Z, %M, %S, %address, %offset;\n",
          out);
    fprintf(out, ".reg .%s %%D, %%E;\n", register_type(find_type(form->result)));
    for (unsigned i = 0; i < form->n_sources; i++)
        fprintf(out, ".reg .%s %%%c;\n", register_type(find_type(form->sources[i])), 'A' + (int)i);
    fprintf(out,
            "mov.u32 %%t, %%tid.x;\nmov.u32 %%n, %%ctaid.x;\n"
            "mad.lo.u32 %%i, %%n, %u, %%t;\nmul.wide.u32 %%offset, %%i, 8;\n"
            "ld.param.u64 %%M, [scratch];\nmad.wide.u32 %%M, %%i, %u, %%M;\n"
            "mov.u64 %%S, memory;\nmad.wide.u32 %%S, %%t, 16, %%S;\n",
            DIFF_THREADS, DIFF_SCRATCH);
    for (unsigned i = 0; i < form->n_sources; i++)
        write_load(out, form, i);
    write_body(out, form->name);
    write_store(out, form);
    fputs("ret;\n}\n", out);
    fclose(out);
    return text;
}
