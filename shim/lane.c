/* SPDX-License-Identifier: MIT
 *
 * lane.c - see lane.h. Idle lanes and events are stacks under the context's lock.
 */
#include "shim/lane.h"

#include <stdlib.h>
#include <utlist.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "shim/mark.h"

/* To the device: what CUDA_DEVICE_MAX_CONNECTIONS may say, and stands for if it says nothing. */
#define MOST_WAYS    32
#define DEFAULT_WAYS 8

#define UNKNOCKED_SPARES 2 /* of those that are idle */

static struct shim_lane *take_idle(struct shim_context *context, int priority, bool blocking)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    struct shim_lane *lane;
    LL_FOREACH(context->idle_lanes, lane)
    {
        if (lane->priority == priority && lane->blocking == blocking) {
            LL_DELETE(context->idle_lanes, lane);
            return lane;
        }
    }
    return NULL;
}

static struct shim_lane *lane_create(int priority, bool blocking)
{
    struct shim_lane *lane = calloc(1, sizeof(*lane));
    if (!lane)
        return NULL;
    lane->priority = priority;
    lane->blocking = blocking;
    unsigned flags = blocking ? CU_STREAM_DEFAULT : CU_STREAM_NON_BLOCKING;
    if (driver.cuStreamCreateWithPriority(&lane->handle, flags, priority)) {
        free(lane);
        return NULL;
    }
    return lane;
}

static unsigned ways(void)
{
    const char *text = getenv("CUDA_DEVICE_MAX_CONNECTIONS");
    unsigned long n = text ? strtoul(text, NULL, 10) : 0;
    return n >= 1 && n <= MOST_WAYS ? (unsigned)n : DEFAULT_WAYS;
}

/* A stream for each way at once: streams get their ways in turn, so those that the program makes
 * next get the ones they would have without ours. Else two of them might come to share one. */
static void add_lanes(struct shim_context *context, int priority, bool blocking, bool spare)
{
    for (unsigned left = ways(); left; left--) {
        struct shim_lane *lane = lane_create(priority, blocking);
        if (!lane)
            return;
        lane->spare = spare;
        lane_give(context, lane);
    }
}

struct shim_lane *lane_take(struct shim_context *context, int priority, bool blocking)
{
    struct shim_lane *lane = take_idle(context, priority, blocking);
    if (lane)
        return lane;
    add_lanes(context, priority, blocking, false);
    return take_idle(context, priority, blocking);
}

void lane_give(struct shim_context *context, struct shim_lane *lane)
{
    if (!lane)
        return;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    if (lane->spare)
        LL_PREPEND(context->spares, lane);
    else
        LL_PREPEND(context->idle_lanes, lane);
}

void lane_prepare(struct shim_context *context)
{
    static const char image[] = ".version 6.0\n.target sm_50\n.address_size 64\n"
                                ".visible .entry knock()\n{\n    ret;\n}\n";
    CUmodule module;
    CUfunction knock;
    if (atomic_exchange(&context->prepared, true))
        return;
    struct shim_lane *lane = lane_take(context, 0, false);
    if (lane && !driver.cuModuleLoadData(&module, image) &&
        !driver.cuModuleGetFunction(&knock, module, "knock") &&
        !driver.cuLaunchKernel(knock, 1, 1, 1, 1, 1, 1, 0, lane->handle, NULL, NULL))
        atomic_store(&context->knock, knock);
    else
        log_info("context %llu: probes go without a kernel", (unsigned long long)context->id);
    lane_give(context, lane);
}

static bool is_idle(const struct shim_lane *lane)
{
    return driver.cuStreamQuery(lane->handle) == CUDA_SUCCESS;
}

/* The one whose last probe is the longest ago, of the idle ones if there are. */
static struct shim_lane *next_to_probe(struct shim_context *context, unsigned *ret_n_idle)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    struct shim_lane *spare, *next = NULL, *next_idle = NULL;
    *ret_n_idle = 0;
    LL_FOREACH(context->spares, spare)
    {
        if (!next || spare->probed < next->probed)
            next = spare;
        if (!is_idle(spare))
            continue;
        ++*ret_n_idle;
        if (!next_idle || spare->probed < next_idle->probed)
            next_idle = spare;
    }
    return next_idle ? next_idle : next;
}

/* Some are left without a kernel: on a device that is full it would not begin, and the marks of
 * later probes are to come back all the same. */
static void put_knock(struct shim_context *context, struct shim_lane *spare, unsigned n_idle)
{
    CUfunction knock = atomic_load_explicit(&context->knock, memory_order_relaxed);
    spare->knocked = !knock;
    if (knock && n_idle > UNKNOCKED_SPARES)
        spare->knocked =
            !driver.cuLaunchKernel(knock, 1, 1, 1, 1, 1, 1, 0, spare->handle, NULL, NULL);
}

CUresult lane_probe(struct shim_context *context, struct gpu_mark *ret_mark)
{
    unsigned n_idle;
    if (!context->has_spares)
        add_lanes(context, 0, false, true);
    context->has_spares = true;
    struct shim_lane *spare = next_to_probe(context, &n_idle);
    if (!spare)
        return CUDA_ERROR_OUT_OF_MEMORY;
    spare->probed = ++context->n_probes;
    CUresult result = mark_put(context, spare->handle, ret_mark);
    if (!result)
        put_knock(context, spare, n_idle);
    return result;
}

/* The context is locked. */
static struct shim_lane *find_open(const struct shim_context *context)
{
    struct shim_lane *spare, *open = NULL;
    LL_FOREACH(context->spares, spare)
    {
        uint64_t newest = open ? open->probed : 0;
        if (spare->probed > newest && spare->knocked && is_idle(spare))
            open = spare;
    }
    return open;
}

bool lane_has_open(struct shim_context *context)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    return find_open(context) != NULL;
}

struct shim_lane *lane_take_open(struct shim_context *context)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    struct shim_lane *open = find_open(context);
    if (open)
        LL_DELETE(context->spares, open);
    return open;
}

static struct shim_event *event_create(struct shim_context *context)
{
    struct shim_event *event = calloc(1, sizeof(*event));
    if (event && driver.cuEventCreate(&event->handle, CU_EVENT_DISABLE_TIMING)) {
        free(event);
        return NULL;
    }
    if (event)
        event->context = context;
    return event;
}

struct shim_event *event_take(struct shim_context *context)
{
    pthread_mutex_lock(&context->lock);
    struct shim_event *event = context->idle_events;
    if (event)
        LL_DELETE(context->idle_events, event);
    pthread_mutex_unlock(&context->lock);
    return event ? event : event_create(context);
}

void event_give(struct shim_context *context, struct shim_event *event)
{
    if (!event)
        return;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    LL_PREPEND(context->idle_events, event);
}

CUresult lane_tie(struct shim_event *by, CUstream before, CUstream after)
{
    CUresult result = driver.cuEventRecord(by->handle, before);
    if (!result)
        result = driver.cuStreamWaitEvent(after, by->handle, 0);
    return result ? driver.cuStreamSynchronize(before) : result;
}

void lanes_drop(struct shim_context *context)
{
    struct shim_lane *lane, *next_lane;
    struct shim_event *event, *next_event;
    LL_FOREACH_SAFE(context->idle_lanes, lane, next_lane)
    free(lane);
    LL_FOREACH_SAFE(context->spares, lane, next_lane)
    free(lane);
    LL_FOREACH_SAFE(context->idle_events, event, next_event)
    free(event);
}
