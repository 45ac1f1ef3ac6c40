/* SPDX-License-Identifier: MIT
 *
 * gpu_ops.h - what the scheduler asks of a device. The shim implements it on the driver, the tests
 * on a virtual-time GPU.
 *
 * Called with no scheduler lock held, by one thread at a time per scheduler (whoever pumps),
 * except: submit() of whole launches, mark_stream(), call() and the retire functions may come from
 * any thread; now_ns() and drop_mark() too, even with the scheduler's mutex held, so they must not
 * wait. Errors are the driver's own positive codes; the scheduler only passes them on. Its own is
 * -ECANCELED: given up, the scheduler went away.
 */
#ifndef SCHED_GPU_OPS_H
#define SCHED_GPU_OPS_H

#include "slicer/plan.h"

struct launch;
struct call;

/* A point in a stream's work, of which can be told without waiting whether it was reached. All
 * members are the shim's. */
struct gpu_mark {
    uint32_t slot;
    uint32_t value;
    void *where;
};

/* Slices of one launch that are unfinished at the same time are never put one behind the other: a
 * block of the first may be waiting for a block of the second. Each goes to a lane of its own; a
 * lane is used again by the launch only when its last slice was seen done. Lane 0 is the launch's
 * own stream; the others are internal streams, used once begun() said yes and while alone() does.
 * So slices overlap at their tails, too. */
#define GPU_LANES 8
/* The last of them are for what the progress rule lets out: each is a stream that a probe was seen
 * to come back from, so nothing that waits is in its way to the device. */
#define GPU_SPARE_LANES 3

struct gpu_ops {
    uint64_t (*now_ns)(void *gpu);

    /* Notes the place before a launch's first slice; called once, only for launches of more than
     * one slice. Returns the number of lanes the launch should use: 1 (only its own stream) to
     * GPU_LANES - GPU_SPARE_LANES, or a negative errno: then the launch goes out whole. */
    int (*begin)(void *gpu, struct launch *launch);

    /* Puts one slice on a lane. whole: the original kernel with the original grid, on lane 0. */
    int (*submit)(void *gpu, struct launch *launch, const struct slice *slice, bool whole,
                  unsigned lane);

    /* For slices that may be waiting for one another and for those in flight: each on an internal
     * stream of its own, as for spare lanes, and all joined. Called last for its launch,
     * instead of submit() and join(); lane_mask as in join(). */
    int (*spread)(void *gpu, struct launch *launch, const struct slice *slices, unsigned n,
                  unsigned lane_mask);
    /* As spread(), for slices to which the stream did not come yet: one behind the other, on it. */
    int (*follow)(void *gpu, struct launch *launch, const struct slice *slices, unsigned n,
                  unsigned lane_mask);

    /* All slices are submitted: makes the launch's stream wait for the lanes of lane_mask (bit i:
     * lane i; those whose last slice was not seen done; never bit 0). Not called if the mask is
     * empty. */
    int (*join)(void *gpu, struct launch *launch, unsigned lane_mask);

    /* A mark on an idle internal stream of the same context as `stream`, another one each time:
     * reached as soon as the device works for that context, unless what waits is in its way. */
    int (*probe)(void *gpu, void *stream, struct gpu_mark *ret_mark);
    /* Has one of those streams an open way to the device, as a late probe saw? That is where
     * spread() and the spare lanes put slices. */
    bool (*open)(void *gpu, struct launch *launch);

    /* Did the stream come as far as begin()? If not, something else than our slices holds it. */
    bool (*begun)(void *gpu, struct launch *launch);

    /* Is nothing under way on the program's other streams of that context? Then nothing that waits
     * can be in a lane's way to the device. */
    bool (*alone)(void *gpu, struct launch *launch);

    /* A mark behind everything submitted to that lane of the launch so far. */
    int (*mark)(void *gpu, struct launch *launch, unsigned lane, struct gpu_mark *ret_mark);
    /* The same for a stream of the program, after direct launches. Any thread. */
    int (*mark_stream)(void *gpu, void *stream, struct gpu_mark *ret_mark);
    bool (*reached)(void *gpu, const struct gpu_mark *mark); /* never blocks */
    /* Reached, or given up: its slot is free again. */
    void (*drop_mark)(void *gpu, struct gpu_mark *mark);

    /* A deferred driver call (copy, event, wait ...) at its place on the stream. */
    int (*call)(void *gpu, struct call *call);

    /* The launch's last mark was reached, or it was given up: its lanes and memory belong to the
     * shim again. error is 0 or the code the driver refused it with. */
    void (*retire_launch)(void *gpu, struct launch *launch, int error);
    /* The call ran, or was given up with its queue. */
    void (*retire_call)(void *gpu, struct call *call, int error);
};

#endif
