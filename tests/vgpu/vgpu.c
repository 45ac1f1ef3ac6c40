/* SPDX-License-Identifier: MIT
 *
 * vgpu.c - see vgpu.h: streams, commands and blocks. The gpu_ops on top are in vgpu_ops.c.
 *
 * Blocks begin in groups: those of one kernel that found room at the same instant. A group holds
 * its room until it ends; groups that spin have no end until what they wait for has begun.
 */
#include "tests/vgpu/vgpu_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

void *vgpu_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (!memory)
        abort();
    return memory;
}

struct vgpu *vgpu_create(const struct vgpu_config *config)
{
    struct vgpu *vgpu = vgpu_alloc(sizeof(*vgpu));
    vgpu->config = *config;
    vgpu->free_room = VGPU_ROOM;
    vgpu->seed = config->seed;
    return vgpu;
}

struct vstream *vstream_create(struct vgpu *vgpu, enum sched_queue_kind kind)
{
    struct vstream *stream = vgpu_alloc(sizeof(*stream));
    stream->vgpu = vgpu;
    stream->kind = kind;
    stream->way = vgpu->config.n_ways ? vgpu->n_streams++ % vgpu->config.n_ways : 0;
    LL_PREPEND(vgpu->streams, stream);
    return stream;
}

struct vevent *vevent_create(struct vgpu *vgpu)
{
    struct vevent *event = vgpu_alloc(sizeof(*event));
    LL_PREPEND(vgpu->events, event);
    return event;
}

void vgpu_destroy(struct vgpu *vgpu)
{
    struct vstream *stream, *next_stream;
    struct vevent *event, *next_event;
    struct vcmd *cmd, *next_cmd;
    struct vgroup *group, *next_group;
    LL_FOREACH_SAFE(vgpu->streams, stream, next_stream)
    {
        LL_FOREACH_SAFE(stream->cmds, cmd, next_cmd)
        free(cmd);
        free(stream);
    }
    LL_FOREACH_SAFE(vgpu->events, event, next_event)
    free(event);
    DL_FOREACH_SAFE(vgpu->groups, group, next_group)
    free(group);
    free(vgpu);
}

uint64_t vgpu_now(const struct vgpu *vgpu)
{
    return vgpu->wall_ns;
}

/* What the device has worked for us by then. */
static uint64_t ours_by(const struct vgpu *vgpu, uint64_t wall_ns)
{
    uint64_t ours_ns = vgpu->config.ours_ns, round_ns = ours_ns + vgpu->config.away_ns;
    if (!vgpu->config.away_ns)
        return wall_ns;
    uint64_t part_ns = wall_ns % round_ns;
    return wall_ns / round_ns * ours_ns + (part_ns < ours_ns ? part_ns : ours_ns);
}

/* When it will have worked for us so long. */
static uint64_t wall_at(const struct vgpu *vgpu, uint64_t now_ns)
{
    uint64_t ours_ns = vgpu->config.ours_ns, round_ns = ours_ns + vgpu->config.away_ns;
    if (!vgpu->config.away_ns || now_ns == UINT64_MAX)
        return now_ns;
    return now_ns / ours_ns * round_ns + now_ns % ours_ns;
}

bool vstream_idle(const struct vstream *stream)
{
    return !stream->cmds;
}

double vgpu_client_ns(const struct vgpu *vgpu, unsigned client)
{
    return vgpu->client_ns[client];
}

struct vcmd *vstream_put(struct vstream *stream, enum vcmd_kind kind)
{
    struct vcmd *cmd = vgpu_alloc(sizeof(*cmd));
    cmd->kind = kind;
    cmd->stream = stream;
    cmd->number = ++stream->vgpu->n_cmds;
    cmd->put_ns = stream->vgpu->now_ns;
    LL_APPEND(stream->cmds, cmd);
    return cmd;
}

/* Of every order of magnitude alike. */
static uint64_t random_delay(struct vgpu *vgpu)
{
    unsigned log2 = (unsigned)rand_r(&vgpu->seed) % vgpu->config.max_delay_log2;
    return (uint64_t)rand_r(&vgpu->seed) % (1ull << log2);
}

void vstream_put_kernel(struct vstream *stream, struct vlaunch *launch, const struct slice *slice,
                        bool whole)
{
    struct vcmd *cmd = vstream_put(stream, VCMD_KERNEL);
    cmd->launch = launch;
    cmd->slice = *slice;
    cmd->whole = whole;
    cmd->not_before_ns = cmd->put_ns;
    if (stream->vgpu->config.max_delay_log2)
        cmd->not_before_ns += random_delay(stream->vgpu);
}

void vstream_launch(struct vstream *stream, struct vlaunch *launch)
{
    struct slice all = {.extent = launch->launch.grid};
    vstream_put_kernel(stream, launch, &all, true);
}

void vstream_copy(struct vstream *stream, uint64_t ns, struct vspan *span)
{
    struct vcmd *cmd = vstream_put(stream, VCMD_COPY);
    cmd->copy_ns = ns;
    cmd->span = span;
}

void vstream_record(struct vstream *stream, struct vevent *event, struct vspan *span)
{
    struct vcmd *cmd = vstream_put(stream, VCMD_RECORD);
    cmd->span = span;
    cmd->event = event;
    cmd->generation = ++event->n_recorded;
}

void vstream_wait(struct vstream *stream, struct vevent *event, struct vspan *span)
{
    struct vcmd *cmd = vstream_put(stream, VCMD_WAIT);
    cmd->span = span;
    cmd->event = event;
    cmd->generation = event->n_recorded;
}

void vstream_wait_host(struct vstream *stream, const bool *word, struct vspan *span)
{
    struct vcmd *cmd = vstream_put(stream, VCMD_WAIT_HOST);
    cmd->word = word;
    cmd->span = span;
}

static bool kinds_wait(enum sched_queue_kind a, enum sched_queue_kind b)
{
    return (a == QUEUE_LEGACY && b == QUEUE_BLOCKING) || (a == QUEUE_BLOCKING && b == QUEUE_LEGACY);
}

/* The legacy default stream and blocking streams: what was put earlier ends first. */
static bool held_by_others(const struct vcmd *cmd)
{
    const struct vstream *other;
    if (cmd->stream->kind == QUEUE_NON_BLOCKING)
        return false;
    LL_FOREACH(cmd->stream->vgpu->streams, other)
    {
        if (kinds_wait(cmd->stream->kind, other->kind) && other->cmds &&
            other->cmds->number < cmd->number)
            return true;
    }
    return false;
}

static void begin_kernel(struct vgpu *vgpu, struct vcmd *cmd)
{
    struct vlaunch *launch = cmd->launch;
    uint32_t wave = launch->launch.shape ? launch->launch.shape->wave_blocks : 1;
    cmd->n_left = grid3_count(cmd->slice.extent);
    cmd->n_running = 0;
    cmd->room = VGPU_ROOM / wave ? VGPU_ROOM / wave : 1;
    launch->whole_begun |= cmd->whole;
    DL_APPEND2(vgpu->running, cmd, running_prev, running_next);
}

static bool is_early(const struct vcmd *cmd)
{
    return cmd->not_before_ns > cmd->stream->vgpu->now_ns;
}

/* Has something of another stream that shares the way to go first? */
static bool held_on_way(const struct vcmd *cmd)
{
    const struct vstream *other;
    if (!cmd->stream->vgpu->config.n_ways)
        return false;
    LL_FOREACH(cmd->stream->vgpu->streams, other)
    {
        const struct vcmd *first = other->cmds;
        first = first && first->begun ? first->next : first;
        if (other->way == cmd->stream->way && first && first->number < cmd->number)
            return true;
    }
    return false;
}

/* One that was dropped before and put again elsewhere may come late. */
static void reach_mark(const struct vgpu *vgpu, struct vmark *mark, uint32_t value)
{
    if (value < mark->last_put)
        return;
    mark->written = value;
    mark->seen_ns = vgpu->now_ns + vgpu->config.mark_latency_ns;
}

/* The head of a stream. Returns whether it is over with at once. */
static bool begin_cmd(struct vgpu *vgpu, struct vcmd *cmd)
{
    if (cmd->begun)
        return cmd->kind == VCMD_COPY && vgpu->now_ns >= cmd->end_ns;
    if (is_early(cmd) || held_by_others(cmd) || held_on_way(cmd))
        return false;
    switch (cmd->kind) {
    case VCMD_KERNEL:
        begin_kernel(vgpu, cmd);
        cmd->begun = true;
        return false;
    case VCMD_COPY:
        cmd->begun = true;
        cmd->end_ns = vgpu->now_ns + cmd->copy_ns;
        cmd->span->begin_ns = vgpu->now_ns;
        return !cmd->copy_ns;
    case VCMD_MARK:
        reach_mark(vgpu, &vgpu->marks[cmd->mark_slot], cmd->mark_value);
        return true;
    case VCMD_RECORD:
        cmd->event->n_done = cmd->generation;
        return true;
    case VCMD_WAIT:
        return cmd->event->n_done >= cmd->generation;
    case VCMD_WAIT_HOST:
        return *cmd->word;
    }
    return false;
}

static void end_cmd(struct vcmd *cmd)
{
    struct vstream *stream = cmd->stream;
    if (cmd->span) {
        cmd->span->end_ns = stream->vgpu->now_ns;
        if (cmd->kind != VCMD_COPY)
            cmd->span->begin_ns = cmd->span->end_ns;
    }
    LL_DELETE(stream->cmds, cmd);
    free(cmd);
}

static bool begin_heads(struct vgpu *vgpu)
{
    struct vstream *stream;
    bool changed = false;
    LL_FOREACH(vgpu->streams, stream)
    {
        while (stream->cmds && begin_cmd(vgpu, stream->cmds)) {
            end_cmd(stream->cmds);
            changed = true;
        }
    }
    return changed;
}

/* The next n blocks of the slice, in its own linear order. */
static void count_blocks(struct vcmd *cmd, uint64_t n)
{
    struct vlaunch *launch = cmd->launch;
    struct grid3 grid = launch->launch.grid, extent = cmd->slice.extent, at = cmd->slice.offset;
    uint64_t first = grid3_count(extent) - cmd->n_left;
    for (uint64_t i = first; i < first + n; i++) {
        uint64_t x = at.x + i % extent.x, y = at.y + i / extent.x % extent.y;
        uint64_t z = at.z + i / extent.x / extent.y;
        launch->n_run[(z * grid.y + y) * grid.x + x]++;
    }
}

static uint64_t block_ns(const struct vgpu *vgpu, const struct vlaunch *launch)
{
    uint64_t taken = VGPU_ROOM - vgpu->free_room;
    bool crowded = launch->crowd_percent && taken > VGPU_ROOM / 100 * launch->crowd_percent;
    return crowded ? launch->crowded_ns : launch->block_ns;
}

static void begin_blocks(struct vgpu *vgpu, struct vcmd *cmd, uint64_t n)
{
    struct vgroup *group = vgpu_alloc(sizeof(*group));
    struct vlaunch *launch = cmd->launch;
    count_blocks(cmd, n);
    if (!launch->n_begun)
        launch->span.begin_ns = vgpu->now_ns;
    launch->n_begun += n;
    cmd->n_left -= n;
    cmd->n_running += n;
    vgpu->free_room -= n * cmd->room;
    *group = (struct vgroup){.cmd = cmd, .n = n, .begin_ns = vgpu->now_ns};
    group->end_ns = vgpu->now_ns + block_ns(vgpu, launch);
    group->next_block = cmd->slice.offset.x + grid3_count(cmd->slice.extent) - cmd->n_left;
    DL_APPEND(vgpu->groups, group);
}

/* Oldest kernel first; a younger one gets room only when all blocks of the older have begun. */
static bool dispatch_blocks(struct vgpu *vgpu)
{
    struct vcmd *cmd;
    bool changed = false;
    DL_FOREACH2(vgpu->running, cmd, running_next)
    {
        uint64_t fit = vgpu->free_room / cmd->room;
        uint64_t n = fit < cmd->n_left ? fit : cmd->n_left;
        bool one_by_one = cmd->launch->wait == VWAIT_NEXT && n > 1;
        if (one_by_one)
            begin_blocks(vgpu, cmd, n - 1);
        if (n)
            begin_blocks(vgpu, cmd, one_by_one ? 1 : n);
        changed |= n > 0;
        if (cmd->n_left)
            break;
    }
    return changed;
}

static bool spins(const struct vgroup *group)
{
    const struct vlaunch *launch = group->cmd->launch;
    if (launch->wait == VWAIT_ALL)
        return launch->n_begun < grid3_count(launch->launch.grid);
    if (launch->wait == VWAIT_NEXT)
        return group->next_block < grid3_count(launch->launch.grid) &&
               !launch->n_run[group->next_block];
    if (launch->wait == VWAIT_OTHER)
        return launch->other->span.end_ns == UINT64_MAX;
    if (launch->wait == VWAIT_WORD)
        return !*launch->word;
    return launch->wait == VWAIT_BLOCK && !launch->n_run[launch->wait_block];
}

static void end_group(struct vgpu *vgpu, struct vgroup *group)
{
    struct vcmd *cmd = group->cmd;
    struct vlaunch *launch = cmd->launch;
    double busy_ns = (double)(vgpu->now_ns - group->begin_ns) * (double)(group->n * cmd->room);
    vgpu->client_ns[launch->client] += busy_ns / VGPU_ROOM;
    vgpu->free_room += group->n * cmd->room;
    cmd->n_running -= group->n;
    launch->n_ended += group->n;
    if (launch->n_ended == grid3_count(launch->launch.grid))
        launch->span.end_ns = vgpu->now_ns;
    DL_DELETE(vgpu->groups, group);
    free(group);
    if (!cmd->n_left && !cmd->n_running) {
        DL_DELETE2(vgpu->running, cmd, running_prev, running_next);
        end_cmd(cmd);
    }
}

static bool end_groups(struct vgpu *vgpu)
{
    struct vgroup *group, *next;
    bool changed = false;
    DL_FOREACH_SAFE(vgpu->groups, group, next)
    {
        if (group->end_ns <= vgpu->now_ns && !spins(group)) {
            end_group(vgpu, group);
            changed = true;
        }
    }
    return changed;
}

/* Until nothing more happens at this instant. */
void vgpu_settle(struct vgpu *vgpu)
{
    bool changed;
    do {
        changed = end_groups(vgpu);
        changed |= begin_heads(vgpu);
        changed |= dispatch_blocks(vgpu);
    } while (changed);
}

static void earlier(uint64_t *next_ns, uint64_t at_ns, uint64_t now_ns)
{
    if (at_ns > now_ns && at_ns < *next_ns)
        *next_ns = at_ns;
}

/* When something happens next, in the time that the device works for us. */
static uint64_t next_event(struct vgpu *vgpu)
{
    struct vgroup *group;
    struct vstream *stream;
    uint64_t next_ns = UINT64_MAX;
    vgpu_settle(vgpu);
    DL_FOREACH(vgpu->groups, group)
    earlier(&next_ns, group->end_ns, vgpu->now_ns);
    LL_FOREACH(vgpu->streams, stream)
    if (stream->cmds && stream->cmds->kind == VCMD_COPY && stream->cmds->begun)
        earlier(&next_ns, stream->cmds->end_ns, vgpu->now_ns);
    LL_FOREACH(vgpu->streams, stream)
    if (stream->cmds && !stream->cmds->begun)
        earlier(&next_ns, stream->cmds->not_before_ns, vgpu->now_ns);
    return next_ns;
}

uint64_t vgpu_next(struct vgpu *vgpu)
{
    return wall_at(vgpu, next_event(vgpu));
}

void vgpu_advance(struct vgpu *vgpu, uint64_t to_ns)
{
    uint64_t end_ns = ours_by(vgpu, to_ns);
    for (uint64_t next_ns; (next_ns = next_event(vgpu)) <= end_ns && next_ns != UINT64_MAX;) {
        vgpu->now_ns = next_ns;
        vgpu_settle(vgpu);
    }
    vgpu->now_ns = end_ns;
    vgpu->wall_ns = to_ns;
    vgpu_settle(vgpu);
}
