/* SPDX-License-Identifier: MIT
 *
 * preload.c - the library's places are relative to the command, so that an installed tree may be
 * moved.
 */
#include "tools/preload.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"

#define LIBRARY "libsliver_hook.so"

/* The folder of this executable, without a slash at the end. */
static int own_folder(char ret_folder[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", ret_folder, PATH_MAX - 1);

    if (n < 0)
        return -errno;
    ret_folder[n] = '\0';
    *strrchr(ret_folder, '/') = '\0';
    return 0;
}

/* folder without the suffix "/tail", or -EINVAL if it ends in something else. */
static int strip_tail(char *folder, const char *tail)
{
    size_t length = strlen(folder), n = strlen(tail);

    if (length <= n || strcmp(folder + length - n, tail) != 0 || folder[length - n - 1] != '/')
        return -EINVAL;
    folder[length - n - 1] = '\0';
    return 0;
}

/* Sets *ret_path if the file is there. */
static int try_path(const char *folder, const char *middle, char **ret_path)
{
    _cleanup_free_ char *joined = NULL;

    if (asprintf(&joined, "%s%s/" LIBRARY, folder, middle) < 0) {
        joined = NULL;
        return -ENOMEM;
    }
    *ret_path = realpath(joined, NULL);
    return *ret_path ? 0 : -ENOENT;
}

int preload_find_library(char **ret_path)
{
    char folder[PATH_MAX];
    int error = own_folder(folder);

    if (error == 0) {
        error = try_path(folder, "/../shim", ret_path);
        if (error == -ENOENT && strip_tail(folder, SLIVER_BINDIR) == 0)
            error = try_path(folder, "/" SLIVER_LIBDIR, ret_path);
    }
    if (error < 0 && error != -ENOMEM)
        error = try_path(SLIVER_PREFIX, "/" SLIVER_LIBDIR, ret_path);
    return error;
}

int preload_value(const char *library, const char *present, char **ret_value)
{
    int n;

    if (strpbrk(library, " :"))
        return -EINVAL;
    n = present && *present ? asprintf(ret_value, "%s:%s", library, present)
                            : asprintf(ret_value, "%s", library);
    return n < 0 ? -ENOMEM : 0;
}
