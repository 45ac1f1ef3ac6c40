/* SPDX-License-Identifier: MIT
 *
 * commands.h - what `sliver` can be told to do: one row of a table and one file each.
 */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

#include <stddef.h>

struct command {
    const char *name;
    /* argv[0] is the command's name; returns the exit status. */
    int (*run)(int argc, char **argv);
    const char *arguments; /* as in a usage line, "" if none */
    const char *summary;   /* one line, lower case, no full stop */
    const char *help;      /* the rest of `sliver help NAME`: lines that end in newline */
};

extern const struct command commands[];
extern const size_t n_commands;

const struct command *command_find(const char *name); /* or NULL */

/* The usage line on stderr, after a message about what was wrong. Returns 2, the status for that.
 */
int command_usage(const char *name);

int command_run(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_rewrite(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_help(int argc, char **argv);
int command_version(int argc, char **argv);

#endif
