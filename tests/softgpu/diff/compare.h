/* SPDX-License-Identifier: MIT
 *
 * compare.h - files of results: written, compared, summed up. A file has for each form its name, a
 * newline, whether it was run (a byte 1 or 0), and if so DIFF_N results of 8 bytes.
 */
#ifndef SOFTGPU_DIFF_COMPARE_H
#define SOFTGPU_DIFF_COMPARE_H

#include <stdbool.h>
#include <stdio.h>

#include "tests/softgpu/diff/forms.h"

/* results NULL: refused. */
bool diff_write(FILE *out, const struct form *form, const uint64_t *results);

/* Print to stdout; return the program's exit status. */
int diff_compare(const char *path_a, const char *path_b);
int diff_sums(const char *path);
int diff_check_sums(const char *path, const char *sums);

#endif
