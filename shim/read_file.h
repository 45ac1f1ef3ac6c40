/* SPDX-License-Identifier: MIT
 *
 * read_file.h - a regular file as bytes with a NUL behind them.
 */
#ifndef SHIM_READ_FILE_H
#define SHIM_READ_FILE_H

#include <stddef.h>

/* free() it. NULL if it can't be read, is empty or no regular file, or there is no memory. */
void *read_file(const char *path, size_t *ret_size_bytes);

#endif
