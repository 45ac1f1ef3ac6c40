/* SPDX-License-Identifier: MIT
 *
 * drv_function.c - what is known about a function or a library's kernel, and what may be set.
 */
#include "tools/softgpu/driver/module.h"

#define DEFAULT_SHARED_BYTES 49152u

CUresult function_lookup(CUfunction handle, struct CUfunc_st **ret_function)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (handle_is(handle, HANDLE_FUNCTION)) {
        *ret_function = handle;
        return CUDA_SUCCESS;
    }
#if CUDA_VERSION >= 12000
    if (handle_is(handle, HANDLE_KERNEL))
        return cuKernelGetFunction(ret_function, (CUkernel)handle);
#endif
    return CUDA_ERROR_INVALID_HANDLE;
}

void function_load(struct CUfunc_st *f)
{
    if (atomic_load_explicit(&f->loaded, memory_order_acquire))
        return;
    device_lock();
    device_wait_domain(&f->module->ctx->domain);
    device_unlock();
    atomic_store_explicit(&f->loaded, true, memory_order_release);
}

/* What it was set to, or what is left of the 48 KiB that need no asking. */
static size_t max_dynamic_of(const struct exec_kernel *kernel, int set)
{
    size_t fixed = kernel->static_shared_bytes;

    return set ? (size_t)set : fixed < DEFAULT_SHARED_BYTES ? DEFAULT_SHARED_BYTES - fixed : 0;
}

size_t function_max_dynamic(const struct CUfunc_st *f)
{
    return max_dynamic_of(f->kernel, f->settings.max_dynamic_shared_bytes);
}

static CUresult get_attribute(int *value, CUfunction_attribute attribute,
                              const struct exec_kernel *kernel,
                              const struct function_settings *settings)
{
    switch ((int)attribute) {
    case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
        *value = (int)sm_max_threads(kernel);
        break;
    case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES:
        *value = (int)kernel->static_shared_bytes;
        break;
    case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES:
        *value = (int)kernel->local_bytes;
        break;
    case CU_FUNC_ATTRIBUTE_NUM_REGS:
        *value = (int)kernel->registers;
        break;
    case CU_FUNC_ATTRIBUTE_PTX_VERSION:
    case CU_FUNC_ATTRIBUTE_BINARY_VERSION:
        *value = (int)device_options()->cc;
        break;
    case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
        *value = (int)max_dynamic_of(kernel, settings->max_dynamic_shared_bytes);
        break;
    case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
        *value = settings->carveout;
        break;
    case 10: /* a cluster size must be set: no */
        *value = 0;
        break;
    case 11: /* the cluster size the kernel was compiled for */
    case 12:
    case 13:
        *value = (int)kernel->reqcluster[attribute - 11];
        break;
    case 14: /* clusters of sizes that not every device has */
        *value = settings->any_cluster;
        break;
    default:
        if ((int)attribute < 0 || attribute >= CU_FUNC_ATTRIBUTE_MAX)
            return CUDA_ERROR_INVALID_VALUE;
        *value = 0;
    }
    return CUDA_SUCCESS;
}

static CUresult set_attribute(CUfunction_attribute attribute, int value,
                              const struct exec_kernel *kernel, struct function_settings *settings)
{
    switch ((int)attribute) {
    case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
        if (value < 0 ||
            (size_t)value + kernel->static_shared_bytes > device_limits()->shared_optin_bytes)
            return CUDA_ERROR_INVALID_VALUE;
        settings->max_dynamic_shared_bytes = value;
        return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
        if (value < -1 || value > 100)
            return CUDA_ERROR_INVALID_VALUE;
        settings->carveout = value;
        return CUDA_SUCCESS;
    case 14:
        settings->any_cluster = value;
        return CUDA_SUCCESS;
    case 15: /* how clusters are spread: accepted, of no effect */
        return CUDA_SUCCESS;
    default:
        return CUDA_ERROR_INVALID_VALUE;
    }
}

EXPORT CUresult CUDAAPI cuFuncGetAttribute(int *value, CUfunction_attribute attribute,
                                           CUfunction handle)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && !value)
        r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : get_attribute(value, attribute, f->kernel, &f->settings);
}

EXPORT CUresult CUDAAPI cuFuncSetAttribute(CUfunction handle, CUfunction_attribute attribute,
                                           int value)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    return r ? r : set_attribute(attribute, value, f->kernel, &f->settings);
}

EXPORT CUresult CUDAAPI cuFuncSetCacheConfig(CUfunction handle, CUfunc_cache config)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && (unsigned)config > CU_FUNC_CACHE_PREFER_EQUAL)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        f->cache_config = config;
    return r;
}

EXPORT CUresult CUDAAPI cuFuncSetSharedMemConfig(CUfunction handle, CUsharedconfig config)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && (unsigned)config > CU_SHARED_MEM_CONFIG_EIGHT_BYTE_BANK_SIZE)
        r = CUDA_ERROR_INVALID_VALUE;
    return r;
}

EXPORT CUresult CUDAAPI cuFuncGetModule(CUmodule *module, CUfunction handle)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && !module)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *module = f->module;
    return r;
}

#if CUDA_VERSION >= 12030
EXPORT CUresult CUDAAPI cuFuncGetName(const char **name, CUfunction handle)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && !name)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *name = f->kernel->name;
    return r;
}
#endif

#if CUDA_VERSION >= 12040
static CUresult param_info(const struct exec_kernel *kernel, size_t i, size_t *offset, size_t *size)
{
    if (!offset || i >= kernel->n_params)
        return CUDA_ERROR_INVALID_VALUE;
    *offset = kernel->params[i][0];
    if (size)
        *size = kernel->params[i][1];
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuFuncGetParamInfo(CUfunction handle, size_t i, size_t *offset,
                                           size_t *size)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    return r ? r : param_info(f->kernel, i, offset, size);
}

EXPORT CUresult CUDAAPI cuFuncIsLoaded(CUfunctionLoadingState *state, CUfunction handle)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r && !state)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *state = f->loaded ? CU_FUNCTION_LOADING_STATE_LOADED : CU_FUNCTION_LOADING_STATE_UNLOADED;
    return r;
}

EXPORT CUresult CUDAAPI cuFuncLoad(CUfunction handle)
{
    struct CUfunc_st *f;
    CUresult r = function_lookup(handle, &f);

    if (!r)
        function_load(f);
    return r;
}
#endif

#if CUDA_VERSION >= 12000
static CUresult check_kernel(CUkernel kernel, CUdevice dev)
{
    CUresult r = driver_ready();

    if (!r && !handle_is(kernel, HANDLE_KERNEL))
        r = CUDA_ERROR_INVALID_HANDLE;
    if (!r && dev)
        r = CUDA_ERROR_INVALID_DEVICE;
    return r;
}

EXPORT CUresult CUDAAPI cuKernelGetAttribute(int *value, CUfunction_attribute attribute,
                                             CUkernel kernel, CUdevice dev)
{
    CUresult r = check_kernel(kernel, dev);

    if (!r && !value)
        r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : get_attribute(value, attribute, kernel->info, &kernel->settings);
}

/* Where the current context has the kernel already, it takes effect there too. */
EXPORT CUresult CUDAAPI cuKernelSetAttribute(CUfunction_attribute attribute, int value,
                                             CUkernel kernel, CUdevice dev)
{
    CUresult r = check_kernel(kernel, dev);
    CUfunction function;

    if (!r)
        r = set_attribute(attribute, value, kernel->info, &kernel->settings);
    if (!r && !cuKernelGetFunction(&function, kernel))
        r = cuFuncSetAttribute(function, attribute, value);
    return r;
}

EXPORT CUresult CUDAAPI cuKernelSetCacheConfig(CUkernel kernel, CUfunc_cache config, CUdevice dev)
{
    CUresult r = check_kernel(kernel, dev);

    if (!r && (unsigned)config > CU_FUNC_CACHE_PREFER_EQUAL)
        r = CUDA_ERROR_INVALID_VALUE;
    return r;
}

#if CUDA_VERSION >= 12030
EXPORT CUresult CUDAAPI cuKernelGetName(const char **name, CUkernel kernel)
{
    CUresult r = check_kernel(kernel, 0);

    if (!r && !name)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *name = kernel->name;
    return r;
}
#endif

#if CUDA_VERSION >= 12040
EXPORT CUresult CUDAAPI cuKernelGetParamInfo(CUkernel kernel, size_t i, size_t *offset,
                                             size_t *size)
{
    CUresult r = check_kernel(kernel, 0);

    return r ? r : param_info(kernel->info, i, offset, size);
}
#endif
#endif
