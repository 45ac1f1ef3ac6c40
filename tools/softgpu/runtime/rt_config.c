/* SPDX-License-Identifier: MIT
 *
 * rt_config.c - the launch configurations between <<<...>>> and the stub: a stack for each thread.
 */
#include "tools/softgpu/runtime/nvcc.h"
#include "tools/softgpu/runtime/rt.h"

#include <string.h>

#define DEPTH 16 /* arguments that launch kernels themselves nest */

struct configuration {
    dim3 grid, block;
    size_t shared_bytes;
    void *stream;
};

static __thread struct configuration stack[DEPTH];
static __thread unsigned depth;

EXPORT unsigned CUDARTAPI __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared_bytes,
                                                      void *stream)
{
    if (depth == DEPTH)
        return cudaErrorInvalidConfiguration;
    stack[depth++] = (struct configuration){grid, block, shared_bytes, stream};
    return cudaSuccess;
}

EXPORT cudaError_t CUDARTAPI __cudaPopCallConfiguration(dim3 *grid, dim3 *block,
                                                        size_t *shared_bytes, void *stream)
{
    const struct configuration *top;

    if (!depth)
        return rt_error(cudaErrorMissingConfiguration);
    top = &stack[--depth];
    *grid = top->grid;
    *block = top->block;
    *shared_bytes = top->shared_bytes;
    memcpy(stream, &top->stream, sizeof(top->stream));
    return cudaSuccess;
}
