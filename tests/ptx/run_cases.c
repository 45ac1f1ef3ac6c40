/* SPDX-License-Identifier: MIT
 *
 * run_cases.c - runs the PTX cases of a folder: run_cases [--ptxas PROGRAM] FOLDER|FILE...
 *
 * Exit 0 when all are as expected. With a file it prints the report in the words of "// expect:".
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/case.h"

struct lines {
    char *text;
    size_t size;
    FILE *file;
};

static void add_line(void *arg, const char *value)
{
    struct lines *lines = arg;

    fprintf(lines->file, "%s\n", value);
}

static void lines_begin(struct lines *lines)
{
    lines->file = open_memstream(&lines->text, &lines->size);
    if (!lines->file)
        abort();
}

/* The report in the words of the case. */
static void describe(const struct ptx_result *result, FILE *file)
{
    for (size_t k = 0; k < result->n_kernels; k++) {
        const struct ptx_kernel *kernel = &result->kernels[k];
        if (kernel->has_twin)
            fprintf(file, "%s sliceable\n", kernel->name);
        else
            fprintf(file, "%s whole: %s @%u:%u\n", kernel->name, kernel->reason, kernel->line,
                    kernel->column);
    }
}

/* Compares all lines of one key with what there is. */
static void compare_lines(struct ptx_case *test, const char *key, struct lines *got)
{
    struct lines expected;

    fclose(got->file);
    lines_begin(&expected);
    case_each(test, key, add_line, &expected);
    fclose(expected.file);
    if (strcmp(expected.text, got->text) != 0)
        case_fail(test, "%s:\n%sinstead of:\n%s", key, got->text, expected.text);
    free(expected.text);
    free(got->text);
}

static void check_report(struct ptx_case *test, const struct ptx_result *result)
{
    struct lines got;

    lines_begin(&got);
    describe(result, got.file);
    compare_lines(test, "expect", &got);
}

struct one_kernel {
    struct ptx_case *test;
    const struct ptx_result *result;
};

/* The kernel that the value begins with; ret_rest is what follows. */
static const struct ptx_kernel *find_kernel(struct one_kernel *one, const char *value,
                                            const char **ret_rest)
{
    for (size_t k = 0; k < one->result->n_kernels; k++) {
        size_t length = strlen(one->result->kernels[k].name);
        if (strncmp(value, one->result->kernels[k].name, length) == 0 &&
            (value[length] == ' ' || !value[length])) {
            *ret_rest = value + length;
            return &one->result->kernels[k];
        }
    }
    case_fail(one->test, "no such kernel: %s", value);
    return NULL;
}

static void check_layout(void *arg, const char *value)
{
    struct one_kernel *one = arg;
    const char *rest;
    const struct ptx_kernel *kernel = find_kernel(one, value, &rest);
    char got[4000] = "";
    size_t used = 0;

    if (!kernel)
        return;
    for (size_t i = 0; i < kernel->n_params && used < sizeof(got) - 40; i++)
        used += snprintf(got + used, sizeof(got) - used, " %u+%u", kernel->params[i].offset_bytes,
                         kernel->params[i].size_bytes);
    snprintf(got + used, sizeof(got) - used, " tail %u", kernel->twin_tail_bytes);
    if (strcmp(got, rest) != 0)
        case_fail(one->test, "layout of %s:%s", kernel->name, got);
}

static void check_cluster(void *arg, const char *value)
{
    struct one_kernel *one = arg;
    const char *rest;
    const struct ptx_kernel *kernel = find_kernel(one, value, &rest);
    char got[60];

    if (!kernel)
        return;
    snprintf(got, sizeof(got), " %u %u %u", kernel->cluster[0], kernel->cluster[1],
             kernel->cluster[2]);
    if (strcmp(got, rest) != 0)
        case_fail(one->test, "cluster of %s:%s", kernel->name, got);
}

static void check_error(struct ptx_case *test, const struct ptx_error *error)
{
    struct lines got;

    lines_begin(&got);
    fprintf(got.file, "%s @%u:%u\n", error->message, error->line, error->column);
    compare_lines(test, "error", &got);
}

struct exclusion {
    const char *name;
    bool found;
};

static void match_excluded(void *arg, const char *value)
{
    struct exclusion *exclusion = arg;

    exclusion->found |= strcmp(value, exclusion->name) == 0;
}

static bool wants(void *arg, const char *name)
{
    struct exclusion exclusion = {name, false};

    case_each(arg, "excluded", match_excluded, &exclusion);
    return !exclusion.found;
}

static void run_case(struct ptx_case *test, const char *ptxas, bool is_verbose)
{
    char ignored[10];
    struct ptx_options options = {
        .wants = wants, .arg = test, .is_linked = case_value(test, "linked", ignored, 10)};
    bool is_error = case_value(test, "error", ignored, 10);
    struct ptx_result result;
    struct ptx_error error = {0};
    struct one_kernel one = {test, &result};
    int r = ptx_rewrite(test->text, test->size, &options, &result, &error);

    if (r < 0) {
        check_error(test, &error);
        return;
    }
    if (is_error)
        case_fail(test, "no error");
    if (is_verbose)
        describe(&result, stdout);
    check_report(test, &result);
    case_each(test, "layout", check_layout, &one);
    case_each(test, "cluster", check_cluster, &one);
    check_text(test, &result);
    if (ptxas)
        check_ptxas(test, &result, ptxas);
    ptx_result_finish(&result);
}

/* Returns whether it failed. */
static bool run_file(const char *path, const char *ptxas, bool is_verbose)
{
    struct ptx_case test;
    bool failed;
    int r = case_read(path, &test);

    if (r < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(-r));
        return true;
    }
    run_case(&test, ptxas, is_verbose);
    failed = test.failed;
    case_finish(&test);
    return failed;
}

static int is_case(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 4 && strcmp(entry->d_name + length - 4, ".ptx") == 0;
}

/* Returns how many failed. */
static unsigned run_folder(const char *folder, const char *ptxas, unsigned *n_cases)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, is_case, alphasort);
    unsigned n_failed = 0;

    for (int i = 0; i < n; i++) {
        char path[1000];
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        n_failed += run_file(path, ptxas, false);
        free(entries[i]);
        ++*n_cases;
    }
    if (n >= 0)
        free(entries);
    return n_failed;
}

int main(int argc, char **argv)
{
    const char *ptxas = NULL;
    unsigned n_cases = 0, n_failed = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--ptxas") == 0 && i + 1 < argc) {
            ptxas = argv[++i];
        } else if (strstr(argv[i], ".ptx")) {
            n_failed += run_file(argv[i], ptxas, true);
            n_cases++;
        } else {
            n_failed += run_folder(argv[i], ptxas, &n_cases);
        }
    }
    printf("%u cases, %u failed%s\n", n_cases, n_failed, ptxas ? "" : " (without ptxas)");
    return n_cases == 0 || n_failed > 0;
}
