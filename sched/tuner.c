/* SPDX-License-Identifier: MIT
 *
 * tuner.c - long launches that have the device to themselves try slices of other sizes than whole
 * waves: slicer/tune.h has what for. This file tells it what each launch took.
 *
 * A launch is measured from when the device came to it until its end. That counts only if nothing
 * of others was in flight meanwhile and nothing had to be let out. When somebody else comes, the
 * rest of the launch goes in the ordinary size, which fits the quantum.
 */
#include "sched/state.h"

#include "slicer/tune.h"

static bool is_contended(const struct sched *s)
{
    return atomic_load_explicit(&s->contended, memory_order_relaxed);
}

/* A grid that is not cut by itself stays whole: its blocks may rely on being there together. */
static void begin(struct sched *s, struct launch *launch, uint64_t ordinary_blocks)
{
    launch->tune = NULL;
    if (!s->config.tune || is_contended(s) || ordinary_blocks >= grid3_count(launch->grid))
        return;
    launch->tune = tune_find(launch->shape, launch->grid, s);
    if (launch->tune)
        launch->tune_size = tune_pick(launch->tune, launch->shape, ordinary_blocks);
}

uint64_t tuner_blocks(struct sched *s, struct launch *launch, uint64_t ordinary_blocks)
{
    if (!launch->n_submitted && !launch->tune)
        begin(s, launch, ordinary_blocks);
    if (!launch->tune)
        return ordinary_blocks;
    if (is_contended(s)) {
        launch->tune_size = TUNE_ORDINARY;
        launch->tune_spoilt = true;
    }
    return tune_blocks(launch->shape, launch->tune_size, ordinary_blocks);
}

static bool is_ordinary(const struct launch *launch)
{
    return !launch->tune || launch->tune_size == TUNE_ORDINARY;
}

bool tuner_leaves_room(const struct launch *launch, uint64_t blocks)
{
    return !is_ordinary(launch) && blocks < launch->shape->wave_blocks;
}

uint64_t tuner_estimate_ns(const struct launch *launch, uint64_t blocks)
{
    return is_ordinary(launch) ? 0 : tune_estimate_ns(launch->tune, launch->tune_size, blocks);
}

bool tuner_is_proven(const struct launch *launch)
{
    return is_ordinary(launch) || launch->tune->sizes[launch->tune_size].proven;
}

void tuner_slice_done(struct sched *s, struct launch *launch, uint64_t now)
{
    uint64_t all = grid3_count(launch->grid), out = all - plan_blocks_left(&launch->plan);
    if (!launch->tune)
        return;
    if (!launch->tune_from_ns)
        launch->tune_from_ns = later(launch->first_ns, s->seen_ns);
    launch->tune_spoilt |= launch->n_releases || launch->error || others_fly(s, launch);
    if (launch->tune_spoilt)
        return;
    uint64_t ns = now - launch->tune_from_ns;
    if (launch->all_submitted && launch->n_done == launch->n_submitted) {
        tune_learn(launch->tune, launch->tune_size, all, ns);
    } else if (tune_is_poor(launch->tune, out, ns)) {
        tune_learn(launch->tune, launch->tune_size, out, ns);
        launch->tune_size = tune_best(launch->tune);
        if (!tuner_is_proven(launch))
            launch->tune_size = TUNE_ORDINARY;
        launch->tune_spoilt = true;
    }
}

void tuner_proven(struct launch *launch)
{
    if (launch->tune)
        launch->tune->sizes[launch->tune_size].proven = true;
}

void tuner_stuck(struct launch *launch)
{
    if (!is_ordinary(launch))
        tune_stop(launch->tune);
}
