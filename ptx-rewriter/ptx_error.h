/* SPDX-License-Identifier: MIT
 *
 * ptx_error.h - errors in the input as every pass over PTX reports them: struct ptx_error with the
 * place, filled once; the caller decides who sees it.
 */
#ifndef PTX_REWRITER_PTX_ERROR_H
#define PTX_REWRITER_PTX_ERROR_H

#include <stddef.h>
#include <stdio.h>

#include "ptx-rewriter/ptx.h"

/* Fills an error; line and column from 1, or 0 when it is about no place. Always returns -EINVAL.
 */
int ptx_error_at(struct ptx_error *error, unsigned line, unsigned column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* "name:line:column: message", the source line and a caret below the place, to the file. */
void ptx_error_print(FILE *file, const char *name, const char *text, size_t size_bytes,
                     const struct ptx_error *error);

#endif
