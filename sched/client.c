/* SPDX-License-Identifier: MIT
 *
 * client.c - clients, and how many of them are active.
 *
 * A client is active from a launch until it has launched nothing, and had nothing held or in
 * flight, for one to two periods. Its launching threads only set a flag on the client's own line;
 * the scheduler's thread looks at the flags once in a period while two or more are active. With one
 * there is nothing to find out, and nobody wakes up.
 */
#include "sched/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

struct policy_client *launch_policy_client(const struct launch *launch)
{
    return &launch->client->policy;
}

struct sched_client *sched_client_create(struct sched *s, const char *name)
{
    struct sched_client *client = aligned_alloc(alignof(struct sched_client), sizeof(*client));
    if (!client)
        return NULL;
    *client = (struct sched_client){.sched = s, .policy.weight = 1};
    snprintf(client->name, sizeof(client->name), "%s", name ? name : "");
    pthread_mutex_lock(&s->mutex);
    client->id = s->n_clients_made++;
    DL_APPEND(s->clients, client);
    trace_client(s->trace, client);
    pthread_mutex_unlock(&s->mutex);
    return client;
}

static unsigned activity(struct sched_client *client)
{
    return atomic_load_explicit(&client->activity, memory_order_relaxed);
}

static bool set_activity(struct sched_client *client, unsigned from, unsigned to)
{
    return atomic_compare_exchange_strong_explicit(&client->activity, &from, to,
                                                   memory_order_relaxed, memory_order_relaxed);
}

/* Sharing begins with the second active client. */
static void count_active(struct sched *s)
{
    bool contended = s->n_active >= 2;
    if (contended == atomic_load_explicit(&s->contended, memory_order_relaxed))
        return;
    atomic_store_explicit(&s->contended, contended, memory_order_relaxed);
    atomic_store_explicit(&s->heavy_about, contended && s->heavy_seen, memory_order_relaxed);
    s->activity_look_ns = contended ? sched_now(s) + ACTIVE_NS : NEVER;
    if (contended && thread_ensure(s))
        thread_wake_by(s, s->activity_look_ns);
}

void client_touch(struct sched_client *client)
{
    struct sched *s = client->sched;
    if (activity(client) == CLIENT_ACTIVE || set_activity(client, CLIENT_QUIET, CLIENT_ACTIVE))
        return;
    pthread_mutex_lock(&s->mutex);
    if (set_activity(client, CLIENT_IDLE, CLIENT_ACTIVE)) {
        s->n_active++;
        count_active(s);
    }
    pthread_mutex_unlock(&s->mutex);
}

static void check_activity(struct sched *s, struct sched_client *client)
{
    if (set_activity(client, CLIENT_ACTIVE, CLIENT_QUIET) || client->n_held || client->n_flights)
        return;
    if (!set_activity(client, CLIENT_QUIET, CLIENT_IDLE))
        return;
    s->n_active--;
    atomic_store_explicit(&client->direct_ns, 0, memory_order_relaxed);
    atomic_store_explicit(&client->unmarked_ns, 0, memory_order_relaxed);
}

void clients_check_activity(struct sched *s, uint64_t now)
{
    struct sched_client *client;
    if (now < s->activity_look_ns)
        return;
    DL_FOREACH(s->clients, client)
    check_activity(s, client);
    s->activity_look_ns = now + ACTIVE_NS;
    atomic_store_explicit(&s->heavy_about, s->heavy_seen && s->n_active >= 2, memory_order_relaxed);
    s->heavy_seen = s->n_heavy > 0;
    count_active(s);
}

void client_release(struct sched_client *client)
{
    struct sched *s = client->sched;
    if (client->n_held || client->n_flights)
        return;
    if (s->config.policy->idle)
        s->config.policy->idle(s->policy, &client->policy);
    if (!client->retired)
        return;
    if (activity(client) != CLIENT_IDLE) {
        s->n_active--;
        count_active(s);
    }
    direct_forget_mark(client);
    DL_DELETE(s->clients, client);
    stats_keep(s, client);
    free(client);
}

void sched_client_retire(struct sched_client *client)
{
    if (!client)
        return;
    struct sched *s = client->sched;
    pthread_mutex_lock(&s->mutex);
    client->retired = true;
    client_release(client);
    pthread_mutex_unlock(&s->mutex);
}
