/* SPDX-License-Identifier: MIT
 *
 * queue.c - what is held: domains, queues, and where each queue stands.
 *
 * Operations get ascending numbers when they come. The head of a queue may go when nothing it must
 * come behind has a lower number: the legacy default stream's operations and those of blocking
 * streams of the same domain wait for each other, others only for their ticket.
 *
 * Queues are never freed while the scheduler lives, only used again; so a ticket can be asked about
 * after its stream is gone: its number is lower than that of anything to come.
 */
#include "sched/state.h"

#include <stdlib.h>
#include <utlist.h>

_Atomic unsigned sched_held;

static uint64_t head_seq(const struct sched_queue *queue)
{
    return atomic_load_explicit(&queue->head_seq, memory_order_acquire);
}

bool sched_ticket_passed(struct sched_ticket ticket)
{
    return !ticket.queue || head_seq(ticket.queue) > ticket.seq;
}

static bool kinds_wait(enum sched_queue_kind a, enum sched_queue_kind b)
{
    return (a == QUEUE_LEGACY && b == QUEUE_BLOCKING) || (a == QUEUE_BLOCKING && b == QUEUE_LEGACY);
}

/* Does something in another queue of the domain have to go before operation seq of this one? */
static bool others_go_first(const struct sched_queue *queue, uint64_t seq)
{
    enum sched_queue_kind others = queue->kind == QUEUE_LEGACY ? QUEUE_BLOCKING : QUEUE_LEGACY;
    if (queue->kind == QUEUE_NON_BLOCKING || !queue->domain->n_ops_of[others])
        return false;
    for (struct sched_queue *other = queue->domain->queues; other; other = other->next_in_domain)
        if (kinds_wait(queue->kind, other->kind) && head_seq(other) < seq)
            return true;
    return false;
}

bool queue_must_wait(const struct sched_queue *queue, uint64_t seq)
{
    return head_seq(queue) < seq || others_go_first(queue, seq);
}

/* The lanes that may be used now: only the stream itself, unless the device works on nothing else.
 * A lane may share its way to the device with another stream. If that waits, so does the lane; and
 * a lane that waits, its stream not having come to the launch, keeps the other from going on. */
static unsigned usable_lanes(const struct launch *launch)
{
    return launch->arrived && launch->alone ? (1u << launch->n_lanes) - 1 : 1u;
}

static bool launch_may_go(const struct sched_queue *queue, const struct launch *launch)
{
    if (queue->n_late || launch->error)
        return false;
    return !launch->begun || (~launch->busy_lanes & usable_lanes(launch)) != 0;
}

/* Would it get to the device before blocks of an older launch of its client that are held, though
 * nobody asked for that? Its blocks might wait for them and keep the room they need. Slices of a
 * proven kernel don't. */
static bool overtakes(const struct sched_queue *queue, const struct launch *launch)
{
    const struct launch *older;
    if (!launch->client->partly || launch->n_submitted ||
        (!launch->whole && launch->shape &&
         atomic_load_explicit(&launch->shape->proven, memory_order_relaxed)))
        return false;
    LL_FOREACH2(launch->client->partly, older, next_partly)
    {
        const struct sched_queue *of = older->op.queue;
        if (older->op.seq < launch->op.seq && !of->n_late && of->priority <= queue->priority)
            return true;
    }
    return false;
}

static enum queue_place place_of(const struct sched_queue *queue)
{
    struct sched_op *head = queue->ops;
    if (!head)
        return QUEUE_NOWHERE;
    if (!sched_ticket_passed(head->after) || others_go_first(queue, head->seq))
        return QUEUE_BLOCKED;
    if (!head->is_launch)
        return QUEUE_CALLS;
    if (overtakes(queue, op_launch(head)))
        return QUEUE_BLOCKED;
    if (queue->released || op_launch(head)->let_go)
        return QUEUE_RELEASED;
    return launch_may_go(queue, op_launch(head)) ? QUEUE_POLICY : QUEUE_NOWHERE;
}

static struct sched_queue **list_of(struct sched *s, enum queue_place place)
{
    return place == QUEUE_BLOCKED    ? &s->blocked
           : place == QUEUE_CALLS    ? &s->calls
           : place == QUEUE_RELEASED ? &s->released
                                     : NULL;
}

/* Takes it off its list or out of the policy. Its head is still the one it was put there with. */
static void unplace(struct sched_queue *queue)
{
    struct sched *s = queue->sched;
    struct sched_queue **list = list_of(s, queue->place);
    if (list)
        DL_DELETE(*list, queue);
    if (queue->place == QUEUE_POLICY)
        s->config.policy->dequeue(s->policy, op_launch(queue->ops));
    queue->place = QUEUE_NOWHERE;
}

void queue_settle(struct sched_queue *queue)
{
    struct sched *s = queue->sched;
    enum queue_place place = place_of(queue);
    if (place == queue->place)
        return;
    unplace(queue);
    struct sched_queue **list = list_of(s, place);
    if (list)
        DL_APPEND(*list, queue);
    if (place == QUEUE_POLICY)
        s->config.policy->enqueue(s->policy, op_launch(queue->ops));
    queue->place = place;
    waiters_wake_of(queue);
}

void queue_recheck_blocked(struct sched *s)
{
    struct sched_queue *queue, *next;
    DL_FOREACH_SAFE(s->blocked, queue, next)
    queue_settle(queue);
}

static bool is_foreign(const struct sched *s, struct sched_ticket ticket)
{
    return ticket.queue && ticket.queue->sched != s;
}

void queue_append(struct sched_queue *queue, struct sched_op *op, struct sched_ticket after)
{
    struct sched *s = queue->sched;
    op->queue = queue;
    op->after = after;
    op->seq = s->next_seq++;
    DL_APPEND(queue->ops, op);
    if (queue->ops == op)
        atomic_store_explicit(&queue->head_seq, op->seq, memory_order_release);
    queue->n_ops++;
    queue->domain->n_ops++;
    queue->domain->n_ops_of[queue->kind]++;
    s->n_held++;
    s->n_foreign += is_foreign(s, after);
    atomic_fetch_add_explicit(&sched_held, 1, memory_order_acq_rel);
    queue_settle(queue);
}

void queue_pop(struct sched_queue *queue)
{
    struct sched *s = queue->sched;
    struct sched_op *op = queue->ops;
    unplace(queue);
    DL_DELETE(queue->ops, op);
    queue->n_ops--;
    queue->domain->n_ops--;
    queue->domain->n_ops_of[queue->kind]--;
    s->n_held--;
    s->n_foreign -= is_foreign(s, op->after);
    atomic_store_explicit(&queue->head_seq, queue->ops ? queue->ops->seq : NEVER,
                          memory_order_release);
    atomic_fetch_sub_explicit(&sched_held, 1, memory_order_acq_rel);
    queue_settle(queue);
    queue_recheck_blocked(s);
    waiters_wake_popped(queue);
}

struct sched_domain *sched_domain_create(struct sched *s)
{
    struct sched_domain *domain = calloc(1, sizeof(*domain));
    if (!domain)
        return NULL;
    domain->sched = s;
    pthread_mutex_lock(&s->mutex);
    DL_APPEND(s->domains, domain);
    pthread_mutex_unlock(&s->mutex);
    return domain;
}

static struct sched_queue *queue_take(struct sched *s)
{
    struct sched_queue *queue = s->free_queues;
    if (queue) {
        LL_DELETE(s->free_queues, queue);
        return queue;
    }
    queue = calloc(1, sizeof(*queue));
    if (!queue)
        return NULL;
    queue->sched = s;
    atomic_init(&queue->head_seq, NEVER);
    return queue;
}

struct sched_queue *sched_queue_create(struct sched_domain *domain, enum sched_queue_kind kind,
                                       void *stream, int stream_priority)
{
    struct sched *s = domain->sched;
    pthread_mutex_lock(&s->mutex);
    struct sched_queue *queue = queue_take(s);
    if (queue) {
        queue->domain = domain;
        queue->kind = kind;
        queue->stream = stream;
        queue->priority = stream_priority;
        queue->place = QUEUE_NOWHERE;
        queue->n_late = 0;
        queue->released = false;
        queue->closed_ns = 0;
        queue->next_in_domain = domain->queues;
        domain->queues = queue;
    }
    pthread_mutex_unlock(&s->mutex);
    return queue;
}

/* Forgets the queue in what is in flight and wanted. Needs the token. */
static void queue_free(struct sched_queue *queue)
{
    struct sched_domain *domain = queue->domain;
    struct sched *s = domain->sched;
    struct flight *flight;
    struct sched_client *client;

    flight_mark_open(s);
    DL_FOREACH(s->flights, flight)
    if (flight->queue == queue)
        flight->queue = NULL;
    DL_FOREACH(s->clients, client)
    {
        if (client->mark_queue == queue)
            direct_forget_mark(client);
    }
    LL_DELETE2(domain->queues, queue, next_in_domain);
    queue->domain = NULL;
    LL_PREPEND(s->free_queues, queue);
}

void sched_queue_destroy(struct sched_queue *queue)
{
    if (!queue)
        return;
    struct sched *s = queue->sched;
    pthread_mutex_lock(&s->mutex);
    token_take(s);
    queue_free(queue);
    token_give(s);
    thread_wake_by(s, 0);
    pthread_mutex_unlock(&s->mutex);
}

/* Gives up all that is held in the queue. Needs the token; the mutex is dropped for the shim. */
static void queue_give_up(struct sched_queue *queue, int error)
{
    struct sched *s = queue->sched;
    while (queue->ops) {
        struct sched_op *op = queue->ops;
        if (op->is_launch) {
            launch_give_up(s, op_launch(op), error);
            continue;
        }
        queue_pop(queue);
        pthread_mutex_unlock(&s->mutex);
        s->ops->retire_call(s->gpu, op_call(op), error);
        pthread_mutex_lock(&s->mutex);
    }
}

void sched_domain_destroy(struct sched_domain *domain, int error)
{
    if (!domain)
        return;
    struct sched *s = domain->sched;
    pthread_mutex_lock(&s->mutex);
    token_take(s);
    for (struct sched_queue *queue = domain->queues; queue; queue = queue->next_in_domain)
        queue_give_up(queue, error);
    flights_drop(s, domain);
    while (domain->queues)
        queue_free(domain->queues);
    DL_DELETE(s->domains, domain);
    retire_done(s);
    token_give(s);
    thread_wake_by(s, 0);
    pthread_mutex_unlock(&s->mutex);
    free(domain);
}
