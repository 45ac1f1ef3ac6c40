/* SPDX-License-Identifier: MIT
 *
 * gpu.c - see gpu.h: how slices of a held launch get to the driver. One thread at a time per device
 * pumps; it may be any, so each entry makes the launch's context current.
 */
#include "shim/gpu.h"

#include <errno.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "shim/defer.h"
#include "shim/launch.h"
#include "shim/mark.h"

static struct held_launch *held_of(struct launch *launch)
{
    return (struct held_launch *)launch;
}

/* A refusal is noted here, before the scheduler lets go of whoever waits for the launch: at its
 * retirement it would be too late for the call they make next. */
static int noted(const struct held_launch *held, CUresult result)
{
    if (result)
        defer_note_error(held->context, result);
    return result;
}

static uint64_t now_ns(void *gpu)
{
    (void)gpu;
    return clock_now_ns();
}

static CUstream lane_stream(const struct held_launch *held, unsigned lane)
{
    return lane == 0 || !held->lanes[lane] ? held->stream->handle : held->lanes[lane]->handle;
}

static int begin(void *gpu, struct launch *launch)
{
    (void)gpu;
    struct held_launch *held = held_of(launch);
    _cleanup_context_ struct context_scope scope = context_enter(held->context->handle);
    held->fork = event_take(held->context);
    if (!held->fork)
        return -ENOMEM;
    if (driver.cuEventRecord(held->fork->handle, held->stream->handle)) {
        event_give(held->context, held->fork);
        held->fork = NULL;
        return -EIO;
    }
    return shim_settings.lanes;
}

static struct shim_lane *lane_for(const struct held_launch *held)
{
    return lane_take(held->context, held->stream->priority, held->stream->kind == QUEUE_BLOCKING);
}

/* The lane's stream, made ready to carry slices of this launch. On failure the launch's own stream.
 */
static CUstream lane_open(struct held_launch *held, unsigned lane)
{
    if (lane == 0 || held->lanes[lane])
        return lane_stream(held, lane);
    bool is_spare = lane >= GPU_LANES - GPU_SPARE_LANES;
    struct shim_lane *taken = is_spare ? lane_take_open(held->context) : NULL;
    taken = taken ? taken : lane_for(held);
    if (taken && driver.cuStreamWaitEvent(taken->handle, held->fork->handle, 0)) {
        lane_give(held->context, taken);
        taken = NULL;
    }
    held->lanes[lane] = taken;
    return lane_stream(held, lane);
}

static CUresult call_launch(const struct held_launch *held, CUfunction function, struct grid3 grid,
                            CUstream stream, size_t param_bytes,
                            const CUlaunchAttribute *attributes, unsigned n_attributes)
{
    void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, held->params, CU_LAUNCH_PARAM_BUFFER_SIZE,
                     &param_bytes, CU_LAUNCH_PARAM_END};
    void **packed = param_bytes > 0 ? extra : NULL;
    if (!held->has_attributes)
        return driver.cuLaunchKernel(function, grid.x, grid.y, grid.z, held->threads.x,
                                     held->threads.y, held->threads.z, held->shared_bytes, stream,
                                     NULL, packed);
    CUlaunchConfig config = {
        .gridDimX = grid.x,
        .gridDimY = grid.y,
        .gridDimZ = grid.z,
        .blockDimX = held->threads.x,
        .blockDimY = held->threads.y,
        .blockDimZ = held->threads.z,
        .sharedMemBytes = held->shared_bytes,
        .hStream = stream,
        .attrs = (CUlaunchAttribute *)attributes,
        .numAttrs = n_attributes,
    };
    return driver.cuLaunchKernelEx(&config, function, NULL, packed);
}

/* A launch that may begin before its predecessor's end passes that on with its first slice. The
 * others begin behind a slice of their own launch or behind begin(), which waits for the
 * predecessor. */
static unsigned attributes_of_slice(const struct held_launch *held, bool first,
                                    CUlaunchAttribute ret_attributes[HELD_ATTRIBUTES])
{
    unsigned n = 0;
    for (unsigned i = 0; i < held->n_attributes; i++)
        if (first ||
            held->attributes[i].id != CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION)
            ret_attributes[n++] = held->attributes[i];
    return n;
}

static CUresult submit_twin(struct held_launch *held, const struct slice *slice, CUstream stream,
                            bool first)
{
    struct grid3 grid = held->launch.grid;
    struct ptx_twin_tail tail = {
        .offset_blocks = {slice->offset.x, slice->offset.y, slice->offset.z},
        .grid_blocks = {grid.x, grid.y, grid.z},
    };
    memcpy(held->params + held->tail_bytes, &tail, sizeof(tail));
    CUlaunchAttribute attributes[HELD_ATTRIBUTES];
    unsigned n = attributes_of_slice(held, first, attributes);
    return call_launch(held, held->twin, slice->extent, stream, held->tail_bytes + sizeof(tail),
                       attributes, n);
}

static int submit(void *gpu, struct launch *launch, const struct slice *slice, bool whole,
                  unsigned lane)
{
    (void)gpu;
    struct held_launch *held = held_of(launch);
    _cleanup_context_ struct context_scope scope = context_enter(held->context->handle);
    CUstream stream = lane_open(held, lane);
    log_debug("%s: %s %u+%u,%u,%u of %u,%u,%u on lane %u", launch->shape->kernel->name,
              whole ? "whole" : "slice", slice->offset.x, slice->offset.y, slice->offset.z,
              (unsigned)grid3_count(slice->extent), launch->grid.x, launch->grid.y, launch->grid.z,
              lane);
    if (whole)
        return noted(held, call_launch(held, held->original, launch->grid, stream,
                                       held->param_bytes, held->attributes, held->n_attributes));
    return noted(held, submit_twin(held, slice, stream, slice->index == 0));
}

static int join(void *gpu, struct launch *launch, unsigned lane_mask)
{
    (void)gpu;
    struct held_launch *held = held_of(launch);
    _cleanup_context_ struct context_scope scope = context_enter(held->context->handle);
    CUresult first_error = CUDA_SUCCESS;
    for (unsigned lane = 1; lane < GPU_LANES; lane++) {
        if (!(lane_mask & 1u << lane) || !held->lanes[lane])
            continue;
        CUresult result = lane_tie(held->fork, held->lanes[lane]->handle, held->stream->handle);
        if (!first_error)
            first_error = result;
    }
    return noted(held, first_error);
}

/* The part's own stream; without one it goes behind the others on the launch's own. */
static CUresult submit_aside(struct held_launch *held, const struct slice *slice,
                             struct shim_lane **ret_lane)
{
    struct shim_lane *lane = lane_take_open(held->context);
    lane = lane ? lane : lane_for(held);
    if (lane && driver.cuStreamWaitEvent(lane->handle, held->fork->handle, 0)) {
        lane_give(held->context, lane);
        lane = NULL;
    }
    *ret_lane = lane;
    return submit_twin(held, slice, lane ? lane->handle : held->stream->handle, false);
}

/* With its other lanes it is given back when the launch is done. With more than a launch has places
 * for it is not used again: few launches of a program's life come here. */
static void keep_lane(struct held_launch *held, struct shim_lane *lane)
{
    for (unsigned i = 1; i < GPU_LANES && lane; i++) {
        if (!held->lanes[i]) {
            held->lanes[i] = lane;
            return;
        }
    }
}

static int spread(void *gpu, struct launch *launch, const struct slice *slices, unsigned n,
                  unsigned lane_mask)
{
    struct held_launch *held = held_of(launch);
    _cleanup_context_ struct context_scope scope = context_enter(held->context->handle);
    struct shim_lane *lanes[PLAN_REST_MAX] = {NULL};
    log_info("%s: its slices wait for one another: the other %u parts go side by side",
             launch->shape->kernel->name, n);
    CUresult first_error = CUDA_SUCCESS;
    for (unsigned i = 0; i < n && !first_error; i++)
        first_error = submit_aside(held, &slices[i], &lanes[i]);
    for (unsigned i = 0; i < n; i++) {
        CUresult result =
            lanes[i] ? lane_tie(held->fork, lanes[i]->handle, held->stream->handle) : CUDA_SUCCESS;
        if (!first_error)
            first_error = result;
    }
    noted(held, first_error);
    int joined = join(gpu, launch, lane_mask);
    for (unsigned i = 0; i < n; i++)
        keep_lane(held, lanes[i]);
    return first_error ? (int)first_error : joined;
}

static int follow(void *gpu, struct launch *launch, const struct slice *slices, unsigned n,
                  unsigned lane_mask)
{
    struct held_launch *held = held_of(launch);
    _cleanup_context_ struct context_scope scope = context_enter(held->context->handle);
    CUresult error = CUDA_SUCCESS;
    for (unsigned i = 0; i < n && !error; i++)
        error = submit_twin(held, &slices[i], held->stream->handle, false);
    int joined = join(gpu, launch, lane_mask);
    return error ? noted(held, error) : joined;
}

static bool alone(void *gpu, struct launch *launch)
{
    (void)gpu;
    struct held_launch *held = held_of(launch);
    _cleanup_context_ struct context_scope scope = context_enter(held->context->handle);
    return stream_is_alone(held->stream);
}

static bool begun(void *gpu, struct launch *launch)
{
    (void)gpu;
    struct held_launch *held = held_of(launch);
    _cleanup_context_ struct context_scope scope = context_enter(held->context->handle);
    return !held->fork || driver.cuEventQuery(held->fork->handle) != CUDA_ERROR_NOT_READY;
}

static int mark(void *gpu, struct launch *launch, unsigned lane, struct gpu_mark *ret_mark)
{
    (void)gpu;
    struct held_launch *held = held_of(launch);
    _cleanup_context_ struct context_scope scope = context_enter(held->context->handle);
    return mark_put(held->context, lane_stream(held, lane), ret_mark);
}

static int mark_stream(void *gpu, void *stream, struct gpu_mark *ret_mark)
{
    (void)gpu;
    struct shim_stream *of = stream;
    _cleanup_context_ struct context_scope scope = context_enter(of->context->handle);
    /* Direct launches are marked by the thread that made them, so that handle means what it should.
     */
    CUstream handle = of->substitute && !of->away ? CU_STREAM_PER_THREAD : of->handle;
    return mark_put(of->context, handle, ret_mark);
}

static bool reached(void *gpu, const struct gpu_mark *mark)
{
    (void)gpu;
    return mark_reached(mark);
}

static int probe(void *gpu, void *stream, struct gpu_mark *ret_mark)
{
    (void)gpu;
    struct shim_context *context = ((struct shim_stream *)stream)->context;
    _cleanup_context_ struct context_scope scope = context_enter(context->handle);
    return lane_probe(context, ret_mark);
}

static bool has_open(void *gpu, struct launch *launch)
{
    (void)gpu;
    struct held_launch *held = held_of(launch);
    _cleanup_context_ struct context_scope scope = context_enter(held->context->handle);
    return lane_has_open(held->context);
}

static void drop_mark(void *gpu, struct gpu_mark *mark)
{
    (void)gpu;
    mark_drop(mark);
}

static int call(void *gpu, struct call *call)
{
    (void)gpu;
    return defer_run(call);
}

static void retire_launch(void *gpu, struct launch *launch, int error)
{
    (void)gpu;
    (void)error; /* noted when the driver said so; given up at an end, nobody is left to tell */
    held_destroy(held_of(launch));
}

static void retire_call(void *gpu, struct call *call, int error)
{
    (void)gpu;
    (void)error;
    defer_retire(call);
}

const struct gpu_ops shim_gpu_ops = {
    .now_ns = now_ns,
    .begin = begin,
    .submit = submit,
    .spread = spread,
    .follow = follow,
    .join = join,
    .probe = probe,
    .open = has_open,
    .begun = begun,
    .alone = alone,
    .mark = mark,
    .mark_stream = mark_stream,
    .reached = reached,
    .drop_mark = drop_mark,
    .call = call,
    .retire_launch = retire_launch,
    .retire_call = retire_call,
};
