/* SPDX-License-Identifier: MIT
 *
 * input.h - a file named on the command line, read whole.
 */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include <stddef.h>

/* Any readable file, pipes too. free(*ret_bytes). Returns 0 or -errno. */
int input_read(const char *path, char **ret_bytes, size_t *ret_size_bytes);

#endif
