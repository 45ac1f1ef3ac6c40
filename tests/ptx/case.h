/* SPDX-License-Identifier: MIT
 *
 * case.h - one PTX case: a file with the input and, as comments in it, what must come out:
 *
 *     // expect: NAME sliceable            one line per kernel, in file order
 *     // expect: NAME whole: REASON @LINE:COLUMN
 *     // error: MESSAGE @LINE:COLUMN       instead, when it isn't PTX we understand
 *     // layout: NAME OFFSET+SIZE ... tail OFFSET   the original's parameters, the twin's tail
 *     // cluster: NAME X Y Z
 *     // contains: TEXT                    somewhere in the output (blanks count as one)
 *     // lacks: TEXT                       nowhere in the output
 *     // hides: %ctaid                     the file declares that name, so the general check that
 *                                          each read is shifted does not look at it
 *     // excluded: NAME                    the user doesn't want that kernel sliced
 *     // linked:                           the text will be linked with other code
 *     // ptxas: sm_90 [options]            how to assemble; by default the file's .target
 *     // ptxas: none (WHY)                 ptxas 13.0 doesn't take even the input
 */
#ifndef TESTS_PTX_CASE_H
#define TESTS_PTX_CASE_H

#include <stdbool.h>
#include <stddef.h>

#include "ptx-rewriter/ptx.h"

struct ptx_case {
    const char *path;
    char *text;
    size_t size;
    bool failed;
};

/* 0 or -errno. */
int case_read(const char *path, struct ptx_case *ret_case);
void case_finish(struct ptx_case *test);

/* Calls back with the value of each "// KEY: VALUE" line, blanks around it cut off. Returns how
 * many. */
unsigned case_each(struct ptx_case *test, const char *key,
                   void (*each)(void *arg, const char *value), void *arg);

/* The first one's value in the buffer; false if there is none. */
bool case_value(struct ptx_case *test, const char *key, char *ret_value, size_t size);

/* Prints "PATH: ..." and marks the case as failed. */
void case_fail(struct ptx_case *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Everything that can be seen in the text of the output (check_text.c). */
void check_text(struct ptx_case *test, const struct ptx_result *result);

/* Assembles the output, or the input if there is none, and compares the parameters in the machine
 * code with those reported (check_ptxas.c). */
void check_ptxas(struct ptx_case *test, const struct ptx_result *result, const char *ptxas);

#endif
