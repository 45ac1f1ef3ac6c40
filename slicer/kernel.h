/* SPDX-License-Identifier: MIT
 *
 * kernel.h - what is known of a kernel: can it be sliced, where the twin reads its slice, what a
 * wave of it costs.
 *
 * On the way of a launch: the shim makes one struct kernel when a handle is looked up and finds it
 * again by the handle at each launch; one struct kernel_shape per block shape hangs below it. Both
 * live until kernel_unref; shapes are only ever added. Read by every launching thread, so all that
 * changes is atomic and everything else is written before the kernel is published.
 */
#ifndef SLICER_KERNEL_H
#define SLICER_KERNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slicer/rules.h"

/* Extents or offsets in blocks, threads or clusters. */
struct grid3 {
    uint32_t x, y, z;
};

static inline uint64_t grid3_count(struct grid3 g)
{
    return (uint64_t)g.x * g.y * g.z;
}

struct tune;

/* One block shape of a kernel: threads per block and dynamic shared memory decide how many blocks
 * are resident at once, so waves and costs are kept per shape. */
struct kernel_shape {
    struct kernel *kernel;
    struct kernel_shape *next; /* published by a release store of the list head */
    struct grid3 threads;
    uint32_t shared_bytes; /* dynamic */
    struct grid3 cluster;  /* 1,1,1 where there is none */
    uint32_t wave_blocks;  /* resident on the whole device at once, of the twin; at least 1 */
    /* Learned device time of one wave; 0: not known yet. See cost.h. Owner: the scheduler. */
    _Atomic uint64_t wave_ns;
    _Atomic uint32_t samples;
    /* A first slice came to its end while the rest was held: its blocks don't wait for later ones.
     */
    _Atomic bool proven;
    _Atomic(struct tune *) tunes; /* one per grid; see tune.h */
};

struct kernel {
    char *name;             /* mangled */
    struct slice_size rule; /* what SLIVER_SLICE says of it */
    /* Why it is launched whole; NULL if it may be sliced. Set once more, at run time, when slices
     * of it got stuck. Points to text that lives as long as the process. */
    _Atomic(const char *) whole_reason;
    /* How likely it is that blocks of it wait for later ones; see sched/progress.c, which owns it.
     */
    _Atomic unsigned suspicion;
    uint32_t param_bytes;     /* of the original */
    uint32_t twin_tail_bytes; /* where struct ptx_twin_tail begins in the twin's block */
    _Atomic(struct kernel_shape *) shapes;
    _Atomic unsigned refs;
    void *handles; /* the shim's: driver handles of original and twin */
    void (*free_handles)(void *handles);
};

/* Returns NULL when out of memory. Copies name; reason may be NULL. refs is 1. */
struct kernel *kernel_create(const char *name, const struct slice_size *rule, const char *reason);
struct kernel *kernel_ref(struct kernel *kernel);
void kernel_unref(struct kernel *kernel);

/* The shape if it was seen before, else NULL. Lock-free; the caller holds a reference to kernel. */
struct kernel_shape *kernel_find_shape(struct kernel *kernel, struct grid3 threads,
                                       uint32_t shared_bytes, struct grid3 cluster);
/* Adds it, or returns the one another thread added first; NULL when out of memory. */
struct kernel_shape *kernel_add_shape(struct kernel *kernel, struct grid3 threads,
                                      uint32_t shared_bytes, struct grid3 cluster,
                                      uint32_t wave_blocks);

#endif
