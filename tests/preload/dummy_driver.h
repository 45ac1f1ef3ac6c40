/* SPDX-License-Identifier: MIT
 *
 * dummy_driver.h - what the dummy libcuda.so.1 tells the tests about itself.
 *
 * It exports every symbol of the table; each counts its calls and returns 0. Its look-up functions
 * answer as the real ones do, from the same table, by a rule of their own.
 */
#ifndef TESTS_PRELOAD_DUMMY_DRIVER_H
#define TESTS_PRELOAD_DUMMY_DRIVER_H

/* One symbol of the table, as the tests see it. */
struct row {
    const char *symbol;
    const char *base;
    int since;
    int per_thread;
    int replaced; /* the program is to get a function of ours */
    int callable; /* ... which calls the driver's once, and does no more with null arguments */
};

enum { DUMMY_VERSION = 13000, DUMMY_NOT_FOUND = 500, DUMMY_INVALID_VALUE = 1 };

/* cuFromTheFuture, which no table has: arguments in all the places where they can be. */
typedef double future_call(long, long, long, long, long, long, double, double, long, long);

/* Rows in the order of the table; NULL behind the last. */
const struct row *dummy_row(int index);

/* The driver's own function of that row, by no look-up that could be intercepted. */
void *dummy_real(int index);

/* What cuGetProcAddress gives out for that row, by the environment variable DUMMY_PROC:
 *   unset   the exported function, as drivers do
 *   "own"   another address that does the same
 *   "first" the exported function of the first version of the call, whatever was asked for */
void *dummy_proc(int index);

/* The row that a look-up by cuGetProcAddress means, or -1. */
int dummy_lookup(const char *name, int version, unsigned long flags);

/* Calls of one row so far, and of all of them. */
unsigned dummy_calls(int index);
unsigned dummy_total(void);

/* Calls come with up to six integer arguments; this is what the last one of that row came with. */
long dummy_argument(int index, int number);

#endif
