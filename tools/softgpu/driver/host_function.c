/* SPDX-License-Identifier: MIT
 *
 * host_function.c - what the host thread of the device calls for cuLaunchHostFunc and host nodes.
 */
#include "tools/softgpu/driver/host_function.h"

#include <stdlib.h>

static void call(void *arg, int error)
{
    CUDA_HOST_NODE_PARAMS *params = arg;

    (void)error; /* then it isn't called at all */
    params->fn(params->userData);
}

CUresult host_function_make(CUhostFn fn, void *user, struct work *ret_work)
{
    CUDA_HOST_NODE_PARAMS *params;

    if (!fn)
        return CUDA_ERROR_INVALID_VALUE;
    params = calloc(1, sizeof(*params));
    if (!params)
        return CUDA_ERROR_OUT_OF_MEMORY;
    params->fn = fn;
    params->userData = user;
    *ret_work = (struct work){.kind = WORK_HOST,
                              .host = {.call = call, .arg = params},
                              .owned = params,
                              .owned_bytes = sizeof(*params)};
    return CUDA_SUCCESS;
}
