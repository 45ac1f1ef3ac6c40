/* SPDX-License-Identifier: MIT
 *
 * check.h - what the preload tests share: one file per door with a function check(), built twice,
 * into a program (main.c) and into a preloaded library whose constructor runs first (early.c).
 *
 * The environment variable DOORS says what the program should find: "ours", our functions in place
 * of the driver's; "real", the driver's own.
 */
#ifndef TESTS_PRELOAD_CHECK_H
#define TESTS_PRELOAD_CHECK_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dummy_driver.h"

#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);                        \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            _Exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* The functions of dummy_driver.h, for programs that are not linked with it. */
struct dummy {
    void *library;
    __typeof__(dummy_row) *row;
    __typeof__(dummy_real) *real;
    __typeof__(dummy_proc) *proc;
    __typeof__(dummy_lookup) *lookup;
    __typeof__(dummy_calls) *calls;
    __typeof__(dummy_total) *total;
    __typeof__(dummy_argument) *argument;
};

/* Every driver function in this form; what it takes is its own affair. */
typedef int any_call(long, long, long, long, long, long, long, long, long, long, long);

void check(void);

static inline bool expect_ours(void)
{
    const char *doors = getenv("DOORS");
    CHECK(doors && (!strcmp(doors, "ours") || !strcmp(doors, "real")), "set DOORS");
    return !strcmp(doors, "ours");
}

/* Whether an address lies in the library of that name. */
static inline bool is_in(const void *address, const char *library)
{
    Dl_info info;
    return dladdr(address, &info) && strstr(info.dli_fname, library);
}

static inline struct dummy open_dummy(int flags)
{
    const char *name = getenv("DUMMY_LIBRARY");
    struct dummy dummy = {.library = dlopen(name ? name : "libcuda.so.1", RTLD_NOW | flags)};
    CHECK(dummy.library, "%s", dlerror());
    dummy.row = (__typeof__(dummy.row))dlsym(dummy.library, "dummy_row");
    dummy.real = (__typeof__(dummy.real))dlsym(dummy.library, "dummy_real");
    dummy.proc = (__typeof__(dummy.proc))dlsym(dummy.library, "dummy_proc");
    dummy.lookup = (__typeof__(dummy.lookup))dlsym(dummy.library, "dummy_lookup");
    dummy.calls = (__typeof__(dummy.calls))dlsym(dummy.library, "dummy_calls");
    dummy.total = (__typeof__(dummy.total))dlsym(dummy.library, "dummy_total");
    dummy.argument = (__typeof__(dummy.argument))dlsym(dummy.library, "dummy_argument");
    CHECK(dummy.argument, "%s", dlerror());
    return dummy;
}

/* That `found` is what a program should get for row `index` where the driver would have given out
 * `real`, by a door that is named in `door`. */
static inline void check_given(const struct dummy *dummy, int index, void *found, void *real,
                               const char *door)
{
    const struct row *row = dummy->row(index);
    if (row->replaced && expect_ours())
        CHECK(is_in(found, "libsliver_hook"), "%s: %s is not intercepted", door, row->symbol);
    else
        CHECK(found == real, "%s: %s is not the driver's own", door, row->symbol);
}

static inline void check_found(const struct dummy *dummy, int index, void *found, const char *door)
{
    check_given(dummy, index, found, dummy->real(index), door);
}

/* By value: a null argument is not one on every processor. */
static inline bool takes_struct(const struct row *row)
{
    return !strcmp(row->symbol, "cuEGLStreamProducerPresentFrame");
}

/* That a call of `found` reaches row `index` of the driver, and no other, with its arguments. */
static inline void check_calls(const struct dummy *dummy, int index, void *found)
{
    const struct row *row = dummy->row(index);
    if (!row->callable || takes_struct(row))
        return;
    unsigned calls = dummy->calls(index), total = dummy->total();
    ((any_call *)found)(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    CHECK(dummy->calls(index) == calls + 1, "%s is not what it calls", row->symbol);
    CHECK(dummy->total() == total + 1, "%s calls more than itself", row->symbol);
}

/* That a call without a row is followed all the same, and gets its arguments. */
static inline void check_future(void *found, const char *door)
{
    CHECK(found, "%s", door);
    CHECK(is_in(found, expect_ours() ? "libsliver_hook" : "libcuda"), "%s", door);
    double sum = ((future_call *)found)(1, 10, 100, 1000, 10000, 100000, 0.5, 0.25, 5, 6);
    CHECK(sum == 1 + 20 + 300 + 4000 + 50000 + 600000 + 0.25 + 0.0625 + 35 + 48, "%s: %f", door,
          sum);
}

static inline int find_row(const struct dummy *dummy, const char *symbol)
{
    int index = 0;
    while (strcmp(dummy->row(index)->symbol, symbol))
        index++;
    return index;
}

#endif
