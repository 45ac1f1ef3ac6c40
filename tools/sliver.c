/* SPDX-License-Identifier: MIT
 *
 * sliver.c - the command: looks its first argument up in the table of commands and calls it.
 */
#include <stdio.h>
#include <string.h>

#include "tools/commands.h"

const struct command commands[] = {
    {"run", command_run, "[OPTIONS] [--] PROGRAM [ARGS]", "start a program under SliVER",
     "Sets the variables that the options name and LD_PRELOAD, then becomes PROGRAM.\n"
     "Exit status: the program's; 125 if SliVER itself fails, 126 if PROGRAM cannot be\n"
     "executed, 127 if it is not found.\n"},
    {"inspect", command_inspect, "[--json] [--cc NN] FILE...",
     "list the images and kernels of files, and which can be sliced",
     "A FILE is a program, library, object, archive, fatbin, cubin or PTX.\n"
     "  --json   as JSON\n"
     "  --cc NN  for a device of compute capability NN (90 or 9.0); else for the newest that\n"
     "           each image has code for\n"
     "Exit status: 0; 1 if a file cannot be read or understood.\n"},
    {"rewrite", command_rewrite, "IN.ptx [-o OUT.ptx]",
     "add the twins to the kernels of a PTX file",
     "Prints `NAME sliceable` or `NAME whole: REASON` for each kernel. Without -o that is all.\n"
     "Exit status: 0; 1 if IN.ptx is not PTX or a file cannot be read or written.\n"},
    {"bench", command_bench, "[OPTIONS] [NAME...]", "measure what slicing costs and what it buys",
     "Builds the programs of benchmarks/ with nvcc, runs the experiments named, or all, natively "
     "and\n"
     "under SliVER in turn, and prints tables and goals. Needs python3; for plots, gnuplot.\n"
     "  --list             the experiments\n"
     "  --quick            less of everything, one round\n"
     "  --pairs N          rounds of each experiment\n"
     "  --only PATTERNS    variants, by comma, besides those they are compared with\n"
     "  --budget SECONDS   begin no run that would end later; building counts\n"
     "  --softgpu[=WORDS]  on the software device in virtual time, in tiny sizes\n"
     "  --results FOLDER   keep a complete record there, and go on with what is there\n"
     "  --merge FOLDER     take over the record in FOLDER; runs nothing; with --results\n"
     "  --draw FOLDER      tables and plots of the record there; runs nothing\n"
     "  --json FILE, --csv FILE, --plots FOLDER\n"
     "                     write runs and results, all numbers, plots as SVG and PNG\n"
     "  --timeout SECONDS  of one run (120)\n"
     "  --programs FOLDER  where the programs are built to (build-benchmarks)\n"
     "Exit status: 0; 1 if a run failed or a goal is missed; 2 wrong usage; 77 no GPU.\n"},
    {"help", command_help, "[COMMAND | env [--man | --markdown]]",
     "explain a command, or the environment variables", ""},
    {"version", command_version, "", "print the version", ""},
};
const size_t n_commands = sizeof(commands) / sizeof(commands[0]);

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

int command_usage(const char *name)
{
    const struct command *command = command_find(name);

    fprintf(stderr, "usage: sliver %s %s\n", name, command->arguments);
    fprintf(stderr, "`sliver help %s` says more.\n", name);
    return 2;
}

int command_version(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("version");
    puts("sliver " SLIVER_VERSION);
    return 0;
}

int main(int argc, char **argv)
{
    const struct command *command;

    if (argc < 2) {
        command_help(1, argv);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return command_help(1, argv);
    if (strcmp(argv[1], "--version") == 0)
        return command_version(1, argv);
    command = command_find(argv[1]);
    if (!command) {
        fprintf(stderr, "sliver: no command '%s'; `sliver help` lists them\n", argv[1]);
        return 2;
    }
    if (argc > 2 && strcmp(argv[2], "--help") == 0)
        return command_help(2, argv);
    return command->run(argc - 1, argv + 1);
}
