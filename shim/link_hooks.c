/* SPDX-License-Identifier: MIT
 *
 * link_hooks.c - PTX that the program links at run time gets its twins before it is linked. The
 * linked image is machine code; it is known again by its bytes when the program loads it.
 *
 * Lock: links_lock guards the table of links under way. A CUlinkState itself belongs to one thread
 * at a time, as the driver wants it.
 */
#include <pthread.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/hash.h"
#include "common/log.h"
#include "shim/hooks.h"
#include "shim/image_link.h"
#include "shim/jit_options.h"
#include "shim/read_file.h"
#include "shim/state.h"

struct link {
    CUlinkState state;
    struct ptx_result **parts;
    size_t n_parts;
    UT_hash_handle hh;
};

static pthread_mutex_t links_lock = PTHREAD_MUTEX_INITIALIZER;
static struct link *links;

static struct link *link_get(CUlinkState state, bool make)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&links_lock);
    struct link *link;
    HASH_FIND_PTR(links, &state, link);
    if (link || !make)
        return link;
    link = calloc(1, sizeof(*link));
    if (!link)
        return NULL;
    link->state = state;
    HASH_ADD_PTR(links, state, link);
    if (HASH_WAS_ADDED(link))
        return link;
    free(link);
    return NULL;
}

static void part_destroy(struct ptx_result *part)
{
    if (part)
        ptx_result_finish(part);
    free(part);
}

static void link_drop(CUlinkState state)
{
    pthread_mutex_lock(&links_lock);
    struct link *link;
    HASH_FIND_PTR(links, &state, link);
    if (link)
        HASH_DEL(links, link);
    pthread_mutex_unlock(&links_lock);
    for (size_t i = 0; link && i < link->n_parts; i++)
        part_destroy(link->parts[i]);
    if (link)
        free(link->parts);
    free(link);
}

static bool keep_part(CUlinkState state, struct ptx_result *part)
{
    struct link *link = link_get(state, true);
    struct ptx_result **grown =
        link ? realloc(link->parts, (link->n_parts + 1) * sizeof(*grown)) : NULL;
    if (!grown)
        return false;
    link->parts = grown;
    grown[link->n_parts++] = part;
    /* The text has gone to the linker; the kernels are what is needed. */
    free(part->text);
    part->text = NULL;
    part->size_bytes = 0;
    return true;
}

static struct ptx_result *rewrite_part(const void *data, size_t size)
{
    struct ptx_result *part = calloc(1, sizeof(*part));
    if (part && image_swap_rewrite_part(data, size, part) < 0) {
        free(part);
        return NULL;
    }
    return part;
}

static bool add_rewritten(CUlinkState state, const struct ptx_result *part, const char *name,
                          unsigned n, CUjit_option *names, void **values)
{
    struct jit_options options;
    if (!jit_options_join(&options, n, names, values, &jit_options_no_build))
        return false;
    CUresult result =
        driver.cuLinkAddData_v2(state, CU_JIT_INPUT_PTX, part->text, part->size_bytes + 1, name,
                                options.n, options.names, options.values);
    jit_options_finish(&options, values, result == CUDA_SUCCESS);
    return result == CUDA_SUCCESS;
}

/* Adds PTX with its twins; false: add it as the program would. */
static bool add_ptx(CUlinkState state, const void *data, size_t size, const char *name, unsigned n,
                    CUjit_option *options, void **values)
{
    if (!shim_ready() || !data || size == 0 || !driver.cuLinkAddData_v2)
        return false;
    struct ptx_result *part = rewrite_part(data, size);
    if (!part)
        return false;
    bool added = part->text && add_rewritten(state, part, name, n, options, values);
    if (!added || !keep_part(state, part))
        part_destroy(part);
    return added;
}

CUresult hook_cuLinkAddData(CUlinkState state, CUjitInputType type, void *data, size_t size,
                            const char *name, unsigned int numOptions, CUjit_option *options,
                            void **optionValues)
{
    if (type == CU_JIT_INPUT_PTX &&
        add_ptx(state, data, size, name, numOptions, options, optionValues))
        return CUDA_SUCCESS;
    return driver.cuLinkAddData(state, type, data, size, name, numOptions, options, optionValues);
}

CUresult hook_cuLinkAddData_v2(CUlinkState state, CUjitInputType type, void *data, size_t size,
                               const char *name, unsigned int numOptions, CUjit_option *options,
                               void **optionValues)
{
    if (type == CU_JIT_INPUT_PTX &&
        add_ptx(state, data, size, name, numOptions, options, optionValues))
        return CUDA_SUCCESS;
    return driver.cuLinkAddData_v2(state, type, data, size, name, numOptions, options,
                                   optionValues);
}

static bool add_ptx_file(CUlinkState state, CUjitInputType type, const char *path, unsigned n,
                         CUjit_option *options, void **values)
{
    size_t size = 0;
    if (type != CU_JIT_INPUT_PTX || !shim_ready() || !path)
        return false;
    _cleanup_free_ void *text = read_file(path, &size);
    return text && add_ptx(state, text, size, path, n, options, values);
}

CUresult hook_cuLinkAddFile(CUlinkState state, CUjitInputType type, const char *path,
                            unsigned int numOptions, CUjit_option *options, void **optionValues)
{
    if (add_ptx_file(state, type, path, numOptions, options, optionValues))
        return CUDA_SUCCESS;
    return driver.cuLinkAddFile(state, type, path, numOptions, options, optionValues);
}

CUresult hook_cuLinkAddFile_v2(CUlinkState state, CUjitInputType type, const char *path,
                               unsigned int numOptions, CUjit_option *options, void **optionValues)
{
    if (add_ptx_file(state, type, path, numOptions, options, optionValues))
        return CUDA_SUCCESS;
    return driver.cuLinkAddFile_v2(state, type, path, numOptions, options, optionValues);
}

CUresult hook_cuLinkComplete(CUlinkState state, void **cubinOut, size_t *sizeOut)
{
    size_t size = 0;
    CUresult result = driver.cuLinkComplete(state, cubinOut, sizeOut ? sizeOut : &size);
    struct link *link = result ? NULL : link_get(state, false);
    if (link && cubinOut && sizeOut)
        image_link_remember(*cubinOut, *sizeOut, (const struct ptx_result *const *)link->parts,
                            link->n_parts);
    return result;
}

CUresult hook_cuLinkDestroy(CUlinkState state)
{
    link_drop(state);
    return driver.cuLinkDestroy(state);
}
