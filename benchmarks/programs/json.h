/* SPDX-License-Identifier: MIT
 *
 * json.h - results as JSON objects, one a line on standard output. Keys end in a unit, or are plain
 * counts and ratios. A line is made by one thread at a time.
 */
#ifndef BENCHMARKS_JSON_H
#define BENCHMARKS_JSON_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

static inline void json_begin(const char *program)
{
    printf("{\"program\": \"%s\"", program);
}

static inline void json_text(const char *key, const char *text)
{
    printf(", \"%s\": \"%s\"", key, text);
}

static inline void json_count(const char *key, long long count)
{
    printf(", \"%s\": %lld", key, count);
}

static inline void json_number(const char *key, double number)
{
    printf(", \"%s\": %.7g", key, number);
}

static inline void json_numbers(const char *key, const double *numbers, size_t n)
{
    printf(", \"%s\": [", key);
    for (size_t i = 0; i < n; i++)
        printf("%s%.7g", i ? ", " : "", numbers[i]);
    printf("]");
}

/* As text: a reader's numbers may not hold 64 bits. */
static inline void json_checksum(uint64_t sum)
{
    printf(", \"checksum\": \"%016llx\"", (unsigned long long)sum);
}

static inline void json_end(void)
{
    printf("}\n");
    fflush(stdout);
}

#endif
