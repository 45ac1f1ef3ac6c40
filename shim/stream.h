/* SPDX-License-Identifier: MIT
 *
 * stream.h - our side of a stream: its queue in the scheduler, and a handle that means it on any
 * thread.
 *
 * Made when first needed; gone when the program destroys the stream. The legacy default stream is
 * one per context, the per-thread default stream one per context and thread.
 *
 * The handle of the per-thread default stream means another stream on each thread, so slices of its
 * launches, which any thread may submit, go to a blocking stream of ours that stands for it. While
 * they do, the stream is away; before the thread does anything else to it, it is brought home: the
 * stream waits for its substitute.
 */
#ifndef SHIM_STREAM_H
#define SHIM_STREAM_H

#include "shim/context.h"

struct shim_lane;

struct shim_stream {
    struct shim_context *context;
    CUstream handle; /* usable on any thread that has the context current */
    CUstream name;   /* as the program says it */
    enum sched_queue_kind kind;
    int priority;
    struct sched_queue *queue;
    _Atomic(struct sched_client *) client; /* with SLIVER_CLIENT=stream */
    struct shim_stream *next_in_context;   /* under the context's lock */
    /* Of a per-thread default stream, else NULL; handle is its handle. */
    struct shim_lane *substitute;
    struct shim_event *tie; /* between the two */
    bool away;              /* the substitute is in use; only its thread looks */
};

/* How many per-thread default streams are away, in the whole process: while 0 none has to be looked
 * for. */
extern _Atomic unsigned streams_away;

/* The stream that a handle means on this thread in this flavour of a call. NULL if the driver does
 * not know the handle, or no memory. */
struct shim_stream *stream_get(CUstream handle, enum driver_flavour flavour);

/* This thread's default stream of the current context if it is away, else NULL. */
struct shim_stream *stream_away_here(void);

/* Only per-thread default streams, on their thread, with the context current. 0 or the driver's
 * code. */
CUresult stream_send_away(struct shim_stream *stream);
CUresult stream_bring_home(struct shim_stream *stream);

/* Has the driver nothing under way on the other streams of its context, of those we know? No, if
 * that can't be told: they are too many, or some stream captures. The context is current. */
bool stream_is_alone(const struct shim_stream *stream);

/* Nothing is held in it any more, and the program is about to destroy it. */
void stream_forget(CUstream handle);
/* The context goes away; its domain is gone already. */
void streams_drop(struct shim_context *context);
int streams_start(void); /* once; 0 or -ENOMEM */

#endif
