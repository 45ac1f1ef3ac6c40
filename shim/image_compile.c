/* SPDX-License-Identifier: MIT
 *
 * image_compile.c - see image_compile.h.
 */
#include "shim/image_compile.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "shim/jit_options.h"
#include "shim/state.h"

/* Part of every key: raise it when the same parts would now be compiled otherwise. */
#define COMPILER_VERSION "machine code 1"

/* Machine code is seldom larger than its PTX, and other programs' is in the cache, too. */
#define SHARE_OF_CACHE 4

bool image_compile_is_kept(size_t text_bytes)
{
    return text_bytes < shim_settings.jit.cache_bytes / SHARE_OF_CACHE;
}

static bool mix_driver(struct cache_key *key)
{
    Dl_info info;
    struct stat st;
    char path[PATH_MAX];
    if (!dladdr((void *)driver.cuLinkComplete, &info) || !realpath(info.dli_fname, path) ||
        stat(path, &st) != 0)
        return false;
    cache_key_mix(key, path, strlen(path)); /* libcuda.so.580.95.05 */
    cache_key_mix(key, &st.st_size, sizeof(st.st_size));
    cache_key_mix(key, &st.st_mtim, sizeof(st.st_mtim));
    return true;
}

static void mix_part(struct cache_key *key, const struct image_part *part)
{
    const struct image_build_options *build = &part->build;
    const int options[] = {build->max_registers, build->opt_level, build->debug, build->line_info,
                           build->cache_mode};
    cache_key_mix(key, options, sizeof(options));
    cache_key_mix(key, part->text, part->size_bytes);
}

static bool make_key(const struct image_part *parts, size_t n_parts, struct cache_key *ret_key)
{
    unsigned cc = shim_common_cc();
    *ret_key = (struct cache_key){0};
    if (!shim_settings.cache || cc == 0 || !mix_driver(ret_key))
        return false;
    cache_key_mix(ret_key, COMPILER_VERSION, sizeof(COMPILER_VERSION));
    cache_key_mix(ret_key, &cc, sizeof(cc));
    for (size_t i = 0; i < n_parts; i++)
        mix_part(ret_key, &parts[i]);
    return true;
}

static bool add_part(CUlinkState state, const struct image_part *part)
{
    struct jit_options options;
    return jit_options_join(&options, 0, NULL, NULL, &part->build) &&
           !driver.cuLinkAddData_v2(state, CU_JIT_INPUT_PTX, part->text, part->size_bytes + 1,
                                    "sliver", options.n, options.names, options.values);
}

/* The linker's own memory goes with it. */
static bool copy_linked(CUlinkState state, void **ret_image, size_t *ret_size_bytes)
{
    void *image = NULL;
    size_t size = 0;
    if (driver.cuLinkComplete(state, &image, &size) || !image || size == 0)
        return false;
    void *copy = malloc(size);
    if (!copy)
        return false;
    memcpy(copy, image, size);
    *ret_image = copy;
    *ret_size_bytes = size;
    return true;
}

/* Debug information is the linker's, too; the other options are each part's. */
static bool link_parts(const struct image_part *parts, size_t n_parts, void **ret_image,
                       size_t *ret_size_bytes)
{
    struct image_build_options build = jit_options_no_build;
    struct jit_options options;
    CUlinkState state;
    build.debug = parts[0].build.debug;
    build.line_info = parts[0].build.line_info;
    if (!driver.cuLinkCreate_v2 || !driver.cuLinkAddData_v2 || !driver.cuLinkDestroy ||
        !jit_options_join(&options, 0, NULL, NULL, &build) ||
        driver.cuLinkCreate_v2(options.n, options.names, options.values, &state))
        return false;
    bool ok = true;
    for (size_t i = 0; i < n_parts && ok; i++)
        ok = add_part(state, &parts[i]);
    ok = ok && copy_linked(state, ret_image, ret_size_bytes);
    driver.cuLinkDestroy(state);
    return ok;
}

bool image_compile(const struct image_part *parts, size_t n_parts, void **ret_image,
                   size_t *ret_size_bytes)
{
    struct cache_key key;
    bool has_key = make_key(parts, n_parts, &key);
    if (has_key && cache_get(shim_settings.cache, &key, ret_image, ret_size_bytes) == 0)
        return true;
    if (!link_parts(parts, n_parts, ret_image, ret_size_bytes))
        return false;
    int error = has_key ? cache_put(shim_settings.cache, &key, *ret_image, *ret_size_bytes) : 0;
    if (error < 0)
        log_info("cache: %s", strerror(-error));
    return true;
}
