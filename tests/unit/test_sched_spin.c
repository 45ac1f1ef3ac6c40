/* SPDX-License-Identifier: MIT
 *
 * test_sched_spin.c - random programs whose kernels wait: for blocks of their own, for launches
 * before or after them, for words the host writes. What ends without us must end with us, under
 * every policy, with many or few ways to the device, and while other processes have it for a time.
 *
 * Each program runs without the scheduler first, with different delays before its kernels begin;
 * those that ever hang then are passed over. A failure prints its seed; SCHED_SEED=n runs that one
 * alone, SCHED_SEEDS=n so many of them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched/policy.h"
#include "tests/vgpu/program.h"

#define NATIVE_RUNS   3   /* of every program, before ours */
#define NATIVE_RECALL 400 /* when ours hung: was it by luck that the others ended? */

enum shape { PLAIN, OTHER_PLAIN, WAITS_FOR_ITSELF, WAITS_FOR_OTHERS, N_SHAPES };

static unsigned seed_state;
static struct kernel_shape *shapes[N_SHAPES];
static struct vlaunch *asked[MAX_THREADS]; /* waits for a launch of its thread still to come */
static unsigned n_words;

static unsigned pick(unsigned n)
{
    return (unsigned)rand_r(&seed_state) % n;
}

static struct slice_size random_rule(void)
{
    unsigned kind = pick(4), blocks = 1 + pick(20), x = 1 + pick(4), y = 1 + pick(4);
    if (kind == 0)
        return (struct slice_size){SLICE_BLOCKS, blocks, 1, 1};
    if (kind == 1)
        return (struct slice_size){SLICE_SHAPE, x, y, 1};
    if (kind == 2 && blocks < 5)
        return (struct slice_size){SLICE_OFF, 1, 1, 1};
    return (struct slice_size){SLICE_AUTO, 1, 1, 1};
}

static struct vlaunch *add_launch(struct program *p, unsigned thread, enum shape shape,
                                  uint32_t blocks)
{
    unsigned stream = pick(3) ? thread % p->n_streams : pick(p->n_streams);
    uint64_t block_ns = 1000 + (uint64_t)pick(5) * (shape == OTHER_PLAIN ? 100000 : 10000);
    const struct grid3 grid = {blocks, 1, 1};
    struct step *step = program_add_launch(p, thread, stream, shapes[shape], grid, block_ns);
    struct vlaunch *other = asked[thread];
    step->launch.launch.whole = !pick(10);
    if (other && pick(2)) {
        other->other = &step->launch;
        asked[thread] = NULL;
    }
    return &step->launch;
}

static void add_spinner(struct program *p, unsigned thread)
{
    uint32_t wave = shapes[WAITS_FOR_ITSELF]->wave_blocks;
    bool chain = !pick(3);
    uint32_t blocks = 1 + pick(chain ? 3 * wave : wave);
    struct vlaunch *launch = add_launch(p, thread, WAITS_FOR_ITSELF, blocks);
    launch->wait = chain ? VWAIT_NEXT : pick(2) ? VWAIT_ALL : VWAIT_BLOCK;
    launch->wait_block = blocks - 1;
}

/* For an earlier launch of the thread, or a later one, or a word that it writes later. */
static void add_waiter(struct program *p, unsigned thread)
{
    const struct thread *t = &p->threads[thread];
    unsigned earlier = t->n_steps ? pick(t->n_steps) : 0, kind = pick(3);
    uint32_t wave = shapes[WAITS_FOR_OTHERS]->wave_blocks;
    struct vlaunch *launch =
        add_launch(p, thread, WAITS_FOR_OTHERS, 1 + pick(pick(3) ? wave / 8 + 1 : 2 * wave));
    if (kind == 0 && t->steps[earlier].kind == STEP_LAUNCH && &t->steps[earlier].launch != launch) {
        launch->wait = VWAIT_OTHER;
        launch->other = &t->steps[earlier].launch;
    } else if (kind == 1 && !asked[thread]) {
        asked[thread] = launch;
    } else if (n_words < MAX_EVENTS) {
        launch->wait = VWAIT_WORD;
        launch->word = &p->words[n_words];
        for (unsigned n = pick(3); n--;)
            add_launch(p, thread, pick(2), 1 + pick(100));
        program_add_step(p, thread, STEP_HOST_WRITE, 0)->word = n_words++;
    }
}

static void add_steps(struct program *p, unsigned thread)
{
    asked[thread] = NULL;
    for (unsigned n = 2 + pick(12); n--;) {
        unsigned stream = pick(p->n_streams), kind = pick(12);
        bool defer = pick(2);
        if (kind < 3)
            add_launch(p, thread, kind == 0 ? OTHER_PLAIN : PLAIN, 1 + pick(150));
        else if (kind < 6)
            add_spinner(p, thread);
        else if (kind == 6)
            add_waiter(p, thread);
        else if (kind == 7)
            program_add_step(p, thread, STEP_PAUSE, stream)->ns = pick(300000);
        else if (kind == 8)
            program_add_step(p, thread, STEP_SYNC, stream);
        else if (kind == 9) {
            struct step *step = program_add_step(p, thread, STEP_COPY, stream);
            step->ns = 1 + pick(100000);
            step->defer = defer;
        }
    }
    if (asked[thread])
        asked[thread]->wait = VWAIT_NONE;
}

/* The waiters' launches were linked as they came. */
static void settle_waiters(struct program *p)
{
    for (unsigned i = 0; i < p->n_threads; i++)
        for (unsigned j = 0; j < p->threads[i].n_steps; j++) {
            struct vlaunch *launch = &p->threads[i].steps[j].launch;
            if (launch->other)
                launch->wait = VWAIT_OTHER;
        }
}

static void make_program(struct program *p)
{
    static const enum sched_queue_kind kinds[] = {QUEUE_BLOCKING, QUEUE_NON_BLOCKING,
                                                  QUEUE_NON_BLOCKING, QUEUE_LEGACY};
    unsigned n_kinds = pick(4) ? 3 : 4;
    n_words = 0;
    for (unsigned n = 1 + pick(MAX_STREAMS), i = 0; i < n; i++)
        program_add_stream(p, kinds[pick(i ? 3 : n_kinds)]);
    for (unsigned i = 0; i < p->n_threads; i++)
        add_steps(p, i);
    settle_waiters(p);
}

/* What differs from run to run of one seed is only whether we are there. */
static const char *run_program(unsigned seed, unsigned native, bool away)
{
    struct program p;
    seed_state = seed;
    for (unsigned i = 0; i < N_SHAPES; i++) {
        struct slice_size rule = random_rule();
        shapes[i] = program_shape(1 + pick(60), rule);
    }
    struct vgpu_config gpu = {.seed = seed};
    gpu.n_lanes = 1 + pick(GPU_LANES - GPU_SPARE_LANES);
    gpu.mark_latency_ns = pick(8000);
    gpu.n_ways = pick(2) ? 0 : 8 + pick(40);
    if (away) {
        gpu.ours_ns = 1000000 + pick(2000000);
        gpu.away_ns = 1000000 + pick(10000000);
    }
    if (native > 1) {
        gpu.seed = native;
        gpu.max_delay_log2 = 16 + native % 14;
    }
    struct sched_config config = {.stall_ns = 20000000, .threadless = true};
    config.policy = sched_policies[pick(2)];
    config.quantum_ns = 50000 + pick(500000);
    config.window_ns = 50000 + pick(1000000);
    program_init(&p, &gpu, &config, 1 + pick(MAX_THREADS));
    p.look_delay_ns = pick(20000);
    p.native = native > 0;
    p.host_delay_ns = native > 1 ? 1ull << (12 + native % 11) : 0;
    p.host_seed = native;
    make_program(&p);
    p.quiet = !getenv("SCHED_SEED") || native;
    const char *broken = program_run(&p, UINT64_MAX);
    if (!broken)
        broken = program_check(&p);
    program_finish(&p);
    for (unsigned i = 0; i < N_SHAPES; i++)
        program_shape_free(shapes[i]);
    return broken;
}

/* Whenever its kernels get to begin. */
static bool ends_natively(unsigned seed, unsigned n_runs, bool away)
{
    for (unsigned run = 1; run <= n_runs; run++)
        if (run_program(seed, run, away))
            return false;
    return true;
}

static void run_seeds(unsigned from, unsigned n, bool away)
{
    const char *only = getenv("SCHED_SEED"), *count = getenv("SCHED_SEEDS");
    unsigned n_run = 0, n_broken = 0;
    n = count ? (unsigned)atoi(count) : n;
    for (unsigned seed = from; seed < from + n; seed++) {
        if (only && seed != (unsigned)atoi(only))
            continue;
        if (!ends_natively(seed, NATIVE_RUNS, away))
            continue;
        n_run++;
        const char *broken = run_program(seed, 0, away);
        if (broken && ends_natively(seed, NATIVE_RECALL, away)) {
            print_error("SCHED_SEED=%u: %s\n", seed, broken);
            n_broken++;
        }
    }
    printf("%u of %u programs end without us\n", n_run, n);
    assert_int_equal(n_broken, 0);
}

static void test_spin(void **state)
{
    (void)state;
    run_seeds(1, 1500, false);
}

static void test_spin_away(void **state)
{
    (void)state;
    run_seeds(5000001, 300, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spin),
        cmocka_unit_test(test_spin_away),
    };
    return cmocka_run_group_tests_name("sched_spin", tests, NULL, NULL);
}
