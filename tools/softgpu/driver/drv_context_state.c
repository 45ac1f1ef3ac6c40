/* SPDX-License-Identifier: MIT
 *
 * drv_context_state.c - what a context remembers: flags, limits, cache and bank preferences.
 */
#include "tools/softgpu/driver/driver.h"

EXPORT CUresult CUDAAPI cuCtxGetFlags(unsigned int *flags)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && !flags)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *flags = ctx->flags;
    return r;
}

#if CUDA_VERSION >= 12010
EXPORT CUresult CUDAAPI cuCtxSetFlags(unsigned int flags)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && (flags & ~(unsigned)CU_CTX_FLAGS_MASK))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        ctx->flags = flags;
    return r;
}
#endif

#if CUDA_VERSION >= 12000
EXPORT CUresult CUDAAPI cuCtxGetId(CUcontext handle, unsigned long long *id)
{
    struct CUctx_st *ctx;
    CUresult r = context_check(handle, &ctx);

    if (!r && !id)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *id = ctx->id;
    return r;
}
#endif

EXPORT CUresult CUDAAPI cuCtxGetApiVersion(CUcontext handle, unsigned int *version)
{
    struct CUctx_st *ctx;
    CUresult r = context_check(handle, &ctx);

    if (!r && !version)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *version = ctx->version;
    return r;
}

EXPORT CUresult CUDAAPI cuCtxSetLimit(CUlimit limit, size_t value)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && (unsigned)limit > CU_LIMIT_PERSISTING_L2_CACHE_SIZE)
        r = CUDA_ERROR_UNSUPPORTED_LIMIT;
    if (!r)
        ctx->limits[limit] = value;
    return r;
}

EXPORT CUresult CUDAAPI cuCtxGetLimit(size_t *value, CUlimit limit)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && !value)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && (unsigned)limit > CU_LIMIT_PERSISTING_L2_CACHE_SIZE)
        r = CUDA_ERROR_UNSUPPORTED_LIMIT;
    if (!r)
        *value = ctx->limits[limit];
    return r;
}

EXPORT CUresult CUDAAPI cuCtxGetCacheConfig(CUfunc_cache *config)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && !config)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *config = ctx->cache_config;
    return r;
}

EXPORT CUresult CUDAAPI cuCtxSetCacheConfig(CUfunc_cache config)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && (unsigned)config > CU_FUNC_CACHE_PREFER_EQUAL)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        ctx->cache_config = config;
    return r;
}

EXPORT CUresult CUDAAPI cuCtxGetSharedMemConfig(CUsharedconfig *config)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && !config)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *config = ctx->shared_config;
    return r;
}

EXPORT CUresult CUDAAPI cuCtxSetSharedMemConfig(CUsharedconfig config)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (!r && (unsigned)config > CU_SHARED_MEM_CONFIG_EIGHT_BYTE_BANK_SIZE)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        ctx->shared_config = config;
    return r;
}

EXPORT CUresult CUDAAPI cuCtxGetStreamPriorityRange(int *least, int *greatest)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    if (r)
        return r;
    if (least)
        *least = DRIVER_LEAST_PRIORITY;
    if (greatest)
        *greatest = DRIVER_GREATEST_PRIORITY;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuCtxResetPersistingL2Cache(void)
{
    struct CUctx_st *ctx;

    return context_current(&ctx);
}
