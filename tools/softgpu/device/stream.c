/* SPDX-License-Identifier: MIT
 *
 * stream.c - where a task stands in the order, by the stream it was put on.
 */
#include "tools/softgpu/device/stream.h"
#include "tools/softgpu/device/device_internal.h"

#include <errno.h>
#include <stdlib.h>

/* The last task of a blocking stream that was destroyed before it was done: the legacy stream still
 * has to come after it. */
struct orphan {
    struct orphan *next;
    struct task *tail;
};

static uint64_t last_number;

void stream_init(struct stream *stream, struct domain *domain, enum stream_kind kind, int priority)
{
    *stream = (struct stream){.domain = domain, .kind = kind, .priority = priority};
    device_lock();
    if (kind != STREAM_LEGACY)
        stream->number = ++last_number;
    stream->next = domain->streams;
    if (stream->next)
        stream->next->prev = stream;
    domain->streams = stream;
    device_unlock();
}

/* Drops those that are done meanwhile. */
static void drop_orphans(struct domain *domain)
{
    struct orphan **at = &domain->orphans, *orphan;

    while ((orphan = *at)) {
        if (orphan->tail->state != TASK_DONE) {
            at = &orphan->next;
            continue;
        }
        *at = orphan->next;
        task_unref(orphan->tail);
        free(orphan);
    }
}

/* Without memory for a note of it, the work is waited for. */
static void leave_orphan(struct stream *stream)
{
    struct orphan *orphan = malloc(sizeof(*orphan));

    if (!orphan) {
        device_wait_task(stream->tail);
        return;
    }
    *orphan = (struct orphan){stream->domain->orphans, task_ref(stream->tail)};
    stream->domain->orphans = orphan;
}

static bool pending(const struct stream *stream)
{
    return stream->tail && stream->tail->state != TASK_DONE;
}

void stream_finish(struct stream *stream)
{
    device_lock();
    drop_orphans(stream->domain);
    if (stream->kind == STREAM_BLOCKING && pending(stream))
        leave_orphan(stream);
    *(stream->prev ? &stream->prev->next : &stream->domain->streams) = stream->next;
    if (stream->next)
        stream->next->prev = stream->prev;
    task_unref(stream->tail);
    stream->tail = NULL;
    device_unlock();
}

/* Does a task on stream come after the last one on other? */
static bool orders(const struct stream *stream, const struct stream *other)
{
    if (stream == other)
        return true;
    return (stream->kind == STREAM_LEGACY && other->kind == STREAM_BLOCKING) ||
           (stream->kind == STREAM_BLOCKING && other->kind == STREAM_LEGACY);
}

static struct task *create(struct stream *stream, struct work *work, int priority, unsigned more)
{
    unsigned n = more;
    struct task *task;

    if (stream->kind == STREAM_LEGACY)
        drop_orphans(stream->domain);
    for (struct orphan *o = stream->domain->orphans; o && stream->kind == STREAM_LEGACY;
         o = o->next)
        n++;
    for (struct stream *other = stream->domain->streams; other; other = other->next)
        n += orders(stream, other) && pending(other);
    task = task_create(stream->domain, work, priority, n);
    if (!task)
        return NULL;
    for (struct stream *other = stream->domain->streams; other; other = other->next)
        if (orders(stream, other))
            task_after(task, other->tail);
    for (struct orphan *o = stream->domain->orphans; o && stream->kind == STREAM_LEGACY;
         o = o->next)
        task_after(task, o->tail);
    if (device.options.delay_ns && device.options.delay_stream == stream->number)
        task->delay_ns += device.options.delay_ns;
    return task;
}

static struct connection *connection_of(struct stream *stream)
{
    if (device.options.virtual_clock)
        return NULL;
    return &stream->domain->connections[stream->number % device.n_connections];
}

static struct connection *connection_for(struct stream *stream, const struct task *task)
{
    switch (task->work.kind) {
    case WORK_KERNEL:
    case WORK_WAIT_VALUE:
    case WORK_WRITE_VALUE:
        return connection_of(stream);
    default:
        return NULL;
    }
}

static void append(struct stream *stream, struct task *task, struct connection *connection)
{
    task_unref(stream->tail);
    stream->tail = task_ref(task);
    task_submit(task, connection);
}

int stream_submit(struct stream *stream, struct work *work, int priority, struct task **ret_task)
{
    struct task *task;

    device_lock();
    task = create(stream, work, priority, 0);
    if (task) {
        append(stream, task, connection_for(stream, task));
        if (ret_task)
            *ret_task = task;
        else
            task_unref(task);
    }
    device_unlock();
    return task ? 0 : -ENOMEM;
}

int stream_order_after(struct stream *stream, struct task *before)
{
    struct work mark = {.kind = WORK_MARK};
    struct task *task = NULL;
    int r = 0;

    device_lock();
    if (before && before->state != TASK_DONE) {
        task = create(stream, &mark, stream->priority, 1);
        if (task) {
            task_after(task, before);
            append(stream, task, connection_of(stream));
            task_unref(task);
        }
        r = task ? 0 : -ENOMEM;
    }
    device_unlock();
    return r;
}

bool stream_is_idle(struct stream *stream)
{
    bool idle = true;

    device_lock();
    if (stream->kind == STREAM_LEGACY) {
        drop_orphans(stream->domain);
        idle = !stream->domain->orphans;
    }
    for (struct stream *other = stream->domain->streams; other; other = other->next)
        if (other == stream || (stream->kind == STREAM_LEGACY && orders(stream, other)))
            idle = idle && !pending(other);
    device_unlock();
    return idle;
}

int stream_wait(struct stream *stream)
{
    struct work mark = {.kind = WORK_MARK};
    struct task *task;
    int r = 0;

    device_lock();
    if (stream->kind == STREAM_LEGACY) {
        task = create(stream, &mark, stream->priority, 0);
        r = task ? 0 : -ENOMEM;
        if (task)
            append(stream, task, connection_for(stream, task));
    } else {
        task = task_ref(stream->tail);
    }
    device_wait_task(task);
    task_unref(task);
    device_unlock();
    return r;
}

static void abandon_nodes(struct stream_node *nodes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        nodes[i].task->work.owned = NULL;
        task_unref(nodes[i].task);
    }
}

/* All that can fail comes first, and leaves the work with the caller when it does. */
static int create_nodes(struct stream *stream, struct stream_node *nodes, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        nodes[i].task = task_create(stream->domain, &nodes[i].work, nodes[i].priority,
                                    (unsigned)nodes[i].n_before + 2);
        if (!nodes[i].task)
            break;
    }
    if (i == n)
        return 0;
    abandon_nodes(nodes, i);
    return -ENOMEM;
}

static void submit_nodes(struct stream *stream, struct stream_node *nodes, size_t n,
                         struct task *begin, struct task *end)
{
    task_after(end, begin);
    task_submit(begin, connection_of(stream));
    for (size_t i = 0; i < n; i++) {
        task_after(nodes[i].task, begin);
        task_after(nodes[i].task, nodes[i].also_after);
        for (size_t b = 0; b < nodes[i].n_before; b++)
            task_after(nodes[i].task, nodes[nodes[i].before[b]].task);
        task_after(end, nodes[i].task);
        task_submit(nodes[i].task, NULL);
    }
    append(stream, end, NULL);
}

int stream_submit_graph(struct stream *stream, struct stream_node *nodes, size_t n)
{
    struct work mark = {.kind = WORK_MARK};
    struct task *begin = NULL, *end;

    device_lock();
    end = task_create(stream->domain, &mark, stream->priority, (unsigned)n + 1);
    if (end && !create_nodes(stream, nodes, n)) {
        begin = create(stream, &mark, stream->priority, 0);
        if (begin)
            submit_nodes(stream, nodes, n, begin, end);
        else
            abandon_nodes(nodes, n);
    }
    task_unref(begin);
    task_unref(end);
    device_unlock();
    return begin ? 0 : -ENOMEM;
}
