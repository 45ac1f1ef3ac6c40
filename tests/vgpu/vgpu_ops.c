/* SPDX-License-Identifier: MIT
 *
 * vgpu_ops.c - gpu_ops on the virtual GPU. It checks what the scheduler promises: lanes used again
 * only when their last slice is done, no slice behind another of its launch, every launch retired
 * once.
 */
#include "tests/vgpu/vgpu_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "vgpu: %s\n", what);
    abort();
}

static bool chance(struct vgpu *vgpu, unsigned percent)
{
    return percent && (unsigned)rand_r(&vgpu->seed) % 100 < percent;
}

static uint64_t op_now_ns(void *gpu)
{
    const struct vgpu *vgpu = gpu;
    return vgpu->wall_ns;
}

static struct vstream *find_lane(struct vgpu *vgpu, enum sched_queue_kind kind)
{
    struct vstream *stream;
    LL_FOREACH(vgpu->streams, stream)
    if (!stream->lane_taken && stream->kind == kind && stream->is_lane)
        break;
    return stream;
}

/* One for each way at once, so that the program's next streams get the ways they would have. */
static struct vstream *take_lane(struct vgpu *vgpu, enum sched_queue_kind kind)
{
    struct vstream *stream = find_lane(vgpu, kind);
    for (unsigned i = 0; !stream && i < (vgpu->config.n_ways ? vgpu->config.n_ways : 1); i++)
        vstream_create(vgpu, kind)->is_lane = true;
    stream = stream ? stream : find_lane(vgpu, kind);
    stream->lane_taken = true;
    return stream;
}

/* One that a probe came back from. */
static struct vstream *take_open_lane(struct vgpu *vgpu, enum sched_queue_kind kind)
{
    for (unsigned i = 0; i < vgpu->n_spares; i++) {
        struct vstream *stream = vgpu->spares[i];
        if (stream->lane_taken || !vstream_idle(stream))
            continue;
        stream->lane_taken = true;
        return stream;
    }
    return take_lane(vgpu, kind);
}

static struct vlanes *find_lanes(struct vgpu *vgpu, struct launch *launch)
{
    struct vlanes *lanes;
    LL_SEARCH_SCALAR(vgpu->sliced, lanes, launch, launch);
    return lanes;
}

static int op_begin(void *gpu, struct launch *launch)
{
    struct vgpu *vgpu = gpu;
    struct vstream *stream = launch->stream;
    check(!find_lanes(vgpu, launch), "begin() twice");
    if (chance(vgpu, vgpu->config.fail_percent))
        return -ENOMEM;
    struct vlanes *lanes = vgpu_alloc(sizeof(*lanes));
    lanes->launch = launch;
    lanes->begin = vevent_create(vgpu);
    vstream_record(stream, lanes->begin, NULL);
    lanes->lanes[0] = stream;
    lanes->tied[0] = true;
    LL_PREPEND(vgpu->sliced, lanes);
    return (int)vgpu->config.n_lanes;
}

static bool holds_slice_of(const struct vstream *stream, const struct launch *launch)
{
    const struct vcmd *cmd;
    LL_FOREACH(stream->cmds, cmd)
    if (cmd->kind == VCMD_KERNEL && &cmd->launch->launch == launch)
        return true;
    return false;
}

static int op_submit(void *gpu, struct launch *launch, const struct slice *slice, bool whole,
                     unsigned lane)
{
    struct vgpu *vgpu = gpu;
    struct vlanes *lanes = find_lanes(vgpu, launch);
    struct vstream *stream = launch->stream;
    if (chance(vgpu, vgpu->config.refuse_percent) || (vgpu->config.refuse_slices && !whole))
        return VGPU_REFUSED;
    if (!whole) {
        check(lanes && lane < GPU_LANES, "slice on a lane that there is not");
        if (!lanes->lanes[lane])
            lanes->lanes[lane] = lane < GPU_LANES - GPU_SPARE_LANES
                                     ? take_lane(vgpu, stream->kind)
                                     : take_open_lane(vgpu, stream->kind);
        stream = lanes->lanes[lane];
        if (!lanes->tied[lane])
            vstream_wait(stream, lanes->begin, NULL);
        lanes->tied[lane] = true;
        vgpu_settle(vgpu);
        check(vgpu->config.fail_percent || !holds_slice_of(stream, launch),
              "slice behind an unfinished one of its launch");
    }
    check(!whole || !lane, "whole launch on a lane");
    vstream_put_kernel(stream, (struct vlaunch *)launch, slice, whole);
    return 0;
}

static void tie(struct vgpu *vgpu, struct vstream *before, struct vstream *after)
{
    struct vevent *event = vevent_create(vgpu);
    vstream_record(before, event, NULL);
    vstream_wait(after, event, NULL);
}

static int op_join(void *gpu, struct launch *launch, unsigned lane_mask)
{
    struct vlanes *lanes = find_lanes(gpu, launch);
    check(lane_mask && !(lane_mask & 1), "join of an empty mask or lane 0");
    for (unsigned i = 1; i < GPU_LANES; i++)
        if (lane_mask & 1u << i)
            tie(gpu, lanes->lanes[i], launch->stream);
    return 0;
}

static int op_spread(void *gpu, struct launch *launch, const struct slice *slices, unsigned n,
                     unsigned lane_mask)
{
    struct vgpu *vgpu = gpu;
    struct vstream *stream = launch->stream;
    struct vlanes *lanes = find_lanes(vgpu, launch);
    check(n && n <= PLAN_REST_MAX, "spread of nothing");
    for (unsigned i = 0; i < n; i++) {
        struct vstream *lane = take_open_lane(vgpu, stream->kind);
        lanes->lanes[GPU_LANES + i] = lane;
        vstream_wait(lane, lanes->begin, NULL);
        vstream_put_kernel(lane, (struct vlaunch *)launch, &slices[i], false);
        tie(vgpu, lane, stream);
    }
    return lane_mask ? op_join(gpu, launch, lane_mask) : 0;
}

static int op_follow(void *gpu, struct launch *launch, const struct slice *slices, unsigned n,
                     unsigned lane_mask)
{
    for (unsigned i = 0; i < n; i++)
        vstream_put_kernel(launch->stream, (struct vlaunch *)launch, &slices[i], false);
    return lane_mask ? op_join(gpu, launch, lane_mask) : 0;
}

static bool op_alone(void *gpu, struct launch *launch)
{
    struct vgpu *vgpu = gpu;
    const struct vstream *stream;
    vgpu_settle(vgpu);
    LL_FOREACH(vgpu->streams, stream)
    if (stream != launch->stream && !stream->is_lane && !stream->is_spare && !vstream_idle(stream))
        return false;
    return true;
}

static bool op_begun(void *gpu, struct launch *launch)
{
    struct vlanes *lanes = find_lanes(gpu, launch);
    return lanes->begin->n_done;
}

static int put_mark(struct vgpu *vgpu, struct vstream *stream, struct gpu_mark *ret_mark)
{
    uint32_t slot = 0;
    if (chance(vgpu, vgpu->config.fail_percent))
        return VGPU_REFUSED;
    while (slot < VGPU_MARKS && vgpu->marks[slot].taken)
        slot++;
    check(slot < VGPU_MARKS, "marks are not dropped");
    struct vmark *mark = &vgpu->marks[slot];
    struct vcmd *cmd = vstream_put(stream, VCMD_MARK);
    mark->taken = true;
    cmd->mark_slot = slot;
    cmd->mark_value = ++mark->last_put;
    *ret_mark = (struct gpu_mark){.slot = slot, .value = mark->last_put};
    return 0;
}

static int op_mark(void *gpu, struct launch *launch, unsigned lane, struct gpu_mark *ret_mark)
{
    struct vlanes *lanes = find_lanes(gpu, launch);
    return put_mark(gpu, lane ? lanes->lanes[lane] : launch->stream, ret_mark);
}

static int op_mark_stream(void *gpu, void *stream, struct gpu_mark *ret_mark)
{
    return put_mark(gpu, stream, ret_mark);
}

/* Not is_lane: they are for nothing else. */
static void make_spares(struct vgpu *vgpu)
{
    vgpu->n_spares = vgpu->config.n_ways ? vgpu->config.n_ways : VGPU_SPARES;
    for (unsigned i = 0; i < vgpu->n_spares; i++) {
        vgpu->spares[i] = vstream_create(vgpu, QUEUE_NON_BLOCKING);
        vgpu->spares[i]->is_spare = true;
    }
}

static int op_probe(void *gpu, void *stream, struct gpu_mark *ret_mark)
{
    struct vgpu *vgpu = gpu;
    struct vstream *spare = NULL;
    (void)stream;
    if (!vgpu->n_spares)
        make_spares(vgpu);
    for (unsigned i = 0; i < vgpu->n_spares && (!spare || spare->lane_taken); i++)
        spare = vgpu->spares[vgpu->last_spare++ % vgpu->n_spares];
    return spare->lane_taken ? VGPU_REFUSED : put_mark(vgpu, spare, ret_mark);
}

static bool op_open(void *gpu, struct launch *launch)
{
    const struct vgpu *vgpu = gpu;
    (void)launch;
    for (unsigned i = 0; i < vgpu->n_spares; i++)
        if (!vgpu->spares[i]->lane_taken && vstream_idle(vgpu->spares[i]))
            return true;
    return false;
}

static bool op_reached(void *gpu, const struct gpu_mark *mark)
{
    struct vgpu *vgpu = gpu;
    vgpu_settle(vgpu);
    const struct vmark *seen = &vgpu->marks[mark->slot];
    return seen->written >= mark->value && seen->seen_ns <= vgpu->now_ns;
}

static void op_drop_mark(void *gpu, struct gpu_mark *mark)
{
    struct vgpu *vgpu = gpu;
    check(vgpu->marks[mark->slot].taken, "mark dropped twice");
    vgpu->marks[mark->slot].taken = false;
}

static int op_call(void *gpu, struct call *call)
{
    (void)gpu;
    return call->run(call);
}

static void op_retire_launch(void *gpu, struct launch *launch, int error)
{
    struct vgpu *vgpu = gpu;
    struct vlaunch *vlaunch = (struct vlaunch *)launch;
    struct vlanes *lanes = find_lanes(vgpu, launch);
    check(!vlaunch->n_retired++, "launch retired twice");
    vlaunch->error = error;
    if (!lanes)
        return;
    for (unsigned i = 1; i < GPU_LANES + PLAN_REST_MAX; i++)
        if (lanes->lanes[i])
            lanes->lanes[i]->lane_taken = false;
    LL_DELETE(vgpu->sliced, lanes);
    free(lanes);
}

static void op_retire_call(void *gpu, struct call *call, int error)
{
    (void)gpu;
    (void)call;
    (void)error;
}

const struct gpu_ops vgpu_ops = {
    .now_ns = op_now_ns,
    .begin = op_begin,
    .submit = op_submit,
    .spread = op_spread,
    .follow = op_follow,
    .join = op_join,
    .probe = op_probe,
    .open = op_open,
    .begun = op_begun,
    .alone = op_alone,
    .mark = op_mark,
    .mark_stream = op_mark_stream,
    .reached = op_reached,
    .drop_mark = op_drop_mark,
    .call = op_call,
    .retire_launch = op_retire_launch,
    .retire_call = op_retire_call,
};
