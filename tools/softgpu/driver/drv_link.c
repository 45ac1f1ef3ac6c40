/* SPDX-License-Identifier: MIT
 *
 * drv_link.c - linking PTX at run time into an image of our own (container.h).
 */
#include "tools/softgpu/driver/container.h"
#include "tools/softgpu/driver/module.h"

#include <stdlib.h>

struct CUlinkState_st {
    struct texts texts;
    CUjit_option *options; /* the program's copies of these must live until the link is done: */
    void **values;         /* ... cuLinkCreate asks for that */
    unsigned n;
    void *image;
};

EXPORT CUresult CUDAAPI cuLinkCreate(unsigned int n, CUjit_option *options, void **values,
                                     CUlinkState *ret_state)
{
    struct CUlinkState_st *state;
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && (!ret_state || (n && (!options || !values))))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    state = calloc(1, sizeof(*state));
    if (!state || handle_add(state, HANDLE_LINK)) {
        free(state);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    state->options = options;
    state->values = values;
    state->n = n;
    *ret_state = state;
    return CUDA_SUCCESS;
}

static CUresult check(CUlinkState state)
{
    CUresult r = driver_ready();

    return r || handle_is(state, HANDLE_LINK) ? r : CUDA_ERROR_INVALID_HANDLE;
}

static bool is_code(CUjitInputType type)
{
    return type == CU_JIT_INPUT_PTX || type == CU_JIT_INPUT_CUBIN ||
           type == CU_JIT_INPUT_FATBINARY || type == CU_JIT_INPUT_OBJECT;
}

/* What is no PTX is found out here; what is missing, when all is there. */
static CUresult add(CUlinkState state, const void *data, size_t bytes, unsigned n,
                    CUjit_option *options, void **values)
{
    struct exec_program *program = NULL;
    struct texts texts = {0};
    struct jit_log log;
    CUresult r = n ? jit_log_read(&log, n, options, values)
                   : jit_log_read(&log, state->n, state->options, state->values);

    if (!r)
        r = texts_add_image(&texts, data, bytes);
    if (!r)
        r = program_make(&texts, &log, &program);
    exec_program_destroy(program);
    texts_finish(&texts);
    if (r && r != CUDA_ERROR_INVALID_IMAGE)
        return r;
    return texts_add_image(&state->texts, data, bytes);
}

EXPORT CUresult CUDAAPI cuLinkAddData(CUlinkState state, CUjitInputType type, void *data,
                                      size_t bytes, const char *name, unsigned int n,
                                      CUjit_option *options, void **values)
{
    CUresult r = check(state);

    (void)name;
    if (!r && (!data || !bytes || (n && (!options || !values))))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && !is_code(type))
        r = CUDA_ERROR_NOT_SUPPORTED;
    return r ? r : add(state, data, bytes, n, options, values);
}

EXPORT CUresult CUDAAPI cuLinkAddFile(CUlinkState state, CUjitInputType type, const char *path,
                                      unsigned int n, CUjit_option *options, void **values)
{
    CUresult r = check(state);

    if (!r && n && (!options || !values))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && !is_code(type))
        r = CUDA_ERROR_NOT_SUPPORTED;
    return r ? r : texts_add_file(&state->texts, path);
}

/* The program is made here for its errors, and made again when the image is loaded. */
EXPORT CUresult CUDAAPI cuLinkComplete(CUlinkState state, void **ret_image, size_t *ret_bytes)
{
    struct exec_program *program = NULL;
    struct jit_log log;
    size_t bytes = 0;
    CUresult r = check(state);

    if (!r && !ret_image)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = jit_log_read(&log, state->n, state->options, state->values);
    if (!r)
        r = program_make(&state->texts, &log, &program);
    if (r)
        return r;
    exec_program_destroy(program);
    free(state->image);
    state->image = container_make(state->texts.texts, state->texts.sizes, state->texts.n, &bytes);
    *ret_image = state->image;
    if (ret_bytes)
        *ret_bytes = bytes;
    return state->image ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

EXPORT CUresult CUDAAPI cuLinkDestroy(CUlinkState state)
{
    CUresult r = check(state);

    if (r)
        return r;
    handle_remove(state);
    texts_finish(&state->texts);
    free(state->image);
    free(state);
    return CUDA_SUCCESS;
}
