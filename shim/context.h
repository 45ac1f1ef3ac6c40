/* SPDX-License-Identifier: MIT
 *
 * context.h - our side of a context: its domain in the scheduler, its lanes and events, its
 * streams.
 *
 * Made when the first launch in the context has to be held, by the handle the program uses; gone
 * just before the program destroys the handle.
 *
 * Locks: contexts_lock (list of contexts) or capture_lock (capture.h), then struct
 * shim_context.lock (its lists); none is held over a call that can wait for the GPU.
 */
#ifndef SHIM_CONTEXT_H
#define SHIM_CONTEXT_H

#include <pthread.h>

#include "shim/state.h"

struct shim_stream;
struct shim_lane;
struct shim_event;

struct shim_context {
    CUcontext handle;
    uint64_t id; /* never used again, unlike the handle */
    struct shim_device *device;
    bool is_green; /* a part of the GPU (cuCtxFromGreenCtx): no launch is held there */
    struct sched_domain *domain;
    _Atomic int error;                     /* of a held launch or call, not yet reported */
    pthread_mutex_t lock;                  /* guards what follows */
    struct shim_stream *streams;           /* all of them, by next_in_context; see stream.h */
    struct shim_lane *idle_lanes, *spares; /* see lane.h */
    struct shim_event *idle_events;
    uint64_t n_probes; /* not under the lock, nor the next: only who pumps uses them */
    bool has_spares;
    _Atomic(CUfunction) knock; /* see lane_prepare; NULL: there is none */
    _Atomic bool prepared;
    struct shim_context *prev, *next; /* under contexts_lock */
};

int context_start(void); /* once, before anything else here; 0 or -ENOMEM */

/* The current context's record, made if need be; NULL if there is no context or no memory. */
struct shim_context *context_current(void);
struct shim_context *context_of(CUcontext handle);   /* the same for any context */
struct shim_context *context_find(CUcontext handle); /* never makes one */
struct shim_context *context_find_id(uint64_t id);
/* The record of the device's primary context if there is one. The context must be alive. */
struct shim_context *context_find_primary(CUdevice ordinal);

/* Waits until nothing is held in it, then forgets it. Before the context is destroyed: our streams,
 * events and memory in it are left to that. */
void context_forget(struct shim_context *context);
/* Waits until nothing is held in any context. */
void context_wait_all(void);

/* Makes a context current for a scope, on any thread, with a capture mode that forbids nothing:
 *     _cleanup_context_ struct context_scope scope = context_enter(context->handle); */
struct context_scope {
    bool entered; /* a context was pushed */
    bool mode_changed;
    CUstreamCaptureMode capture_mode;
};
struct context_scope context_enter(CUcontext handle);
void context_leave(struct context_scope *scope);
#define _cleanup_context_ __attribute__((cleanup(context_leave), unused))

#endif
