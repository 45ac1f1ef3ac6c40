/* SPDX-License-Identifier: MIT
 *
 * run.c - `sliver run`: sets variables and LD_PRELOAD, then becomes the program. Statuses are those
 * of env(1): 125 for our own failures, 126 and 127 for a program that cannot be started.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "tools/commands.h"
#include "tools/options.h"
#include "tools/preload.h"
#include "tools/program.h"

#define STATUS_OURS           125
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND      127

static int set_preload(void)
{
    _cleanup_free_ char *library = NULL;
    int error = preload_find_library(&library);

    if (error < 0) {
        fprintf(stderr,
                "sliver run: libsliver_hook.so is neither in ../shim nor in ../" SLIVER_LIBDIR
                " beside this command, nor in " SLIVER_PREFIX "/" SLIVER_LIBDIR "\n");
        return error;
    }
    error = preload_prepend("LD_PRELOAD", library);
    if (error < 0)
        fprintf(stderr, "sliver run: %s: a path with a blank or colon cannot be preloaded\n",
                library);
    return error;
}

/* Is there a driver for the program to find? */
static bool has_driver(void)
{
    void *driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);

    if (driver)
        dlclose(driver);
    return driver != NULL;
}

/* In virtual time the program's threads live by the device's clock, too. */
static int set_clock(const char *folder)
{
    const char *options = getenv("SLIVER_SOFTGPU");
    _cleanup_free_ char *library = NULL;

    if (!options || !strstr(options, "clock=virtual"))
        return 0;
    if (asprintf(&library, "%s/libsoftgpu_time.so", folder) < 0) {
        library = NULL;
        return -ENOMEM;
    }
    return preload_prepend("LD_PRELOAD", library);
}

/* With the variable set, or without a driver, the program gets the software device. */
static int set_device(void)
{
    bool wanted = getenv("SLIVER_SOFTGPU") != NULL;
    _cleanup_free_ char *driver = NULL;
    int error;

    if (!wanted && has_driver())
        return 0;
    error = preload_find_softgpu(&driver);
    if (error == -ENOENT && !wanted)
        return 0; /* a program that needs a driver will say so itself */
    if (error < 0) {
        fputs("sliver run: the software device is not installed\n", stderr);
        return error;
    }
    if (!wanted)
        fputs("sliver run: no CUDA driver here: using the software device\n", stderr);
    error = set_clock(driver);
    return error ? error : preload_prepend("LD_LIBRARY_PATH", driver);
}

static int cannot_start(const char *name, int error)
{
    fprintf(stderr, "sliver run: %s: %s\n", name, strerror(-error));
    return error == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

int command_run(int argc, char **argv)
{
    _cleanup_free_ char *path = NULL;
    const char *obstacle;
    int first, error;

    argv[0] = "sliver run"; /* as getopt names it in messages */
    first = options_apply(argc, argv);
    if (first < 0 || first >= argc) {
        if (first >= argc)
            fputs("sliver run: no program named\n", stderr);
        command_usage("run");
        return STATUS_OURS;
    }
    error = program_find(argv[first], &path);
    if (error < 0)
        return cannot_start(argv[first], error);
    obstacle = program_preload_obstacle(path);
    if (obstacle)
        fprintf(stderr, "sliver run: %s runs as without SliVER: it is %s\n", argv[first], obstacle);
    else if (set_preload() < 0 || set_device() < 0)
        return STATUS_OURS;
    execvp(path, argv + first); /* has a slash: no search, but scripts without #! still work */
    return cannot_start(argv[first], -errno);
}
