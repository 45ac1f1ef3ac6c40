/* SPDX-License-Identifier: MIT
 *
 * options.h - the options of `sliver run`: one for each environment variable, from the same table.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include "common/env.h"

#define OPTION_NAME_BYTES 32

/* SLIVER_CACHE_SIZE -> cache-size. */
void option_name(const struct env_row *row, char ret_name[OPTION_NAME_BYTES]);

/* One line each, to stdout. */
void options_print(void);

/* Sets the variables that the options before the program's name say. Returns the index of that
 * name in argv (argc if there is none), or -EINVAL after a message on stderr. */
int options_apply(int argc, char **argv);

#endif
