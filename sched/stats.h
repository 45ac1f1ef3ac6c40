/* SPDX-License-Identifier: MIT
 *
 * stats.h - what SLIVER_STATS counts: per client and kernel, how much was launched, how, and what
 * it took.
 *
 * The counters are the client's own, so launching threads share no cache line; they only grow, are
 * written relaxed by any thread and read by the report at any time. Without memory for them there
 * is just less in the report.
 */
#ifndef SCHED_STATS_H
#define SCHED_STATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "slicer/kernel.h"

#define STATS_BUCKETS 16

struct sched;
struct sched_client;
struct launch;
struct flight;

/* One kernel of one client. */
struct kernel_stats {
    struct kernel_stats *next;
    struct kernel *kernel;        /* with a reference; NULL: launches of kernels not known */
    _Atomic(const char *) reason; /* why it was launched whole; static text or NULL */
    _Atomic uint64_t launches;
    _Atomic uint64_t direct; /* of them straight to the driver; their time is an estimate */
    _Atomic uint64_t whole;  /* of them not sliced */
    _Atomic uint64_t slices, blocks;
    _Atomic uint64_t device_ns;
    _Atomic uint64_t wait_ns; /* from the launch until its first slice was submitted */
};

/* A client's; zeroed at first. */
struct client_stats {
    struct client_stats *next; /* of sched->past_stats */
    char name[32];
    unsigned n_clients; /* that had this name and are gone; 0: a live one's */
    _Atomic(struct kernel_stats *) buckets[STATS_BUCKETS];
};

/* All do nothing unless config.stats. */
void stats_direct(struct sched_client *client, struct kernel_shape *shape, struct grid3 grid);
void stats_launch(const struct launch *launch); /* it left its queue */
void stats_flight(const struct flight *flight, uint64_t busy_ns);
/* The client goes: what it has is added to that of others of its name. Mutex held. */
void stats_keep(struct sched *s, struct sched_client *client);
void stats_finish(struct sched *s);

#endif
