/* SPDX-License-Identifier: MIT
 *
 * task.h - what the device is asked to do, and in what order.
 *
 * struct work says what to do, as a value; struct task is one doing of it. Tasks form a graph: each
 * waits for the tasks before it. A stream is no more than its last task, an event no more than the
 * task that stands for it. A domain is work that fails together: a context. All of it is guarded by
 * the device's lock, which the caller of any function here holds unless it says otherwise.
 */
#ifndef SOFTGPU_DEVICE_TASK_H
#define SOFTGPU_DEVICE_TASK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/softgpu/device/connection.h"
#include "tools/softgpu/device/sm.h"
#include "tools/softgpu/exec.h"

enum work_kind {
    WORK_MARK, /* nothing: a point in the order */
    WORK_KERNEL,
    WORK_COPY,
    WORK_FILL,
    WORK_HOST,
    WORK_WAIT_VALUE,
    WORK_WRITE_VALUE,
};

enum work_compare { WORK_GEQ, WORK_EQ, WORK_AND, WORK_NOR };

/* Rows of width_bytes, height of them in a slice, depth slices. */
struct work_copy {
    uint64_t dst, src;
    size_t width_bytes, height, depth;
    size_t dst_pitch, src_pitch, dst_slice, src_slice;
    bool to_host, from_host; /* which copy engine */
};

struct work_fill {
    uint64_t dst;
    uint32_t value;
    unsigned unit_bytes; /* 1, 2 or 4 */
    size_t width_units, height, pitch;
};

struct work_host {
    void (*call)(void *arg, int error); /* error: the domain's, an enum exec_fault_kind */
    void *arg;
    bool even_failed; /* called although the domain failed */
};

struct work_value {
    uint64_t address, value;
    bool wide; /* 64 bits */
    enum work_compare compare;
};

struct work {
    enum work_kind kind;
    bool cooperative; /* a kernel whose blocks synchronise with each other */
    union {
        struct exec_launch kernel; /* memory, print, clock are filled in by task_create */
        struct work_copy copy;
        struct work_fill fill;
        struct work_host host;
        struct work_value value;
    };
    /* malloc'd bytes that go with it, freed with it: a kernel's parameters, a host function's arg,
     * the bytes of a staged copy */
    void *owned;
    size_t owned_bytes;
};

enum task_state { TASK_WAITING, TASK_TIMED, TASK_QUEUED, TASK_RUNNING, TASK_DONE };

struct edge {
    struct task *task;
    struct edge *next;
};

struct task {
    struct work work;
    struct domain *domain;
    enum task_state state;
    int priority; /* lower is sooner, as in CUDA */
    unsigned refs;
    uint64_t seq; /* order of submission */
    int thread;   /* virtual time: the id of the thread that submitted it */
    uint64_t delay_ns, due_ns;
    uint64_t start_ns, end_ns;
    struct task *prev, *next;             /* the domain's unfinished tasks, oldest first */
    struct task *queue_prev, *queue_next; /* whichever queue state says it is in */
    struct connection *connection;        /* that it stands in */
    struct task *line_prev, *line_next;   /* in there */
    bool held;                            /* would have started, but for those before it in there */
    /* kernels */
    uint32_t
        workspace[2]; /* of a cooperative one: what the grid's barrier counts in, after its size */
    struct sm_need need;
    uint64_t n_blocks, next_block, n_resident;
    /* order */
    unsigned n_waits; /* tasks before it that are not done, and its own submission */
    struct edge *followers;
    unsigned n_edges;
    struct edge edges[]; /* this task in the lists of those before it */
};

/* A first-in first-out line of tasks through queue_prev and queue_next. */
struct queue {
    struct task *first, *last;
};

struct domain {
    struct task *first, *last; /* unfinished */
    struct stream *streams;
    struct connection connections[CONNECTIONS_MAX];
    struct orphan *orphans;     /* what destroyed blocking streams left unfinished (stream.c) */
    struct exec_fault fault;    /* the first one; .kind is EXEC_FAULT_NONE while all is well */
    _Atomic int error;          /* fault.kind, for readers without the lock */
    pthread_mutex_t print_lock; /* guards what follows; taken alone */
    char *print_text;
    size_t print_bytes, print_cap;
};

void queue_push(struct queue *queue, struct task *task);
/* Behind before; NULL: as the first. */
void queue_insert(struct queue *queue, struct task *before, struct task *task);
struct task *queue_pop(struct queue *queue);
void queue_remove(struct queue *queue, struct task *task);

/* A copy of its own of what is owned. 0 or -ENOMEM. No lock. */
int work_clone(const struct work *work, struct work *ret_work);
void work_finish(struct work *work);
/* Does a copy or a fill, now. No lock. */
void work_move_memory(const struct work *work);
/* Is the condition met? / Writes. No lock. */
bool work_value_reached(const struct work_value *value);
void work_value_write(const struct work_value *value);

void domain_init(struct domain *domain);
void domain_finish(struct domain *domain);
/* First fault wins. What is queued is dropped, what runs is stopped. */
void domain_fail(struct domain *domain, const struct exec_fault *fault);
/* Device printf: kept until flushed to stdout. No lock. */
void domain_print(void *domain, const char *text, size_t bytes);
void domain_flush_print(struct domain *domain);

/* Takes work over when it succeeds. Room for up to n_befores calls of task_after. One reference,
 * the caller's. NULL: out of memory. */
struct task *task_create(struct domain *domain, struct work *work, int priority,
                         unsigned n_befores);
void task_after(struct task *task, struct task *before); /* before may be NULL or done */
/* connection: NULL for what needs none. */
void task_submit(struct task *task, struct connection *connection);
void task_finish(struct task *task); /* it is done: followers may go */
struct task *task_ref(struct task *task);
void task_unref(struct task *task);

#endif
