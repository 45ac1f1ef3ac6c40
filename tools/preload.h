/* SPDX-License-Identifier: MIT
 *
 * preload.h - finds libsliver_hook.so and puts it first in LD_PRELOAD.
 */
#ifndef TOOLS_PRELOAD_H
#define TOOLS_PRELOAD_H

/* Beside this executable in a build tree, in the library folder of the prefix the executable lies
 * in, or where it was configured to be installed: whichever is there first. Returns 0 and an
 * absolute path to be freed, -ENOENT or -ENOMEM. */
int preload_find_library(char **ret_path);

/* What LD_PRELOAD must be: the library before what is there (present may be NULL). Returns 0 and a
 * text to be freed, -EINVAL if the path has a blank or colon, which LD_PRELOAD cannot carry, or
 * -ENOMEM. */
int preload_value(const char *library, const char *present, char **ret_value);

#endif
