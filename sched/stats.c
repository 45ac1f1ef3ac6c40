/* SPDX-License-Identifier: MIT
 *
 * stats.c - see stats.h: counting. report.c writes it down.
 *
 * A client's kernels are in a small hash of lists that only grow at their heads, so nothing is
 * locked to find one.
 */
#include "sched/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "slicer/cost.h"

#define MAX_PAST 64 /* names of clients that are gone */

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t get(_Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static struct kernel_stats *find(struct kernel_stats *first, const struct kernel *kernel)
{
    while (first && first->kernel != kernel)
        first = first->next;
    return first;
}

static struct kernel_stats *create(struct kernel *kernel)
{
    struct kernel_stats *stats = calloc(1, sizeof(*stats));
    if (stats)
        stats->kernel = kernel_ref(kernel);
    return stats;
}

static void destroy(struct kernel_stats *stats)
{
    kernel_unref(stats->kernel);
    free(stats);
}

/* NULL when out of memory. */
static struct kernel_stats *stats_of(struct client_stats *client, struct kernel *kernel)
{
    _Atomic(struct kernel_stats *) *bucket =
        &client->buckets[(uintptr_t)kernel / 64 % STATS_BUCKETS];
    struct kernel_stats *head = atomic_load_explicit(bucket, memory_order_acquire);
    struct kernel_stats *stats = find(head, kernel);
    if (stats)
        return stats;
    struct kernel_stats *made = create(kernel);
    if (!made)
        return NULL;
    do {
        stats = find(head, kernel);
        if (stats) {
            destroy(made);
            return stats;
        }
        made->next = head;
    } while (!atomic_compare_exchange_weak_explicit(bucket, &head, made, memory_order_acq_rel,
                                                    memory_order_acquire));
    return made;
}

static struct kernel_stats *stats_for(struct sched_client *client, const struct kernel_shape *shape)
{
    if (!client->sched->config.stats)
        return NULL;
    return stats_of(&client->stats, shape ? shape->kernel : NULL);
}

static void set_reason(struct kernel_stats *stats, const char *reason)
{
    if (!reason && stats->kernel)
        reason = atomic_load_explicit(&stats->kernel->whole_reason, memory_order_relaxed);
    if (reason)
        atomic_store_explicit(&stats->reason, reason, memory_order_relaxed);
}

void stats_direct(struct sched_client *client, struct kernel_shape *shape, struct grid3 grid)
{
    struct kernel_stats *stats = stats_for(client, shape);
    uint64_t blocks = grid3_count(grid);
    if (!stats)
        return;
    add(&stats->launches, 1);
    add(&stats->direct, 1);
    add(&stats->whole, 1);
    add(&stats->blocks, blocks);
    add(&stats->device_ns, shape ? cost_estimate_ns(shape, blocks) : 0);
    set_reason(stats, NULL);
}

void stats_launch(const struct launch *launch)
{
    struct kernel_stats *stats = stats_for(launch->client, launch->shape);
    if (!stats || !launch->n_submitted)
        return;
    add(&stats->launches, 1);
    add(&stats->wait_ns, launch->first_ns - launch->queued_ns);
    if (!launch->whole)
        return;
    add(&stats->whole, 1);
    set_reason(stats, launch->whole_reason);
}

void stats_flight(const struct flight *flight, uint64_t busy_ns)
{
    if (flight->kind != FLIGHT_SLICE && flight->kind != FLIGHT_WHOLE)
        return;
    struct kernel_stats *stats = stats_for(flight->client, flight->shape);
    if (!stats)
        return;
    if (flight->kind == FLIGHT_SLICE)
        add(&stats->slices, flight->n_slices);
    add(&stats->blocks, flight->blocks);
    add(&stats->device_ns, busy_ns);
}

static struct client_stats *find_past(struct sched *s, const char *name)
{
    struct client_stats *past;
    unsigned n = 0;
    LL_FOREACH(s->past_stats, past)
    {
        if (!strcmp(past->name, name))
            return past;
        n++;
    }
    if (n > MAX_PAST && strcmp(name, "(others)"))
        return find_past(s, "(others)");
    past = calloc(1, sizeof(*past));
    if (!past)
        return NULL;
    snprintf(past->name, sizeof(past->name), "%s", name);
    LL_APPEND(s->past_stats, past);
    return past;
}

static void merge(struct client_stats *past, struct kernel_stats *from)
{
    struct kernel_stats *to = stats_of(past, from->kernel);
    if (!to)
        return;
    add(&to->launches, get(&from->launches));
    add(&to->direct, get(&from->direct));
    add(&to->whole, get(&from->whole));
    add(&to->slices, get(&from->slices));
    add(&to->blocks, get(&from->blocks));
    add(&to->device_ns, get(&from->device_ns));
    add(&to->wait_ns, get(&from->wait_ns));
    set_reason(to, atomic_load_explicit(&from->reason, memory_order_relaxed));
}

static void free_buckets(struct client_stats *client, struct client_stats *past)
{
    for (unsigned i = 0; i < STATS_BUCKETS; i++) {
        struct kernel_stats *next, *stats = client->buckets[i];
        for (; stats; stats = next) {
            next = stats->next;
            if (past)
                merge(past, stats);
            destroy(stats);
        }
    }
}

void stats_keep(struct sched *s, struct sched_client *client)
{
    if (!s->config.stats)
        return;
    struct client_stats *past = find_past(s, client->name);
    if (past)
        past->n_clients++;
    free_buckets(&client->stats, past);
}

void stats_finish(struct sched *s)
{
    struct client_stats *past, *next;
    LL_FOREACH_SAFE(s->past_stats, past, next)
    {
        free_buckets(past, NULL);
        free(past);
    }
    s->past_stats = NULL;
}
