/* SPDX-License-Identifier: MIT
 *
 * drv_error.c - names and words for the driver's error codes.
 */
#include "tools/softgpu/driver/driver.h"

struct error_row {
    int code;
    const char *name, *words;
};

static const struct error_row table[] = {
#define BOTH(number, name, runtime_name, words) {number, #name, words},
#define DRIVER(number, name, words)             {number, #name, words},
#define RUNTIME(...)
#include "tools/softgpu/errors.inc"
};

static const struct error_row *find(CUresult code)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (table[i].code == (int)code)
            return &table[i];
    return NULL;
}

EXPORT CUresult CUDAAPI cuGetErrorName(CUresult error, const char **text)
{
    const struct error_row *row = find(error);

    if (!text)
        return CUDA_ERROR_INVALID_VALUE;
    *text = row ? row->name : NULL;
    return row ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

EXPORT CUresult CUDAAPI cuGetErrorString(CUresult error, const char **text)
{
    const struct error_row *row = find(error);

    if (!text)
        return CUDA_ERROR_INVALID_VALUE;
    *text = row ? row->words : NULL;
    return row ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult driver_result_of(int fault_kind)
{
    switch (fault_kind) {
    case EXEC_FAULT_NONE:
        return CUDA_SUCCESS;
    case EXEC_FAULT_ADDRESS:
        return CUDA_ERROR_ILLEGAL_ADDRESS;
    case EXEC_FAULT_MISALIGNED:
        return CUDA_ERROR_MISALIGNED_ADDRESS;
    case EXEC_FAULT_ASSERT:
        return CUDA_ERROR_ASSERT;
    case EXEC_FAULT_INSTRUCTION:
        return CUDA_ERROR_ILLEGAL_INSTRUCTION;
    default:
        return CUDA_ERROR_LAUNCH_FAILED;
    }
}
