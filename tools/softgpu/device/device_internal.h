/* SPDX-License-Identifier: MIT
 *
 * device_internal.h - what the device's own files share: the queues, and the calls between the core
 * (device.c, task.c, sm.c) and the two engines. Everything under the device's lock.
 */
#ifndef SOFTGPU_DEVICE_INTERNAL_H
#define SOFTGPU_DEVICE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "tools/softgpu/device/device.h"
#include "tools/softgpu/time/host_time.h"

struct device {
    struct options options;
    const struct sm_limits *limits;
    unsigned n_connections;
    pthread_mutex_t lock;
    pthread_cond_t work;      /* an engine has something to do */
    pthread_cond_t host_work; /* the host function thread has */
    pthread_cond_t done;      /* a task is done */
    struct queue ready;       /* nothing before them any more, not yet started */
    struct queue arrivals;    /* virtual time: what the host did since it last came to rest */
    struct queue jobs;        /* copies and fills */
    struct queue hosts;       /* host functions */
    struct queue values;      /* waits for a word of memory */
    struct queue timers;      /* by due_ns */
    uint64_t last_seq;
    _Atomic uint64_t virtual_ns;
    bool host_may_act;            /* virtual time: something happened that the host may answer to */
    const struct host_time *host; /* virtual time: its side of the program; NULL: not preloaded */
    uint64_t started_ns;
};

extern struct device device;

/* Starts everything in ready, and what becomes ready by that. */
void device_pump(void);
/* A task that waits for nothing, or a host function that returned (its state says which). */
void device_arrive(struct task *task);
/* Virtual time: lets in what has arrived; false if there was nothing. */
bool device_admit(void);
/* Starts or finishes the task at due_ns: whichever its state says. */
void device_set_timer(struct task *task, uint64_t due_ns);
/* Timers that are due, then values that are reached. */
void device_fire_timers(void);
void device_poll_values(void);
/* Runs the cluster on this thread for one quantum, with the lock let go; a fault ends the domain.
 * ret_costs: EXEC_CLUSTER_BLOCKS, of each member. */
enum exec_status device_run_cluster(struct resident *resident, uint64_t *ret_costs);
/* A task is done: who waits for one looks again. */
void device_wake_waiters(void);
/* The work's engine is given a hint to look again. */
void device_kick(void);

void *wall_main(void *arg);
void *virtual_main(void *arg);

#endif
