/* SPDX-License-Identifier: MIT
 *
 * test_sched_progress.c - the progress rule and the trial of a kernel's first slice, on the virtual
 * GPU: what is stuck is let out, soon and with little harm to others; what only looks so is not
 * blamed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "sched/policy.h"
#include "tests/vgpu/program.h"

#define WAVE  100
#define US    1000u
#define MS    1000000u
#define STALL (20 * MS)

static const struct slice_size automatic = {SLICE_AUTO, 1, 1, 1};
static const struct slice_size ten = {SLICE_BLOCKS, 10, 1, 1};
static struct program p;

static void start_with(const char *policy, unsigned n_threads, const struct vgpu_config *gpu)
{
    const struct sched_config config = {.policy = sched_policy_find(policy),
                                        .quantum_ns = 200 * US,
                                        .window_ns = 300 * US,
                                        .stall_ns = STALL,
                                        .threadless = true};
    program_init(&p, gpu, &config, n_threads);
    for (unsigned i = 0; i < n_threads; i++)
        program_add_stream(&p, QUEUE_NON_BLOCKING);
}

static void start(const char *policy, unsigned n_threads)
{
    const struct vgpu_config gpu = {.n_lanes = 2, .mark_latency_ns = 5000, .seed = 1};
    start_with(policy, n_threads, &gpu);
}

static struct kernel_shape *known(struct slice_size rule, uint64_t wave_ns)
{
    return program_known_shape(WAVE, rule, wave_ns);
}

static void end(struct kernel_shape *shape)
{
    program_finish(&p);
    program_shape_free(shape);
}

static struct vlaunch *add(unsigned thread, struct kernel_shape *shape, uint32_t blocks,
                           uint64_t block_ns)
{
    const struct grid3 grid = {blocks, 1, 1};
    return &program_add_launch(&p, thread, thread, shape, grid, block_ns)->launch;
}

static void add_pause(unsigned thread, uint64_t ns)
{
    program_add_step(&p, thread, STEP_PAUSE, thread)->ns = ns;
}

static void run_to_end(void)
{
    const char *broken = program_run(&p, UINT64_MAX);
    assert_null(broken ? broken : program_check(&p));
}

/* A grid barrier in slices of ten: let out after one period, twice; then the kernel is whole. */
static void test_barrier(void **state)
{
    struct kernel_shape *shape = program_shape(WAVE, ten);
    struct vlaunch *launches[3];
    (void)state;
    start("rr", 2);
    for (int i = 0; i < 3; i++)
        (launches[i] = add(0, shape, WAVE, 20 * US))->wait = VWAIT_ALL;
    run_to_end();
    assert_in_range(launches[0]->span.end_ns, STALL, STALL + 5 * MS);
    assert_false(launches[1]->whole_begun);
    assert_true(launches[2]->whole_begun);
    assert_non_null(shape->kernel->whole_reason);
    assert_true(vgpu_now(p.vgpu) < 3 * STALL);
    end(shape);
}

/* Blocks that wait for the next one, twenty waves of them: two waves are enough to go on. */
static void test_chain(void **state)
{
    struct kernel_shape *shape = program_shape(WAVE, ten);
    (void)state;
    start("rr", 2);
    struct vlaunch *launch = add(0, shape, 20 * WAVE, 20 * US);
    launch->wait = VWAIT_NEXT;
    run_to_end();
    assert_in_range(launch->span.end_ns, STALL, STALL + 5 * MS);
    end(shape);
}

/* Two barriers, one of them in slices, the other whole but behind something: if the slice got room
 * first, neither would ever have enough. */
static void run_two_barriers(const char *policy)
{
    struct kernel_shape *sliced = program_shape(WAVE, ten), *whole = program_shape(WAVE, automatic);
    struct kernel_shape *plain = program_shape(WAVE, automatic);
    start(policy, 2);
    add(0, plain, WAVE, 1000 * US)->launch.whole = true;
    add(0, whole, WAVE, 20 * US)->wait = VWAIT_ALL;
    add_pause(1, 50 * US);
    add(1, sliced, WAVE, 20 * US)->wait = VWAIT_ALL;
    run_to_end();
    program_shape_free(plain);
    program_shape_free(whole);
    end(sliced);
}

static void test_two_barriers(void **state)
{
    (void)state;
    run_two_barriers("rr");
    run_two_barriers("fcfs");
}

/* Sliced without harm for long, then its data make it wait, beside another client's slices. */
static void test_waits_later(void **state)
{
    struct kernel_shape *fickle = known(ten, 20 * US), *other = known(automatic, 50 * US);
    struct vlaunch *last = NULL;
    (void)state;
    start("rr", 2);
    for (int i = 0; i < 20; i++)
        last = add(0, fickle, WAVE, 20 * US);
    last->wait = VWAIT_ALL;
    for (int i = 0; i < 200; i++)
        add(1, other, 10 * WAVE, 50 * US);
    run_to_end();
    assert_in_range(last->span.end_ns - last->span.begin_ns, STALL, STALL + 10 * MS);
    /* The other went on meanwhile, but for the room that is taken. */
    assert_true(vgpu_client_ns(p.vgpu, 1) > 95 * MS);
    assert_true(vgpu_now(p.vgpu) < 150 * MS);
    program_shape_free(other);
    end(fickle);
}

/* Blocks that take a hundred times as long as any before them, only once: not to blame, and sliced
 * again afterwards. What was let out for nothing is no more than two waves. */
static void test_only_long(void **state)
{
    struct kernel_shape *shape = known(automatic, 400 * US), *other = known(automatic, 50 * US);
    (void)state;
    start("rr", 2);
    struct vlaunch *longer = add(0, shape, 40 * WAVE, 60 * MS);
    struct vlaunch *after = add(0, shape, 40 * WAVE, 400 * US);
    for (int i = 0; i < 300; i++)
        add(1, other, 10 * WAVE, 50 * US);
    run_to_end();
    assert_null(shape->kernel->whole_reason);
    assert_true(shape->proven);
    assert_true(longer->launch.n_submitted > 10);
    assert_true(after->launch.n_submitted > 10);
    program_shape_free(other);
    end(shape);
}

/* Other processes have the device most of the time, for longer than the patience. */
static void test_away(void **state)
{
    const struct vgpu_config gpu = {
        .n_lanes = 2, .mark_latency_ns = 5000, .ours_ns = 3 * MS, .away_ns = 3 * STALL, .seed = 1};
    struct kernel_shape *a = known(automatic, 50 * US), *b = known(ten, 50 * US);
    (void)state;
    start_with("rr", 2, &gpu);
    struct vlaunch *launches[10];
    for (int i = 0; i < 10; i++) {
        launches[i] = add(0, a, 40 * WAVE, 50 * US);
        add(1, b, 2 * WAVE, 50 * US);
    }
    run_to_end();
    assert_int_equal(a->kernel->suspicion, 0);
    assert_int_equal(b->kernel->suspicion, 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(launches[i]->launch.n_releases, 0);
    program_shape_free(b);
    end(a);
}

/* No way to the device is left for a probe: many periods pass, but it ends. */
static void test_no_way_for_probes(void **state)
{
    const struct vgpu_config gpu = {.n_lanes = 2, .n_ways = 4, .seed = 1};
    struct kernel_shape *shape = program_shape(WAVE, ten);
    struct kernel_shape *waiter = program_shape(WAVE, automatic);
    (void)state;
    start_with("rr", 4, &gpu);
    for (unsigned i = 1; i < 4; i++) {
        program_add_step(&p, i, STEP_WAIT_HOST, i)->word = i;
        add(i, waiter, 1, 10 * US);
        add_pause(i, 1000 * MS);
        program_add_step(&p, i, STEP_HOST_WRITE, i)->word = i;
    }
    add_pause(0, 1 * MS);
    add(0, shape, WAVE, 20 * US)->wait = VWAIT_ALL;
    run_to_end();
    program_shape_free(waiter);
    end(shape);
}

/* A launch that is partly out behind a kernel that waits for the host: its rest goes only when a
 * thread waits for what is behind it, and then on its own stream. */
static void run_behind(bool waits, unsigned slices_then)
{
    struct kernel_shape *waiting = program_shape(WAVE, automatic), *sliced = known(ten, 20 * US);
    start("rr", 1);
    struct vlaunch *first = add(0, waiting, 1, 20 * US);
    first->launch.whole = true;
    first->wait = VWAIT_WORD;
    first->word = &p.words[0];
    add(0, sliced, 2 * WAVE, 20 * US);
    if (waits)
        program_add_step(&p, 0, STEP_COPY, 0)->ns = 1000;
    add_pause(0, 8 * STALL);
    program_add_step(&p, 0, STEP_HOST_WRITE, 0);
    assert_null(program_run(&p, 6 * STALL));
    assert_int_equal(p.threads[0].steps[1].launch.launch.n_submitted, slices_then);
    run_to_end();
    assert_null(sliced->kernel->whole_reason);
    program_shape_free(waiting);
    end(sliced);
}

static void test_behind(void **state)
{
    (void)state;
    run_behind(false, 1);
    run_behind(true, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_barrier),           cmocka_unit_test(test_chain),
        cmocka_unit_test(test_two_barriers),      cmocka_unit_test(test_waits_later),
        cmocka_unit_test(test_only_long),         cmocka_unit_test(test_away),
        cmocka_unit_test(test_no_way_for_probes), cmocka_unit_test(test_behind),
    };
    return cmocka_run_group_tests_name("sched_progress", tests, NULL, NULL);
}
