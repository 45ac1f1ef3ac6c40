/* SPDX-License-Identifier: MIT
 *
 * dummy_driver.c - a libcuda.so.1 that does nothing, but counts.
 *
 * Made from the table of the shim itself, so it has every symbol, of any version of the headers.
 */
#include "dummy_driver.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define CUDA_VERSION       99999 /* every row, whatever the headers of this build */
#define FLAVOUR_LEGACY     0
#define FLAVOUR_PER_THREAD 1
#define EXPORT             __attribute__((visibility("default")))

enum {
#define DRIVER_PASS(symbol, ...)  INDEX_##symbol,
#define DRIVER_USED(symbol, ...)  INDEX_##symbol,
#define DRIVER_ORDER(symbol, ...) INDEX_##symbol,
#define DRIVER_SYNC(symbol, ...)  INDEX_##symbol,
#define DRIVER_HOOK(symbol, ...)  INDEX_##symbol,
#define DRIVER_WARN(symbol, ...)  INDEX_##symbol,
#include "shim/driver_table.inc"
    ROW_COUNT
};

static const struct row rows[] = {
#define ROW(symbol, base, since, flavour, replaced, callable)                                      \
    {#symbol, #base, since, flavour, replaced, callable},
#define DRIVER_PASS(symbol, base, since, flavour)       ROW(symbol, base, since, flavour, 0, 1)
#define DRIVER_USED(symbol, base, since, flavour, ...)  ROW(symbol, base, since, flavour, 0, 1)
#define DRIVER_ORDER(symbol, base, since, flavour, ...) ROW(symbol, base, since, flavour, 1, 1)
#define DRIVER_SYNC(symbol, base, since, flavour, ...)  ROW(symbol, base, since, flavour, 1, 1)
#define DRIVER_HOOK(symbol, base, since, flavour, ...)  ROW(symbol, base, since, flavour, 1, 0)
#define DRIVER_WARN(symbol, base, since, flavour, ...)  ROW(symbol, base, since, flavour, 1, 1)
#include "shim/driver_table.inc"
};

static atomic_uint calls[ROW_COUNT], total;
static long arguments[ROW_COUNT][6];

EXPORT future_call cuFromTheFuture; /* at the end */
EXPORT extern int cuDataOfTheFuture;

static int get_proc(const char *name, void **pfn, int version, unsigned long flags, int *status)
{
    if (!name || !pfn || version > DUMMY_VERSION || flags > 2)
        return DUMMY_INVALID_VALUE;
    int index = dummy_lookup(name, version, flags);
    *pfn = index < 0 ? NULL : dummy_proc(index);
    if (!strcmp(name, "cuFromTheFuture")) {
        *pfn = (void *)cuFromTheFuture;
        return 0;
    }
    if (status)
        *status = index < 0;
    /* Drivers differ: "not found" is an error, or success with a null pointer. */
    return index < 0 && !getenv("DUMMY_NOT_FOUND_IS_SUCCESS") ? DUMMY_NOT_FOUND : 0;
}

static int record(int index, long a, long b, long c, long d, long e, long f)
{
    const long given[] = {a, b, c, d, e, f};
    atomic_fetch_add(&calls[index], 1);
    atomic_fetch_add(&total, 1);
    for (int i = 0; i < 6; i++)
        __atomic_store_n(&arguments[index][i], given[i], __ATOMIC_RELAXED);
    if (index == INDEX_cuGetProcAddress)
        return get_proc((const char *)a, (void **)b, (int)c, (unsigned long)d, NULL);
    if (index == INDEX_cuGetProcAddress_v2)
        return get_proc((const char *)a, (void **)b, (int)c, (unsigned long)d, (int *)e);
    return 0;
}

#define FUNCTION(symbol)                                                                           \
    static int own_##symbol(long a, long b, long c, long d, long e, long f)                        \
    {                                                                                              \
        return record(INDEX_##symbol, a, b, c, d, e, f);                                           \
    }                                                                                              \
    EXPORT int symbol(long a, long b, long c, long d, long e, long f);                             \
    EXPORT int symbol(long a, long b, long c, long d, long e, long f)                              \
    {                                                                                              \
        return record(INDEX_##symbol, a, b, c, d, e, f);                                           \
    }
#define DRIVER_PASS(symbol, ...)  FUNCTION(symbol)
#define DRIVER_USED(symbol, ...)  FUNCTION(symbol)
#define DRIVER_ORDER(symbol, ...) FUNCTION(symbol)
#define DRIVER_SYNC(symbol, ...)  FUNCTION(symbol)
#define DRIVER_HOOK(symbol, ...)  FUNCTION(symbol)
#define DRIVER_WARN(symbol, ...)  FUNCTION(symbol)
#include "shim/driver_table.inc"

static void *const reals[][2] = {
#define ADDRESSES(symbol)         {(void *)symbol, (void *)own_##symbol},
#define DRIVER_PASS(symbol, ...)  ADDRESSES(symbol)
#define DRIVER_USED(symbol, ...)  ADDRESSES(symbol)
#define DRIVER_ORDER(symbol, ...) ADDRESSES(symbol)
#define DRIVER_SYNC(symbol, ...)  ADDRESSES(symbol)
#define DRIVER_HOOK(symbol, ...)  ADDRESSES(symbol)
#define DRIVER_WARN(symbol, ...)  ADDRESSES(symbol)
#include "shim/driver_table.inc"
};

/* What the next driver may have: a call that the table has never heard of, and data. */
EXPORT double cuFromTheFuture(long a, long b, long c, long d, long e, long f, double x, double y,
                              long g, long h)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 0.5 * x + 0.25 * y + 7 * g + 8 * h;
}
EXPORT int cuDataOfTheFuture = 4711;

EXPORT const struct row *dummy_row(int index)
{
    return index < ROW_COUNT ? &rows[index] : NULL;
}

EXPORT void *dummy_real(int index)
{
    return reals[index][0];
}

EXPORT void *dummy_proc(int index)
{
    const char *way = getenv("DUMMY_PROC");
    while (way && !strcmp(way, "first") && index > 0 &&
           !strcmp(rows[index - 1].base, rows[index].base))
        index--;
    return reals[index][way && !strcmp(way, "own")];
}

EXPORT unsigned dummy_calls(int index)
{
    return atomic_load(&calls[index]);
}

EXPORT unsigned dummy_total(void)
{
    return atomic_load(&total);
}

EXPORT long dummy_argument(int index, int number)
{
    return __atomic_load_n(&arguments[index][number], __ATOMIC_RELAXED);
}

/* The newest of one flavour that is not newer than asked. */
static int newest(const char *name, int version, int per_thread)
{
    int best = -1;
    for (int i = 0; i < ROW_COUNT; i++)
        if (!strcmp(rows[i].base, name) && rows[i].per_thread == per_thread &&
            rows[i].since <= version && (best < 0 || rows[i].since > rows[best].since))
            best = i;
    return best;
}

EXPORT int dummy_lookup(const char *name, int version, unsigned long flags)
{
    int index = flags == 2 ? newest(name, version, 1) : -1;
    return index < 0 ? newest(name, version, 0) : index;
}
