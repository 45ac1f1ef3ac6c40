/* SPDX-License-Identifier: MIT
 *
 * stream.h - streams as orders of tasks, the legacy default stream among them.
 *
 * A task on a stream comes after the stream's last one. One on the legacy stream also comes after
 * the last of every blocking stream of the domain, and one on a blocking stream after the last of
 * the legacy stream: that is all of the implicit synchronisation. Takes the device's lock itself.
 */
#ifndef SOFTGPU_DEVICE_STREAM_H
#define SOFTGPU_DEVICE_STREAM_H

#include "tools/softgpu/device/device.h"

enum stream_kind { STREAM_LEGACY, STREAM_BLOCKING, STREAM_NON_BLOCKING };

struct stream {
    struct domain *domain;
    struct stream *prev, *next; /* the domain's streams */
    enum stream_kind kind;
    int priority;
    uint64_t number; /* in order of creation within the process, the legacy ones 0 */
    struct task *tail;
};

/* The domain's first stream is its legacy one. */
void stream_init(struct stream *stream, struct domain *domain, enum stream_kind kind, int priority);
/* What was submitted still runs. */
void stream_finish(struct stream *stream);

/* Takes work over on success. ret_task, if not NULL, gets a reference. -ENOMEM. */
int stream_submit(struct stream *stream, struct work *work, int priority, struct task **ret_task);
/* Later work on the stream comes after task (NULL: nothing to do). */
int stream_order_after(struct stream *stream, struct task *task);
/* Until all that is on the stream is done; for the legacy stream, on all that it comes after as
 * well. -ENOMEM: did not wait. */
int stream_wait(struct stream *stream);
bool stream_is_idle(struct stream *stream);

/* One node of a graph: its work, and the nodes before it by index, all smaller than its own. */
struct stream_node {
    struct work work; /* taken over */
    int priority;
    const size_t *before;
    size_t n_before;
    struct task *also_after; /* or NULL */
    struct task *task;       /* out: a reference */
};

/* The nodes run after what is on the stream; what comes later on the stream runs after all of them.
 * -ENOMEM: nothing was submitted. */
int stream_submit_graph(struct stream *stream, struct stream_node *nodes, size_t n);

#endif
