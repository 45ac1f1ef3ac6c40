/* SPDX-License-Identifier: MIT
 *
 * poll.c - looks at what is in flight: what is done, what it cost and whom, what is late, when to
 * look next.
 *
 * What is done between two looks is charged the time since the last completion (or since it was
 * submitted, if that is later), shared in proportion to the estimates. So the charges add up to
 * the time the device was busy, whatever overlaps.
 *
 * What takes far longer than expected is late: it waits for something (a copy, an event, a word
 * the host has to write). It leaves the window, so that others flow past it, and its stream gets
 * nothing more until it is done.
 */
#include "sched/state.h"

#include <utlist.h>

#include "slicer/cost.h"

#define LATE_NS      50000 /* on top of twice the expected time */
#define MARGIN_NS    12000 /* looks begin so long before something is expected */
#define MIN_LOOK_NS  8000  /* between two looks */
#define MAX_LOOK_NS  500000
#define LONG_LOOK_NS 2000000 /* at what takes longer and longer */

/* Its part of what was reached at the same time. */
static uint64_t flight_weight(const struct flight *flight)
{
    return later(flight->window_ns, flight->est_ns) + 1;
}

/* What was reached since the last look, as a whole. */
struct batch {
    unsigned n;
    uint64_t first_submitted_ns, weight_ns, waves;
    const struct flight *ahead; /* in the window, submitted before some of them, not done */
    struct kernel_shape *shape; /* if it is the same for all */
    const struct flight *last;
    struct kernel_shape *unknown; /* the only one of which no cost is known, if there is one */
    uint64_t unknown_waves, known_ns;
    bool many_unknown, waited;
    bool one_shape, idle_before, fenced;
    bool overtook; /* what was submitted before some of them is not done */
    bool mixed;    /* so, or it was so for one of them: what they took can't be told */
};

static void sort_out_unknown(struct batch *batch, const struct flight *flight)
{
    bool is_known = !flight->shape || cost_estimate_ns(flight->shape, 1);
    if (is_known) {
        batch->known_ns += flight_weight(flight);
        return;
    }
    batch->many_unknown |= batch->unknown && batch->unknown != flight->shape;
    batch->unknown = flight->shape;
    batch->unknown_waves += flight->waves;
}

static void batch_add(struct batch *batch, const struct flight *flight)
{
    if (!batch->n++) {
        batch->first_submitted_ns = flight->submitted_ns;
        batch->one_shape = true;
        batch->idle_before = flight->idle_before;
    }
    batch->weight_ns += flight_weight(flight);
    sort_out_unknown(batch, flight);
    batch->mixed |= flight->mixed;
    if (flight->kind == FLIGHT_FENCE) {
        batch->fenced = true;
        return;
    }
    if (flight->kind == FLIGHT_SLICE &&
        (flight->launch->released_ns || flight->launch->let_go || flight->in_part))
        batch->waited = true; /* that is not what it costs */
    if (batch->waited || !flight->shape || (batch->shape && flight->shape != batch->shape))
        batch->one_shape = false;
    batch->shape = flight->shape;
    if (batch->ahead && batch->ahead->shape != flight->shape)
        batch->overtook = batch->mixed = true;
    batch->waves += flight->waves;
    batch->last = flight;
}

/* How long what is seen done now took, if it began at `from`: the end of what was before, seen as
 * late as this one's end. But if there was no look in between it may be far shorter: then what was
 * believed before is only lowered a little. */
static uint64_t likely_ns(const struct sched *s, uint64_t from, uint64_t now, uint64_t believed_ns)
{
    uint64_t most_ns = now > from ? now - from : 0;
    if (s->looked_ns > from || (believed_ns && most_ns < believed_ns))
        return most_ns;
    return believed_ns ? believed_ns - believed_ns / 8 : most_ns / 2;
}

/* What only ever ends together with others is known by what they can't have taken. */
static void learn_unknown(const struct batch *batch, uint64_t from, uint64_t now)
{
    uint64_t all_ns = now > from ? now - from : 0;
    if (!batch->unknown || batch->many_unknown || batch->waited || all_ns <= batch->known_ns)
        return;
    cost_learn(batch->unknown, batch->unknown_waves, all_ns - batch->known_ns);
}

/* Launching may take longer than running: what was left to do once the driver had all of it is a
 * bound for the last piece, too. */
static void learn(const struct sched *s, const struct batch *batch, uint64_t from, uint64_t now)
{
    const struct flight *last = batch->last;
    if (!batch->one_shape) {
        learn_unknown(batch, from, now);
        return;
    }
    if (!batch->waves)
        return;
    uint64_t believed_ns = cost_estimate_ns(batch->shape, 1);
    if (batch->mixed && believed_ns)
        return;
    if (batch->fenced)
        from = s->looked_ns; /* the fence was reached after that, and it began behind the fence */
    else if (batch->idle_before)
        from += now - from > 2 * LATENCY_NS ? LATENCY_NS : (now - from) / 2;
    uint64_t wave_ns = likely_ns(s, from, now, batch->waves * believed_ns) / batch->waves;
    uint64_t last_ns = likely_ns(s, last->end_ns, now, last->last_waves * believed_ns);
    last_ns /= last->last_waves;
    cost_learn(batch->shape, 1, last_ns < wave_ns ? last_ns : wave_ns);
}

/* Of the time since the last charge, what those that are done have to bear: what they were expected
 * to take, and of more than that only what the others in flight can't have taken. */
static uint64_t charge_of(const struct sched *s, const struct batch *batch, uint64_t busy_ns)
{
    uint64_t others_ns =
        s->in_window_ns > batch->weight_ns ? s->in_window_ns - batch->weight_ns : 0;
    if (busy_ns <= batch->weight_ns)
        return busy_ns;
    return later(batch->weight_ns, busy_ns > others_ns ? busy_ns - others_ns : 0);
}

/* Charges and frees those that are done. They are shown one after the other in the trace. */
static void finish_reached(struct sched *s, const struct batch *batch, uint64_t charge_ns,
                           uint64_t seen_from, uint64_t now)
{
    struct flight *flight, *next;
    double run_ns = (double)seen_from, seen_ns = (double)(now - seen_from);
    DL_FOREACH_SAFE(s->flights, flight, next)
    {
        flight->mixed |= batch->overtook;
        if (!flight->reached)
            continue;
        double share = (double)flight_weight(flight) / (double)batch->weight_ns;
        trace_flight(s->trace, flight, (uint64_t)run_ns, (uint64_t)(run_ns + share * seen_ns));
        run_ns += share * seen_ns;
        flight_finish(s, flight, (uint64_t)(share * (double)charge_ns), now);
    }
}

/* Something older that is not done had the device before: that time is still to be charged to it.
 */
static uint64_t busy_since(const struct batch *batch)
{
    const struct flight *ahead = batch->ahead;
    if (ahead && ahead->submitted_ns < batch->first_submitted_ns)
        return ahead->submitted_ns;
    return batch->first_submitted_ns;
}

static void finish_batch(struct sched *s, const struct batch *batch, uint64_t now)
{
    uint64_t seen_from = later(s->seen_ns, batch->first_submitted_ns);
    uint64_t from = later(s->done_ns, busy_since(batch));
    uint64_t charge_ns = charge_of(s, batch, now > from ? now - from : 0);
    learn(s, batch, seen_from, now);
    finish_reached(s, batch, charge_ns, seen_from, now);
    s->seen_ns = now;
    s->done_ns = s->n_in_window ? from + charge_ns : now;
    s->expected_ns = now + s->in_window_ns;
}

/* A slice of less than a wave may take as long as one of its blocks, which is as long as a wave. */
uint64_t flight_expected_ns(const struct flight *flight)
{
    uint64_t block_ns = flight->in_part ? cost_estimate_ns(flight->shape, 1) : 0;
    return flight->expected_ns - flight->submitted_ns + block_ns;
}

/* What was never measured may just be long. */
static bool is_late(const struct sched *s, const struct flight *flight, uint64_t now)
{
    uint64_t expected_ns = flight_expected_ns(flight);
    if (!flight->est_ns && flight->kind != FLIGHT_FENCE)
        expected_ns += 2 * s->config.window_ns;
    return now - flight->submitted_ns > 2 * expected_ns + LATE_NS;
}

static void set_late(struct sched *s, struct flight *flight)
{
    flight->late = true;
    flight->watched_ns = s->ours_ns;
    flight_leave_window(s, flight);
    if (!flight->queue)
        return;
    flight->queue->n_late++;
    queue_settle(flight->queue);
    queue_recheck_blocked(s);
}

static void check_late(struct sched *s, uint64_t now)
{
    struct flight *flight;
    DL_FOREACH(s->flights, flight)
    {
        if (!flight->late && flight->kind != FLIGHT_DIRECT && flight != s->open &&
            is_late(s, flight, now))
            set_late(s, flight);
    }
}

static bool is_reached(const struct sched *s, const struct flight *flight, uint64_t now)
{
    if (flight == s->open)
        return false;
    return flight->marked ? s->ops->reached(s->gpu, &flight->mark) : now >= flight->expected_ns;
}

bool others_fly(const struct sched *s, const struct launch *launch)
{
    const struct flight *flight;
    DL_FOREACH(s->flights, flight)
    if (flight->queue != launch->op.queue)
        return true;
    return false;
}

void launch_check_alone(struct sched *s, struct launch *launch)
{
    launch->alone = !others_fly(s, launch) && launch_ask(s, s->ops->alone, launch);
}

/* A launch whose first slice is out, and has only the stream itself so far: may lanes be opened? */
static void check_lanes(struct sched *s)
{
    const struct flight *flight = s->flights;
    struct launch *launch = flight && flight->kind == FLIGHT_SLICE ? flight->launch : NULL;
    if (!launch || launch->all_submitted || launch->n_lanes < 2 ||
        (launch->arrived && launch->alone))
        return;
    if (!launch->arrived)
        launch->arrived = launch_ask(s, s->ops->begun, launch);
    if (launch->arrived)
        launch_check_alone(s, launch);
    queue_settle(launch->op.queue);
}

/* The marks are read without the mutex; only who has the token changes the list. */
void flights_poll(struct sched *s)
{
    struct batch batch = {0};
    struct flight *flight;
    if (!s->flights)
        return;
    pthread_mutex_unlock(&s->mutex);
    uint64_t now = sched_now(s);
    DL_FOREACH(s->flights, flight)
    {
        flight->reached = is_reached(s, flight, now);
        if (flight->reached)
            batch_add(&batch, flight);
        else if (flight->in_window && !batch.ahead)
            batch.ahead = flight;
    }
    pthread_mutex_lock(&s->mutex);
    if (batch.n)
        finish_batch(s, &batch, now);
    s->looked_ns = now;
    check_late(s, now);
    check_lanes(s);
}

void flights_drop(struct sched *s, struct sched_domain *domain)
{
    struct flight *flight, *next;
    uint64_t now = sched_now(s);
    progress_drop_probe(s, domain);
    DL_FOREACH_SAFE(s->flights, flight, next)
    {
        if (domain && flight->domain != domain)
            continue;
        if (s->open == flight)
            s->open = NULL;
        flight_finish(s, flight, 0, now);
    }
}

/* Shortly before it is expected, then more and more seldom. */
static uint64_t next_look(const struct sched *s, const struct flight *flight, uint64_t now)
{
    uint64_t margin_ns = MARGIN_NS + s->lag_ns;
    if (now + margin_ns < flight->expected_ns)
        return flight->expected_ns - margin_ns;
    uint64_t over_ns = now > flight->expected_ns ? now - flight->expected_ns : 0;
    uint64_t min_ns = flight->kind == FLIGHT_DIRECT ? DIRECT_LOOK_NS : MIN_LOOK_NS;
    uint64_t max_ns = later(MAX_LOOK_NS, over_ns / 64), wait_ns = over_ns / 4;
    max_ns = max_ns > LONG_LOOK_NS ? LONG_LOOK_NS : max_ns;
    wait_ns = wait_ns < min_ns ? min_ns : wait_ns > max_ns ? max_ns : wait_ns;
    return now + wait_ns;
}

/* At what runs now also half-way: an estimate that is too long would else never be found out. */
static uint64_t half_way(const struct sched *s, const struct flight *flight, uint64_t now)
{
    uint64_t begin_ns = later(s->seen_ns, flight->submitted_ns);
    if (flight->expected_ns <= begin_ns)
        return NEVER;
    uint64_t half_ns = begin_ns + (flight->expected_ns - begin_ns) / 2;
    return half_ns > now ? half_ns : NEVER;
}

uint64_t flights_next_look(const struct sched *s, uint64_t now)
{
    const struct flight *flight;
    uint64_t look_ns = NEVER;
    bool first = true;
    DL_FOREACH(s->flights, flight)
    {
        uint64_t at = flight == s->open ? now : next_look(s, flight, now);
        look_ns = at < look_ns ? at : look_ns;
        if (!flight->in_window || !first)
            continue;
        at = half_way(s, flight, now);
        look_ns = at < look_ns ? at : look_ns;
        first = false;
    }
    return look_ns;
}
