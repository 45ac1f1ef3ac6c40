/* SPDX-License-Identifier: MIT
 *
 * twin.c - the twin of a kernel as the driver sees it: looked up when first needed, kept in step
 * with what the program sets on the original; and where a kernel's parameters lie. See code.h.
 *
 * Each kernel's twin_lock guards the looking up; what is found is published by a release store.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "shim/code.h"
#include "shim/image_swap.h"
#include "shim/order.h"

/* What a program can set on a kernel and what therefore has to be the twin's, too. */
static const CUfunction_attribute settable[] = {
    CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
    CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT,
    CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED,
    CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE,
};

static bool is_cluster_size(CUfunction_attribute attribute)
{
    return attribute == CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_WIDTH ||
           attribute == CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_HEIGHT ||
           attribute == CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_DEPTH;
}

static CUresult get_attribute(const struct shim_kernel *kernel, CUfunction handle,
                              CUfunction_attribute attribute, int *ret_value)
{
    CUdevice device;
    if (kernel->is_library_kernel && driver.cuKernelGetAttribute && !driver.cuCtxGetDevice(&device))
        return driver.cuKernelGetAttribute(ret_value, attribute, (CUkernel)handle, device);
    return driver.cuFuncGetAttribute(ret_value, attribute, handle);
}

bool code_attribute(const struct shim_kernel *kernel, CUfunction handle,
                    CUfunction_attribute attribute, int *ret_value)
{
    return get_attribute(kernel, handle, attribute, ret_value) == CUDA_SUCCESS;
}

/* The twin of a library's kernel is a kernel of the library, whatever handle the original has. */
static bool twin_is_library_kernel(const struct shim_kernel *kernel)
{
    return kernel->code->kind == CODE_LIBRARY;
}

static void set_attribute(const struct shim_kernel *kernel, CUfunction twin,
                          CUfunction_attribute attribute, int value)
{
    CUdevice device;
    if (twin_is_library_kernel(kernel)) {
        if (!driver.cuCtxGetDevice(&device))
            driver.cuKernelSetAttribute(attribute, value, (CUkernel)twin, device);
        return;
    }
    driver.cuFuncSetAttribute(twin, attribute, value);
}

static bool twin_attribute(const struct shim_kernel *kernel, CUfunction twin,
                           CUfunction_attribute attribute, int *ret_value)
{
    struct shim_kernel as_twin = {.is_library_kernel = twin_is_library_kernel(kernel)};
    return get_attribute(&as_twin, twin, attribute, ret_value) == CUDA_SUCCESS;
}

static void copy_attributes(const struct shim_kernel *kernel, CUfunction twin)
{
    for (size_t i = 0; i < sizeof(settable) / sizeof(settable[0]); i++) {
        int wanted, is;
        if (code_attribute(kernel, kernel->original, settable[i], &wanted) &&
            twin_attribute(kernel, twin, settable[i], &is) && is != wanted)
            set_attribute(kernel, twin, settable[i], wanted);
    }
}

static void set_cache_config(const struct shim_kernel *kernel, CUfunction twin, CUfunc_cache config)
{
    CUdevice device;
    if (twin_is_library_kernel(kernel)) {
        if (!driver.cuCtxGetDevice(&device))
            driver.cuKernelSetCacheConfig((CUkernel)twin, config, device);
        return;
    }
    driver.cuFuncSetCacheConfig(twin, config);
}

static CUfunction look_up(const struct shim_kernel *kernel)
{
    _cleanup_free_ char *name = NULL;
    size_t size = sizeof(PTX_TWIN_PREFIX) + strlen(kernel->of->name);
    CUfunction twin = NULL;
    name = malloc(size);
    if (!name)
        return NULL;
    snprintf(name, size, PTX_TWIN_PREFIX "%s", kernel->of->name);
    CUresult result;
    if (twin_is_library_kernel(kernel))
        result = driver.cuLibraryGetKernel((CUkernel *)&twin, kernel->code->handle, name);
    else
        result = driver.cuModuleGetFunction(&twin, kernel->code->handle, name);
    return result ? NULL : twin;
}

static bool fits(const struct shim_kernel *kernel, CUfunction twin, uint64_t n_threads)
{
    int most;
    return twin_attribute(kernel, twin, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, &most) &&
           n_threads <= (uint64_t)most;
}

static void leave_whole(struct shim_kernel *kernel, const char *reason)
{
    log_info("kernel %s: whole from now on: %s", kernel->of->name, reason);
    atomic_store_explicit(&kernel->kernel->whole_reason, reason, memory_order_release);
}

static void load(CUfunction handle, bool is_library_kernel)
{
#if CUDA_VERSION >= 12040
    CUfunction function = handle;
    if (is_library_kernel && driver.cuKernelGetFunction(&function, (CUkernel)handle))
        return;
    if (driver.cuFuncLoad)
        driver.cuFuncLoad(function);
#else
    (void)handle;
    (void)is_library_kernel;
#endif
}

void code_load(const struct shim_kernel *kernel)
{
    if (shim_held())
        shim_order_all();
    load(kernel->original, kernel->is_library_kernel);
}

static CUfunction make_ready(struct shim_kernel *kernel)
{
    if (shim_held())
        shim_order_all();
    CUfunction twin = look_up(kernel);
    if (!twin) {
        leave_whole(kernel, "the driver does not find its twin");
        return NULL;
    }
    load(twin, twin_is_library_kernel(kernel));
    copy_attributes(kernel, twin);
    int config = atomic_load_explicit(&kernel->cache_config, memory_order_relaxed);
    if (config != CU_FUNC_CACHE_PREFER_NONE)
        set_cache_config(kernel, twin, (CUfunc_cache)config);
    atomic_store_explicit(&kernel->twin, twin, memory_order_release);
    return twin;
}

CUfunction code_twin(struct shim_kernel *kernel, uint64_t n_threads)
{
    if (!kernel->of->has_twin ||
        atomic_load_explicit(&kernel->kernel->whole_reason, memory_order_acquire))
        return NULL;
    CUfunction twin = atomic_load_explicit(&kernel->twin, memory_order_acquire);
    if (!twin) {
        _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&kernel->twin_lock);
        twin = atomic_load_explicit(&kernel->twin, memory_order_relaxed);
        if (!twin)
            twin = make_ready(kernel);
    }
    if (twin && !fits(kernel, twin, n_threads)) {
        leave_whole(kernel, "the twin needs too many registers for its blocks");
        return NULL;
    }
    return twin;
}

void code_attribute_set(CUfunction handle, CUfunction_attribute attribute, int value)
{
    struct shim_kernel *kernel = code_find_kernel(handle);
    if (!kernel || !kernel->of->has_twin)
        return;
    if (is_cluster_size(attribute))
        leave_whole(kernel, "its cluster size is set at run time");
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&kernel->twin_lock);
    CUfunction twin = atomic_load_explicit(&kernel->twin, memory_order_relaxed);
    if (twin)
        set_attribute(kernel, twin, attribute, value);
}

void code_cache_config_set(CUfunction handle, CUfunc_cache config)
{
    struct shim_kernel *kernel = code_find_kernel(handle);
    if (!kernel || !kernel->of->has_twin)
        return;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&kernel->twin_lock);
    atomic_store_explicit(&kernel->cache_config, (int)config, memory_order_relaxed);
    CUfunction twin = atomic_load_explicit(&kernel->twin, memory_order_relaxed);
    if (twin)
        set_cache_config(kernel, twin, config);
}

static CUresult ask_param(const struct shim_kernel *kernel, size_t index, size_t *ret_offset,
                          size_t *ret_size)
{
    if (kernel->is_library_kernel && driver.cuKernelGetParamInfo)
        return driver.cuKernelGetParamInfo((CUkernel)kernel->original, index, ret_offset, ret_size);
    if (!kernel->is_library_kernel && driver.cuFuncGetParamInfo)
        return driver.cuFuncGetParamInfo(kernel->original, index, ret_offset, ret_size);
    return CUDA_ERROR_NOT_SUPPORTED;
}

/* The driver says "invalid value" for the index behind the last. Under twin_lock. */
static bool learn_params(struct shim_kernel *kernel)
{
    struct ptx_param *params = NULL;
    size_t n = 0, offset, size;
    CUresult result;
    while (!(result = ask_param(kernel, n, &offset, &size))) {
        struct ptx_param *grown = realloc(params, (n + 1) * sizeof(*params));
        if (!grown)
            break;
        params = grown;
        params[n++] = (struct ptx_param){(uint32_t)offset, (uint32_t)size};
        if (offset + size > kernel->param_bytes)
            kernel->param_bytes = (uint32_t)(offset + size);
    }
    if (result != CUDA_ERROR_INVALID_VALUE) {
        free(params);
        return false;
    }
    if (!params)
        params = calloc(1, sizeof(*params)); /* none, but known */
    kernel->n_params = n;
    atomic_store_explicit(&kernel->params, params, memory_order_release);
    return params != NULL;
}

bool code_params(struct shim_kernel *kernel)
{
    if (atomic_load_explicit(&kernel->params, memory_order_acquire))
        return true;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&kernel->twin_lock);
    return atomic_load_explicit(&kernel->params, memory_order_relaxed) || learn_params(kernel);
}
