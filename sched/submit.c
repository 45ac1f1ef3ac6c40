/* SPDX-License-Identifier: MIT
 *
 * submit.c - what the shim's threads do with queues: hand over launches and calls, ask, wait.
 */
#include "sched/state.h"

#include <sched.h>
#include <utlist.h>

#include "slicer/cost.h"

static bool domain_holds_before(const struct sched_domain *domain, uint64_t seq)
{
    for (const struct sched_queue *queue = domain->queues; queue; queue = queue->next_in_domain)
        if (queue->ops && queue->ops->seq < seq)
            return true;
    return false;
}

static bool wait_is_over(const struct waiter *waiter)
{
    if (waiter->domain)
        return !domain_holds_before(waiter->domain, waiter->seq);
    if (waiter->queue)
        return !queue_must_wait(waiter->queue, waiter->seq);
    if (sched_ticket_passed(waiter->ticket))
        return true;
    const struct sched_queue *queue = waiter->ticket.queue;
    const struct launch *on_trial = queue->sched->on_trial;
    return (waiter->for_room && queue->n_ops <= MAX_HELD) ||
           (waiter->for_trial && (!on_trial || on_trial->op.seq != waiter->ticket.seq)) ||
           (waiter->for_light && (queue->sched->n_heavy || queue->place != QUEUE_POLICY));
}

static void wake_those_done(struct waiter *list)
{
    struct waiter *waiter;
    DL_FOREACH(list, waiter)
    {
        if (!waiter->woken && wait_is_over(waiter)) {
            waiter->woken = true;
            pthread_cond_signal(&waiter->cond);
        }
    }
}

void waiters_wake(struct sched *s)
{
    wake_those_done(s->waiters);
}

void waiters_wake_of(struct sched_queue *queue)
{
    wake_those_done(queue->waiters);
}

void waiters_wake_popped(struct sched_queue *queue)
{
    wake_those_done(queue->waiters);
    wake_those_done(queue->sched->waiters);
    if (queue->kind != QUEUE_LEGACY || !queue->domain)
        return;
    for (struct sched_queue *other = queue->domain->queues; other; other = other->next_in_domain)
        if (other->kind == QUEUE_BLOCKING)
            wake_those_done(other->waiters);
}

/* Something heavy came. */
static void wake_light(struct sched *s)
{
    struct sched_domain *domain;
    if (!s->n_for_light)
        return;
    DL_FOREACH(s->domains, domain)
    for (struct sched_queue *queue = domain->queues; queue; queue = queue->next_in_domain)
        wake_those_done(queue->waiters);
}

/* The queue whose changes alone can end the wait, but for those that waiters_wake_popped and
 * wake_light know; NULL: there is none. */
static struct sched_queue *queue_awaited(const struct waiter *waiter)
{
    if (waiter->domain || waiter->for_trial)
        return NULL;
    if (waiter->queue)
        return waiter->queue->kind != QUEUE_LEGACY ? waiter->queue : NULL;
    return waiter->ticket.queue;
}

/* The scheduler's thread makes it go on. Without one it goes by the hands of those who wait. */
static void wait_a_while(struct sched *s, struct waiter *waiter)
{
    if (s->thread_state == THREAD_RUNNING) {
        pthread_cond_wait(&waiter->cond, &s->mutex);
        return;
    }
    if (!s->pumping)
        pump(s, PUMP_BY_THREAD);
    pthread_mutex_unlock(&s->mutex);
    sched_yield();
    pthread_mutex_lock(&s->mutex);
}

static void wait_for(struct sched *s, struct waiter *waiter)
{
    struct sched_queue *queue = queue_awaited(waiter);
    struct waiter **list = queue ? &queue->waiters : &s->waiters;
    pthread_cond_init(&waiter->cond, NULL);
    DL_APPEND(*list, waiter);
    s->n_in_order += waiter->in_order;
    s->n_for_light += waiter->for_light;
    while (!wait_is_over(waiter)) {
        waiter->woken = false;
        wait_a_while(s, waiter);
    }
    DL_DELETE(*list, waiter);
    s->n_in_order -= waiter->in_order;
    s->n_for_light -= waiter->for_light;
    pthread_cond_destroy(&waiter->cond);
}

/* Of too many the driver would make the thread wait, too. Without a thread nothing stays held. */
static void wait_if_too_many(struct sched *s, struct sched_queue *queue, struct sched_ticket ticket)
{
    bool no_thread = s->thread_state == THREAD_FAILED;
    struct waiter waiter = {.ticket = ticket, .for_room = !no_thread, .in_order = true};
    if (!s->config.threadless && (no_thread || queue->n_ops > MAX_HELD))
        wait_for(s, &waiter);
}

/* While all that is held is light, its threads don't run ahead of who submits it: they are faster,
 * so they would never find the queue empty and go straight again. */
static void wait_if_light(struct sched *s, struct sched_ticket ticket)
{
    struct waiter waiter = {.ticket = ticket, .for_light = true};
    if (!s->config.threadless && !s->n_heavy && !s->heavy_about)
        wait_for(s, &waiter);
}

/* A slice on trial is waited for. To load the code of another kernel when that is first launched
 * the driver may wait for the device, with its locks held; if the slice spins for blocks still
 * held, nobody could release them then. It happens once a kernel, where the driver loads code and
 * waits anyway, and once for each smaller size that a long one tries. */
static void wait_for_trial(struct sched *s, struct sched_ticket ticket)
{
    struct waiter waiter = {.ticket = ticket, .for_trial = true};
    if (!s->config.threadless && s->on_trial)
        wait_for(s, &waiter);
}

static void init_launch(struct launch *launch, struct sched_client *client, uint64_t now)
{
    launch->client = client;
    launch->refused = NULL;
    launch->error = 0;
    launch->queued_ns = now;
    launch->first_ns = launch->release_blocks = launch->released_ns = 0;
    launch->longest_ns = 0;
    launch->n_releases = 0;
    launch->n_submitted = launch->n_done = 0;
    launch->n_lanes = launch->busy_lanes = launch->unsure_lanes = 0;
    launch->heavy = launch->planned = launch->begun = false;
    launch->arrived = launch->alone = launch->let_go = false;
    launch->all_submitted = launch->tune_spoilt = false;
    launch->tune = NULL;
    launch->tune_from_ns = 0;
    launch->prev = launch->next = NULL;
    launch->op.is_launch = true;
}

/* Light, among several clients, with nothing held that it must come behind and nothing heavy held
 * at all: need not be held only because other light ones still are. Else a queue that once formed
 * would stay, as one thread submits less than many. */
static enum sched_admit admit_after_all(struct sched *s, struct sched_queue *queue,
                                        const struct launch *launch, struct sched_ticket after)
{
    if (!atomic_load_explicit(&s->contended, memory_order_relaxed) || s->n_heavy ||
        s->config.trace || !sched_ticket_passed(after) || queue_must_wait(queue, NEVER))
        return ADMIT_QUEUE;
    return admit_light(s, launch->client, launch->shape, launch->grid);
}

static int submit_straight(struct sched *s, struct sched_queue *queue, struct launch *launch,
                           bool mark)
{
    const struct slice all = {.extent = launch->grid};
    struct sched_client *client = launch->client;
    stats_direct(client, launch->shape, launch->grid);
    int error = s->ops->submit(s->gpu, launch, &all, true, 0);
    s->ops->retire_launch(s->gpu, launch, error);
    if (mark)
        sched_mark_direct(s, client, queue);
    return error;
}

/* Kernels of unknown cost are heavy only until they were measured. */
static void note_heavy(struct sched *s)
{
    s->heavy_seen = true;
    if (atomic_load_explicit(&s->contended, memory_order_relaxed))
        atomic_store_explicit(&s->heavy_about, true, memory_order_relaxed);
}

static int submit_held(struct sched *s, struct sched_queue *queue, struct launch *launch,
                       struct sched_ticket after)
{
    int error = 0;
    bool heavy = !launch_is_light(s, launch->shape, launch->grid);
    launch->refused = &error;
    launch->heavy = heavy;
    s->n_heavy += heavy;
    if (heavy && launch->shape && cost_estimate_ns(launch->shape, 1))
        note_heavy(s);
    launch->client->n_held++;
    atomic_store_explicit(&launch->client->measure, false, memory_order_relaxed);
    queue_append(queue, &launch->op, after);
    struct sched_ticket ticket = {queue, launch->op.seq};
    pump_or_tell(s);
    if (heavy)
        wake_light(s);
    else
        wait_if_light(s, ticket);
    wait_for_trial(s, ticket);
    wait_if_too_many(s, queue, ticket);
    if (!sched_ticket_passed(ticket))
        launch->refused = NULL;
    return error;
}

int sched_submit(struct sched_queue *queue, struct sched_client *client, struct launch *launch,
                 struct sched_ticket after)
{
    struct sched *s = queue->sched;
    client_touch(client);
    init_launch(launch, client, sched_now(s));
    pthread_mutex_lock(&s->mutex);
    thread_ensure(s);
    enum sched_admit answer = admit_after_all(s, queue, launch, after);
    int error = answer == ADMIT_QUEUE ? submit_held(s, queue, launch, after) : 0;
    pthread_mutex_unlock(&s->mutex);
    if (answer != ADMIT_QUEUE)
        error = submit_straight(s, queue, launch, answer == ADMIT_DIRECT_MARK);
    return error;
}

static int run_now(struct sched *s, struct call *call)
{
    int error = s->ops->call(s->gpu, call);
    s->ops->retire_call(s->gpu, call, error);
    return error;
}

int sched_defer(struct sched_queue *queue, struct call *call, struct sched_ticket after,
                struct sched_ticket *ret_ticket)
{
    struct sched *s = queue->sched;
    struct sched_ticket ticket = {NULL, 0};

    pthread_mutex_lock(&s->mutex);
    bool at_once = sched_ticket_passed(after) && !queue_must_wait(queue, NEVER);
    if (!at_once) {
        thread_ensure(s);
        call->op.is_launch = false;
        queue_append(queue, &call->op, after);
        ticket = (struct sched_ticket){queue, call->op.seq};
        pump_or_tell(s);
        wait_if_too_many(s, queue, ticket);
    }
    pthread_mutex_unlock(&s->mutex);
    if (ret_ticket)
        *ret_ticket = ticket;
    return at_once ? run_now(s, call) : 0;
}

static bool something_held(void)
{
    return atomic_load_explicit(&sched_held, memory_order_acquire);
}

bool sched_queue_busy(struct sched_queue *queue)
{
    struct sched *s = queue->sched;
    if (!something_held())
        return false;
    pthread_mutex_lock(&s->mutex);
    bool busy = queue_must_wait(queue, NEVER);
    pthread_mutex_unlock(&s->mutex);
    return busy;
}

/* What the thread waits for it first tries to do itself. */
static void pump_and_wait(struct sched *s, struct waiter *waiter)
{
    if (wait_is_over(waiter))
        return;
    pump_or_tell(s);
    wait_for(s, waiter);
}

void sched_queue_wait(struct sched_queue *queue, enum sched_wait why)
{
    struct sched *s = queue->sched;
    if (!something_held())
        return;
    pthread_mutex_lock(&s->mutex);
    struct waiter waiter = {
        .queue = queue, .seq = s->next_seq, .in_order = why == SCHED_WAIT_ORDER};
    pump_and_wait(s, &waiter);
    pthread_mutex_unlock(&s->mutex);
}

bool sched_domain_busy(struct sched_domain *domain)
{
    struct sched *s = domain->sched;
    if (!something_held())
        return false;
    pthread_mutex_lock(&s->mutex);
    bool busy = domain->n_ops > 0;
    pthread_mutex_unlock(&s->mutex);
    return busy;
}

void sched_domain_wait(struct sched_domain *domain, enum sched_wait why)
{
    struct sched *s = domain->sched;
    if (!something_held())
        return;
    pthread_mutex_lock(&s->mutex);
    struct waiter waiter = {
        .domain = domain, .seq = s->next_seq, .in_order = why == SCHED_WAIT_ORDER};
    pump_and_wait(s, &waiter);
    pthread_mutex_unlock(&s->mutex);
}

void sched_ticket_wait(struct sched_ticket ticket, enum sched_wait why)
{
    if (sched_ticket_passed(ticket))
        return;
    struct sched *s = ticket.queue->sched;
    pthread_mutex_lock(&s->mutex);
    struct waiter waiter = {.ticket = ticket, .in_order = why == SCHED_WAIT_ORDER};
    pump_and_wait(s, &waiter);
    pthread_mutex_unlock(&s->mutex);
}

void sched_set_waiting(struct sched *s, unsigned n)
{
    pthread_mutex_lock(&s->mutex);
    s->n_in_order = n;
    pthread_mutex_unlock(&s->mutex);
}
