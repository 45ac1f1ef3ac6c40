/* SPDX-License-Identifier: MIT
 *
 * vgpu_private.h - the virtual GPU's structures, shared by vgpu.c and vgpu_ops.c.
 */
#ifndef TESTS_VGPU_PRIVATE_H
#define TESTS_VGPU_PRIVATE_H

#include "tests/vgpu/vgpu.h"

#define VGPU_ROOM   (1u << 24) /* the device; a block takes VGPU_ROOM / wave_blocks of it */
#define VGPU_SPARES 48         /* at most */
#define VGPU_MARKS  4096

enum vcmd_kind { VCMD_KERNEL, VCMD_COPY, VCMD_MARK, VCMD_RECORD, VCMD_WAIT, VCMD_WAIT_HOST };

struct vcmd {
    enum vcmd_kind kind;
    struct vstream *stream;
    struct vcmd *next;
    struct vcmd *running_prev, *running_next;
    uint64_t number, put_ns;
    uint64_t not_before_ns; /* a kernel */
    bool begun;
    /* kernel */
    struct vlaunch *launch;
    struct slice slice;
    bool whole;
    uint64_t n_left, n_running, room;
    /* the others */
    uint64_t copy_ns, end_ns;
    struct vspan *span;
    struct vevent *event;
    unsigned generation;
    uint32_t mark_slot, mark_value;
    const bool *word;
};

struct vgroup {
    struct vgroup *prev, *next;
    struct vcmd *cmd;
    uint64_t n, begin_ns, end_ns;
    uint64_t next_block; /* of the launch, behind those of the group; 1-D grids only */
};

struct vevent {
    struct vevent *next;
    unsigned n_recorded, n_done;
};

struct vstream {
    struct vgpu *vgpu;
    struct vstream *next;
    enum sched_queue_kind kind;
    struct vcmd *cmds;
    unsigned way;
    bool is_lane, is_spare, lane_taken; /* an internal stream; in use */
};

/* What gpu_ops know of a sliced launch: its lanes, each with the event of its end. */
struct vlanes {
    struct vlanes *next;
    struct launch *launch;
    struct vevent *begin;
    struct vstream *lanes[GPU_LANES + PLAN_REST_MAX];
    bool tied[GPU_LANES];
};

struct vgpu {
    struct vgpu_config config;
    uint64_t now_ns;  /* the time the device worked for us */
    uint64_t wall_ns; /* the host's clock */
    uint64_t n_cmds;
    unsigned n_streams;
    uint64_t free_room;
    struct vstream *streams;
    struct vevent *events;
    struct vcmd *running; /* kernels with blocks to begin or running, oldest first */
    struct vgroup *groups;
    struct vlanes *sliced;
    struct vstream *spares[VGPU_SPARES]; /* for probes, and what is let out */
    unsigned n_spares, last_spare;
    struct vmark {
        bool taken;
        uint32_t last_put, written; /* values */
        uint64_t seen_ns;           /* when `written` can be seen */
    } marks[VGPU_MARKS];
    double client_ns[VGPU_MAX_CLIENTS];
    unsigned seed;
};

void *vgpu_alloc(size_t bytes);
void vgpu_settle(struct vgpu *vgpu);
struct vcmd *vstream_put(struct vstream *stream, enum vcmd_kind kind);
void vstream_put_kernel(struct vstream *stream, struct vlaunch *launch, const struct slice *slice,
                        bool whole);

#endif
