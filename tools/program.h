/* SPDX-License-Identifier: MIT
 *
 * program.h - finds the program to start, and tells beforehand if a preload cannot reach it.
 */
#ifndef TOOLS_PROGRAM_H
#define TOOLS_PROGRAM_H

/* As the shell finds it: by PATH unless there is a slash in the name. Returns 0 and a path with a
 * slash to be freed, -ENOENT, -EACCES (there, but not an executable file) or -ENOMEM. */
int program_find(const char *name, char **ret_path);

/* Why LD_PRELOAD will have no effect on the file, a static text that goes on after "it is "; NULL
 * if it will, as far as can be seen (a script is judged by nobody here). */
const char *program_preload_obstacle(const char *path);

#endif
