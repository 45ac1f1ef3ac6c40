/* SPDX-License-Identifier: MIT
 *
 * direct.c - which launches go straight to the driver.
 *
 * Alone, nearly all: there is nobody to share with. Kernels that take long are sliced all the same,
 * so that a newcomer gets in, and a launch now and then is measured. Among several clients, light
 * ones do as long as nothing is held and no client has more than two windows of them under way; and
 * as long as nobody has heavy ones, which the light ones would each have to wait for: a chain of
 * them needs the device for its turn.
 *
 * A launch that goes straight costs a few loads and writes on the client's own cache line.
 */
#include "sched/state.h"

#include <utlist.h>

#include "slicer/cost.h"

static bool larger_than_slice(const struct slice_size *size, struct grid3 grid)
{
    if (size->mode == SLICE_BLOCKS)
        return grid3_count(grid) > size->x;
    return grid.x > size->x || grid.y > size->y || grid.z > size->z;
}

/* Does the user want it in pieces, whoever else is there? */
static bool always_sliced(const struct kernel *kernel, struct grid3 grid)
{
    return (kernel->rule.mode == SLICE_BLOCKS || kernel->rule.mode == SLICE_SHAPE) &&
           !atomic_load_explicit(&kernel->whole_reason, memory_order_relaxed) &&
           larger_than_slice(&kernel->rule, grid);
}

/* Would it be worth slicing it though there is nobody else? */
static bool slice_alone(const struct sched *s, struct kernel_shape *shape, struct grid3 grid)
{
    const struct kernel *kernel = shape->kernel;
    if (kernel->rule.mode != SLICE_AUTO ||
        atomic_load_explicit(&kernel->whole_reason, memory_order_relaxed))
        return always_sliced(kernel, grid);
    uint64_t blocks = grid3_count(grid);
    uint64_t est_ns = cost_estimate_ns(shape, blocks);
    return est_ns ? est_ns > s->long_ns : blocks > shape->wave_blocks;
}

static enum sched_admit admit_alone(struct sched *s, struct sched_client *client,
                                    struct kernel_shape *shape, struct grid3 grid)
{
    if (shape && slice_alone(s, shape, grid))
        return ADMIT_QUEUE;
    uint32_t n = atomic_fetch_add_explicit(&client->n_direct, 1, memory_order_relaxed);
    return n % SAMPLE_EVERY == SAMPLE_EVERY - 1 ? ADMIT_QUEUE : ADMIT_DIRECT;
}

bool launch_is_light(const struct sched *s, struct kernel_shape *shape, struct grid3 grid)
{
    uint64_t est_ns = shape ? cost_estimate_ns(shape, grid3_count(grid)) : 0;
    return est_ns && est_ns <= s->config.window_ns / 8 && !always_sliced(shape->kernel, grid);
}

enum sched_admit admit_light(struct sched *s, struct sched_client *client,
                             struct kernel_shape *shape, struct grid3 grid)
{
    if (atomic_load_explicit(&s->heavy_about, memory_order_relaxed) ||
        !launch_is_light(s, shape, grid) ||
        atomic_load_explicit(&client->measure, memory_order_relaxed))
        return ADMIT_QUEUE;
    uint64_t est_ns = cost_estimate_ns(shape, grid3_count(grid));
    uint64_t window_ns = s->config.window_ns;
    uint64_t seen_ns = atomic_fetch_add_explicit(&client->direct_ns, est_ns, memory_order_relaxed);
    if (seen_ns + est_ns > 2 * window_ns) {
        atomic_fetch_sub_explicit(&client->direct_ns, est_ns, memory_order_relaxed);
        return ADMIT_QUEUE;
    }
    uint32_t n = atomic_fetch_add_explicit(&client->n_direct, 1, memory_order_relaxed);
    if (n % SAMPLE_EVERY == SAMPLE_EVERY - 1)
        atomic_store_explicit(&client->measure, true, memory_order_relaxed);
    seen_ns = atomic_fetch_add_explicit(&client->unmarked_ns, est_ns, memory_order_relaxed);
    return seen_ns + est_ns >= window_ns / 2 ? ADMIT_DIRECT_MARK : ADMIT_DIRECT;
}

static enum sched_admit admit(struct sched *s, struct sched_client *client,
                              struct kernel_shape *shape, struct grid3 grid)
{
    if (atomic_load_explicit(&sched_held, memory_order_acquire))
        return ADMIT_QUEUE;
    if (atomic_load_explicit(&s->direct_only, memory_order_relaxed))
        return ADMIT_DIRECT;
    if (atomic_load_explicit(&client->activity, memory_order_relaxed) != CLIENT_ACTIVE)
        client_touch(client);
    if (s->config.trace)
        return ADMIT_QUEUE;
    if (atomic_load_explicit(&s->contended, memory_order_relaxed))
        return admit_light(s, client, shape, grid);
    return admit_alone(s, client, shape, grid);
}

enum sched_admit sched_admit(struct sched *s, struct sched_client *client,
                             struct kernel_shape *shape, struct grid3 grid)
{
    enum sched_admit answer = admit(s, client, shape, grid);
    if (s->config.stats && answer != ADMIT_QUEUE)
        stats_direct(client, shape, grid);
    return answer;
}

/* The caller sets the mark itself: for the per-thread default stream only it can. Whoever pumps
 * takes it up; one at a time is enough. */
void sched_mark_direct(struct sched *s, struct sched_client *client, struct sched_queue *queue)
{
    struct gpu_mark mark;
    if (s->ops->mark_stream(s->gpu, queue->stream, &mark))
        return;
    pthread_mutex_lock(&s->mutex);
    if (client->mark_queue) {
        s->ops->drop_mark(s->gpu, &mark);
    } else {
        client->mark = mark;
        client->mark_queue = queue;
        s->n_new_marks++;
    }
    thread_ensure(s);
    pump_or_tell(s);
    pthread_mutex_unlock(&s->mutex);
}

static void take_mark(struct sched *s, struct sched_client *client)
{
    uint64_t est_ns = atomic_exchange_explicit(&client->unmarked_ns, 0, memory_order_relaxed);
    struct flight *flight = flight_start(s, FLIGHT_DIRECT, client, client->mark_queue);
    if (!flight) {
        direct_forget_mark(client);
        return;
    }
    client->mark_queue = NULL;
    s->n_new_marks--;
    client->n_fenced = atomic_load_explicit(&client->n_direct, memory_order_relaxed);
    flight->mark = client->mark;
    flight->marked = true;
    flight_add(s, flight, est_ns, sched_now(s));
}

void direct_take_marks(struct sched *s)
{
    struct sched_client *client, *next;
    flight_mark_open(s);
    DL_FOREACH_SAFE(s->clients, client, next)
    if (client->mark_queue)
        take_mark(s, client);
}

void direct_forget_mark(struct sched_client *client)
{
    struct sched *s = client->sched;
    if (!client->mark_queue)
        return;
    client->mark_queue = NULL;
    s->n_new_marks--;
    s->ops->drop_mark(s->gpu, &client->mark);
}
