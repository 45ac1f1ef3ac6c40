/* SPDX-License-Identifier: MIT
 *
 * bench.h - what the measurement programs share, C and CUDA C++: checks, the clock, arguments,
 * percentiles. Every program prints one JSON line per result.
 */
#ifndef BENCHMARKS_BENCH_H
#define BENCHMARKS_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Runtime or driver call that must succeed; both return 0 then. */
#define CHECK(call) check_zero((int)(call), #call, __FILE__, __LINE__)

static inline void check_zero(int error, const char *call, const char *file, int line)
{
    if (error == 0)
        return;
    fprintf(stderr, "%s:%d: %s: error %d\n", file, line, call, error);
    exit(2);
}

static inline uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void sleep_until(uint64_t when_ns)
{
    struct timespec t;

    t.tv_sec = (time_t)(when_ns / 1000000000u);
    t.tv_nsec = (long)(when_ns % 1000000000u);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
        continue;
}

/* The number behind --NAME, or fallback. */
static inline double argument(int argc, char **argv, const char *name, double fallback)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0)
            return atof(argv[i + 1]);
    return fallback;
}

static inline int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts values; the smallest one that a part p of them does not exceed. */
static inline double percentile(double *values, size_t n, double p)
{
    size_t rank;

    qsort(values, n, sizeof(*values), compare_doubles);
    rank = (size_t)(p * (double)n);
    return values[rank < n ? rank : n - 1];
}

#endif
