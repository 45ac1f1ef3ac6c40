/* SPDX-License-Identifier: MIT
 *
 * jit_env.c - see jit_env.h.
 */
#include "shim/jit_env.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool flag(const char *name)
{
    const char *value = getenv(name);
    return value && strtol(value, NULL, 10) != 0;
}

/* A folder that is there and can be written to, or could be made. */
static bool can_be_written(char *path)
{
    while (access(path, F_OK) != 0 && errno == ENOENT) {
        char *last = strrchr(path, '/');
        if (!last)
            return false;
        last[last == path] = '\0';
    }
    return access(path, W_OK | X_OK) == 0;
}

static bool has_folder(void)
{
    const char *path = getenv("CUDA_CACHE_PATH"), *home = getenv("HOME");
    char folder[PATH_MAX];
    int n = 0;
    if (path && *path)
        n = snprintf(folder, sizeof(folder), "%s", path);
    else if (home && *home)
        n = snprintf(folder, sizeof(folder), "%s/.nv/ComputeCache", home);
    return n > 0 && n < (int)sizeof(folder) && can_be_written(folder);
}

static uint64_t cache_bytes(void)
{
    const char *most = getenv("CUDA_CACHE_MAXSIZE");
    char *end;
    if (flag("CUDA_CACHE_DISABLE") || !has_folder())
        return 0;
    if (!most || !*most)
        return UINT64_MAX;
    unsigned long long bytes = strtoull(most, &end, 10);
    return *end == '\0' ? bytes : UINT64_MAX;
}

void jit_env_load(struct jit_env *ret_env)
{
    ret_env->forced = flag("CUDA_FORCE_PTX_JIT") || flag("CUDA_FORCE_JIT");
    ret_env->off = flag("CUDA_DISABLE_PTX_JIT") || flag("CUDA_DISABLE_JIT");
    ret_env->cache_bytes = cache_bytes();
}
