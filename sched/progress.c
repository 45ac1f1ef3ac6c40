/* SPDX-License-Identifier: MIT
 *
 * progress.c - holding a slice back must never be what the program or the GPU waits for.
 *
 * A stream with work in flight that does not come to an end, and more held behind it, is looked
 * into. If it came as far as the launch that is partly out, blocks of that launch wait for blocks
 * still held: the rest goes out side by side with them, and the kernel is left whole from then on.
 * If it did not come so far, it waits for something else (an event, a word the host writes after
 * this call returns): what is held behind goes out as it is, in its order, until something on that
 * stream is done. Either way other streams flow on, as what is late takes no place in the window.
 */
#include "sched/state.h"

#include <utlist.h>

/* Is it time? What was never measured gets more of it: it may just be long. */
static bool is_stuck(const struct sched *s, const struct flight *flight, uint64_t now)
{
    uint64_t expected_ns = flight->expected_ns - flight->submitted_ns;
    uint64_t since_ns = flight->submitted_ns;
    uint64_t limit_ns = flight->est_ns ? s->config.stall_ns : 4 * s->config.stall_ns;
    if (flight->queue->progress_ns > since_ns)
        since_ns = flight->queue->progress_ns;
    if (limit_ns < 4 * expected_ns)
        limit_ns = 4 * expected_ns;
    return now > since_ns && now - since_ns > limit_ns;
}

static bool came_to(struct sched *s, struct launch *launch)
{
    pthread_mutex_unlock(&s->mutex);
    bool begun = s->ops->begun(s->gpu, launch);
    pthread_mutex_lock(&s->mutex);
    return begun;
}

static void release(struct sched *s, struct sched_queue *queue)
{
    struct launch *launch = queue_launch(queue);
    if (launch && launch->n_submitted && came_to(s, launch)) {
        atomic_store_explicit(&launch->shape->kernel->whole_reason,
                              "slices of it waited for one another", memory_order_relaxed);
        s->n_stuck++;
    } else {
        s->n_blocked++;
    }
    queue->released = true;
    queue_settle(queue);
}

/* What is on trial has not even begun: others need not wait for it. But when it begins its blocks
 * must not find room taken that the rest of them needs, so all of it goes now. */
static void check_trial(struct sched *s)
{
    struct launch *launch = s->on_trial;
    if (!launch || !launch->op.queue->n_late || launch->op.queue->released || came_to(s, launch))
        return;
    launch->op.queue->released = true;
    queue_settle(launch->op.queue);
}

void progress_check(struct sched *s, uint64_t now)
{
    struct flight *flight;
    if (!s->n_held)
        return;
    check_trial(s);
    DL_FOREACH(s->flights, flight)
    {
        struct sched_queue *queue = flight->queue;
        if (flight->late && queue && queue_launch(queue) && !queue->released &&
            is_stuck(s, flight, now))
            release(s, queue);
    }
}
