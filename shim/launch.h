/* SPDX-License-Identifier: MIT
 *
 * launch.h - one launch as the program asked for it, and as it is kept while it is held.
 *
 * On the way of a launch: the hooks fill a struct request from whatever form the call had;
 * launch_request checks it, asks the scheduler, and either makes the program's own call or copies
 * what is needed into a struct held_launch and hands that over.
 */
#ifndef SHIM_LAUNCH_H
#define SHIM_LAUNCH_H

#include "shim/code.h"
#include "shim/lane.h"
#include "shim/stream.h"

/* Borrowed from the caller's arguments; lives as long as the call. */
struct request {
    CUfunction function;
    struct grid3 grid, threads;
    uint32_t shared_bytes;
    CUstream stream;
    enum driver_flavour flavour;
    void **params, **extra;
    const CUlaunchConfig *config; /* the attributes, for cuLaunchKernelEx; else NULL */
    bool cooperative;             /* all its blocks must be resident at once: whole */
    struct grid3 cluster;         /* of an attribute; 0 where not given */
};

/* The call the program made, with the request's stream. */
typedef CUresult launch_call(const struct request *request);

CUresult launch_request(const struct request *request, launch_call *call);

#define HELD_INLINE_BYTES 512
#define HELD_ATTRIBUTES   16

/* struct launch first: the scheduler's pointer is ours. */
struct held_launch {
    struct launch launch;
    struct shim_context *context;
    struct shim_stream *stream;
    CUfunction original, twin; /* twin: NULL if it goes whole */
    struct grid3 threads;
    uint32_t shared_bytes;
    uint32_t param_bytes, tail_bytes;
    CUlaunchAttribute attributes[HELD_ATTRIBUTES];
    unsigned n_attributes;
    bool has_attributes;
    struct shim_event *fork; /* behind what was on the stream before the first slice; at the end
                                it ties the lanes to the stream */
    struct shim_lane *lanes[GPU_LANES];
    unsigned char *params; /* param_bytes, then from tail_bytes on the twin's tail */
    unsigned char inline_params[HELD_INLINE_BYTES];
    struct held_launch *next_free;
};

/* NULL if it can't be kept: no memory, or nobody knows where the parameters lie. */
struct held_launch *held_create(const struct request *request, struct shim_kernel *kernel,
                                struct kernel_shape *shape, struct shim_stream *stream);
void held_destroy(struct held_launch *held); /* NULL is fine */

#endif
