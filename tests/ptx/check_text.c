/* SPDX-License-Identifier: MIT
 *
 * check_text.c - what must be true of the output's text, whatever the case: the input is in it byte
 * for byte with nothing but twins between; it is read again and says the same; no twin reads the
 * grid position but to shift it. Then what the case itself says.
 */
#include "tests/ptx/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/ptx_error.h"
#include "ptx-rewriter/ptx_parse.h"

static bool parse(struct ptx_case *test, const char *what, const char *text, size_t size,
                  struct ptx_module *ret_module)
{
    struct ptx_error error;

    if (ptx_parse(text, size, ret_module, &error) == 0)
        return true;
    case_fail(test, "the %s can't be parsed: %u:%u: %s", what, error.line, error.column,
              error.message);
    return false;
}

static bool same_name(const struct ptx_module *a, uint32_t f, const struct ptx_module *b,
                      uint32_t g)
{
    const struct ptx_token *x = ptx_token_at(a, a->functions.items[f].name);
    const struct ptx_token *y = ptx_token_at(b, b->functions.items[g].name);

    return x->length == y->length &&
           memcmp(a->text + x->offset, b->text + y->offset, x->length) == 0;
}

/* Each original stands in the output with the same bytes before it, in the same order; the twins
 * are what is left over. Before the first original there may be declarations of twins. */
static void check_untouched(struct ptx_case *test, const struct ptx_module *input,
                            const struct ptx_module *output)
{
    size_t begin = ptx_token_at(input, input->functions.items[0].first)->offset, at = begin;
    const char *rest;

    if (memcmp(output->text, input->text, begin) != 0)
        case_fail(test, "the text before the first function has changed");
    for (uint32_t f = 0; f < input->functions.n; f++) {
        size_t end = ptx_token_at(input, input->functions.items[f].end - 1)->offset + 1;
        const char *found =
            memmem(output->text + at, strlen(output->text) - at, input->text + begin, end - begin);
        if (!found) {
            case_fail(test, "the text of function %u has changed", f);
            return;
        }
        at = found - output->text + (end - begin);
        begin = end;
    }
    rest = output->text + strlen(output->text) - strlen(input->text + begin);
    if (rest < output->text + at || strcmp(rest, input->text + begin) != 0)
        case_fail(test, "the text behind the last function has changed");
}

static bool is_hidden(struct ptx_case *test, const char *name)
{
    char hidden[100];

    return case_value(test, "hides", hidden, sizeof(hidden)) && strcmp(hidden, name) == 0;
}

/* Does the twin say "mov.u32 __sliver...rN, %REG.x" here? */
static bool is_preparation(const struct ptx_module *module, uint32_t at)
{
    const struct ptx_token *target = ptx_token_at(module, at - 2);

    return ptx_word_at(module, at - 4, "mov") && ptx_word_at(module, at - 3, ".u32") &&
           target->length > 8 && memcmp(module->text + target->offset, "__sliver", 8) == 0;
}

static void check_read(struct ptx_case *test, const struct ptx_module *module, uint32_t at)
{
    static const char *const shifted[] = {"%ctaid", "%clusterid", NULL};
    static const char *const replaced[] = {"%nctaid", "%nclusterid", NULL};
    bool is_w = ptx_word_at(module, at + 1, ".w") || ptx_word_at(module, at + 1, ".a");
    bool is_shifted = ptx_word_in(module, at, shifted);
    char name[20];

    snprintf(name, sizeof(name), "%.*s", (int)ptx_token_at(module, at)->length,
             module->text + ptx_token_at(module, at)->offset);
    if ((!is_shifted && !ptx_word_in(module, at, replaced)) || is_w || is_hidden(test, name) ||
        ptx_kind_at(module, at + 1) == '<')
        return;
    if (!is_shifted || !is_preparation(module, at))
        case_fail(test, "a twin reads %s unshifted at %u:%u of the output", name,
                  ptx_token_at(module, at)->line, ptx_token_at(module, at)->column);
}

/* Functions of the output that the input has not are twins. */
static void check_twins(struct ptx_case *test, const struct ptx_module *input,
                        const struct ptx_module *output)
{
    uint32_t original = 0;

    for (uint32_t f = 0; f < output->functions.n; f++) {
        const struct ptx_function *function = &output->functions.items[f];
        if (original < input->functions.n && same_name(input, original, output, f)) {
            original++;
            continue;
        }
        for (uint32_t at = function->body_open; at < function->body_close; at++)
            check_read(test, output, at);
    }
}

/* The output goes through the rewriter again: its kernels are the input's and their twins. */
static void check_again(struct ptx_case *test, const struct ptx_result *result)
{
    struct ptx_result again;
    struct ptx_error error;
    size_t expected = result->n_kernels;

    for (size_t k = 0; k < result->n_kernels; k++)
        expected += result->kernels[k].has_twin;
    if (ptx_rewrite(result->text, result->size_bytes, NULL, &again, &error) < 0) {
        case_fail(test, "the output isn't taken again: %u:%u: %s", error.line, error.column,
                  error.message);
        return;
    }
    if (again.n_kernels != expected)
        case_fail(test, "the output has %zu kernels instead of %zu", again.n_kernels, expected);
    ptx_result_finish(&again);
}

/* Runs of blanks become one. Returns the buffer. */
static char *squeeze(const char *text)
{
    char *out = malloc(strlen(text) + 1), *to = out;

    if (!out)
        abort();
    for (; *text; text++) {
        bool blank = strchr(" \t\r\n", *text) != NULL;
        if (!blank || to == out || to[-1] != ' ')
            *to++ = blank ? ' ' : *text;
    }
    *to = '\0';
    return out;
}

struct search {
    struct ptx_case *test;
    char *text; /* squeezed, without the comments at its beginning */
};

static void check_contains(void *arg, const char *value)
{
    struct search *search = arg;

    if (!strstr(search->text, value))
        case_fail(search->test, "the output lacks: %s", value);
}

static void check_lacks(void *arg, const char *value)
{
    struct search *search = arg;

    if (strstr(search->text, value))
        case_fail(search->test, "the output contains: %s", value);
}

/* Looks only behind the .version line: the expectations themselves stand before it. */
static void check_fragments(struct ptx_case *test, const char *text)
{
    const char *begin = strstr(text, "\n.version");
    struct search search = {test, squeeze(begin ? begin : text)};

    case_each(test, "contains", check_contains, &search);
    case_each(test, "lacks", check_lacks, &search);
    free(search.text);
}

void check_text(struct ptx_case *test, const struct ptx_result *result)
{
    struct ptx_module input = {0}, output = {0};

    if (!result->text) {
        for (size_t k = 0; k < result->n_kernels; k++) {
            if (result->kernels[k].has_twin)
                case_fail(test, "a twin without text");
        }
        return;
    }
    if (strlen(result->text) != result->size_bytes)
        case_fail(test, "size_bytes is wrong");
    if (parse(test, "input", test->text, test->size, &input) &&
        parse(test, "output", result->text, result->size_bytes, &output)) {
        check_untouched(test, &input, &output);
        check_twins(test, &input, &output);
        check_again(test, result);
        check_fragments(test, result->text);
    }
    ptx_module_finish(&input);
    ptx_module_finish(&output);
}
