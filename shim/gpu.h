/* SPDX-License-Identifier: MIT
 *
 * gpu.h - gpu_ops on the real driver; the `gpu` is a struct shim_device, the `stream` of a launch a
 * struct shim_stream.
 */
#ifndef SHIM_GPU_H
#define SHIM_GPU_H

#include "sched/gpu_ops.h"

extern const struct gpu_ops shim_gpu_ops;

#endif
