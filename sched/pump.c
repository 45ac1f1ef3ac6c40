/* SPDX-License-Identifier: MIT
 *
 * pump.c - makes things go: looks at what is done, runs calls whose turn it is, submits slices
 * while the window has room.
 *
 * One thread at a time does it (the token): the scheduler's own, or one that just submitted or
 * waits for something. A caller does a bounded piece of work and never what may block in the driver
 * behind a stuck stream; the rest is the scheduler's thread's.
 */
#include "sched/state.h"

#include <limits.h>

#define CALLER_STEPS    24
#define FOREIGN_LOOK_NS 50000  /* tickets of other schedulers are asked about so often */
#define SOON_NS         100000 /* an open flight may wait so long for its mark */

void token_take(struct sched *s)
{
    s->n_want_token++;
    while (s->pumping)
        pthread_cond_wait(&s->token_free, &s->mutex);
    s->n_want_token--;
    s->pumping = true;
}

void token_give(struct sched *s)
{
    s->pumping = false;
    if (s->n_want_token)
        pthread_cond_signal(&s->token_free);
}

void retire_done(struct sched *s)
{
    struct launch *next, *launch = s->done;
    if (!launch)
        return;
    s->done = NULL;
    pthread_mutex_unlock(&s->mutex);
    for (; launch; launch = next) {
        next = launch->next;
        s->ops->retire_launch(s->gpu, launch, launch->error);
    }
    pthread_mutex_lock(&s->mutex);
}

/* One thing that may go; false if there is none. */
static bool step(struct sched *s, enum pump_by by)
{
    if (s->n_foreign)
        queue_recheck_blocked(s);
    if (s->calls)
        dispatch_call(s, s->calls);
    else if (s->n_new_marks)
        direct_take_marks(s);
    else if (s->released && by == PUMP_BY_THREAD)
        dispatch_rest(s, s->released);
    else
        return dispatch_next(s);
    return true;
}

static bool may_stay_open(const struct sched *s, enum pump_by by)
{
    return by == PUMP_BY_CALLER && s->thread_state == THREAD_RUNNING && s->n_flights > 1 &&
           s->thread_looks_ns <= sched_now(s) + SOON_NS;
}

/* The mutex is dropped in between; who then comes with something new says so by s->again. */
static bool pump_once(struct sched *s, enum pump_by by, unsigned *steps_left)
{
    unsigned before = *steps_left;
    s->again = false;
    flights_poll(s);
    if (by == PUMP_BY_THREAD)
        progress_check(s, sched_now(s));
    while (*steps_left && step(s, by))
        --*steps_left;
    if (!may_stay_open(s, by))
        flight_mark_open(s);
    retire_done(s);
    return *steps_left < before || s->again;
}

void pump(struct sched *s, enum pump_by by)
{
    unsigned steps_left = by == PUMP_BY_CALLER ? CALLER_STEPS : UINT_MAX;
    bool more;
    s->pumping = true;
    do
        more = pump_once(s, by, &steps_left);
    while (more && steps_left && --steps_left);
    token_give(s);
    if (by == PUMP_BY_CALLER)
        thread_wake_by(s, more ? 0 : sched_next_look(s, sched_now(s)));
}

void pump_or_tell(struct sched *s)
{
    if (s->pumping)
        s->again = true;
    else
        pump(s, PUMP_BY_CALLER);
}

uint64_t sched_next_look(const struct sched *s, uint64_t now)
{
    uint64_t look_ns = flights_next_look(s, now);
    look_ns = s->turn_look_ns < look_ns ? s->turn_look_ns : look_ns;
    if (s->n_foreign && now + FOREIGN_LOOK_NS < look_ns)
        look_ns = now + FOREIGN_LOOK_NS;
    return s->activity_look_ns < look_ns ? s->activity_look_ns : look_ns;
}

uint64_t sched_pump(struct sched *s)
{
    pthread_mutex_lock(&s->mutex);
    if (!s->pumping)
        pump(s, PUMP_BY_THREAD);
    uint64_t now = sched_now(s);
    clients_check_activity(s, now);
    uint64_t look_ns = sched_next_look(s, now);
    pthread_mutex_unlock(&s->mutex);
    return look_ns;
}
