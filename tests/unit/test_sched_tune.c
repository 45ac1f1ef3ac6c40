/* SPDX-License-Identifier: MIT
 *
 * test_sched_tune.c - a kernel that is alone on the virtual GPU finds the slices it runs fastest
 * in; what looking for them costs; and that they are given up when somebody else comes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "sched/policy.h"
#include "slicer/tune.h"
#include "tests/vgpu/program.h"

#define WAVE       264
#define MS         1000000u
#define N_LAUNCHES 100

static const struct slice_size automatic = {SLICE_AUTO, 1, 1, 1};

static void start(struct program *p, unsigned n_threads, bool tune)
{
    const struct vgpu_config gpu = {.n_lanes = 2, .mark_latency_ns = 5000, .seed = 1};
    const struct sched_config config = {.policy = sched_policy_find("rr"),
                                        .quantum_ns = 200000,
                                        .window_ns = 300000,
                                        .stall_ns = 20 * MS,
                                        .tune = tune,
                                        .threadless = true};
    program_init(p, &gpu, &config, n_threads);
    p->look_delay_ns = 8000;
    for (unsigned i = 0; i < n_threads; i++)
        program_add_stream(p, QUEUE_NON_BLOCKING);
}

/* One thread's launches of ten waves of a millisecond; with crowd_percent of the device taken a
 * block takes that long, else a quarter. Returns the time of a launch. */
static uint64_t run_alone(bool tune, unsigned crowd_percent, struct kernel_shape *shape)
{
    const struct grid3 grid = {10 * WAVE, 1, 1};
    struct program p;
    start(&p, 1, tune);
    for (int i = 0; i < N_LAUNCHES; i++) {
        struct step *step = program_add_launch(&p, 0, 0, shape, grid, crowd_percent ? MS / 4 : MS);
        step->launch.crowded_ns = MS;
        step->launch.crowd_percent = crowd_percent;
    }
    program_add_step(&p, 0, STEP_SYNC, 0);
    assert_null(program_run(&p, UINT64_MAX));
    assert_null(program_check(&p));
    uint64_t ns = vgpu_now(p.vgpu) / N_LAUNCHES;
    printf("tune %d, crowded from %u %%: %.3f ms a launch\n", tune, crowd_percent, ns / 1e6);
    program_finish(&p);
    return ns;
}

/* The same without and with tuning, which must end with the size `best`. Returns the second by the
 * first. */
static double tuned_by_untuned(unsigned crowd_percent, enum tune_size best)
{
    uint64_t launch_ns[2];
    for (int tune = 0; tune < 2; tune++) {
        struct kernel_shape *shape = program_shape(WAVE, automatic);
        launch_ns[tune] = run_alone(tune, crowd_percent, shape);
        if (tune)
            assert_int_equal(tune_best(shape->tunes), best);
        program_shape_free(shape);
    }
    return (double)launch_ns[1] / (double)launch_ns[0];
}

/* Half of the device at a quarter of the time: half of the time in all. */
static void test_finds_what_is_faster(void **state)
{
    (void)state;
    assert_true(tuned_by_untuned(55, TUNE_QUARTER) < 0.65);
}

/* A kernel that gains nothing loses next to nothing by the tries: over a hundred launches. */
static void test_looking_costs_little(void **state)
{
    (void)state;
    assert_true(tuned_by_untuned(0, TUNE_ORDINARY) < 1.015);
}

/* Blocks of a wave that wait for the next one: whole waves go well, parts of one get stuck. The
 * contract holds, and it is not tried again. */
static void test_blocks_that_need_each_other(void **state)
{
    const struct grid3 grid = {10 * WAVE, 1, 1};
    struct program p;
    (void)state;
    struct kernel_shape *shape = program_known_shape(WAVE, automatic, MS);
    start(&p, 1, true);
    for (int i = 0; i < 20; i++) {
        struct step *step = program_add_launch(&p, 0, 0, shape, grid, MS);
        step->launch.wait = VWAIT_BLOCK;
        step->launch.wait_block = WAVE - 1;
    }
    program_add_step(&p, 0, STEP_SYNC, 0);
    assert_null(program_run(&p, UINT64_MAX));
    assert_null(program_check(&p));
    assert_true(shape->tunes->stopped);
    assert_null(shape->kernel->whole_reason); /* it is sliced on */
    program_finish(&p);
    program_shape_free(shape);
}

/* A grid of one wave is not cut: its blocks may rely on being there together. */
static void test_one_wave_stays_whole(void **state)
{
    const struct grid3 grid = {WAVE, 1, 1};
    struct program p;
    (void)state;
    struct kernel_shape *shape = program_known_shape(WAVE, automatic, 5 * MS);
    start(&p, 1, true);
    for (int i = 0; i < 20; i++)
        program_add_launch(&p, 0, 0, shape, grid, 5 * MS);
    assert_null(program_run(&p, UINT64_MAX));
    for (int i = 0; i < 20; i++)
        assert_true(p.threads[0].steps[i].launch.launch.n_submitted <= 1);
    assert_null(shape->tunes);
    program_finish(&p);
    program_shape_free(shape);
}

/* When a second client comes, slices have the ordinary size, and each gets its half. */
static void test_gives_way(void **state)
{
    const struct grid3 grid = {10 * WAVE, 1, 1};
    struct program p;
    (void)state;
    struct kernel_shape *tuned = program_shape(WAVE, automatic),
                        *other = program_known_shape(WAVE, automatic, MS / 2);
    start(&p, 2, true);
    for (int i = 0; i < 200; i++) {
        struct step *step = program_add_launch(&p, 0, 0, tuned, grid, MS / 4);
        step->launch.crowded_ns = MS;
        step->launch.crowd_percent = 55;
    }
    program_add_step(&p, 1, STEP_PAUSE, 1)->ns = 200 * MS;
    for (int i = 0; i < 100; i++)
        program_add_launch(&p, 1, 1, other, grid, MS / 2);
    p.threads[0].loop = p.threads[1].loop = true;
    assert_null(program_run(&p, 200 * MS));
    uint64_t before_ns[2] = {vgpu_client_ns(p.vgpu, 0), vgpu_client_ns(p.vgpu, 1)};
    assert_int_equal(tune_best(tuned->tunes), TUNE_QUARTER);
    assert_null(program_run(&p, 600 * MS));
    double a = vgpu_client_ns(p.vgpu, 0) - before_ns[0];
    double b = vgpu_client_ns(p.vgpu, 1) - before_ns[1];
    printf("beside another: %.3f and %.3f of the time\n", a / (400.0 * MS), b / (400.0 * MS));
    assert_true(b > 0.45 * (a + b));
    assert_true(a > 0.45 * (a + b));
    program_finish(&p);
    program_shape_free(tuned);
    program_shape_free(other);
}

static unsigned seed_state;

static unsigned pick(unsigned n)
{
    return (unsigned)rand_r(&seed_state) % n;
}

/* Threads that come and go with long launches of few grids, on a GPU that fails now and then. */
static const char *run_seed(unsigned seed)
{
    struct kernel_shape *shapes[2];
    struct grid3 grids[2];
    struct program p;
    seed_state = seed;
    enum vwait wait = pick(3) ? VWAIT_NONE : VWAIT_BLOCK;
    struct vgpu_config gpu = {.n_lanes = 1 + pick(4), .mark_latency_ns = pick(8000), .seed = seed};
    if (wait == VWAIT_NONE) { /* what waits needs a GPU that never fails */
        gpu.fail_percent = pick(2) * pick(10);
        gpu.refuse_percent = pick(4) ? 0 : pick(5);
    }
    const struct sched_config config = {.policy = sched_policies[pick(2)],
                                        .quantum_ns = 50000 + pick(500000),
                                        .window_ns = 50000 + pick(1000000),
                                        .stall_ns = 20 * MS,
                                        .tune = true,
                                        .threadless = true};
    program_init(&p, &gpu, &config, 1 + pick(3));
    p.look_delay_ns = pick(20000);
    for (unsigned i = 0; i < 2; i++) {
        shapes[i] = program_shape(1 + pick(60), automatic);
        grids[i] = (struct grid3){1 + pick(8 * shapes[i]->wave_blocks), 1 + pick(3), 1};
        if (wait != VWAIT_NONE)
            grids[i].y = 1; /* the virtual GPU numbers blocks that are waited for so */
    }
    for (unsigned thread = 0; thread < p.n_threads; thread++) {
        program_add_stream(&p, pick(2) ? QUEUE_NON_BLOCKING : QUEUE_BLOCKING);
        for (unsigned n = 10 + pick(40); n--;) {
            unsigned i = pick(2), what = pick(8);
            struct step *step = program_add_launch(&p, thread, thread, shapes[i], grids[i],
                                                   200000 + (uint64_t)pick(10) * 100000);
            step->launch.crowded_ns = step->launch.block_ns * (1 + pick(5));
            step->launch.crowd_percent = pick(2) * 55;
            step->launch.wait = i == 0 ? wait : VWAIT_NONE;
            step->launch.wait_block = shapes[i]->wave_blocks - 1;
            if (step->launch.wait_block >= grid3_count(grids[i]))
                step->launch.wait = VWAIT_NONE;
            if (what == 0)
                program_add_step(&p, thread, STEP_SYNC, thread);
            else if (what == 1)
                program_add_step(&p, thread, STEP_PAUSE, thread)->ns = pick(200 * MS);
        }
    }
    const char *broken = program_run(&p, UINT64_MAX);
    if (!broken)
        broken = program_check(&p);
    program_finish(&p);
    for (unsigned i = 0; i < 2; i++)
        program_shape_free(shapes[i]);
    return broken;
}

static void test_random(void **state)
{
    const char *only = getenv("SCHED_SEED"), *count = getenv("SCHED_SEEDS");
    unsigned n = count ? (unsigned)atoi(count) : 100;
    (void)state;
    for (unsigned seed = 1; seed <= n; seed++) {
        const char *broken = !only || seed == (unsigned)atoi(only) ? run_seed(seed) : NULL;
        if (broken)
            fail_msg("SCHED_SEED=%u: %s", seed, broken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_what_is_faster),
        cmocka_unit_test(test_looking_costs_little),
        cmocka_unit_test(test_blocks_that_need_each_other),
        cmocka_unit_test(test_one_wave_stays_whole),
        cmocka_unit_test(test_gives_way),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests_name("sched_tune", tests, NULL, NULL);
}
