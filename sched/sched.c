/* SPDX-License-Identifier: MIT
 *
 * sched.c - a scheduler's beginning and end.
 */
#include "sched/state.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#define LONG_NS 1000000

static int init_locks(struct sched *s)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr))
        return -ENOMEM;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->wake, &attr);
    pthread_cond_init(&s->token_free, &attr);
    pthread_condattr_destroy(&attr);
    return 0;
}

int sched_create(const struct sched_config *config, const struct gpu_ops *ops, void *gpu,
                 struct sched **ret_sched)
{
    struct sched *s = aligned_alloc(alignof(struct sched), sizeof(*s));
    if (!s)
        return -ENOMEM;
    *s = (struct sched){.config = *config,
                        .ops = ops,
                        .gpu = gpu,
                        .activity_look_ns = NEVER,
                        .turn_look_ns = NEVER};
    s->long_ns = 2 * config->quantum_ns > LONG_NS ? 2 * config->quantum_ns : LONG_NS;
    s->policy = config->policy->create(config);
    s->trace = config->trace ? trace_create() : NULL;
    if (!s->policy || init_locks(s)) {
        trace_destroy(s->trace);
        config->policy->destroy(s->policy);
        free(s);
        return -ENOMEM;
    }
    for (size_t i = MAX_FLIGHTS; i--;)
        LL_PREPEND(s->free_flights, &s->flight_pool[i]);
    *ret_sched = s;
    return 0;
}

static void free_clients(struct sched *s)
{
    struct sched_client *client, *next;
    DL_FOREACH_SAFE(s->clients, client, next)
    {
        client->retired = true;
        client_release(client);
    }
}

static void free_all(struct sched *s)
{
    struct sched_queue *queue, *next;
    LL_FOREACH_SAFE(s->free_queues, queue, next)
    free(queue);
    stats_finish(s);
    trace_destroy(s->trace);
    s->config.policy->destroy(s->policy);
    pthread_cond_destroy(&s->token_free);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}

void sched_destroy(struct sched *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->mutex);
    thread_stop(s);
    pthread_mutex_unlock(&s->mutex);
    while (s->domains)
        sched_domain_destroy(s->domains, -ECANCELED);
    pthread_mutex_lock(&s->mutex);
    free_clients(s);
    pthread_mutex_unlock(&s->mutex);
    free_all(s);
}

/* The mutex may be held by a thread that the child does not have, and so on: nothing is touched but
 * what the hot path reads. The memory stays. */
void sched_abandon(struct sched *s)
{
    atomic_store_explicit(&s->direct_only, true, memory_order_relaxed);
    atomic_store_explicit(&sched_held, 0, memory_order_relaxed);
}
