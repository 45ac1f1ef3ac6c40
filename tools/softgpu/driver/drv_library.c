/* SPDX-License-Identifier: MIT
 *
 * drv_library.c - libraries: code that is loaded once and gets a module in each context that uses
 * it.
 *
 * The first context takes over the program made at load time; others have theirs made from the
 * texts.
 */
#include "tools/softgpu/driver/module.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image.h"

#if CUDA_VERSION >= 12000

static void destroy(struct CUlib_st *library)
{
    for (size_t i = 0; i < library->n_kernels; i++)
        handle_remove(&library->kernels[i]);
    free(library->kernels);
    texts_finish(&library->texts);
    exec_program_destroy(library->program);
    free(library);
}

static CUresult create(struct texts *texts, const struct jit_log *log, CUlibrary *ret_library)
{
    struct CUlib_st *library = calloc(1, sizeof(*library));
    const struct exec_kernel **kernels;
    CUresult r;

    if (!library || driver_fails_now(COUNT_LOAD)) {
        free(library);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    r = program_make(texts, log, &library->program);
    if (r) {
        free(library);
        return r;
    }
    library->texts = *texts;
    *texts = (struct texts){0};
    library->n_kernels = exec_kernels(library->program, &kernels);
    library->kernels = calloc(library->n_kernels + 1, sizeof(*library->kernels));
    if (!library->kernels || handle_add(library, HANDLE_LIBRARY)) {
        library->n_kernels = 0;
        destroy(library);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < library->n_kernels; i++) {
        library->kernels[i] = (struct CUkern_st){.library = library,
                                                 .name = kernels[i]->name,
                                                 .info = kernels[i],
                                                 .settings.carveout = -1};
        handle_add(&library->kernels[i], HANDLE_KERNEL);
    }
    *ret_library = library;
    return CUDA_SUCCESS;
}

static struct CUmod_st *find_module(struct CUlib_st *library, struct CUctx_st *ctx)
{
    struct CUmod_st *module;

    driver_lock();
    for (module = ctx->modules; module && module->library != library;)
        module = module->next;
    driver_unlock();
    return module;
}

/* A program for one more context. */
static CUresult another_program(struct CUlib_st *library, struct exec_program **ret_program)
{
    struct jit_log no_log = {0};
    bool taken;

    driver_lock();
    taken = library->program_taken;
    library->program_taken = true;
    driver_unlock();
    *ret_program = library->program;
    return taken ? program_make(&library->texts, &no_log, ret_program) : CUDA_SUCCESS;
}

CUresult library_module(struct CUlib_st *library, struct CUctx_st *ctx,
                        struct CUmod_st **ret_module)
{
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER; /* one module for each context */
    struct exec_program *program;
    CUresult r = CUDA_SUCCESS;

    pthread_mutex_lock(&making);
    *ret_module = find_module(library, ctx);
    if (!*ret_module) {
        r = another_program(library, &program);
        if (!r)
            r = module_create(ctx, library, program, ret_module);
    }
    pthread_mutex_unlock(&making);
    return r;
}

EXPORT CUresult CUDAAPI cuLibraryLoadData(CUlibrary *library, const void *code,
                                          CUjit_option *options, void **values, unsigned int n,
                                          CUlibraryOption *library_options, void **library_values,
                                          unsigned int n_library)
{
    struct texts texts = {0};
    struct jit_log log;
    CUresult r = driver_ready();

    (void)library_options; /* whether the image may be kept by reference: it is always copied */
    (void)library_values;
    (void)n_library;
    if (!r && !library)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = jit_log_read(&log, n, options, values);
    if (!r)
        r = texts_add_image(&texts, code, IMAGE_SIZE_UNKNOWN);
    if (!r)
        r = create(&texts, &log, library);
    texts_finish(&texts);
    return r;
}

EXPORT CUresult CUDAAPI cuLibraryLoadFromFile(CUlibrary *library, const char *path,
                                              CUjit_option *options, void **values, unsigned int n,
                                              CUlibraryOption *library_options,
                                              void **library_values, unsigned int n_library)
{
    struct texts texts = {0};
    struct jit_log log;
    CUresult r = driver_ready();

    (void)library_options;
    (void)library_values;
    (void)n_library;
    if (!r && !library)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = jit_log_read(&log, n, options, values);
    if (!r)
        r = texts_add_file(&texts, path);
    if (!r)
        r = create(&texts, &log, library);
    texts_finish(&texts);
    return r;
}

static CUresult check(CUlibrary library)
{
    CUresult r = driver_ready();

    return r || handle_is(library, HANDLE_LIBRARY) ? r : CUDA_ERROR_INVALID_HANDLE;
}

EXPORT CUresult CUDAAPI cuLibraryUnload(CUlibrary library)
{
    CUresult r = check(library);
    struct CUmod_st *module;

    if (r)
        return r;
    handle_remove(library);
    while ((module = context_module_of(library))) {
        device_lock();
        device_wait_domain(&module->ctx->domain);
        device_unlock();
        module_destroy(module);
    }
    destroy(library);
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuLibraryGetKernel(CUkernel *ret, CUlibrary library, const char *name)
{
    CUresult r = check(library);

    if (!r && (!ret || !name))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    for (size_t i = 0; i < library->n_kernels; i++) {
        if (!strcmp(library->kernels[i].name, name)) {
            *ret = &library->kernels[i];
            return CUDA_SUCCESS;
        }
    }
    return CUDA_ERROR_NOT_FOUND;
}

static CUresult current_module(CUlibrary library, struct CUmod_st **ret_module)
{
    CUresult r = check(library);
    struct CUctx_st *ctx;

    if (!r)
        r = context_current(&ctx);
    return r ? r : library_module(library, ctx, ret_module);
}

EXPORT CUresult CUDAAPI cuLibraryGetModule(CUmodule *ret, CUlibrary library)
{
    return ret ? current_module(library, ret) : CUDA_ERROR_INVALID_VALUE;
}

EXPORT CUresult CUDAAPI cuLibraryGetGlobal(CUdeviceptr *ret, size_t *ret_bytes, CUlibrary library,
                                           const char *name)
{
    struct CUmod_st *module;
    CUresult r = name ? current_module(library, &module) : CUDA_ERROR_INVALID_VALUE;

    return r ? r : module_global(module, name, ret, ret_bytes);
}

EXPORT CUresult CUDAAPI cuLibraryGetManaged(CUdeviceptr *ret, size_t *ret_bytes, CUlibrary library,
                                            const char *name)
{
    return cuLibraryGetGlobal(ret, ret_bytes, library, name);
}

EXPORT CUresult CUDAAPI cuKernelGetFunction(CUfunction *ret, CUkernel kernel)
{
    struct CUmod_st *module;
    CUresult r = driver_ready();

    if (!r && !handle_is(kernel, HANDLE_KERNEL))
        r = CUDA_ERROR_INVALID_HANDLE;
    if (!r && !ret)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = current_module(kernel->library, &module);
    if (!r)
        *ret = module_find(module, kernel->name);
    return r;
}

#if CUDA_VERSION >= 12050
EXPORT CUresult CUDAAPI cuLibraryGetKernelCount(unsigned int *count, CUlibrary library)
{
    CUresult r = check(library);

    if (!r && !count)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *count = (unsigned)library->n_kernels;
    return r;
}

EXPORT CUresult CUDAAPI cuLibraryEnumerateKernels(CUkernel *kernels, unsigned int n,
                                                  CUlibrary library)
{
    CUresult r = check(library);

    if (!r && n && !kernels)
        r = CUDA_ERROR_INVALID_VALUE;
    for (unsigned i = 0; !r && i < n && i < library->n_kernels; i++)
        kernels[i] = &library->kernels[i];
    return r;
}

EXPORT CUresult CUDAAPI cuKernelGetLibrary(CUlibrary *ret, CUkernel kernel)
{
    CUresult r = driver_ready();

    if (!r && !handle_is(kernel, HANDLE_KERNEL))
        r = CUDA_ERROR_INVALID_HANDLE;
    if (!r && !ret)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *ret = kernel->library;
    return r;
}
#endif

#endif
