/* SPDX-License-Identifier: MIT
 *
 * flight.c - what is in flight: one struct flight per mark, and the window they fill. poll.c finds
 * out what of it is done.
 */
#include "sched/state.h"

#include <utlist.h>

#define TURN_LEAD_NS 16000 /* the next client's slice is there so long before a turn ends */

struct flight *flight_start(struct sched *s, enum flight_kind kind, struct sched_client *client,
                            struct sched_queue *queue)
{
    struct flight *flight = s->free_flights;
    if (!flight)
        return NULL;
    LL_DELETE(s->free_flights, flight);
    *flight = (struct flight){.kind = kind,
                              .client = client,
                              .queue = queue,
                              .domain = queue->domain,
                              .idle_before = !s->flights};
    DL_APPEND(s->flights, flight);
    s->n_flights++;
    client->n_flights++;
    return flight;
}

/* What went straight has its own bound (see admit_light) and takes nothing of the window. */
void flight_add(struct sched *s, struct flight *flight, uint64_t est_ns, uint64_t now)
{
    uint64_t window_ns = est_ns ? est_ns : s->config.window_ns / 2;
    if (!flight->submitted_ns)
        flight->submitted_ns = now;
    if (!flight->queued_ns)
        flight->queued_ns = now;
    flight->est_ns += est_ns;
    flight->expected_ns = later(s->expected_ns, now) + (est_ns ? est_ns : LATENCY_NS);
    if (flight->kind == FLIGHT_DIRECT)
        return;
    s->n_in_window += !flight->in_window;
    flight->in_window = true;
    flight->window_ns += window_ns;
    s->in_window_ns += window_ns;
    s->expected_ns = flight->expected_ns;
    s->config.policy->charge(s->policy, &flight->client->policy, (int64_t)window_ns);
}

void flight_leave_window(struct sched *s, struct flight *flight)
{
    if (!flight->in_window)
        return;
    flight->in_window = false;
    s->n_in_window--;
    s->in_window_ns -= flight->window_ns;
}

/* Leaves most of the device to others. */
static bool is_small(const struct launch *launch)
{
    return launch->shape && grid3_count(launch->grid) <= launch->shape->wave_blocks / 2;
}

/* Kernels that follow one another on a stream get a turn of the device only if others' wait: beside
 * slices that fill the device each of them would wait for one of those. */
bool turn_is_on(struct sched *s, const struct launch *launch, uint64_t now)
{
    const struct flight *flight, *last = NULL;
    unsigned n_kernels = 0;
    uint64_t lead_ns = TURN_LEAD_NS + s->lag_ns;
    if (!s->config.policy->whole_turns || s->expected_ns <= now + lead_ns)
        return false;
    DL_FOREACH(s->flights, flight)
    {
        if (!flight->in_window)
            continue;
        n_kernels = last && last->queue == flight->queue ? n_kernels : 0;
        n_kernels += flight->kind == FLIGHT_WHOLE ? flight->n_slices : 0;
        last = flight;
    }
    if (n_kernels < 2 || last->client == launch->client || is_small(launch))
        return false;
    s->turn_look_ns = s->expected_ns - lead_ns;
    return true;
}

/* Two slices always fit: one runs, the other is there when it ends. */
bool window_has_room(const struct sched *s, uint64_t est_ns)
{
    if (s->n_in_window < 2)
        return true;
    uint64_t add_ns = est_ns ? est_ns : s->config.window_ns / 2;
    return s->n_in_window < MAX_IN_WINDOW && s->in_window_ns + add_ns <= s->config.window_ns;
}

void flight_mark_open(struct sched *s)
{
    struct flight *flight = s->open;
    if (!flight)
        return;
    s->open = NULL;
    pthread_mutex_unlock(&s->mutex);
    int error = s->ops->mark(s->gpu, flight->launch, 0, &flight->mark);
    pthread_mutex_lock(&s->mutex);
    flight->marked = !error;
    flight->end_ns = sched_now(s);
}

void launch_check_done(struct sched *s, struct launch *launch)
{
    if (!launch->all_submitted || launch->n_done < launch->n_submitted)
        return;
    progress_launch_done(launch);
    launch->next = s->done;
    s->done = launch;
}

static void finish_launches(struct sched *s, struct flight *flight)
{
    struct launch *next, *launch = flight->launch;
    if (flight->kind == FLIGHT_SLICE) {
        launch->busy_lanes &= ~(1u << flight->lane);
        launch->unsure_lanes |= flight->marked ? 0 : 1u << flight->lane;
        launch->arrived |= flight->marked;
        launch->n_done++;
        launch_check_done(s, launch);
        return;
    }
    for (; launch; launch = next) {
        next = launch->next;
        launch->n_done++;
        launch_check_done(s, launch);
    }
}

/* What took far longer than the estimates said is measured anew. */
static void finish_direct(struct sched_client *client, const struct flight *flight, uint64_t now)
{
    uint64_t direct_ns = atomic_load_explicit(&client->direct_ns, memory_order_relaxed), left_ns;
    do
        left_ns = direct_ns > flight->est_ns ? direct_ns - flight->est_ns : 0;
    while (!atomic_compare_exchange_weak_explicit(&client->direct_ns, &direct_ns, left_ns,
                                                  memory_order_relaxed, memory_order_relaxed));
    if (now - flight->submitted_ns > 4 * flight->est_ns + DIRECT_LOOK_NS)
        atomic_store_explicit(&client->measure, true, memory_order_relaxed);
}

static void update_queue(struct flight *flight)
{
    struct sched_queue *queue = flight->queue;
    if (!queue)
        return;
    queue->n_late -= flight->late;
    queue->released = false;
    queue->closed_ns = 0;
    queue->watched_ns = queue->sched->ours_ns;
    queue_settle(queue);
}

static void free_flight(struct sched *s, struct flight *flight)
{
    struct sched_client *client = flight->client;
    if (flight->marked)
        s->ops->drop_mark(s->gpu, &flight->mark);
    if (flight->shape)
        kernel_unref(flight->shape->kernel);
    DL_DELETE(s->flights, flight);
    s->n_flights--;
    LL_PREPEND(s->free_flights, flight);
    client->n_flights--;
    client_release(client);
}

void flight_finish(struct sched *s, struct flight *flight, uint64_t busy_ns, uint64_t now)
{
    struct sched_client *client = flight->client;
    uint64_t cap_ns = flight->est_ns ? 4 * flight->est_ns + 4 * LATENCY_NS : NEVER;
    if (busy_ns > cap_ns)
        busy_ns = cap_ns;

    flight_leave_window(s, flight);
    s->config.policy->charge(s->policy, &client->policy,
                             (int64_t)busy_ns - (int64_t)flight->window_ns);
    if (flight->kind == FLIGHT_DIRECT)
        finish_direct(client, flight, now);
    stats_flight(flight, busy_ns);
    finish_launches(s, flight);
    update_queue(flight);
    if (flight->kind == FLIGHT_SLICE) {
        progress_slice_done(s, flight, now);
        tuner_slice_done(s, flight->launch, now);
    }
    free_flight(s, flight);
}
