/* SPDX-License-Identifier: MIT
 *
 * bench.h - what all measurement programs share, C and CUDA C++: exit codes, checks, the clock,
 * order statistics. What they print is in json.h, their command lines in arguments.h.
 */
#ifndef BENCHMARKS_BENCH_H
#define BENCHMARKS_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_WRONG = 1, EXIT_USAGE = 2, EXIT_NO_DEVICE = 77 };

/* Runtime or driver call that must succeed; both return 0 then. */
#define CHECK(call) check_zero((int)(call), #call, __FILE__, __LINE__)

static inline void check_zero(int error, const char *call, const char *file, int line)
{
    if (error == 0)
        return;
    fprintf(stderr, "%s:%d: %s: error %d\n", file, line, call, error);
    exit(EXIT_WRONG);
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

static inline int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts values; the smallest one that a part p of them does not exceed. n is at least 1. */
static inline double percentile(double *values, size_t n, double p)
{
    size_t rank;

    qsort(values, n, sizeof(*values), compare_doubles);
    rank = (size_t)(p * (double)n);
    return values[rank < n ? rank : n - 1];
}

/* Sorts values; the middle one, or the mean of the middle two. */
static inline double median(double *values, size_t n)
{
    qsort(values, n, sizeof(*values), compare_doubles);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

#endif
