/* SPDX-License-Identifier: MIT
 *
 * vgpu.h - a GPU in virtual time: streams in order, kernels whose blocks take room on the device
 * for a time, hardware-like dispatch (blocks of the oldest kernel first, the next kernel's when
 * all of those are resident), the legacy default stream's rule, events, copies, waits for the
 * host.
 *
 * It implements gpu_ops as the shim does on the driver: lanes are internal streams tied by events.
 * Time moves only in vgpu_advance. Single-threaded. It aborts on memory exhaustion: it is a test.
 */
#ifndef TESTS_VGPU_H
#define TESTS_VGPU_H

#include "sched/sched.h"

struct vgpu;
struct vstream;
struct vevent;

/* When something began and ended on the device; UINT64_MAX while it did not. The test sets that. */
struct vspan {
    uint64_t begin_ns, end_ns;
};

enum vwait {
    VWAIT_NONE,
    VWAIT_BLOCK, /* every block spins until block `wait_block` of the launch has begun */
    VWAIT_ALL,   /* a grid barrier: until all have */
    VWAIT_NEXT,  /* until the next one has (the last one does not wait) */
    VWAIT_OTHER, /* until launch `other` has ended */
    VWAIT_WORD,  /* until the host has written `word` */
};

/* A launch of the program: what the device runs, and what it saw. Zeroed, then filled by the test.
 */
struct vlaunch {
    struct launch launch; /* first */
    uint64_t block_ns;
    uint64_t crowded_ns;    /* the same for one that begins when more than */
    unsigned crowd_percent; /* of the device is taken; 0: there is no such effect */
    enum vwait wait;
    uint64_t wait_block;
    const struct vlaunch *other;
    const bool *word;
    unsigned client; /* whose device time it is */
    uint8_t *n_run;  /* per block: how often it ran; grid3_count entries */
    uint64_t n_begun, n_ended;
    struct vspan span;
    int error; /* it was retired with */
    unsigned n_retired;
    bool whole_begun; /* as the original */
};

struct vgpu_config {
    unsigned n_lanes;          /* what begin() answers at most */
    unsigned fail_percent;     /* of begin(), mark() and mark_stream() */
    unsigned refuse_percent;   /* of submit() */
    bool refuse_slices;        /* submit() takes only whole launches */
    unsigned mark_latency_ns;  /* from the end of the work until the word is seen */
    unsigned n_ways;           /* to the device: streams that share one begin their commands in the
                                  order they were put; 0: as many as there are streams */
    unsigned max_delay_log2;   /* kernels begin up to so much later than they could, in ns; 0: no */
    uint64_t ours_ns, away_ns; /* the device works for us so long, then for others; 0: always */
    unsigned seed;
};

extern const struct gpu_ops vgpu_ops;
#define VGPU_REFUSED 719

struct vgpu *vgpu_create(const struct vgpu_config *config);
void vgpu_destroy(struct vgpu *vgpu);

uint64_t vgpu_now(const struct vgpu *vgpu);
/* When something happens next; UINT64_MAX: nothing, unless work is submitted or the host writes. */
uint64_t vgpu_next(struct vgpu *vgpu);
void vgpu_advance(struct vgpu *vgpu, uint64_t to_ns);

struct vstream *vstream_create(struct vgpu *vgpu, enum sched_queue_kind kind);
bool vstream_idle(const struct vstream *stream);

/* Work put on a stream by the program, or by its deferred calls. span may be NULL where it is
 * told. */
void vstream_launch(struct vstream *stream, struct vlaunch *launch);
void vstream_copy(struct vstream *stream, uint64_t ns, struct vspan *span);
void vstream_record(struct vstream *stream, struct vevent *event, struct vspan *span);
void vstream_wait(struct vstream *stream, struct vevent *event,
                  struct vspan *span); /* as it is now */
void vstream_wait_host(struct vstream *stream, const bool *word, struct vspan *span);

struct vevent *vevent_create(struct vgpu *vgpu); /* freed with the vgpu */

/* Device time the blocks of a client took: the share of the device they had, times time. */
double vgpu_client_ns(const struct vgpu *vgpu, unsigned client);
#define VGPU_MAX_CLIENTS 16

#endif
