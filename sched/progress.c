/* SPDX-License-Identifier: MIT
 *
 * progress.c - holding a slice back must never be what the program or the GPU waits for.
 *
 * A stream with work in flight that does not come to an end, and more held behind it, is looked
 * into. If it did not even come as far as the launch that is partly out, it waits for something
 * else (an event, a word the host writes after this call returns): what is held behind goes out as
 * it is, in its order, until something on that stream is done; the rest of a launch that is partly
 * out only when a thread waits for what is behind it that would not without us. If it did, blocks
 * of that launch may be waiting for blocks still held: two waves more go out beside them, so that
 * as much of the launch is on the device as ever would be without us, and if that does not help in
 * four times the time, or that of its longest slice, all. Either way other streams flow on, as what
 * is late takes no place in the window.
 *
 * Time is counted only while the device works for us: while a probe, a mark on a stream where
 * nothing else ever is, comes back at once. Other processes may have the device for longer than any
 * patience. A probe with something stuck in its way to the device does not come back, so each takes
 * another stream, and what is let out goes by streams that are seen to be open. If none comes back
 * for many periods, that counts as one; and if none is open for as many, any will do.
 *
 * Whether holding was to blame shows when what was stuck ends: at once when the rest came, or long
 * after. Suspicion grows by two or by one with such a launch, and by minus one with a sliced launch
 * that was not stuck; from three on the kernel is left whole.
 *
 * Why nothing hangs that would end without us. Take launches that end natively in the order in
 * which they were issued, the device giving room to the blocks of a launch before those of later
 * ones. We change that order in one way only: between two slices of a launch others go. Let L be
 * partly out, its blocks waiting for blocks still held.
 *  - L is on trial: nothing was in flight when its first slice went, and nothing goes until all of
 *    L is out or that slice is done. L's blocks get room as if L had been issued next.
 *  - L's kernel is proven: slices of others may be beside it. The room they have is free again when
 *    they end, and slices of proven kernels end; then L goes on.
 *  - Launches of L's client behind L on other streams may wait for L: those not proven do not
 *    overtake it (queue.c).
 *  - What is on a stream that the device has not come to has no room.
 *  - What goes behind a slice that the device has not come to goes in its order, on its stream, and
 *    its kernel is proven.
 *  - Lanes are used only while the other streams have nothing under way, so nothing that waits is
 * in a lane's way to the device; and the program's streams get the ways they would have without us
 *    (shim/lane.c).
 * It rests on this. A proven kernel does not wait for its later blocks while another launch beside
 * it waits, too, and has the room. A launch that waits for an earlier one of another client leaves
 * it room. What waits leaves three ways to the device (CUDA_DEVICE_MAX_CONNECTIONS) for what is let
 * out, and a launch whose slices wait for a later one shares none with it. What went straight to
 * the legacy default stream, or to one of more than a hundred streams, got its room before.
 */
#include "sched/state.h"

#include <utlist.h>

#include "slicer/plan.h"

#define PROBE_MAX_NS      2000000 /* what one probe may stand for */
#define PROBE_LOST_STALLS 8       /* periods after which one that does not return counts as one */
#define SUSPICION_PROMPT  2
#define SUSPICION_LATER   1
#define SUSPICION_WHOLE   3
#define RELEASE_WAVES     2

void progress_drop_probe(struct sched *s, struct sched_domain *domain)
{
    if (!s->probe.domain || (domain && s->probe.domain != domain))
        return;
    if (s->probe.marked)
        s->ops->drop_mark(s->gpu, &s->probe.mark);
    s->probe.domain = NULL;
}

/* One that could not be put stands for the time until it is looked at. */
static void put_probe(struct sched *s, struct sched_queue *queue, uint64_t now)
{
    struct gpu_mark mark;
    pthread_mutex_unlock(&s->mutex);
    int error = s->ops->probe(s->gpu, queue->stream, &mark);
    pthread_mutex_lock(&s->mutex);
    s->probe.domain = queue->domain;
    s->probe.marked = !error;
    s->probe.mark = mark;
    s->probe.put_ns = now;
    if (!s->probe.back_ns)
        s->probe.back_ns = now;
}

static bool probe_is_back(struct sched *s)
{
    if (!s->probe.marked)
        return true;
    pthread_mutex_unlock(&s->mutex);
    bool back = s->ops->reached(s->gpu, &s->probe.mark);
    pthread_mutex_lock(&s->mutex);
    return back;
}

static void look_at_probe(struct sched *s, uint64_t now)
{
    uint64_t since_ns = now - s->probe.put_ns;
    if (!s->probe.domain)
        return;
    if (probe_is_back(s)) {
        s->ours_ns += since_ns < PROBE_MAX_NS ? since_ns : PROBE_MAX_NS;
        s->probe.back_ns = now;
    } else if (now - s->probe.back_ns > PROBE_LOST_STALLS * s->config.stall_ns) {
        s->ours_ns += s->config.stall_ns;
        s->probe.back_ns = now;
    } else if (since_ns <= PROBE_MAX_NS) {
        return;
    }
    progress_drop_probe(s, NULL);
}

/* Is it what holds a stream up on which more is held? */
static bool is_watched(const struct flight *flight)
{
    return flight->late && flight->queue && queue_launch(flight->queue) && !flight->queue->released;
}

static bool is_stuck(const struct sched *s, const struct flight *flight)
{
    uint64_t limit_ns = later(s->config.stall_ns, 4 * flight_expected_ns(flight));
    uint64_t since_ns = later(flight->watched_ns, flight->queue->watched_ns);
    const struct launch *launch = queue_launch(flight->queue);
    if (launch->n_releases)
        limit_ns = 4 * later(limit_ns, launch->longest_ns);
    return s->ours_ns - since_ns >= limit_ns;
}

bool launch_ask(struct sched *s, bool (*question)(void *gpu, struct launch *launch),
                struct launch *launch)
{
    pthread_mutex_unlock(&s->mutex);
    bool answer = question(s->gpu, launch);
    pthread_mutex_lock(&s->mutex);
    return answer;
}

/* The first time so much that the device is full of the launch: in three slices at most, the rest
 * of a row, of a slab of planes, and what is behind. Then all. */
static void choose_release(struct launch *launch)
{
    uint64_t blocks = RELEASE_WAVES * (uint64_t)launch->shape->wave_blocks;
    launch->let_go = true;
    if (launch->n_releases++ || launch->shape->kernel->rule.mode == SLICE_SHAPE)
        return;
    launch->let_go = false;
    launch->release_blocks = blocks;
    plan_resize(&launch->plan, blocks);
}

/* Its stream did not come to a launch that is partly out. All of it goes, in its order, as soon as
 * a thread waits for what is held behind it and would not without us; it comes to nothing sooner.
 */
static bool let_behind(struct sched *s, struct launch *launch)
{
    if (launch->n_submitted && !s->n_in_order)
        return false;
    launch->let_go = launch->n_submitted > 0;
    s->n_blocked++;
    return true;
}

/* While no way is open, the device has not had time for an empty kernel, so it may just be slow. If
 * that does not change, it is full of what waits, or all ways are blocked. */
static bool has_way(struct sched *s, struct sched_queue *queue, struct launch *launch, uint64_t now)
{
    if (!queue->closed_ns)
        queue->closed_ns = now;
    return launch_ask(s, s->ops->open, launch) ||
           now - queue->closed_ns > PROBE_LOST_STALLS * s->config.stall_ns;
}

static void release(struct sched *s, struct sched_queue *queue, uint64_t now)
{
    struct launch *launch = queue_launch(queue);
    if (launch->n_submitted && launch_ask(s, s->ops->begun, launch)) {
        if (!has_way(s, queue, launch, now))
            return;
        launch->arrived = true;
        s->n_stuck += !launch->n_releases;
        choose_release(launch);
        launch->released_ns = now;
        tuner_stuck(launch);
        atomic_store_explicit(&launch->shape->proven, false, memory_order_relaxed);
    } else if (!let_behind(s, launch)) {
        return;
    }
    queue->released = true;
    queue->closed_ns = 0;
    queue->watched_ns = s->ours_ns;
    queue_settle(queue);
}

void progress_check(struct sched *s, uint64_t now)
{
    struct flight *flight;
    struct sched_queue *watched = NULL;
    if (!s->n_held) {
        progress_drop_probe(s, NULL);
        return;
    }
    look_at_probe(s, now);
    DL_FOREACH(s->flights, flight)
    {
        if (!is_watched(flight))
            continue;
        watched = flight->queue;
        if (is_stuck(s, flight))
            release(s, flight->queue, now);
    }
    if (!watched)
        s->probe.back_ns = 0;
    else if (!s->probe.domain)
        put_probe(s, watched, now);
}

static unsigned suspicion_of(struct kernel *kernel)
{
    return atomic_load_explicit(&kernel->suspicion, memory_order_relaxed);
}

static void suspect(struct kernel *kernel, unsigned more)
{
    unsigned suspicion = suspicion_of(kernel) + more;
    atomic_store_explicit(&kernel->suspicion, suspicion, memory_order_relaxed);
    if (suspicion >= SUSPICION_WHOLE)
        atomic_store_explicit(&kernel->whole_reason, "slices of it waited for one another",
                              memory_order_relaxed);
}

/* A slice that was out before the release is done. If it waited for what came, so may the rest. */
static void judge_release(struct sched *s, struct launch *launch, const struct flight *flight,
                          uint64_t now)
{
    uint64_t waited_ns = launch->released_ns - flight->submitted_ns;
    bool prompt = now - launch->released_ns < waited_ns / 4;
    if (launch->n_releases == 1)
        suspect(launch->shape->kernel, prompt ? SUSPICION_PROMPT : SUSPICION_LATER);
    launch->released_ns = 0;
    if (!prompt) {
        atomic_store_explicit(&launch->shape->proven, true, memory_order_relaxed);
        trial_end(s, launch, true);
    } else if (!launch->all_submitted) {
        launch->let_go = true;
        queue_settle(launch->op.queue);
    }
}

void progress_slice_done(struct sched *s, const struct flight *flight, uint64_t now)
{
    struct launch *launch = flight->launch;
    launch->longest_ns = later(launch->longest_ns, now - flight->submitted_ns);
    if (launch->released_ns && flight->submitted_ns <= launch->released_ns && !launch->error)
        judge_release(s, launch, flight, now);
    else if (!launch->n_releases)
        trial_end(s, launch, flight->marked);
}

void progress_launch_done(const struct launch *launch)
{
    struct kernel *kernel = launch->shape ? launch->shape->kernel : NULL;
    unsigned suspicion = kernel ? suspicion_of(kernel) : 0;
    if (suspicion && !launch->whole && !launch->n_releases)
        atomic_store_explicit(&kernel->suspicion, suspicion - 1, memory_order_relaxed);
}
