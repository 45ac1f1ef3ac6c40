/* SPDX-License-Identifier: MIT
 *
 * lane.h - the internal streams that slices overlap on, and the events that tie them to the
 * program's streams. Both are kept per context and used again.
 *
 * A lane has the priority of the stream it works for, and is blocking if that stream is: so the
 * legacy default stream waits for it, and it for the legacy default stream, as the stream itself
 * would.
 */
#ifndef SHIM_LANE_H
#define SHIM_LANE_H

#include "shim/context.h"

struct shim_lane {
    CUstream handle;
    int priority;
    bool blocking;
    bool spare;      /* for probes, and for what the progress rule lets out */
    uint64_t probed; /* the context's n_probes then; 0: never. Like the next for who pumps alone */
    bool knocked;    /* its last probe had a kernel behind the mark */
    struct shim_lane *next;
};

struct shim_event {
    CUevent handle;
    struct shim_context *context;
    struct shim_event *next;
};

/* The context is current. NULL if there is no memory or the driver has no more streams. */
struct shim_lane *lane_take(struct shim_context *context, int priority, bool blocking);
void lane_give(struct shim_context *context, struct shim_lane *lane); /* NULL is fine */

/* Loads the empty kernel that goes behind the marks of probes: on an H100 event records came back
 * from streams whose kernels were held up. Once a context, on a thread of the program, as to load
 * it may wait for all that runs; without one the marks have to do. The context is current. */
void lane_prepare(struct shim_context *context);

/* The spares, one for each way to the device, made when first needed: a mark on the next one, and a
 * kernel behind it; and the one last probed of those which are done with both, so that nothing in
 * its way waits (NULL: there is none). By one thread at a time. */
CUresult lane_probe(struct shim_context *context, struct gpu_mark *ret_mark);
struct shim_lane *lane_take_open(struct shim_context *context);
bool lane_has_open(struct shim_context *context); /* is there one? */

struct shim_event *event_take(struct shim_context *context);
void event_give(struct shim_context *context, struct shim_event *event);

/* Makes `after` wait for what was submitted to `before` so far; if the driver won't have that, the
 * calling thread waits. Needs no memory: what holds the order together must not fail for want of
 * it. The context is current. The event is free again at once: a wait keeps what it stood for. */
CUresult lane_tie(struct shim_event *by, CUstream before, CUstream after);

/* The context goes away: the idle ones are forgotten. */
void lanes_drop(struct shim_context *context);

#endif
