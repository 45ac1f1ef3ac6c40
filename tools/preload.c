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
static int try_path(const char *folder, const char *name, char **ret_path)
{
    _cleanup_free_ char *joined = NULL;

    if (asprintf(&joined, "%s/%s", folder, name) < 0) {
        joined = NULL;
        return -ENOMEM;
    }
    *ret_path = realpath(joined, NULL);
    return *ret_path ? 0 : -ENOENT;
}

int preload_find(const char *in_tree, const char *in_prefix, char **ret_path)
{
    char folder[PATH_MAX];
    int error = own_folder(folder);

    if (error == 0) {
        error = try_path(folder, in_tree, ret_path);
        if (error == -ENOENT && strip_tail(folder, SLIVER_BINDIR) == 0)
            error = try_path(folder, in_prefix, ret_path);
    }
    if (error < 0 && error != -ENOMEM)
        error = try_path(SLIVER_PREFIX, in_prefix, ret_path);
    return error;
}

int preload_find_library(char **ret_path)
{
    return preload_find("../shim/libsliver_hook.so", SLIVER_LIBDIR "/libsliver_hook.so", ret_path);
}

int preload_find_softgpu(char **ret_folder)
{
    int error = preload_find("softgpu/libcuda.so.1", SLIVER_LIBDIR "/sliver/softgpu/libcuda.so.1",
                             ret_folder);

    if (error == 0)
        *strrchr(*ret_folder, '/') = '\0';
    return error;
}

int preload_prepend(const char *variable, const char *path)
{
    const char *present = getenv(variable);
    _cleanup_free_ char *value = NULL;

    if (strpbrk(path, " :"))
        return -EINVAL;
    if (!present || !*present)
        return setenv(variable, path, 1) < 0 ? -errno : 0;
    if (asprintf(&value, "%s:%s", path, present) < 0) {
        value = NULL;
        return -ENOMEM;
    }
    return setenv(variable, value, 1) < 0 ? -errno : 0;
}
