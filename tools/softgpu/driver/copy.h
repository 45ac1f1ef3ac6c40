/* SPDX-License-Identifier: MIT
 *
 * copy.h - from the driver's ways of saying what to copy to struct work_copy, with the checks.
 */
#ifndef SOFTGPU_DRIVER_COPY_H
#define SOFTGPU_DRIVER_COPY_H

#include "tools/softgpu/driver/driver.h"

/* What the driver's prototype says of an end; ANY where only the address can tell. */
enum copy_end { COPY_ANY, COPY_DEVICE, COPY_HOST };

/* All of these: INVALID_VALUE unless what is meant to be device memory is. */
CUresult copy_make(uint64_t dst, enum copy_end dst_end, uint64_t src, enum copy_end src_end,
                   size_t bytes, struct work *ret_work);
CUresult copy_make_2d(const CUDA_MEMCPY2D *copy, struct work *ret_work);
CUresult copy_make_3d(const CUDA_MEMCPY3D *copy, struct work *ret_work);
CUresult fill_make(CUdeviceptr dst, size_t pitch, unsigned value, unsigned unit_bytes, size_t width,
                   size_t height, struct work *ret_work);

/* Puts the copy on the stream in the manner of the synchronous calls, or of the asynchronous ones:
 * from pageable memory the bytes are taken before it returns, into pageable memory it waits. */
CUresult copy_put(struct CUstream_st *stream, struct work *work);
CUresult copy_put_async(struct CUstream_st *stream, struct work *work);

#endif
