/* SPDX-License-Identifier: MIT
 *
 * context.c - see context.h. Finding is lock-free, by a map from handle to record; making and
 * forgetting take contexts_lock.
 */
#include "shim/context.h"

#include <stdlib.h>
#include <utlist.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/ptr_map.h"
#include "shim/capture.h"
#include "shim/lane.h"
#include "shim/stream.h"

static pthread_mutex_t contexts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct ptr_map by_handle; /* made by context_start */
static struct shim_context *contexts;
static uint64_t last_id;

static void context_destroy(struct shim_context *context)
{
    /* The domain first: it drops the marks in flight and gives back what it holds. */
    sched_domain_destroy(context->domain, CUDA_ERROR_CONTEXT_IS_DESTROYED);
    streams_drop(context);
    lanes_drop(context);
    pthread_mutex_destroy(&context->lock);
    free(context);
}

/* Of the context that is current. */
static bool is_green(void)
{
#if CUDA_VERSION >= 12040
    CUgreenCtx green = NULL;
    return driver.cuStreamGetGreenCtx && !driver.cuStreamGetGreenCtx(CU_STREAM_LEGACY, &green) &&
           green;
#else
    return false;
#endif
}

static struct shim_context *context_create(CUcontext handle)
{
    _cleanup_context_ struct context_scope scope = context_enter(handle);
    CUdevice ordinal;
    if (driver.cuCtxGetDevice(&ordinal))
        return NULL;
    struct shim_device *device = shim_device_of(ordinal);
    struct shim_context *context = device ? calloc(1, sizeof(*context)) : NULL;
    if (!context)
        return NULL;
    context->handle = handle;
    context->device = device;
    context->is_green = is_green();
    context->id = ++last_id;
    pthread_mutex_init(&context->lock, NULL);
    context->domain = sched_domain_create(device->sched);
    if (!context->domain || ptr_map_put(&by_handle, handle, context) < 0) {
        log_warn("no memory to schedule in context %p: its launches go straight through",
                 (void *)handle);
        context_destroy(context);
        return NULL;
    }
    DL_APPEND(contexts, context);
    log_debug("context %p: known as %llu", (void *)handle, (unsigned long long)context->id);
    return context;
}

int context_start(void)
{
    return ptr_map_init(&by_handle);
}

struct shim_context *context_find(CUcontext handle)
{
    return handle ? ptr_map_get(&by_handle, handle) : NULL;
}

struct shim_context *context_find_id(uint64_t id)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&contexts_lock);
    struct shim_context *context;
    DL_SEARCH_SCALAR(contexts, context, id, id);
    return context;
}

struct shim_context *context_of(CUcontext handle)
{
    struct shim_context *context = context_find(handle);
    if (context || !handle)
        return context;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&contexts_lock);
    context = context_find(handle);
    return context ? context : context_create(handle);
}

struct shim_context *context_current(void)
{
    CUcontext handle = NULL;
    if (!driver.cuCtxGetCurrent || driver.cuCtxGetCurrent(&handle))
        return NULL;
    return context_of(handle);
}

void context_forget(struct shim_context *context)
{
    sched_domain_wait(context->domain, SCHED_WAIT_ORDER);
    ptr_map_remove(&by_handle, context->handle);
    pthread_mutex_lock(&contexts_lock);
    DL_DELETE(contexts, context);
    pthread_mutex_unlock(&contexts_lock);
    context_destroy(context);
}

struct shim_context *context_find_primary(CUdevice ordinal)
{
    CUcontext handle = NULL;
    unsigned flags;
    int active = 0;
    if (!driver.cuDevicePrimaryCtxGetState ||
        driver.cuDevicePrimaryCtxGetState(ordinal, &flags, &active) || !active ||
        driver.cuDevicePrimaryCtxRetain(&handle, ordinal))
        return NULL;
    driver.cuDevicePrimaryCtxRelease_v2(ordinal);
    return context_find(handle);
}

/* The busy ones made after the id, in the order they were made; moves the id on. */
static size_t busy_after(uint64_t *id, struct sched_domain **ret_domains, size_t most)
{
    size_t n = 0;
    struct shim_context *context;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&contexts_lock);
    DL_FOREACH(contexts, context)
    {
        if (context->id <= *id || !sched_domain_busy(context->domain))
            continue;
        ret_domains[n++] = context->domain;
        *id = context->id;
        if (n == most)
            break;
    }
    return n;
}

/* A context that goes away while it is waited for here is the program's own race: the driver, too,
 * wants no call under way in it. */
void context_wait_all(void)
{
    struct sched_domain *domains[16];
    uint64_t id = 0;
    for (size_t n; (n = busy_after(&id, domains, 16)) > 0;)
        for (size_t i = 0; i < n; i++)
            sched_domain_wait(domains[i], SCHED_WAIT_ORDER);
}

struct context_scope context_enter(CUcontext handle)
{
    struct context_scope scope = {0};
    CUcontext current = NULL;
    if (capture_active()) {
        scope.capture_mode = CU_STREAM_CAPTURE_MODE_RELAXED;
        scope.mode_changed = !driver.cuThreadExchangeStreamCaptureMode(&scope.capture_mode);
    }
    if (!driver.cuCtxGetCurrent(&current) && current != handle)
        scope.entered = !driver.cuCtxPushCurrent_v2(handle);
    return scope;
}

void context_leave(struct context_scope *scope)
{
    CUcontext popped;
    if (scope->entered)
        driver.cuCtxPopCurrent_v2(&popped);
    if (scope->mode_changed)
        driver.cuThreadExchangeStreamCaptureMode(&scope->capture_mode);
}
