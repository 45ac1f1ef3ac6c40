/* SPDX-License-Identifier: MIT
 *
 * arguments.h - command lines of the form "--name value", from one table per program: parsing,
 * --help with the defaults, and usage errors (exit status 2).
 */
#ifndef BENCHMARKS_ARGUMENTS_H
#define BENCHMARKS_ARGUMENTS_H

#include "bench.h"

enum argument_type { ARGUMENT_INT, ARGUMENT_DOUBLE, ARGUMENT_TEXT };

struct argument {
    const char *name, *accepted, *help;
    enum argument_type type;
    void *value;            /* int, double or const char *; holds the default before */
    double least, greatest; /* of a number */
};

static inline void arguments_help(const char *program, const char *summary,
                                  const struct argument *table, size_t n)
{
    printf("usage: %s [--NAME VALUE]...\n%s\n\n", program, summary);
    for (size_t i = 0; i < n; i++) {
        const struct argument *a = &table[i];
        const int width = printf("  --%s %s", a->name, a->accepted);
        printf("%*s%s (", width < 40 ? 40 - width : 1, "", a->help);
        if (a->type == ARGUMENT_INT)
            printf("%d)\n", *(const int *)a->value);
        else if (a->type == ARGUMENT_DOUBLE)
            printf("%g)\n", *(const double *)a->value);
        else
            printf("%s)\n", *(const char *const *)a->value);
    }
}

/* For values that the program itself looks into. */
static inline void arguments_reject(const char *name, const char *text, const char *accepted)
{
    fprintf(stderr, "--%s %s: expected %s\n", name, text, accepted);
    exit(EXIT_USAGE);
}

static inline void argument_set(const struct argument *a, const char *text)
{
    char *end;
    double number;

    if (a->type == ARGUMENT_TEXT) {
        *(const char **)a->value = text;
        return;
    }
    number = strtod(text, &end);
    if (end == text || *end != 0 || !(number >= a->least && number <= a->greatest) ||
        (a->type == ARGUMENT_INT && number != (double)(int)number)) {
        fprintf(stderr, "--%s %s: expected %s from %.10g to %.10g\n", a->name, text, a->accepted,
                a->least, a->greatest);
        exit(EXIT_USAGE);
    }
    if (a->type == ARGUMENT_INT)
        *(int *)a->value = (int)number;
    else
        *(double *)a->value = number;
}

/* Fills the values of the table from argv[1..]; exits after --help and on whatever it can't take.
 */
static inline void arguments_parse(int argc, char **argv, const char *summary,
                                   const struct argument *table, size_t n)
{
    for (int i = 1; i < argc; i += 2) {
        size_t k = 0;
        if (strcmp(argv[i], "--help") == 0) {
            arguments_help(argv[0], summary, table, n);
            exit(0);
        }
        while (k < n && (strncmp(argv[i], "--", 2) != 0 || strcmp(argv[i] + 2, table[k].name) != 0))
            k++;
        if (k == n || i + 1 == argc) {
            fprintf(stderr, "%s: %s; --help lists the options\n", argv[i],
                    k == n ? "unknown" : "needs a value");
            exit(EXIT_USAGE);
        }
        argument_set(&table[k], argv[i + 1]);
    }
}

#define ARGUMENTS_PARSE(argc, argv, summary, table)                                                \
    arguments_parse(argc, argv, summary, table, sizeof(table) / sizeof(*(table)))

/* The place of a word among those separated by '|' in accepted; exits if it isn't there. */
static inline int arguments_choice(const char *name, const char *word, const char *accepted)
{
    const size_t length = strlen(word);
    const char *at = accepted;

    for (int i = 0; length > 0; i++) {
        const size_t n = strcspn(at, "|");
        if (n == length && memcmp(at, word, n) == 0)
            return i;
        if (at[n] == 0)
            break;
        at += n + 1;
    }
    arguments_reject(name, word, accepted);
    return -1;
}

#endif
