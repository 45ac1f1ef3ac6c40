/* SPDX-License-Identifier: MIT
 *
 * rt_error.c - the last error of each thread, and what errors are called.
 */
#include "tools/softgpu/runtime/rt.h"

#include <stddef.h>

static __thread cudaError_t last;

/* That something is not ready yet is an answer, not an error. */
cudaError_t rt_error(cudaError_t error)
{
    if (error && error != cudaErrorNotReady)
        last = error;
    return error;
}

cudaError_t rt_result(CUresult result)
{
    return rt_error((cudaError_t)result);
}

EXPORT cudaError_t CUDARTAPI cudaGetLastError(void)
{
    cudaError_t error = last;

    last = cudaSuccess;
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaPeekAtLastError(void)
{
    return last;
}

struct error_row {
    int error;
    const char *name, *words;
};

static const struct error_row table[] = {
#define BOTH(number, driver_name, name, words) {number, #name, words},
#define DRIVER(...)
#define RUNTIME(number, name, words) {number, #name, words},
#include "tools/softgpu/errors.inc"
};

static const struct error_row *find(cudaError_t error)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (table[i].error == (int)error)
            return &table[i];
    return NULL;
}

EXPORT const char *CUDARTAPI cudaGetErrorName(cudaError_t error)
{
    const struct error_row *row = find(error);

    return row ? row->name : "unrecognized error code";
}

EXPORT const char *CUDARTAPI cudaGetErrorString(cudaError_t error)
{
    const struct error_row *row = find(error);

    return row ? row->words : "unrecognized error code";
}
