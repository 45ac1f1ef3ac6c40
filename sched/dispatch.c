/* SPDX-License-Identifier: MIT
 *
 * dispatch.c - one slice, or one whole launch, from its queue to the driver.
 *
 * The thread that has the token comes here with the mutex held; it is dropped around the driver.
 * The launch stays at the head of its queue meanwhile, so nobody else touches it.
 */
#include "sched/state.h"

#include <utlist.h>

#include "slicer/cost.h"

#define MAX_LEARN_WAVES 8 /* slices of a kernel of unknown cost grow to this */

static const char *whole_reason(const struct launch *launch)
{
    if (launch->whole || !launch->shape)
        return launch->whole_reason;
    return atomic_load_explicit(&launch->shape->kernel->whole_reason, memory_order_relaxed);
}

static bool must_be_whole(const struct launch *launch)
{
    return launch->whole || !launch->shape || whole_reason(launch);
}

/* Blocks of the next slice of an automatic plan. Alone, what is short goes as it is. */
static uint64_t auto_blocks(struct sched *s, struct launch *launch)
{
    const struct kernel_shape *shape = launch->shape;
    uint64_t all = grid3_count(launch->grid), est_ns = cost_estimate_ns(shape, all);
    if (!est_ns) {
        uint64_t waves = 1ull << (launch->n_submitted < 3 ? launch->n_submitted : 3);
        return cost_slice_blocks(shape, launch->grid, waves);
    }
    if (est_ns <= s->long_ns && !atomic_load_explicit(&s->contended, memory_order_relaxed))
        return all;
    const struct sched_policy *policy = s->config.policy;
    uint64_t slice_ns =
        policy->slice_ns ? policy->slice_ns(s->policy, launch) : s->config.quantum_ns;
    uint64_t blocks = cost_slice_blocks(shape, launch->grid, cost_waves_in(shape, slice_ns));
    return tuner_blocks(s, launch, blocks);
}

void launch_make_whole(struct launch *launch, const char *reason)
{
    const struct slice_size off = {SLICE_OFF, 1, 1, 1};
    const struct grid3 one = {1, 1, 1};
    plan_init(&launch->plan, launch->grid, off, 0, one);
    launch->whole = true;
    launch->whole_reason = reason;
}

static void make_plan(struct sched *s, struct launch *launch)
{
    launch->planned = true;
    if (must_be_whole(launch)) {
        launch_make_whole(launch, whole_reason(launch));
        return;
    }
    struct slice_size rule = launch->shape->kernel->rule;
    uint64_t blocks = rule.mode == SLICE_AUTO ? auto_blocks(s, launch) : 0;
    plan_init(&launch->plan, launch->grid, rule, blocks, launch->shape->cluster);
    if (plan_is_whole(&launch->plan))
        launch_make_whole(launch, NULL);
}

/* Between two slices: the cost may be known by now, or the device shared. */
static void update_plan(struct sched *s, struct launch *launch)
{
    if (!launch->planned)
        make_plan(s, launch);
    else if (!launch->whole && launch->shape->kernel->rule.mode == SLICE_AUTO)
        plan_resize(&launch->plan, auto_blocks(s, launch));
}

static uint64_t estimate_ns(const struct launch *launch, uint64_t blocks)
{
    uint64_t tuned_ns = tuner_estimate_ns(launch, blocks);
    return tuned_ns || !launch->shape ? tuned_ns : cost_estimate_ns(launch->shape, blocks);
}

/* The launch leaves its queue: all of it is with the driver, or will never be. */
static void leave_queue(struct sched *s, struct launch *launch)
{
    launch->all_submitted = true;
    if (launch->refused)
        *launch->refused = launch->error;
    launch->refused = NULL;
    trial_end(s, launch, false);
    if (launch->n_submitted && !launch->whole)
        LL_DELETE2(launch->client->partly, launch, next_partly);
    stats_launch(launch);
    launch->client->n_held--;
    s->n_heavy -= launch->heavy;
    queue_pop(launch->op.queue);
    client_release(launch->client);
    launch_check_done(s, launch);
}

void launch_give_up(struct sched *s, struct launch *launch, int error)
{
    launch->error = error;
    leave_queue(s, launch);
}

/* A mark before the first slice, if the client launched directly since the last one: the time of
 * those launches is not the slice's. */
static void set_fence(struct sched *s, struct launch *launch)
{
    struct sched_client *client = launch->client;
    uint32_t n = atomic_load_explicit(&client->n_direct, memory_order_relaxed);
    if (n == client->n_fenced)
        return;
    client->n_fenced = n;
    flight_mark_open(s);
    struct flight *flight = flight_start(s, FLIGHT_FENCE, client, launch->op.queue);
    if (!flight)
        return;
    flight->queued_ns = flight->submitted_ns = flight->expected_ns = sched_now(s);
    pthread_mutex_unlock(&s->mutex);
    int error = s->ops->mark_stream(s->gpu, launch->stream, &flight->mark);
    pthread_mutex_lock(&s->mutex);
    flight->marked = !error;
}

/* May it go under the mark of the whole launches submitted just before? */
static bool fits_open(const struct sched *s, const struct launch *launch)
{
    const struct flight *open = s->open;
    return launch->whole && open && open->queue == launch->op.queue &&
           open->client == launch->client && open->shape == launch->shape &&
           open->n_slices < MAX_BATCH && open->window_ns < s->config.window_ns / 8;
}

/* Behind the others of its flight. No policy holds its links any more. */
static void append_whole(struct flight *flight, struct launch *launch)
{
    struct launch **end = &flight->launch;
    while (*end)
        end = &(*end)->next;
    launch->next = NULL;
    *end = launch;
}

/* What is about to be submitted of a launch. */
struct piece {
    struct slice slices[PLAN_REST_MAX];
    unsigned n;
    uint64_t blocks;
    unsigned lane;
    bool last;
    bool tracked; /* there is a flight for it */
    struct gpu_mark mark;
    bool marked;
    uint64_t now;
};

static struct flight *new_flight(struct sched *s, struct launch *launch, const struct piece *piece)
{
    struct flight *flight = flight_start(s, launch->whole ? FLIGHT_WHOLE : FLIGHT_SLICE,
                                         launch->client, launch->op.queue);
    flight->shape = launch->shape;
    flight->queued_ns = launch->queued_ns;
    flight->first_index = piece->slices[0].index;
    if (launch->shape)
        kernel_ref(launch->shape->kernel);
    if (launch->whole) {
        s->open = flight;
        return flight;
    }
    flight->launch = launch;
    flight->lane = piece->lane;
    flight->in_part = tuner_leaves_room(launch, piece->blocks);
    flight->mark = piece->mark;
    flight->marked = piece->marked;
    return flight;
}

/* The driver took it: counts it in. Whoever retires the launch or client does so later, from
 * flights. */
static void count_piece(struct sched *s, struct launch *launch, const struct piece *piece)
{
    bool first = !launch->n_submitted++;
    if (first)
        launch->first_ns = piece->now;
    if (first && !launch->whole)
        LL_PREPEND2(launch->client->partly, launch, next_partly);
    if (!piece->tracked) {
        launch->n_done++;
        return;
    }
    struct flight *flight = fits_open(s, launch) ? s->open : new_flight(s, launch, piece);
    flight->n_slices += piece->n;
    flight->blocks += piece->blocks;
    flight->last_waves = launch->shape ? cost_waves(launch->shape, piece->blocks) : 0;
    flight->waves += flight->last_waves;
    flight->end_ns = sched_now(s);
    flight_add(s, flight, estimate_ns(launch, piece->blocks), piece->now);
    if (launch->whole)
        return;
    launch->busy_lanes |= 1u << piece->lane;
}

static void finish_piece(struct sched *s, struct launch *launch, const struct piece *piece,
                         int error)
{
    struct flight *batch = NULL;
    if (error) {
        launch_give_up(s, launch, error);
        return;
    }
    count_piece(s, launch, piece);
    if (launch->whole && piece->tracked)
        batch = s->open;
    if (piece->last)
        leave_queue(s, launch);
    else
        queue_settle(launch->op.queue);
    if (batch)
        append_whole(batch, launch);
}

/* Gets the place ready: earlier work is marked where it must be, the clock read. */
static void prepare_piece(struct sched *s, struct launch *launch, struct piece *piece)
{
    if (!launch->n_submitted)
        set_fence(s, launch);
    if (!fits_open(s, launch))
        flight_mark_open(s);
    piece->tracked = s->free_flights != NULL || fits_open(s, launch);
    piece->now = sched_now(s);
}

void dispatch_whole(struct sched *s, struct launch *launch)
{
    struct piece piece = {.n = 1, .last = true, .blocks = grid3_count(launch->grid)};
    piece.slices[0].extent = launch->grid;
    prepare_piece(s, launch, &piece);
    pthread_mutex_unlock(&s->mutex);
    int error = s->ops->submit(s->gpu, launch, piece.slices, true, 0);
    pthread_mutex_lock(&s->mutex);
    finish_piece(s, launch, &piece, error);
}

/* After the last slice, or one that was refused. Mutex not held. */
static int join_lanes(struct sched *s, struct launch *launch, unsigned more_lanes)
{
    unsigned mask = (launch->busy_lanes | launch->unsure_lanes | more_lanes) & ~1u;
    return mask ? s->ops->join(s->gpu, launch, mask) : 0;
}

static int submit_slice(struct sched *s, struct launch *launch, struct piece *piece)
{
    int error = s->ops->submit(s->gpu, launch, piece->slices, false, piece->lane);
    if (error) {
        join_lanes(s, launch, 0);
        return error;
    }
    if (piece->tracked)
        piece->marked = !s->ops->mark(s->gpu, launch, piece->lane, &piece->mark);
    return piece->last ? join_lanes(s, launch, 1u << piece->lane) : 0;
}

/* The program may have put something that waits on another stream since lanes were opened. */
static bool lane_is_open(struct sched *s, struct launch *launch, unsigned lane)
{
    if (lane == 0 || lane >= GPU_LANES - GPU_SPARE_LANES)
        return true;
    launch_check_alone(s, launch);
    return launch->alone;
}

void dispatch_slice(struct sched *s, struct launch *launch, unsigned first_lane)
{
    unsigned free_lanes = ~launch->busy_lanes >> first_lane << first_lane;
    struct piece piece = {.n = 1, .lane = (unsigned)__builtin_ctz(free_lanes)};
    bool first = !launch->n_submitted;
    if (!lane_is_open(s, launch, piece.lane)) {
        queue_settle(launch->op.queue); /* until the stream itself is free, or lanes are */
        return;
    }
    prepare_piece(s, launch, &piece);
    plan_next(&launch->plan, piece.slices);
    piece.blocks = grid3_count(piece.slices[0].extent);
    piece.last = !plan_blocks_left(&launch->plan);
    pthread_mutex_unlock(&s->mutex);
    int error = submit_slice(s, launch, &piece);
    pthread_mutex_lock(&s->mutex);
    if (error && first) {
        launch_make_whole(launch, "the driver refused its slice");
        dispatch_whole(s, launch);
        return;
    }
    finish_piece(s, launch, &piece, error);
}

/* Two for slices that fill the device: one runs, the next is there when its tail leaves room. */
static unsigned lanes_for(const struct launch *launch, unsigned n_lanes)
{
    const unsigned most = GPU_LANES - GPU_SPARE_LANES;
    uint64_t useful = launch->shape->wave_blocks / plan_next_blocks(&launch->plan) + 1;
    useful = useful < 2 ? 2 : useful;
    n_lanes = n_lanes < most ? n_lanes : most;
    return n_lanes < useful ? n_lanes : (unsigned)useful;
}

bool dispatch_begin(struct sched *s, struct launch *launch)
{
    pthread_mutex_unlock(&s->mutex);
    int n_lanes = s->ops->begin(s->gpu, launch);
    pthread_mutex_lock(&s->mutex);
    if (n_lanes < 1) {
        launch_make_whole(launch, "no memory for its slices");
        return false;
    }
    launch->n_lanes = lanes_for(launch, (unsigned)n_lanes);
    launch->begun = true;
    return true;
}

bool dispatch_next(struct sched *s)
{
    s->turn_look_ns = NEVER;
    if (s->on_trial)
        return trial_step(s);
    if (!window_has_room(s, 1))
        return false; /* and nobody's debt is paid off before somebody else may come */
    struct launch *launch = s->config.policy->pick(s->policy);
    if (!launch || turn_is_on(s, launch, sched_now(s)))
        return false;
    update_plan(s, launch);
    if (trial_is_due(launch))
        return trial_start(s, launch);
    if (!window_has_room(s, estimate_ns(launch, plan_next_blocks(&launch->plan))))
        return false;
    if (launch->whole || (!launch->begun && !dispatch_begin(s, launch)))
        dispatch_whole(s, launch);
    else
        dispatch_slice(s, launch, 0);
    return true;
}

/* In flight it counts as one. If its stream came to the launch, each slice goes on a stream of its
 * own; else all behind what is out. */
static void dispatch_all(struct sched *s, struct launch *launch)
{
    const struct gpu_ops *ops = s->ops;
    struct piece piece = {.last = true, .blocks = plan_blocks_left(&launch->plan)};
    unsigned mask = (launch->busy_lanes | launch->unsure_lanes) & ~1u;
    prepare_piece(s, launch, &piece);
    piece.n = plan_take_rest(&launch->plan, piece.slices);
    pthread_mutex_unlock(&s->mutex);
    int error =
        (launch->arrived ? ops->spread : ops->follow)(s->gpu, launch, piece.slices, piece.n, mask);
    if (!error && piece.tracked)
        piece.marked = !s->ops->mark(s->gpu, launch, 0, &piece.mark);
    pthread_mutex_lock(&s->mutex);
    finish_piece(s, launch, &piece, error);
}

void dispatch_rest(struct sched *s, struct sched_queue *queue)
{
    struct launch *launch = queue_launch(queue);
    if (!launch->n_submitted) {
        launch_make_whole(launch, launch->whole_reason);
        dispatch_whole(s, launch);
    } else if (launch->let_go || launch->release_blocks >= plan_blocks_left(&launch->plan)) {
        queue->released &= !launch->n_releases; /* else it goes on for what is behind */
        dispatch_all(s, launch);
    } else {
        uint64_t blocks = plan_next_blocks(&launch->plan);
        launch->release_blocks -= blocks < launch->release_blocks ? blocks : launch->release_blocks;
        queue->released = launch->release_blocks > 0;
        dispatch_slice(s, launch, GPU_LANES - GPU_SPARE_LANES);
    }
}

void dispatch_call(struct sched *s, struct sched_queue *queue)
{
    struct call *call = op_call(queue->ops);
    if (s->open && s->open->queue == queue)
        flight_mark_open(s);
    pthread_mutex_unlock(&s->mutex);
    int error = s->ops->call(s->gpu, call);
    pthread_mutex_lock(&s->mutex);
    queue_pop(queue);
    pthread_mutex_unlock(&s->mutex);
    s->ops->retire_call(s->gpu, call, error);
    pthread_mutex_lock(&s->mutex);
}
