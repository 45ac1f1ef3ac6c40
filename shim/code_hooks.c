/* SPDX-License-Identifier: MIT
 *
 * code_hooks.c - images loaded, kernels looked up, attributes set, modules unloaded.
 *
 * The twins stand in the program's own modules; here is also what keeps them out of its sight.
 */
#include <stdlib.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "shim/code.h"
#include "shim/hooks.h"
#include "shim/image_swap.h"
#include "shim/jit_options.h"
#include "shim/order.h"
#include "shim/read_file.h"

static struct image_swap *swap_file(const char *path, const char **ret_reason)
{
    size_t size = 0;
    _cleanup_free_ void *bytes = path ? read_file(path, &size) : NULL;
    *ret_reason = "its file can't be read";
    return bytes ? image_swap_create(bytes, size, ret_reason) : NULL;
}

/* Loading code may wait for all that runs in the context, and so for what is held of it. */
static void let_go(void)
{
    if (shim_held())
        shim_order_all();
}

/* The image with the twins first; if the driver won't have it, what the program gave. */
struct load {
    CUmodule *ret_module;
    struct image_swap *swap;
    const char *reason;
    unsigned n_options;
    CUjit_option *options;
    void **values;
};

static CUresult try_swapped(const struct load *load)
{
    struct jit_options options;
    CUresult result = CUDA_ERROR_OUT_OF_MEMORY;
    if (load->n_options == 0 && image_swap_compile(load->swap) &&
        !driver.cuModuleLoadDataEx(load->ret_module, load->swap->machine_code, 0, NULL, NULL))
        return CUDA_SUCCESS;
    if (!jit_options_join(&options, load->n_options, load->options, load->values,
                          &load->swap->build))
        return result;
    if (jit_options_copy_logs(&options))
        result = driver.cuModuleLoadDataEx(load->ret_module, load->swap->image, options.n,
                                           options.names, options.values);
    jit_options_finish(&options, load->values, result == CUDA_SUCCESS);
    return result;
}

static bool load_swapped(struct load *load)
{
    if (!load->swap || !load->swap->image)
        return false;
    CUresult result = try_swapped(load);
    if (!result)
        return true;
    log_info("an image with twins was refused with code %d: left alone", result);
    image_swap_destroy(load->swap);
    load->swap = NULL;
    load->reason = "the driver refused the image with the twins";
    return false;
}

#define LOAD_MODULE(swap_expression, n, names, values_, call)                                      \
    do {                                                                                           \
        struct load load = {.ret_module = module,                                                  \
                            .n_options = n,                                                        \
                            .options = names,                                                      \
                            .values = values_,                                                     \
                            .reason = NULL};                                                       \
        let_go();                                                                                  \
        if (!shim_ready() || !module)                                                              \
            return call;                                                                           \
        load.swap = swap_expression;                                                               \
        CUresult result = load_swapped(&load) ? CUDA_SUCCESS : call;                               \
        if (result)                                                                                \
            image_swap_destroy(load.swap);                                                         \
        else                                                                                       \
            code_add(CODE_MODULE, *module, load.swap, load.reason);                                \
        return result;                                                                             \
    } while (0)

CUresult hook_cuModuleLoad(CUmodule *module, const char *fname)
{
    LOAD_MODULE(swap_file(fname, &load.reason), 0, NULL, NULL, driver.cuModuleLoad(module, fname));
}

CUresult hook_cuModuleLoadData(CUmodule *module, const void *image)
{
    LOAD_MODULE(image_swap_create(image, IMAGE_SIZE_UNKNOWN, &load.reason), 0, NULL, NULL,
                driver.cuModuleLoadData(module, image));
}

CUresult hook_cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int numOptions,
                                 CUjit_option *options, void **optionValues)
{
    LOAD_MODULE(image_swap_create(image, IMAGE_SIZE_UNKNOWN, &load.reason), numOptions, options,
                optionValues,
                driver.cuModuleLoadDataEx(module, image, numOptions, options, optionValues));
}

CUresult hook_cuModuleLoadFatBinary(CUmodule *module, const void *fatCubin)
{
    LOAD_MODULE(image_swap_create(fatCubin, IMAGE_SIZE_UNKNOWN, &load.reason), 0, NULL, NULL,
                driver.cuModuleLoadFatBinary(module, fatCubin));
}

/* Whatever is held may be a launch of it. */
CUresult hook_cuModuleUnload(CUmodule hmod)
{
    let_go();
    CUresult result = driver.cuModuleUnload(hmod);
    if (!result)
        code_remove(hmod);
    return result;
}

/* Whoever asks for a twin by its name gets the answer that there is none. */
static bool asks_for_twin(const char *name)
{
    return shim_ready() && name && code_is_twin(name);
}

CUresult hook_cuModuleGetFunction(CUfunction *hfunc, CUmodule hmod, const char *name)
{
    if (asks_for_twin(name))
        return CUDA_ERROR_NOT_FOUND;
    let_go();
    CUresult result = driver.cuModuleGetFunction(hfunc, hmod, name);
    if (!result && shim_ready())
        code_add_kernel(hmod, name, *hfunc);
    return result;
}

CUresult hook_cuFuncSetAttribute(CUfunction hfunc, CUfunction_attribute attrib, int value)
{
    CUresult result = driver.cuFuncSetAttribute(hfunc, attrib, value);
    if (!result && shim_ready())
        code_attribute_set(hfunc, attrib, value);
    return result;
}

CUresult hook_cuFuncSetCacheConfig(CUfunction hfunc, CUfunc_cache config)
{
    CUresult result = driver.cuFuncSetCacheConfig(hfunc, config);
    if (!result && shim_ready())
        code_cache_config_set(hfunc, config);
    return result;
}

/* All that the driver lists, in its order: originals and twins. Up to FEW need no memory, so that
 * hardly any program sees a twin, whatever fails. */
#define FEW 256

struct listed {
    void **all;
    unsigned n;
    void *few[FEW];
    void *many; /* free() it */
};

static bool make_list(struct listed *list, unsigned n)
{
    list->n = n;
    list->many = n > FEW ? calloc(n, sizeof(void *)) : NULL;
    list->all = n > FEW ? list->many : list->few;
    return list->all != NULL;
}

static bool list_functions(CUmodule module, struct listed *list)
{
    unsigned n = 0;
    return shim_ready() && driver.cuFuncGetName && driver.cuModuleEnumerateFunctions &&
           !driver.cuModuleGetFunctionCount(&n, module) && make_list(list, n) &&
           !driver.cuModuleEnumerateFunctions((CUfunction *)list->all, n, module);
}

static bool list_kernels(CUlibrary library, struct listed *list)
{
    unsigned n = 0;
    return shim_ready() && driver.cuKernelGetName && driver.cuLibraryEnumerateKernels &&
           !driver.cuLibraryGetKernelCount(&n, library) && make_list(list, n) &&
           !driver.cuLibraryEnumerateKernels((CUkernel *)list->all, n, library);
}

/* The program's: NULL for a twin. */
static const char *function_name(CUfunction function)
{
    const char *name = NULL;
    return driver.cuFuncGetName(&name, function) || code_is_twin(name) ? NULL : name;
}

static const char *kernel_name(CUkernel kernel)
{
    const char *name = NULL;
    return driver.cuKernelGetName(&name, kernel) || code_is_twin(name) ? NULL : name;
}

CUresult hook_cuModuleGetFunctionCount(unsigned int *count, CUmodule mod)
{
    struct listed list = {.n = 0};
    CUresult result = driver.cuModuleGetFunctionCount(count, mod);
    bool known = !result && list_functions(mod, &list);
    for (unsigned i = 0; known && i < list.n; i++)
        *count -= !function_name(list.all[i]);
    free(list.many);
    return result;
}

CUresult hook_cuModuleEnumerateFunctions(CUfunction *functions, unsigned int numFunctions,
                                         CUmodule mod)
{
    struct listed list = {.n = 0};
    bool known = functions && list_functions(mod, &list);
    for (unsigned i = 0, n = 0; known && i < list.n && n < numFunctions; i++) {
        const char *name = function_name(list.all[i]);
        if (!name)
            continue;
        functions[n++] = list.all[i];
        code_add_kernel(mod, name, list.all[i]);
    }
    free(list.many);
    return known ? CUDA_SUCCESS : driver.cuModuleEnumerateFunctions(functions, numFunctions, mod);
}

CUresult hook_cuLibraryGetKernelCount(unsigned int *count, CUlibrary lib)
{
    struct listed list = {.n = 0};
    CUresult result = driver.cuLibraryGetKernelCount(count, lib);
    bool known = !result && list_kernels(lib, &list);
    for (unsigned i = 0; known && i < list.n; i++)
        *count -= !kernel_name(list.all[i]);
    free(list.many);
    return result;
}

CUresult hook_cuLibraryEnumerateKernels(CUkernel *kernels, unsigned int numKernels, CUlibrary lib)
{
    struct listed list = {.n = 0};
    bool known = kernels && list_kernels(lib, &list);
    for (unsigned i = 0, n = 0; known && i < list.n && n < numKernels; i++) {
        const char *name = kernel_name(list.all[i]);
        if (!name)
            continue;
        kernels[n++] = list.all[i];
        code_add_kernel(lib, name, list.all[i]);
    }
    free(list.many);
    return known ? CUDA_SUCCESS : driver.cuLibraryEnumerateKernels(kernels, numKernels, lib);
}

#define LOAD_LIBRARY(swap_expression, call)                                                        \
    do {                                                                                           \
        const char *reason = NULL;                                                                 \
        let_go();                                                                                  \
        if (!shim_ready() || !library)                                                             \
            return call;                                                                           \
        struct image_swap *swap = swap_expression;                                                 \
        CUresult result = CUDA_ERROR_INVALID_IMAGE;                                                \
        if (swap && swap->image)                                                                   \
            result =                                                                               \
                load_library_swapped(library, swap, jitOptions, jitOptionsValues, numJitOptions,   \
                                     libraryOptions, libraryOptionValues, numLibraryOptions);      \
        if (result && swap && swap->image) {                                                       \
            log_info("an image with twins was refused with code %d: left alone", result);          \
            image_swap_destroy(swap);                                                              \
            swap = NULL;                                                                           \
            reason = "the driver refused the image with the twins";                                \
        }                                                                                          \
        if (result)                                                                                \
            result = call;                                                                         \
        if (result)                                                                                \
            image_swap_destroy(swap);                                                              \
        else                                                                                       \
            code_add(CODE_LIBRARY, *library, swap, reason);                                        \
        return result;                                                                             \
    } while (0)

static CUresult load_library_swapped(CUlibrary *library, struct image_swap *swap,
                                     CUjit_option *names, void **values, unsigned n,
                                     CUlibraryOption *library_names, void **library_values,
                                     unsigned n_library)
{
    struct jit_options options;
    if (n == 0 && image_swap_compile(swap) &&
        !driver.cuLibraryLoadData(library, swap->machine_code, NULL, NULL, 0, library_names,
                                  library_values, n_library))
        return CUDA_SUCCESS;
    if (!jit_options_join(&options, n, names, values, &swap->build))
        return CUDA_ERROR_OUT_OF_MEMORY;
    CUresult result = CUDA_ERROR_OUT_OF_MEMORY;
    if (jit_options_copy_logs(&options))
        result = driver.cuLibraryLoadData(library, swap->image, options.names, options.values,
                                          options.n, library_names, library_values, n_library);
    jit_options_finish(&options, values, result == CUDA_SUCCESS);
    return result;
}

CUresult hook_cuLibraryLoadData(CUlibrary *library, const void *code, CUjit_option *jitOptions,
                                void **jitOptionsValues, unsigned int numJitOptions,
                                CUlibraryOption *libraryOptions, void **libraryOptionValues,
                                unsigned int numLibraryOptions)
{
    LOAD_LIBRARY(image_swap_create(code, IMAGE_SIZE_UNKNOWN, &reason),
                 driver.cuLibraryLoadData(library, code, jitOptions, jitOptionsValues,
                                          numJitOptions, libraryOptions, libraryOptionValues,
                                          numLibraryOptions));
}

CUresult hook_cuLibraryLoadFromFile(CUlibrary *library, const char *fileName,
                                    CUjit_option *jitOptions, void **jitOptionsValues,
                                    unsigned int numJitOptions, CUlibraryOption *libraryOptions,
                                    void **libraryOptionValues, unsigned int numLibraryOptions)
{
    LOAD_LIBRARY(swap_file(fileName, &reason),
                 driver.cuLibraryLoadFromFile(library, fileName, jitOptions, jitOptionsValues,
                                              numJitOptions, libraryOptions, libraryOptionValues,
                                              numLibraryOptions));
}

CUresult hook_cuLibraryUnload(CUlibrary library)
{
    let_go();
    CUresult result = driver.cuLibraryUnload(library);
    if (!result)
        code_remove(library);
    return result;
}

CUresult hook_cuLibraryGetKernel(CUkernel *pKernel, CUlibrary library, const char *name)
{
    if (asks_for_twin(name))
        return CUDA_ERROR_NOT_FOUND;
    CUresult result = driver.cuLibraryGetKernel(pKernel, library, name);
    if (!result && shim_ready())
        code_add_kernel(library, name, (CUfunction)*pKernel);
    return result;
}

CUresult hook_cuLibraryGetModule(CUmodule *pMod, CUlibrary library)
{
    let_go();
    CUresult result = driver.cuLibraryGetModule(pMod, library);
    if (!result && shim_ready())
        code_add_alias(library, *pMod);
    return result;
}

CUresult hook_cuKernelGetFunction(CUfunction *pFunc, CUkernel kernel)
{
    let_go();
    CUresult result = driver.cuKernelGetFunction(pFunc, kernel);
    if (!result && shim_ready())
        code_add_function(kernel, *pFunc);
    return result;
}

CUresult hook_cuKernelSetAttribute(CUfunction_attribute attrib, int val, CUkernel kernel,
                                   CUdevice dev)
{
    CUresult result = driver.cuKernelSetAttribute(attrib, val, kernel, dev);
    if (!result && shim_ready())
        code_attribute_set((CUfunction)kernel, attrib, val);
    return result;
}

CUresult hook_cuKernelSetCacheConfig(CUkernel kernel, CUfunc_cache config, CUdevice dev)
{
    CUresult result = driver.cuKernelSetCacheConfig(kernel, config, dev);
    if (!result && shim_ready())
        code_cache_config_set((CUfunction)kernel, config);
    return result;
}
