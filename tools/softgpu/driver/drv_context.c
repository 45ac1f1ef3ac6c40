/* SPDX-License-Identifier: MIT
 *
 * drv_context.c - contexts: the primary one, plain ones, and each thread's stack of current ones.
 *
 * A context's struct outlives it, so that a stale handle is told apart; its domain, streams,
 * modules and memory do not.
 */
#include "tools/softgpu/driver/driver.h"
#include "tools/softgpu/driver/module.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define STACK_MAX 256

static struct CUctx_st primary;
static _Atomic bool lost; /* a primary context was reset with a fault in it */
static struct CUctx_st *contexts;
static _Atomic unsigned long long last_id;
static __thread struct CUctx_st *stack[STACK_MAX]; /* current per thread; the top is the last */
static __thread unsigned stack_size;

CUresult context_error(struct CUctx_st *ctx)
{
    return driver_result_of(atomic_load_explicit(&ctx->domain.error, memory_order_acquire));
}

static CUresult check(struct CUctx_st *ctx)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (!ctx)
        return CUDA_ERROR_INVALID_CONTEXT;
    if (!ctx->alive)
        return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    return context_error(ctx);
}

static struct CUctx_st *top(void)
{
    return stack_size ? stack[stack_size - 1] : NULL;
}

CUresult context_current(struct CUctx_st **ret_ctx)
{
    *ret_ctx = top();
    return check(*ret_ctx);
}

CUresult context_check(struct CUctx_st *ctx, struct CUctx_st **ret_ctx)
{
    if (!ctx)
        return context_current(ret_ctx);
    if (!handle_is(ctx, HANDLE_CONTEXT))
        return driver_ready() ? CUDA_ERROR_NOT_INITIALIZED : CUDA_ERROR_INVALID_CONTEXT;
    *ret_ctx = ctx;
    return check(ctx);
}

static struct CUstream_st *find_stream(struct CUctx_st *ctx, uint64_t thread)
{
    struct CUstream_st *stream = ctx->alive ? ctx->streams : NULL;

    while (stream && stream->thread != thread)
        stream = stream->next;
    return stream;
}

struct CUstream_st *context_stream_of_thread(struct CUctx_st *ctx, uint64_t thread)
{
    struct CUstream_st *stream = NULL;

    driver_lock();
    if (ctx) {
        stream = find_stream(ctx, thread);
    } else {
        stream = find_stream(&primary, thread);
        for (ctx = contexts; ctx && !stream; ctx = ctx->next)
            stream = find_stream(ctx, thread);
    }
    driver_unlock();
    return stream;
}

static struct CUmod_st *find_module(struct CUctx_st *ctx, const struct CUlib_st *library)
{
    struct CUmod_st *module = ctx->modules;

    while (module && module->library != library)
        module = module->next;
    return module;
}

struct CUmod_st *context_module_of(const struct CUlib_st *library)
{
    struct CUmod_st *module;

    driver_lock();
    module = find_module(&primary, library);
    for (struct CUctx_st *ctx = contexts; ctx && !module; ctx = ctx->next)
        module = find_module(ctx, library);
    driver_unlock();
    return module;
}

CUresult context_synchronize(struct CUctx_st *ctx)
{
    CUresult r = capture_allows_waiting();

    if (r)
        return r;
    device_lock();
    device_wait_domain(&ctx->domain);
    device_unlock();
    domain_flush_print(&ctx->domain);
    return context_error(ctx);
}

static void init(struct CUctx_st *ctx, unsigned flags, unsigned version)
{
    static const size_t limits[] = {[CU_LIMIT_STACK_SIZE] = 1024,
                                    [CU_LIMIT_PRINTF_FIFO_SIZE] = 1 << 20,
                                    [CU_LIMIT_MALLOC_HEAP_SIZE] = 8 << 20,
                                    [CU_LIMIT_DEV_RUNTIME_SYNC_DEPTH] = 2,
                                    [CU_LIMIT_DEV_RUNTIME_PENDING_LAUNCH_COUNT] = 2048,
                                    [CU_LIMIT_MAX_L2_FETCH_GRANULARITY] = 64};

    domain_init(&ctx->domain);
    ctx->flags = flags;
    ctx->version = version;
    ctx->id = atomic_fetch_add(&last_id, 1) + 1;
    memcpy(ctx->limits, limits, sizeof(limits));
    ctx->cache_config = CU_FUNC_CACHE_PREFER_NONE;
    ctx->legacy = (struct CUstream_st){.ctx = ctx, .id = 1};
    stream_init(&ctx->legacy.order, &ctx->domain, STREAM_LEGACY, 0);
    ctx->alive = true;
}

static void finish(struct CUctx_st *ctx)
{
    device_lock();
    device_wait_domain(&ctx->domain);
    device_unlock();
    domain_flush_print(&ctx->domain);
    ctx->alive = false;
    while (ctx->modules)
        module_destroy(ctx->modules);
    while (ctx->streams)
        stream_destroy(ctx->streams);
    stream_finish(&ctx->legacy.order);
    memory_remove_owner(ctx);
    domain_finish(&ctx->domain);
}

static CUresult create(CUcontext *ret_ctx, unsigned flags, CUdevice dev, unsigned version)
{
    CUresult r = driver_ready();
    struct CUctx_st *ctx;

    if (r)
        return r;
    if (!ret_ctx || (flags & ~0xffu))
        return CUDA_ERROR_INVALID_VALUE;
    if (dev)
        return CUDA_ERROR_INVALID_DEVICE;
    if (stack_size == STACK_MAX)
        return CUDA_ERROR_OUT_OF_MEMORY;
    ctx = calloc(1, sizeof(*ctx));
    if (!ctx || handle_add(ctx, HANDLE_CONTEXT)) {
        free(ctx);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    init(ctx, flags, version);
    driver_lock();
    ctx->next = contexts;
    contexts = ctx;
    driver_unlock();
    stack[stack_size++] = ctx;
    *ret_ctx = ctx;
    return CUDA_SUCCESS;
}

#if CUDA_VERSION >= 13000
EXPORT CUresult CUDAAPI cuCtxCreate(CUcontext *pctx, CUctxCreateParams *params, unsigned int flags,
                                    CUdevice dev)
{
    if (params && (params->numExecAffinityParams || params->cigParams))
        return CUDA_ERROR_NOT_SUPPORTED;
    return create(pctx, flags, dev, 13000);
}

EXPORT CUresult CUDAAPI cuCtxCreate_v2(CUcontext *pctx, unsigned int flags, CUdevice dev);
CUresult CUDAAPI cuCtxCreate_v2(CUcontext *pctx, unsigned int flags, CUdevice dev)
{
    return create(pctx, flags, dev, 3020);
}
#else
EXPORT CUresult CUDAAPI cuCtxCreate(CUcontext *pctx, unsigned int flags, CUdevice dev)
{
    return create(pctx, flags, dev, 3020);
}
#endif

EXPORT CUresult CUDAAPI cuCtxCreate_v3(CUcontext *pctx, CUexecAffinityParam *params, int n,
                                       unsigned int flags, CUdevice dev);
CUresult CUDAAPI cuCtxCreate_v3(CUcontext *pctx, CUexecAffinityParam *params, int n,
                                unsigned int flags, CUdevice dev)
{
    (void)params;
    return n ? CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY : create(pctx, flags, dev, 3020);
}

EXPORT CUresult CUDAAPI cuCtxDestroy(CUcontext ctx)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (!handle_is(ctx, HANDLE_CONTEXT) || ctx->primary)
        return CUDA_ERROR_INVALID_CONTEXT;
    if (!ctx->alive)
        return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    if (top() == ctx)
        stack_size--;
    finish(ctx);
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuDevicePrimaryCtxRetain(CUcontext *pctx, CUdevice dev)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (!pctx)
        return CUDA_ERROR_INVALID_VALUE;
    if (dev)
        return CUDA_ERROR_INVALID_DEVICE;
    if (lost)
        return (CUresult)46; /* CUDA_ERROR_DEVICE_UNAVAILABLE, where headers have it */
    driver_lock();
    if (!primary.primary && handle_add(&primary, HANDLE_CONTEXT)) {
        r = CUDA_ERROR_OUT_OF_MEMORY;
    } else {
        primary.primary = true;
        if (!primary.alive)
            init(&primary, primary.flags, 3020);
        primary.refs++;
        *pctx = &primary;
    }
    driver_unlock();
    return r;
}

/* With the lock let go for the waiting: modules and streams leave their lists under it. */
static void reset_primary(void)
{
    if (primary.alive && context_error(&primary))
        lost = true; /* as on a GPU: it is not to be had again in this process */
    if (primary.alive)
        finish(&primary);
}

EXPORT CUresult CUDAAPI cuDevicePrimaryCtxRelease(CUdevice dev)
{
    CUresult r = driver_ready();
    bool last = false;

    if (r)
        return r;
    if (dev)
        return CUDA_ERROR_INVALID_DEVICE;
    driver_lock();
    if (primary.refs)
        last = !--primary.refs;
    else
        r = CUDA_ERROR_INVALID_CONTEXT;
    driver_unlock();
    if (last)
        reset_primary();
    return r;
}

EXPORT CUresult CUDAAPI cuDevicePrimaryCtxReset(CUdevice dev)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (dev)
        return CUDA_ERROR_INVALID_DEVICE;
    driver_lock();
    primary.refs = 0;
    driver_unlock();
    reset_primary();
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuDevicePrimaryCtxSetFlags(CUdevice dev, unsigned int flags)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (dev)
        return CUDA_ERROR_INVALID_DEVICE;
    if (flags & ~0xffu)
        return CUDA_ERROR_INVALID_VALUE;
    driver_lock();
    primary.flags = flags;
    driver_unlock();
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuDevicePrimaryCtxGetState(CUdevice dev, unsigned int *flags, int *active)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (dev)
        return CUDA_ERROR_INVALID_DEVICE;
    if (!flags || !active)
        return CUDA_ERROR_INVALID_VALUE;
    driver_lock();
    *flags = primary.flags;
    *active = primary.alive;
    driver_unlock();
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuCtxPushCurrent(CUcontext ctx)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (!handle_is(ctx, HANDLE_CONTEXT))
        return CUDA_ERROR_INVALID_CONTEXT;
    if (stack_size == STACK_MAX)
        return CUDA_ERROR_OUT_OF_MEMORY;
    stack[stack_size++] = ctx;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuCtxPopCurrent(CUcontext *pctx)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (!stack_size)
        return CUDA_ERROR_INVALID_CONTEXT;
    stack_size--;
    if (pctx)
        *pctx = stack[stack_size];
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuCtxSetCurrent(CUcontext ctx)
{
    CUresult r = driver_ready();

    if (r)
        return r;
    if (ctx && !handle_is(ctx, HANDLE_CONTEXT))
        return CUDA_ERROR_INVALID_CONTEXT;
    if (stack_size)
        stack_size--;
    if (ctx)
        stack[stack_size++] = ctx;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuCtxGetCurrent(CUcontext *pctx)
{
    CUresult r = driver_ready();

    if (!r && !pctx)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *pctx = top();
    return r;
}

EXPORT CUresult CUDAAPI cuCtxGetDevice(CUdevice *device)
{
    CUresult r = driver_ready();

    if (!r && !top())
        r = CUDA_ERROR_INVALID_CONTEXT;
    if (!r && !device)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *device = 0;
    return r;
}

EXPORT CUresult CUDAAPI cuCtxSynchronize(void)
{
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);

    return r ? r : context_synchronize(ctx);
}

#if CUDA_VERSION >= 13000
EXPORT CUresult CUDAAPI cuCtxSynchronize_v2(CUcontext handle)
{
    struct CUctx_st *ctx;
    CUresult r = context_check(handle, &ctx);

    return r ? r : context_synchronize(ctx);
}

EXPORT CUresult CUDAAPI cuCtxGetDevice_v2(CUdevice *device, CUcontext handle)
{
    struct CUctx_st *ctx;
    CUresult r = context_check(handle, &ctx);

    if (!r && !device)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *device = 0;
    return r;
}
#endif
