/* SPDX-License-Identifier: MIT
 *
 * pool.h - memory pools: plain allocations that are freed in a stream's order.
 */
#ifndef SOFTGPU_DRIVER_POOL_H
#define SOFTGPU_DRIVER_POOL_H

#include "tools/softgpu/driver/driver.h"

/* The device's current pool. */
CUmemoryPool pool_current(void);
/* The memory is there at once, whatever is on the stream. */
CUresult pool_alloc(CUmemoryPool pool, struct CUstream_st *stream, size_t bytes, CUdeviceptr *ret);
CUresult pool_free(struct CUstream_st *stream, CUdeviceptr start);

#endif
