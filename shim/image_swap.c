/* SPDX-License-Identifier: MIT
 *
 * image_swap.c - see image_swap.h. Everything here is the caller's own; no locks.
 */
#include "shim/image_swap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "ptx-rewriter/ptx_store.h"
#include "shim/image_compile.h"
#include "shim/image_link.h"
#include "shim/jit_options.h"
#include "shim/state.h"

/* Compiling more at load time than this would be noticed by whoever waits for the program. */
#define MOST_PTX_BYTES ((size_t)16 << 20)

/* Part of every key: raise it when the same input would now give another output. */
#define REWRITER_VERSION "2"

static bool wants(void *arg, const char *name)
{
    (void)arg;
    return rules_match(shim_settings.rules, name).mode != SLICE_OFF;
}

static struct cache_key key_of(const char *text, size_t size, const struct ptx_options *options)
{
    struct cache_key key = {0};
    const char *rules = shim_settings.env.slice;
    cache_key_mix(&key, REWRITER_VERSION, sizeof(REWRITER_VERSION));
    cache_key_mix(&key, rules, strlen(rules));
    cache_key_mix(&key, &options->is_linked, sizeof(options->is_linked));
    cache_key_mix(&key, &options->arch, sizeof(options->arch));
    cache_key_mix(&key, text, size);
    return key;
}

static bool from_cache(const struct cache_key *key, struct ptx_result *ret_result)
{
    _cleanup_free_ void *bytes = NULL;
    size_t size;
    return shim_settings.cache && cache_get(shim_settings.cache, key, &bytes, &size) == 0 &&
           ptx_store_unpack(bytes, size, ret_result) == 0;
}

static void to_cache(const struct cache_key *key, const struct ptx_result *result)
{
    _cleanup_free_ void *bytes = NULL;
    size_t size;
    if (!shim_settings.cache || ptx_store_pack(result, &bytes, &size) < 0)
        return;
    int error = cache_put(shim_settings.cache, key, bytes, size);
    if (error < 0)
        log_info("cache: %s", strerror(-error));
}

/* 0, -EINVAL (not PTX we understand) or -ENOMEM. */
static int rewrite(const char *text, size_t size, bool is_linked, struct ptx_result *ret_result)
{
    struct ptx_options options = {.wants = wants, .is_linked = is_linked, .arch = shim_common_cc()};
    struct ptx_error error;
    struct cache_key key = key_of(text, size, &options);
    if (from_cache(&key, ret_result))
        return 0;
    int result = ptx_rewrite(text, size, &options, ret_result, &error);
    if (result == -EINVAL)
        log_warn("PTX not understood: %u:%u: %s", error.line, error.column, error.message);
    if (result == 0)
        to_cache(&key, ret_result);
    return result;
}

struct image_swap *image_swap_alloc(void)
{
    struct image_swap *swap = calloc(1, sizeof(*swap));
    if (swap)
        swap->build = jit_options_no_build;
    return swap;
}

/* Takes the kernels and the text, if there is one, out of the result. */
static void take_result(struct image_swap *swap, struct ptx_result *result)
{
    swap->image = STEAL_PTR(result->text);
    swap->image_bytes = swap->image ? result->size_bytes : 0;
    swap->is_ptx = swap->image != NULL;
    swap->kernels = STEAL_PTR(result->kernels);
    swap->n_kernels = result->n_kernels;
    result->n_kernels = 0;
    ptx_result_finish(result);
}

int image_swap_rewrite_part(const char *text, size_t size_bytes, struct ptx_result *ret_result)
{
    return rewrite(text, strnlen(text, size_bytes), true, ret_result);
}

static int unpack(const struct image_entry *entry, char **ret_text, size_t *ret_size,
                  const char **ret_reason)
{
    int error = image_entry_unpack(entry, ret_text, ret_size);
    if (error < 0)
        *ret_reason = error == -ENOMEM ? "no memory" : "its PTX is damaged";
    else if (*ret_size > MOST_PTX_BYTES) {
        *ret_reason = "its PTX is larger than 16 MiB";
        error = -E2BIG;
    }
    return error;
}

static bool is_refused(const struct image_entry *entry, const char *text, const char **ret_reason)
{
    struct image_build_options build;
    image_entry_build_options(entry, &build);
    const char *reason = image_build_refusal(&build, text);
    if (reason)
        *ret_reason = reason;
    return reason != NULL;
}

static bool swap_one(struct image_swap *swap, const struct image_entry *entry,
                     const char **ret_reason)
{
    _cleanup_free_ char *text = NULL;
    size_t size;
    struct ptx_result result;
    if (unpack(entry, &text, &size, ret_reason) < 0 || is_refused(entry, text, ret_reason))
        return false;
    int error = rewrite(text, size, false, &result);
    if (error < 0) {
        *ret_reason = error == -EINVAL ? "its PTX is not understood" : "no memory";
        return false;
    }
    take_result(swap, &result);
    image_entry_build_options(entry, &swap->build);
    return true;
}

bool image_swap_append(struct image_swap *swap, struct ptx_result *part)
{
    size_t n = swap->n_kernels + part->n_kernels;
    struct ptx_kernel *grown = realloc(swap->kernels, (n ? n : 1) * sizeof(*grown));
    if (!grown)
        return false;
    swap->kernels = grown;
    if (part->n_kernels > 0)
        memcpy(grown + swap->n_kernels, part->kernels, part->n_kernels * sizeof(*grown));
    swap->n_kernels = n;
    free(part->kernels); /* the array; what its kernels point to is swap's now */
    part->kernels = NULL;
    part->n_kernels = 0;
    return true;
}

static bool any_twin(const struct image_swap *swap)
{
    for (size_t i = 0; i < swap->n_kernels; i++)
        if (swap->kernels[i].has_twin)
            return true;
    return false;
}

/* The part's PTX with its twins, to be linked with others. */
static bool take_part(struct image_swap *swap, const struct image_entry *entry,
                      struct image_part *ret_part, const char **ret_reason)
{
    _cleanup_free_ char *text = NULL;
    size_t size;
    struct ptx_result result = {0};
    if (unpack(entry, &text, &size, ret_reason) < 0 || is_refused(entry, text, ret_reason))
        return false;
    int error = rewrite(text, size, true, &result);
    if (error == 0 && !image_swap_append(swap, &result))
        error = -ENOMEM;
    if (error == 0) {
        ret_part->size_bytes = result.text ? result.size_bytes : size;
        ret_part->text = result.text ? STEAL_PTR(result.text) : STEAL_PTR(text);
        image_entry_build_options(entry, &ret_part->build);
    }
    ptx_result_finish(&result);
    *ret_reason = error == -EINVAL ? "its PTX is not understood" : "no memory";
    return error == 0;
}

/* Separate compilation: the PTX of every translation unit is rewritten and all are linked anew.
 * Without a twin in any the program's own image does as well. */
static bool swap_linked(struct image_swap *swap, const struct image_entry *const *entries, size_t n,
                        const char **ret_reason)
{
    struct image_part *parts = calloc(n, sizeof(*parts));
    bool ok = parts != NULL;
    *ret_reason = "no memory";
    for (size_t i = 0; i < n && ok; i++)
        ok = take_part(swap, entries[i], &parts[i], ret_reason);
    if (ok && any_twin(swap)) {
        *ret_reason = "its parts can't be linked";
        ok = image_compile(parts, n, &swap->image, &swap->image_bytes);
    }
    for (size_t i = 0; i < n && parts; i++)
        free(parts[i].text);
    free(parts);
    return ok;
}

static bool swap_picked(struct image_swap *swap, const struct image *image, unsigned cc,
                        const char **ret_reason)
{
    _cleanup_free_ const struct image_entry **entries = calloc(image->n_fatbins, sizeof(*entries));
    if (!entries) {
        *ret_reason = "no memory";
        return false;
    }
    size_t n = image_pick_all(image, cc, entries, ret_reason);
    if (n == 0)
        return false;
    if (n == 1)
        return swap_one(swap, entries[0], ret_reason);
    *ret_reason = "CUDA_FORCE_PTX_JIT allows no linked machine code";
    return !shim_settings.jit.forced && swap_linked(swap, entries, n, ret_reason);
}

struct image_swap *image_swap_create(const void *data, size_t size_bytes, const char **ret_reason)
{
    struct image image;
    unsigned cc = shim_common_cc();
    *ret_reason = "not an image that is known";
    if (!data || image_open(data, size_bytes, &image) < 0)
        return NULL;
    struct image_swap *swap = NULL;
    if (shim_settings.jit.forced)
        image_forget_machine_code(&image);
    if (shim_settings.jit.off)
        *ret_reason = "CUDA_DISABLE_PTX_JIT: the driver compiles no PTX";
    else if (image.kind == IMAGE_ELF)
        swap = image_link_recall(data, image.size_bytes, ret_reason);
    else if (cc == 0)
        *ret_reason = "the machine's GPUs are of different compute capability";
    else if (!(swap = image_swap_alloc()))
        *ret_reason = "no memory";
    else if (!swap_picked(swap, &image, cc, ret_reason)) {
        image_swap_destroy(swap);
        swap = NULL;
    }
    image_finish(&image);
    if (!swap)
        log_debug("an image is left alone: %s", *ret_reason);
    return swap;
}

bool image_swap_compile(struct image_swap *swap)
{
    size_t size;
    if (swap->machine_code || !swap->is_ptx || !shim_settings.cache || shim_settings.jit.forced ||
        image_compile_is_kept(swap->image_bytes))
        return swap->machine_code != NULL;
    const struct image_part part = {swap->image, swap->image_bytes, swap->build};
    return image_compile(&part, 1, &swap->machine_code, &size);
}

void image_swap_destroy(struct image_swap *swap)
{
    if (!swap)
        return;
    struct ptx_result kernels = {.kernels = swap->kernels, .n_kernels = swap->n_kernels};
    ptx_result_finish(&kernels);
    free(swap->machine_code);
    free(swap->image);
    free(swap);
}
