/* SPDX-License-Identifier: MIT
 *
 * preload.h - finds what belongs to SliVER, and puts it first in the dynamic loader's variables.
 */
#ifndef TOOLS_PRELOAD_H
#define TOOLS_PRELOAD_H

/* A file in a build tree (in_tree: from this executable's folder), else in the prefix this
 * executable lies in, else in the configured one (in_prefix: from there). Returns 0 and an absolute
 * path to be freed, -ENOENT or -ENOMEM. */
int preload_find(const char *in_tree, const char *in_prefix, char **ret_path);

/* The preloaded library, and the folder of the software device's driver, in the same way. */
int preload_find_library(char **ret_path);
int preload_find_softgpu(char **ret_folder);

/* Sets the variable to path, followed by ':' and what it was. Returns 0, -EINVAL if the path has a
 * blank or colon, which LD_PRELOAD cannot carry, or -ENOMEM. */
int preload_prepend(const char *variable, const char *path);

#endif
