/* SPDX-License-Identifier: MIT
 *
 * host_function.h - a host function as work.
 */
#ifndef SOFTGPU_DRIVER_HOST_FUNCTION_H
#define SOFTGPU_DRIVER_HOST_FUNCTION_H

#include "tools/softgpu/driver/driver.h"

/* Owns a CUDA_HOST_NODE_PARAMS. INVALID_VALUE without a function. */
CUresult host_function_make(CUhostFn fn, void *user, struct work *ret_work);

#endif
