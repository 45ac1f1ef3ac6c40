/* SPDX-License-Identifier: MIT
 *
 * code.c - see code.h. codes_lock guards the table of modules and libraries and all lists in them;
 * by_handle is read without it at every launch.
 */
#include "shim/code.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/ptr_map.h"
#include "shim/image_swap.h"

/* A handle of a module or library. A library has more than one: cuLibraryGetModule. */
struct code_handle {
    void *handle;
    struct code *code;
    bool is_alias;
    UT_hash_handle hh;
};

static pthread_mutex_t codes_lock = PTHREAD_MUTEX_INITIALIZER;
static struct code_handle *codes;
static struct ptr_map by_handle; /* CUfunction or CUkernel -> struct shim_kernel */

int code_start(void)
{
    return ptr_map_init(&by_handle);
}

static struct code_handle *find(void *handle)
{
    struct code_handle *entry;
    HASH_FIND_PTR(codes, &handle, entry);
    return entry;
}

static int add_handle(struct code *code, void *handle, bool is_alias)
{
    struct code_handle *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return -ENOMEM;
    entry->handle = handle;
    entry->code = code;
    entry->is_alias = is_alias;
    HASH_ADD_PTR(codes, handle, entry);
    if (HASH_WAS_ADDED(entry))
        return 0;
    free(entry);
    return -ENOMEM;
}

static void kernel_free(struct shim_kernel *kernel)
{
    if (ptr_map_get(&by_handle, kernel->original) == kernel)
        ptr_map_remove(&by_handle, kernel->original);
    if (!kernel->of || kernel->of->params != kernel->params)
        free((void *)kernel->params);
    pthread_mutex_destroy(&kernel->twin_lock);
    kernel_unref(kernel->kernel);
    free(kernel);
}

static void code_kernel_free(struct code_kernel *kernel)
{
    kernel_unref(kernel->kernel);
    free(kernel->name);
    free(kernel);
}

static void code_free(struct code *code)
{
    struct shim_kernel *handle, *next_handle;
    LL_FOREACH_SAFE2(code->handles, handle, next_handle, next_in_code)
    kernel_free(handle);
    struct code_kernel *kernel, *next_kernel;
    HASH_ITER(hh, code->kernels, kernel, next_kernel)
    {
        HASH_DEL(code->kernels, kernel);
        code_kernel_free(kernel);
    }
    image_swap_destroy(code->swap);
    free(code);
}

/* All handles of the code go with it. */
static void remove_locked(struct code *code)
{
    struct code_handle *entry, *next;
    HASH_ITER(hh, codes, entry, next)
    {
        if (entry->code == code) {
            HASH_DEL(codes, entry);
            free(entry);
        }
    }
    code_free(code);
}

/* Reasons outlive their images: statistics name them at exit. There are few different ones. */
struct reason {
    UT_hash_handle hh;
    char text[];
};

/* Under codes_lock. */
static const char *keep_reason(const char *text)
{
    static struct reason *reasons;
    struct reason *reason;
    if (!text)
        return NULL;
    HASH_FIND_STR(reasons, text, reason);
    if (reason)
        return reason->text;
    size_t length = strlen(text);
    reason = calloc(1, sizeof(*reason) + length + 1);
    if (!reason)
        return "no memory";
    memcpy(reason->text, text, length);
    HASH_ADD_STR(reasons, text, reason);
    if (HASH_WAS_ADDED(reason))
        return reason->text;
    free(reason);
    return "no memory";
}

static struct code_kernel *add_name(struct code *code, const char *name, const char *reason)
{
    struct slice_size rule = rules_match(shim_settings.rules, name);
    _cleanup_free_ struct code_kernel *kernel = calloc(1, sizeof(*kernel));
    if (!kernel)
        return NULL;
    kernel->kernel = kernel_create(name, &rule, keep_reason(reason));
    kernel->name = kernel->kernel ? strdup(name) : NULL;
    if (!kernel->name) {
        kernel_unref(kernel->kernel);
        return NULL;
    }
    HASH_ADD_KEYPTR(hh, code->kernels, kernel->name, strlen(kernel->name), kernel);
    if (HASH_WAS_ADDED(kernel))
        return STEAL_PTR(kernel);
    code_kernel_free(STEAL_PTR(kernel));
    return NULL;
}

static void add_reported(struct code *code, const struct ptx_kernel *reported)
{
    struct code_kernel *kernel =
        add_name(code, reported->name, reported->has_twin ? NULL : reported->reason);
    if (!kernel)
        return;
    kernel->has_twin = reported->has_twin;
    kernel->params = reported->params;
    kernel->n_params = reported->n_params;
    kernel->twin_tail_bytes = reported->twin_tail_bytes;
    kernel->cluster =
        (struct grid3){reported->cluster[0], reported->cluster[1], reported->cluster[2]};
    kernel->kernel->param_bytes = reported->param_bytes;
    kernel->kernel->twin_tail_bytes = reported->twin_tail_bytes;
}

void code_add(enum code_kind kind, void *handle, struct image_swap *swap, const char *reason)
{
    struct code *code = calloc(1, sizeof(*code));
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&codes_lock);
    struct code_handle *old = find(handle);
    if (old) /* its context was destroyed, and the driver uses the handle again */
        remove_locked(old->code);
    if (!code || add_handle(code, handle, false) < 0) {
        free(code);
        image_swap_destroy(swap);
        return;
    }
    code->kind = kind;
    code->handle = handle;
    code->swap = swap;
    code->reason = reason ? reason : "not in the image's PTX";
    for (size_t i = 0; swap && i < swap->n_kernels; i++)
        add_reported(code, &swap->kernels[i]);
}

void code_remove(void *handle)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&codes_lock);
    struct code_handle *entry = find(handle);
    if (entry)
        remove_locked(entry->code);
}

void code_add_alias(CUlibrary library, CUmodule module)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&codes_lock);
    struct code_handle *entry = find(library), *old = find(module);
    if (!entry || (old && old->code == entry->code))
        return;
    struct code *code = entry->code;
    if (old)
        remove_locked(old->code);
    add_handle(code, module, true);
}

static struct shim_kernel *kernel_create_handle(struct code *code, struct code_kernel *of,
                                                CUfunction handle)
{
    struct shim_kernel *kernel = calloc(1, sizeof(*kernel));
    if (!kernel)
        return NULL;
    kernel->kernel = kernel_ref(of->kernel);
    kernel->of = of;
    kernel->code = code;
    kernel->original = handle;
    kernel->param_bytes = of->kernel->param_bytes;
    kernel->n_params = of->n_params;
    atomic_init(&kernel->params, of->params);
    atomic_init(&kernel->cache_config, CU_FUNC_CACHE_PREFER_NONE);
    pthread_mutex_init(&kernel->twin_lock, NULL);
    return kernel;
}

/* Under codes_lock. */
static struct shim_kernel *publish(struct code *code, struct code_kernel *of, CUfunction handle,
                                   bool is_library_kernel)
{
    struct shim_kernel *known = ptr_map_get(&by_handle, handle);
    if (known && known->of == of)
        return known;
    struct shim_kernel *kernel = of ? kernel_create_handle(code, of, handle) : NULL;
    if (!kernel)
        return NULL;
    kernel->is_library_kernel = is_library_kernel;
    if (ptr_map_put(&by_handle, handle, kernel) < 0) {
        kernel_free(kernel);
        return NULL;
    }
    LL_PREPEND2(code->handles, kernel, next_in_code);
    return kernel;
}

static struct code_kernel *find_name(struct code *code, const char *name)
{
    struct code_kernel *kernel;
    HASH_FIND_STR(code->kernels, name, kernel);
    return kernel ? kernel : add_name(code, name, code->reason);
}

void code_add_kernel(void *code_handle, const char *name, CUfunction handle)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&codes_lock);
    struct code_handle *entry = find(code_handle);
    if (!entry || code_is_twin(name))
        return;
    bool is_library_kernel = entry->code->kind == CODE_LIBRARY && !entry->is_alias;
    publish(entry->code, find_name(entry->code, name), handle, is_library_kernel);
}

void code_add_function(CUkernel kernel, CUfunction function)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&codes_lock);
    struct shim_kernel *known = ptr_map_get(&by_handle, kernel);
    if (known && known->code)
        publish(known->code, known->of, function, false);
}

/* A kernel whose look-up we did not see, e.g. by a handle that came out of a graph node: of its
 * module if that is known, else a stranger, which is launched whole. */
static struct shim_kernel *adopt(CUfunction handle)
{
    static struct code strangers = {.reason = "its look-up was not seen"};
    const char *name = NULL;
    CUmodule module = NULL;
    if (!driver.cuFuncGetName || driver.cuFuncGetName(&name, handle) || !name || code_is_twin(name))
        return NULL;
    if (!driver.cuFuncGetModule || driver.cuFuncGetModule(&module, handle))
        module = NULL;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&codes_lock);
    struct shim_kernel *known = ptr_map_get(&by_handle, handle);
    if (known)
        return known;
    log_debug("kernel %s: its look-up was not seen", name);
    struct code_handle *entry = module ? find(module) : NULL;
    struct code *code = entry ? entry->code : &strangers;
    return publish(code, find_name(code, name), handle, false);
}

struct shim_kernel *code_find_kernel(CUfunction handle)
{
    struct shim_kernel *kernel = handle ? ptr_map_get(&by_handle, handle) : NULL;
    return __builtin_expect(kernel != NULL, 1) || !handle ? kernel : adopt(handle);
}

bool code_is_twin(const char *name)
{
    return strncmp(name, PTX_TWIN_PREFIX, strlen(PTX_TWIN_PREFIX)) == 0;
}
