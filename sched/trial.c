/* SPDX-License-Identifier: MIT
 *
 * trial.c - the first slice that a kernel ever gets, or gets of a size below a wave: it goes alone,
 * to find out whether its blocks wait for blocks that are still held.
 *
 * If they do, the slice keeps its room on the device until the rest is there, too. Whatever else
 * could take the room which the rest needs, and then keep it, would make both wait for ever. So
 * nothing may be in flight when the slice goes, the launch's stream must have come to it, and
 * nothing else is submitted until the slice is done (then the kernel is proven) or the progress
 * rule has let out the rest. If the device does not get so quiet soon, the launch goes whole, and
 * a later one is tried. See progress.c for the whole argument.
 */
#include "sched/state.h"

#include <utlist.h>

#define WAIT_NS    2000000 /* for a quiet device; on top of twice the window */
#define MAX_FENCES 128     /* a program with more streams is taken to be quiet too soon at times */
#define LOOK_NS    8000    /* at least, between two looks whether it is */

static bool is_proven(const struct launch *launch)
{
    return atomic_load_explicit(&launch->shape->proven, memory_order_relaxed) &&
           tuner_is_proven(launch);
}

bool trial_is_due(const struct launch *launch)
{
    return !launch->whole && !launch->n_submitted && !is_proven(launch);
}

/* Did anything go straight since the last trial? */
static bool take_news(struct sched *s)
{
    struct sched_client *client;
    bool news = false;
    DL_FOREACH(s->clients, client)
    {
        uint32_t n = atomic_load_explicit(&client->n_direct, memory_order_relaxed);
        news |= n != client->n_tried;
        client->n_tried = n;
    }
    return news;
}

static void set_fence(struct sched *s, struct launch *launch, struct sched_queue *queue)
{
    struct flight *flight = flight_start(s, FLIGHT_FENCE, launch->client, queue);
    if (!flight)
        return;
    flight->queued_ns = flight->submitted_ns = flight->expected_ns = sched_now(s);
    pthread_mutex_unlock(&s->mutex);
    int error = s->ops->mark_stream(s->gpu, queue->stream, &flight->mark);
    pthread_mutex_lock(&s->mutex);
    flight->marked = !error;
}

/* So that what went straight is seen to be done. Not on legacy default streams: others would wait
 * for the mark there. */
static void set_fences(struct sched *s, struct launch *launch)
{
    struct sched_domain *domain;
    unsigned n = 0;
    flight_mark_open(s);
    DL_FOREACH(s->domains, domain)
    {
        for (struct sched_queue *queue = domain->queues; queue && n < MAX_FENCES;
             queue = queue->next_in_domain, n++)
            if (queue != launch->op.queue && queue->kind != QUEUE_LEGACY)
                set_fence(s, launch, queue);
    }
}

bool trial_start(struct sched *s, struct launch *launch)
{
    s->on_trial = launch;
    s->trial_start_ns = sched_now(s);
    if (take_news(s))
        set_fences(s, launch);
    return trial_step(s);
}

void trial_end(struct sched *s, struct launch *launch, bool proven)
{
    if (s->on_trial != launch)
        return;
    s->on_trial = NULL;
    if (proven) {
        atomic_store_explicit(&launch->shape->proven, true, memory_order_relaxed);
        tuner_proven(launch);
    }
    waiters_wake(s);
}

/* Not now; s->turn_look_ns says when to ask again. */
static bool look_again(struct sched *s, uint64_t waited_ns, uint64_t now)
{
    s->turn_look_ns = now + later(waited_ns / 4, LOOK_NS);
    return false;
}

bool trial_step(struct sched *s)
{
    struct launch *launch = s->on_trial;
    if (launch->n_submitted)
        return false;
    if (launch->op.queue->place != QUEUE_POLICY) { /* something before it on its stream is late */
        trial_end(s, launch, false);
        return true;
    }
    if (!launch->begun && !dispatch_begin(s, launch)) {
        dispatch_whole(s, launch);
        return true;
    }
    bool quiet = !s->flights && launch_ask(s, s->ops->begun, launch);
    uint64_t now = sched_now(s), waited_ns = now - s->trial_start_ns;
    if (quiet) {
        dispatch_slice(s, launch, 0);
        return true;
    }
    if (waited_ns <= WAIT_NS + 2 * s->config.window_ns)
        return look_again(s, waited_ns, now);
    launch_make_whole(launch, "the device was not quiet for its first slice");
    dispatch_whole(s, launch);
    return true;
}
