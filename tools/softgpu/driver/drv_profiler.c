/* SPDX-License-Identifier: MIT
 *
 * drv_profiler.c - starting and stopping a profiler that nobody attached: nothing to do.
 */
#include "tools/softgpu/driver/driver.h"

#include <cudaProfiler.h>

EXPORT CUresult CUDAAPI cuProfilerStart(void)
{
    struct CUctx_st *ctx;

    return context_current(&ctx);
}

EXPORT CUresult CUDAAPI cuProfilerStop(void)
{
    struct CUctx_st *ctx;

    return context_current(&ctx);
}
