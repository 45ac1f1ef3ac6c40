/* SPDX-License-Identifier: MIT
 *
 * drv_module.c - modules: programs loaded into a context, their functions and globals.
 */
#include "tools/softgpu/driver/module.h"
#include "tools/softgpu/driver/ptx_head.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image.h"

/* CUDA 11.8 brought PTX 7.8, 12.0 brought 8.0, 13.0 brought 9.0; within a release they grow
 * together. */
#define NEWEST_PTX                                                                                 \
    (CUDA_VERSION < 12000 ? 78u : CUDA_VERSION / 1000 * 10u - 40u + CUDA_VERSION % 1000 / 10)

CUresult jit_log_read(struct jit_log *log, unsigned n, const CUjit_option *options, void **values)
{
    *log = (struct jit_log){0};
    if (n && (!options || !values))
        return CUDA_ERROR_INVALID_VALUE;
    for (unsigned i = 0; i < n; i++) {
        switch ((int)options[i]) {
        case CU_JIT_ERROR_LOG_BUFFER:
            log->error_log = values[i];
            break;
        case CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES:
            log->room = (size_t)(uintptr_t)values[i];
            log->size_value = &values[i];
            break;
        case CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES:
            log->info_size_value = &values[i];
            break;
        case CU_JIT_WALL_TIME:
            values[i] = NULL; /* a float: 0 */
            break;
        default:
            break;
        }
    }
    return CUDA_SUCCESS;
}

static void write_log(const struct jit_log *log, const struct exec_error *error)
{
    int bytes = 0;

    if (log->error_log && log->room && error)
        bytes = snprintf(log->error_log, log->room, "line %u: %s\n", error->line, error->message);
    if (log->size_value)
        *log->size_value = (void *)(uintptr_t)(bytes < 0 ? 0 : (size_t)bytes);
    if (log->info_size_value)
        *log->info_size_value = NULL;
}

/* What the PTX says it needs. */
static CUresult check_heads(const struct texts *texts, struct exec_error *ret_error)
{
    for (size_t i = 0; i < texts->n; i++) {
        struct ptx_head head = ptx_head_read(texts->texts[i], texts->sizes[i]);

        if (head.version > NEWEST_PTX) {
            ret_error->line = head.version_line;
            snprintf(ret_error->message, sizeof(ret_error->message),
                     ".version %u.%u is newer than this driver", head.version / 10,
                     head.version % 10);
            return CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
        }
        if (head.target > device_options()->cc) {
            ret_error->line = head.target_line;
            snprintf(ret_error->message, sizeof(ret_error->message),
                     ".target sm_%u is newer than this device, sm_%u", head.target,
                     (unsigned)device_options()->cc);
            return CUDA_ERROR_INVALID_PTX;
        }
    }
    return CUDA_SUCCESS;
}

static CUresult result_of(int r)
{
    switch (-r) {
    case 0:
        return CUDA_SUCCESS;
    case ENOMEM:
        return CUDA_ERROR_OUT_OF_MEMORY;
    case ENOENT:
        return CUDA_ERROR_INVALID_IMAGE; /* an undefined symbol */
    default:
        return CUDA_ERROR_INVALID_PTX;
    }
}

/* What this device lacks is said without being asked: programs on the runtime see no JIT log. */
CUresult program_make(const struct texts *texts, const struct jit_log *log,
                      struct exec_program **ret_program)
{
    struct exec_error error = {0};
    CUresult r = check_heads(texts, &error);
    bool lacks = false;

    if (!r) {
        int made = exec_program_create((const char *const *)texts->texts, texts->sizes, texts->n,
                                       ret_program, &error);
        lacks = made == -ENOTSUP;
        r = result_of(made);
    }
    write_log(log, r ? &error : NULL);
    if (r && ((lacks && !device_options()->quiet) || device_options()->check))
        fprintf(stderr, "sliver softgpu: PTX line %u: %s\n", error.line, error.message);
    return r;
}

CUresult module_create(struct CUctx_st *ctx, struct CUlib_st *library, struct exec_program *program,
                       struct CUmod_st **ret_module)
{
    struct CUmod_st *module = calloc(1, sizeof(*module));
    const struct exec_kernel **kernels;

    if (!module)
        return CUDA_ERROR_OUT_OF_MEMORY;
    module->ctx = ctx;
    module->library = library;
    module->program = program;
    module->n_functions = exec_kernels(program, &kernels);
    module->functions = calloc(module->n_functions + 1, sizeof(*module->functions));
    if (!module->functions || handle_add(module, HANDLE_MODULE)) {
        free(module->functions);
        free(module);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < module->n_functions; i++) {
        struct CUfunc_st *function = &module->functions[i];

        *function = (struct CUfunc_st){.module = module,
                                       .kernel = kernels[i],
                                       .loaded = driver_loads_eagerly(),
                                       .settings.carveout = -1};
        if (library) {
            function->handle = &library->kernels[i];
            function->settings = library->kernels[i].settings;
        }
        handle_add(function, HANDLE_FUNCTION);
    }
    driver_lock();
    module->next = ctx->modules;
    ctx->modules = module;
    driver_unlock();
    *ret_module = module;
    return CUDA_SUCCESS;
}

void module_destroy(struct CUmod_st *module)
{
    struct CUmod_st **at = &module->ctx->modules;

    driver_lock();
    while (*at != module)
        at = &(*at)->next;
    *at = module->next;
    driver_unlock();
    memory_remove_owner(module);
    handle_remove(module);
    for (size_t i = 0; i < module->n_functions; i++) {
        handle_remove(&module->functions[i]);
        free(module->functions[i].old_params);
    }
    free(module->functions);
    if (!module->library || module->program != module->library->program)
        exec_program_destroy(
            module->program); /* else the library's, which still describes its kernels */
    free(module);
}

struct CUfunc_st *module_find(struct CUmod_st *module, const char *name)
{
    for (size_t i = 0; i < module->n_functions; i++)
        if (!strcmp(module->functions[i].kernel->name, name))
            return &module->functions[i];
    return NULL;
}

CUresult module_global(struct CUmod_st *module, const char *name, CUdeviceptr *ret,
                       size_t *ret_bytes)
{
    const struct exec_global *global = exec_find_global(module->program, name);
    struct memory_range range;
    int r = 0;

    if (!global)
        return CUDA_ERROR_NOT_FOUND;
    range = (struct memory_range){.start = (uint64_t)(uintptr_t)global->address,
                                  .size_bytes = global->size_bytes,
                                  .kind = MEMORY_GLOBAL,
                                  .owner = module};
    if (range.size_bytes)
        r = memory_add(&range);
    if (r && r != -EEXIST)
        return CUDA_ERROR_OUT_OF_MEMORY;
    if (ret)
        *ret = range.start;
    if (ret_bytes)
        *ret_bytes = range.size_bytes;
    return CUDA_SUCCESS;
}

static CUresult load(CUmodule *ret_module, struct texts *texts, const struct jit_log *log,
                     CUresult read)
{
    struct exec_program *program;
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r)
        r = ret_module ? read : CUDA_ERROR_INVALID_VALUE;
    if (!r && driver_fails_now(COUNT_LOAD))
        r = CUDA_ERROR_OUT_OF_MEMORY;
    if (!r)
        r = program_make(texts, log, &program);
    texts_finish(texts);
    if (r)
        return r;
    r = module_create(ctx, NULL, program, ret_module);
    if (r)
        exec_program_destroy(program);
    return r;
}

EXPORT CUresult CUDAAPI cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int n,
                                           CUjit_option *options, void **values)
{
    struct texts texts = {0};
    struct jit_log log;
    CUresult r = driver_ready();

    if (!r)
        r = jit_log_read(&log, n, options, values);
    if (!r) {
        r = texts_add_image(&texts, image, IMAGE_SIZE_UNKNOWN);
        if (r)
            write_log(&log, &(struct exec_error){.message = "no PTX for this device in the image"});
    }
    return load(module, &texts, &log, r);
}

EXPORT CUresult CUDAAPI cuModuleLoadData(CUmodule *module, const void *image)
{
    return cuModuleLoadDataEx(module, image, 0, NULL, NULL);
}

EXPORT CUresult CUDAAPI cuModuleLoadFatBinary(CUmodule *module, const void *image)
{
    return cuModuleLoadData(module, image);
}

EXPORT CUresult CUDAAPI cuModuleLoad(CUmodule *module, const char *path)
{
    struct texts texts = {0};
    struct jit_log log = {0};
    CUresult r = driver_ready();

    if (!r)
        r = texts_add_file(&texts, path);
    return load(module, &texts, &log, r);
}

static CUresult check(CUmodule module)
{
    CUresult r = driver_ready();

    return r || handle_is(module, HANDLE_MODULE) ? r : CUDA_ERROR_INVALID_HANDLE;
}

EXPORT CUresult CUDAAPI cuModuleUnload(CUmodule module)
{
    CUresult r = check(module);

    if (!r && module->library)
        r = CUDA_ERROR_NOT_PERMITTED;
    if (r)
        return r;
    device_lock();
    device_wait_domain(&module->ctx->domain);
    device_unlock();
    module_destroy(module);
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuModuleGetFunction(CUfunction *ret, CUmodule module, const char *name)
{
    CUresult r = check(module);

    if (!r && (!ret || !name))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *ret = module_find(module, name);
    return *ret ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}

EXPORT CUresult CUDAAPI cuModuleGetGlobal(CUdeviceptr *ret, size_t *ret_bytes, CUmodule module,
                                          const char *name)
{
    CUresult r = check(module);

    if (!r && !name)
        r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : module_global(module, name, ret, ret_bytes);
}

EXPORT CUresult CUDAAPI cuModuleGetLoadingMode(CUmoduleLoadingMode *mode)
{
    CUresult r = driver_ready();

    if (!r && !mode)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *mode = driver_loads_eagerly() ? CU_MODULE_EAGER_LOADING : CU_MODULE_LAZY_LOADING;
    return r;
}

#if CUDA_VERSION >= 12040
EXPORT CUresult CUDAAPI cuModuleGetFunctionCount(unsigned int *count, CUmodule module)
{
    CUresult r = check(module);

    if (!r && !count)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *count = (unsigned)module->n_functions;
    return r;
}

EXPORT CUresult CUDAAPI cuModuleEnumerateFunctions(CUfunction *functions, unsigned int n,
                                                   CUmodule module)
{
    CUresult r = check(module);

    if (!r && n && !functions)
        r = CUDA_ERROR_INVALID_VALUE;
    for (unsigned i = 0; !r && i < n && i < module->n_functions; i++)
        functions[i] = &module->functions[i];
    return r;
}
#endif
