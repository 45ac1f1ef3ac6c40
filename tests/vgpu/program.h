/* SPDX-License-Identifier: MIT
 *
 * program.h - programs for the virtual GPU: threads that launch, copy, record, wait and
 * synchronise, run through the scheduler as the shim would, and the contract that what happened is
 * checked against.
 */
#ifndef TESTS_VGPU_PROGRAM_H
#define TESTS_VGPU_PROGRAM_H

#include "tests/vgpu/vgpu.h"

enum step_kind {
    STEP_LAUNCH,
    STEP_COPY,
    STEP_RECORD,
    STEP_WAIT,       /* the stream, for an event */
    STEP_WAIT_HOST,  /* the stream, for a word */
    STEP_HOST_WRITE, /* the thread writes the word */
    STEP_SYNC,       /* the thread waits for the stream */
    STEP_PAUSE,      /* the thread does something else for ns */
};

struct step {
    enum step_kind kind;
    unsigned stream, event, word;
    uint64_t ns; /* of a copy or pause */
    bool defer;  /* behind held work: defer it; else the thread waits until it can be submitted */
    struct vlaunch launch;
    /* --- what happened --- */
    struct program *program;
    struct call call;
    struct vspan span; /* on the device */
    uint64_t order;    /* in which the program issued it; 0: not yet */
    uint64_t issued_ns;
    bool whole; /* as the program asked for it: the scheduler makes more launches whole */
    bool waits; /* to be submitted, and would not without us */
    int error;
};

#define MAX_THREADS 8
#define MAX_STREAMS 8
#define MAX_EVENTS  64

struct thread {
    struct step *steps;
    unsigned n_steps, at;
    bool loop; /* begins again at its end; only launches, at most max_ahead not done */
    unsigned max_ahead;
    uint64_t ready_ns;
    struct sched_client *client;
    uint64_t longest_wait_ns, waits_since_ns;
};

struct program {
    struct vgpu *vgpu;
    struct sched *sched;
    struct sched_domain *domain;
    struct vstream *streams[MAX_STREAMS];
    struct sched_queue *queues[MAX_STREAMS];
    enum sched_queue_kind kinds[MAX_STREAMS];
    unsigned n_streams;
    struct vevent *events[MAX_EVENTS];
    struct sched_ticket tickets[MAX_EVENTS];
    bool words[MAX_EVENTS];
    struct thread threads[MAX_THREADS];
    unsigned n_threads;
    uint64_t host_ns;       /* what a step costs its thread */
    uint64_t host_delay_ns; /* and up to so much more; for a native run */
    unsigned host_seed;
    uint64_t look_delay_ns; /* the scheduler looks so much later than it wanted */
    uint64_t n_issued;
    unsigned n_waiting; /* threads, by step.waits */
    bool native;        /* the scheduler is not asked: what the program does without us */
    bool quiet;         /* says nothing when it does not end */
    bool spinners;      /* for the test: some launches' blocks wait for one another */
    unsigned n_looks;
};

void program_init(struct program *program, const struct vgpu_config *gpu,
                  const struct sched_config *config, unsigned n_threads);
unsigned program_add_stream(struct program *program, enum sched_queue_kind kind);
/* Steps come zeroed but for their kind and stream. */
struct step *program_add_step(struct program *program, unsigned thread, enum step_kind kind,
                              unsigned stream);
struct step *program_add_launch(struct program *program, unsigned thread, unsigned stream,
                                struct kernel_shape *shape, struct grid3 grid, uint64_t block_ns);
/* Runs to the end, or for that time. NULL, or what went wrong: a stall, a broken contract. */
const char *program_run(struct program *program, uint64_t for_ns);
/* All steps against the contract. NULL or what is broken. */
const char *program_check(const struct program *program);
void program_finish(struct program *program);

struct kernel_shape *program_shape(uint32_t wave_blocks, struct slice_size rule);
/* The same, of known cost, and its first slice was tried. */
struct kernel_shape *program_known_shape(uint32_t wave_blocks, struct slice_size rule,
                                         uint64_t wave_ns);
void program_shape_free(struct kernel_shape *shape);

#endif
