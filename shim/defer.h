/* SPDX-License-Identifier: MIT
 *
 * defer.h - asynchronous calls that come behind held slices: kept with their arguments and made at
 * their place on the stream, so that the calling thread does not wait.
 *
 * Only calls that have nothing left to refuse and whose arguments can be copied are deferred; the
 * others wait until the slices are submitted (order.h).
 */
#ifndef SHIM_DEFER_H
#define SHIM_DEFER_H

#include "shim/order.h"

/* What a call needs besides its stream. */
union defer_args {
    struct {
        CUdeviceptr to, from;
        void *host_to;
        const void *host_from;
        size_t bytes;
    } copy;
    struct {
        CUdeviceptr to;
        unsigned value;
        size_t n;
    } set;
    struct {
        CUdeviceptr at;
        cuuint64_t value;
        unsigned flags;
    } word;
    struct {
        CUhostFn function;
        void *data;
    } host;
    struct {
        CUevent event;
        unsigned flags;
    } event;
};

typedef CUresult defer_fn(CUstream stream, const union defer_args *args);

/* May a call on this stream be deferred, and is there something to defer it behind? NULL: order and
 * call. Call only while shim_held(). */
struct shim_stream *defer_stream(CUstream stream, enum driver_flavour flavour);

/* Puts the call at its place behind what is held, and behind `after`. False if it can't be kept (no
 * memory): order and call. ret_ticket as in sched_defer. ret_result: 0, or the driver's code if it
 * ran at once. */
bool defer_call(struct shim_stream *stream, defer_fn *run, const union defer_args *args,
                struct sched_ticket after, struct sched_ticket *ret_ticket, CUresult *ret_result);

/* Can the GPU reach all of this memory without the host's help: device memory, or pinned host
 * memory? */
bool defer_memory_ready(CUdeviceptr address, size_t bytes);

/* For gpu_ops. */
int defer_run(struct call *call);
void defer_retire(struct call *call);

/* A launch or call that was accepted is refused by the driver: the context remembers the first
 * such code for the next call that waits or asks. */
void defer_note_error(struct shim_context *context, int error);
CUresult defer_take_error(void); /* of the current context */
/* The program was told of it by the call itself: it is not told again. */
void defer_drop_error(struct shim_context *context, int error);

#endif
