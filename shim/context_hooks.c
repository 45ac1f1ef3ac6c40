/* SPDX-License-Identifier: MIT
 *
 * context_hooks.c - contexts that the program ends. What is held in them is submitted first; then
 * our record goes, before the driver takes away what is in the context.
 */
#include "shim/context.h"
#include "shim/hooks.h"
#include "shim/order.h"

#define MAX_DEVICES 64

/* How often the program holds each device's primary context: the last release destroys it. */
static _Atomic int retained[MAX_DEVICES];

static _Atomic int *count_of(CUdevice device)
{
    return device >= 0 && device < MAX_DEVICES ? &retained[device] : NULL;
}

CUresult hook_cuDevicePrimaryCtxRetain(CUcontext *pctx, CUdevice dev)
{
    CUresult result = driver.cuDevicePrimaryCtxRetain(pctx, dev);
    _Atomic int *count = count_of(dev);
    if (!result && count)
        atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
    return result;
}

static void forget_primary(CUdevice device)
{
    struct shim_context *context = shim_ready() ? context_find_primary(device) : NULL;
    if (context)
        context_forget(context);
}

static CUresult release(CUdevice device, CUresult (*call)(CUdevice))
{
    _Atomic int *count = count_of(device);
    if (count && atomic_load_explicit(count, memory_order_relaxed) == 1)
        forget_primary(device);
    CUresult result = call(device);
    if (!result && count && atomic_load_explicit(count, memory_order_relaxed) > 0)
        atomic_fetch_sub_explicit(count, 1, memory_order_relaxed);
    return result;
}

CUresult hook_cuDevicePrimaryCtxRelease(CUdevice dev)
{
    return release(dev, driver.cuDevicePrimaryCtxRelease);
}

CUresult hook_cuDevicePrimaryCtxRelease_v2(CUdevice dev)
{
    return release(dev, driver.cuDevicePrimaryCtxRelease_v2);
}

/* A reset context is the same handle with nothing in it, and keeps being retained. */
CUresult hook_cuDevicePrimaryCtxReset(CUdevice dev)
{
    forget_primary(dev);
    return driver.cuDevicePrimaryCtxReset(dev);
}

CUresult hook_cuDevicePrimaryCtxReset_v2(CUdevice dev)
{
    forget_primary(dev);
    return driver.cuDevicePrimaryCtxReset_v2(dev);
}

static void forget(CUcontext handle)
{
    struct shim_context *context = shim_ready() ? context_find(handle) : NULL;
    if (context)
        context_forget(context);
}

CUresult hook_cuCtxDestroy(CUcontext ctx)
{
    forget(ctx);
    return driver.cuCtxDestroy(ctx);
}

CUresult hook_cuCtxDestroy_v2(CUcontext ctx)
{
    forget(ctx);
    return driver.cuCtxDestroy_v2(ctx);
}

CUresult hook_cuCtxDetach(CUcontext ctx)
{
    forget(ctx);
    return driver.cuCtxDetach(ctx);
}

#if CUDA_VERSION >= 12040
CUresult hook_cuGreenCtxDestroy(CUgreenCtx hCtx)
{
    CUcontext handle = NULL;
    if (shim_held())
        shim_order_all();
    struct shim_context *context = NULL;
    if (shim_ready() && driver.cuCtxFromGreenCtx && !driver.cuCtxFromGreenCtx(&handle, hCtx))
        context = context_find(handle);
    if (context && context->is_green)
        context_forget(context);
    return driver.cuGreenCtxDestroy(hCtx);
}
#endif
