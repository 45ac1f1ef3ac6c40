/* SPDX-License-Identifier: MIT
 *
 * gpu_ops.h - what the scheduler asks of a device. The shim implements it on the driver, the tests on a
 * virtual-time GPU.
 *
 * Called with no scheduler lock held, by one thread at a time per scheduler (whoever pumps), except
 * reached() and now_ns(), which any thread may call. Errors are the driver's own positive codes; the
 * scheduler only passes them on.
 */
#ifndef SCHED_GPU_OPS_H
#define SCHED_GPU_OPS_H

#include "slicer/plan.h"

struct launch;
struct call;

/* A point in a stream's work that the device reports without being asked: a word it writes. */
struct gpu_mark {
    uint32_t slot;  /* the shim's */
    uint32_t value;
    void *where;    /* the shim's; the word */
};

struct gpu_ops {
    uint64_t (*now_ns)(void *gpu);

    /* Notes the place before a launch's first slice, so that spread() can start from there. Called only
     * for launches of more than one slice. May fail; then spread() is not called for it. */
    int (*begin)(void *gpu, struct launch *launch);

    /* Puts one slice on the launch's stream. whole: the original kernel with the original grid. */
    int (*submit)(void *gpu, struct launch *launch, const struct slice *slice, bool whole);

    /* Puts slices side by side: each on a stream of its own that starts where begin() was called, and the
     * launch's stream waits for all of them. For slices that may be waiting for one another. */
    int (*spread)(void *gpu, struct launch *launch, const struct slice *slices, unsigned n);

    /* Did the stream come as far as begin()? If not, it waits for something else than our slices. */
    bool (*begun)(void *gpu, struct launch *launch);

    /* A mark behind everything submitted to the launch's stream so far; reached() never blocks. */
    int (*mark)(void *gpu, void *stream, struct gpu_mark *ret_mark);
    bool (*reached)(void *gpu, const struct gpu_mark *mark);
    void (*drop_mark)(void *gpu, struct gpu_mark *mark); /* reached, or given up: slot is free again */

    /* A deferred driver call (copy, event, wait ...) at its place on the stream. */
    int (*call)(void *gpu, struct call *call);

    /* The launch or call is submitted in full, or given up; its memory belongs to the shim again. error
     * is 0 or the code the driver refused it with. */
    void (*retire_launch)(void *gpu, struct launch *launch, int error);
    void (*retire_call)(void *gpu, struct call *call, int error);
};

#endif
