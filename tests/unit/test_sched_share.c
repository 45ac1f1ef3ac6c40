/* SPDX-License-Identifier: MIT
 *
 * test_sched_share.c - who gets how much of the virtual GPU, and how much of it is used: the
 * numbers that the scheduler is there for.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "sched/policy.h"
#include "slicer/cost.h"
#include "tests/vgpu/program.h"

#define WAVE 264
#define MS   1000000u

static const struct slice_size automatic = {SLICE_AUTO, 1, 1, 1};

struct setting {
    const char *policy;
    uint64_t quantum_ns, window_ns;
};

static void start(struct program *p, struct setting setting, unsigned n_threads)
{
    const struct vgpu_config gpu = {
        .n_lanes = GPU_LANES - GPU_SPARE_LANES, .mark_latency_ns = 5000, .seed = 1};
    const struct sched_config config = {.policy = sched_policy_find(setting.policy),
                                        .quantum_ns = setting.quantum_ns,
                                        .window_ns = setting.window_ns,
                                        .stall_ns = 20 * MS,
                                        .threadless = true};
    program_init(p, &gpu, &config, n_threads);
    p->look_delay_ns = 8000;
    for (unsigned i = 0; i < n_threads; i++)
        program_add_stream(p, QUEUE_NON_BLOCKING);
}

/* A thread that launches the same again and again; if sync_every is not 0 it waits after so many
 * for its stream, and then a little before it goes on. */
static void add_looper(struct program *p, unsigned thread, struct kernel_shape *shape,
                       uint32_t blocks, uint64_t block_ns, unsigned sync_every)
{
    struct grid3 grid = {blocks, 1, 1};
    for (unsigned i = 0; i < (sync_every ? 64 : 512); i++) {
        program_add_launch(p, thread, thread, shape, grid, block_ns);
        if (!sync_every || (i + 1) % sync_every)
            continue;
        program_add_step(p, thread, STEP_SYNC, thread);
        program_add_step(p, thread, STEP_PAUSE, thread)->ns = 10000;
    }
    p->threads[thread].loop = true;
}

static double jain(const struct program *p)
{
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < p->n_threads; i++) {
        double ns = vgpu_client_ns(p->vgpu, i);
        sum += ns;
        squares += ns * ns;
    }
    return sum * sum / (p->n_threads * squares);
}

static double used(const struct program *p)
{
    double sum = 0;
    for (unsigned i = 0; i < p->n_threads; i++)
        sum += vgpu_client_ns(p->vgpu, i);
    return sum / (double)vgpu_now(p->vgpu);
}

static void print_shares(const struct program *p, const char *what)
{
    printf("%-28s jain %.4f used %.4f looks/ms %.1f shares", what, jain(p), used(p),
           p->n_looks / ((double)vgpu_now(p->vgpu) / MS));
    for (unsigned i = 0; i < p->n_threads; i++)
        printf(" %.3f", vgpu_client_ns(p->vgpu, i) / (double)vgpu_now(p->vgpu));
    printf("\n");
}

/* Four threads looping grids of 1:4:16:64 waves. */
static void run_four(struct setting setting, uint64_t wave_ns, unsigned sync_every,
                     double *ret_jain, double *ret_used)
{
    struct program p;
    struct kernel_shape *shapes[4];
    start(&p, setting, 4);
    for (unsigned i = 0; i < 4; i++) {
        shapes[i] = program_shape(WAVE, automatic);
        add_looper(&p, i, shapes[i], WAVE << 2 * i, wave_ns, sync_every);
    }
    assert_null(program_run(&p, 400 * MS));
    print_shares(&p, setting.policy);
    *ret_jain = jain(&p);
    *ret_used = used(&p);
    program_finish(&p);
    for (unsigned i = 0; i < 4; i++)
        program_shape_free(shapes[i]);
}

static void test_rr_shares_time(void **state)
{
    static const uint64_t waves_ns[] = {5000, 20000, 50000, 150000, 400000};
    static const struct setting settings[] = {{"rr", 200000, 300000}, {"rr", 500000, 1000000}};
    (void)state;
    for (size_t i = 0; i < sizeof(waves_ns) / sizeof(waves_ns[0]); i++) {
        for (size_t k = 0; k < sizeof(settings) / sizeof(settings[0]); k++) {
            double j, u;
            run_four(settings[k], waves_ns[i], 0, &j, &u);
            assert_true(j >= 0.99);
            assert_true(u >= 0.97);
        }
    }
}

/* The same for threads that wait for their results after every four launches. */
static void test_rr_threads_that_wait(void **state)
{
    static const uint64_t waves_ns[] = {50000, 150000, 400000};
    (void)state;
    for (size_t i = 0; i < sizeof(waves_ns) / sizeof(waves_ns[0]); i++) {
        double j, u;
        run_four((struct setting){"rr", 200000, 300000}, waves_ns[i], 4, &j, &u);
        assert_true(j >= 0.99);
        assert_true(u >= 0.97);
    }
}

/* Kernels far shorter than the time between two looks are found to be short, and soon go straight.
 */
static void test_tiny_kernels(void **state)
{
    struct program p;
    struct kernel_shape *shape = program_shape(WAVE, automatic);
    unsigned n_straight = 0, n = 0;
    (void)state;
    start(&p, (struct setting){"rr", 200000, 300000}, 4);
    for (unsigned i = 0; i < 4; i++)
        add_looper(&p, i, shape, 1, 1500, 0);
    assert_null(program_run(&p, 20 * MS));
    assert_true(shape->wave_ns < 6000);
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned j = 0; j < p.threads[i].n_steps; j++, n++)
            n_straight += p.threads[i].steps[j].launch.launch.queued_ns == 0;
    }
    assert_true(n_straight > n * 9 / 10);
    program_finish(&p);
    program_shape_free(shape);
}

static void test_fcfs_uses_it(void **state)
{
    double j, u;
    (void)state;
    run_four((struct setting){"fcfs", 200000, 300000}, 50000, 0, &j, &u);
    assert_true(j < 0.6);
    assert_true(u >= 0.97);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rr_shares_time),
        cmocka_unit_test(test_rr_threads_that_wait),
        cmocka_unit_test(test_tiny_kernels),
        cmocka_unit_test(test_fcfs_uses_it),
    };
    return cmocka_run_group_tests_name("sched_share", tests, NULL, NULL);
}
