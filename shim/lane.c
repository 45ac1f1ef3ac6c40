/* SPDX-License-Identifier: MIT
 *
 * lane.c - see lane.h. Idle lanes and events are stacks under the context's lock.
 */
#include "shim/lane.h"

#include <stdlib.h>
#include <utlist.h>

#include "common/cleanup.h"
#include "shim/mark.h"

#define DEFAULT_WAYS 8 /* to the device, and MOST_WAYS: as CUDA_DEVICE_MAX_CONNECTIONS documents   \
                        */
#define MOST_WAYS 32

static bool is_of(const struct shim_lane *lane, int priority, bool blocking)
{
    return lane->priority == priority && lane->blocking == blocking;
}

static struct shim_lane *take_idle(struct shim_context *context, int priority, bool blocking)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    struct shim_lane *lane;
    LL_FOREACH(context->idle_lanes, lane)
    {
        if (is_of(lane, priority, blocking)) {
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
static void add_lanes(struct shim_context *context, int priority, bool blocking)
{
    for (unsigned left = ways(); left; left--) {
        struct shim_lane *lane = lane_create(priority, blocking);
        if (!lane)
            return;
        _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
        LL_APPEND(context->idle_lanes, lane);
    }
}

struct shim_lane *lane_take(struct shim_context *context, int priority, bool blocking)
{
    struct shim_lane *lane = take_idle(context, priority, blocking);
    if (lane)
        return lane;
    add_lanes(context, priority, blocking);
    return take_idle(context, priority, blocking);
}

void lane_give(struct shim_context *context, struct shim_lane *lane)
{
    if (!lane)
        return;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    LL_PREPEND(context->idle_lanes, lane);
}

/* The one whose last probe is the longest ago. */
static struct shim_lane *next_to_probe(struct shim_context *context)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    struct shim_lane *lane, *next = NULL;
    LL_FOREACH(context->idle_lanes, lane)
    if (is_of(lane, 0, false) && (!next || lane->probed < next->probed))
        next = lane;
    return next;
}

CUresult lane_probe(struct shim_context *context, struct gpu_mark *ret_mark)
{
    struct shim_lane *lane = next_to_probe(context);
    if (!lane) {
        add_lanes(context, 0, false);
        lane = next_to_probe(context);
    }
    if (!lane)
        return CUDA_ERROR_OUT_OF_MEMORY;
    lane->probed = ++context->n_probes;
    return mark_put(context, lane->handle, ret_mark);
}

struct shim_lane *lane_take_open(struct shim_context *context)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    struct shim_lane *lane, *open = NULL;
    LL_FOREACH(context->idle_lanes, lane)
    {
        uint64_t newest = open ? open->probed : 0;
        if (is_of(lane, 0, false) && lane->probed > newest && !driver.cuStreamQuery(lane->handle))
            open = lane;
    }
    if (open)
        LL_DELETE(context->idle_lanes, open);
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
    LL_FOREACH_SAFE(context->idle_events, event, next_event)
    free(event);
}
