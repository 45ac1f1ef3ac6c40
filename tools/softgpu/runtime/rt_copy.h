/* SPDX-License-Identifier: MIT
 *
 * rt_copy.h - the runtime's ways of saying what to copy, in the driver's. All enter the runtime
 * first.
 */
#ifndef SOFTGPU_RUNTIME_RT_COPY_H
#define SOFTGPU_RUNTIME_RT_COPY_H

#include "tools/softgpu/runtime/rt.h"

cudaError_t rt_copy_2d(void *dst, size_t dst_pitch, const void *src, size_t src_pitch, size_t width,
                       size_t height, enum cudaMemcpyKind kind, CUDA_MEMCPY3D *ret);
cudaError_t rt_copy_3d(const struct cudaMemcpy3DParms *params, CUDA_MEMCPY3D *ret);
/* [offset, offset + bytes) of a variable. */
cudaError_t rt_symbol_part(const void *symbol, size_t offset, size_t bytes, void **ret_address);

#endif
