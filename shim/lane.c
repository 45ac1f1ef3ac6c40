/* SPDX-License-Identifier: MIT
 *
 * lane.c - see lane.h. Idle lanes and events are stacks under the context's lock.
 */
#include "shim/lane.h"

#include <stdlib.h>
#include <utlist.h>

#include "common/cleanup.h"
#include "shim/mark.h"

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

struct shim_lane *lane_take(struct shim_context *context, int priority, bool blocking)
{
    struct shim_lane *lane = take_idle(context, priority, blocking);
    if (lane)
        return lane;
    lane = calloc(1, sizeof(*lane));
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

void lane_give(struct shim_context *context, struct shim_lane *lane)
{
    if (!lane)
        return;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    LL_PREPEND(context->idle_lanes, lane);
}

CUresult lane_probe(struct shim_context *context, struct gpu_mark *ret_mark)
{
    struct shim_lane **spare = &context->spares[context->n_probes++ % SHIM_SPARES];
    if (!*spare)
        *spare = lane_take(context, 0, false);
    if (!*spare)
        return CUDA_ERROR_OUT_OF_MEMORY;
    return mark_put(context, (*spare)->handle, ret_mark);
}

struct shim_lane *lane_take_open(struct shim_context *context)
{
    for (unsigned i = 0; i < SHIM_SPARES; i++) {
        struct shim_lane *lane = context->spares[i];
        if (!lane || driver.cuStreamQuery(lane->handle))
            continue;
        context->spares[i] = NULL;
        return lane;
    }
    return NULL;
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
    for (unsigned i = 0; i < SHIM_SPARES; i++)
        free(context->spares[i]);
    LL_FOREACH_SAFE(context->idle_events, event, next_event)
    free(event);
}
