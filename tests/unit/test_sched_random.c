/* SPDX-License-Identifier: MIT
 *
 * test_sched_random.c - random programs on the virtual GPU, under every policy, checked against
 * the contract: stream order, events, the legacy default stream, every block exactly once,
 * everything ends.
 *
 * A failure prints its seed; SCHED_SEED=n runs that one alone, SCHED_SEEDS=n so many of them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "sched/policy.h"
#include "tests/vgpu/program.h"

#define N_SHAPES 4

static unsigned seed_state;

static unsigned pick(unsigned n)
{
    return (unsigned)rand_r(&seed_state) % n;
}

static struct slice_size random_rule(void)
{
    switch (pick(5)) {
    case 0:
        return (struct slice_size){SLICE_BLOCKS, 1 + pick(20), 1, 1};
    case 1:
        return (struct slice_size){SLICE_SHAPE, 1 + pick(4), 1 + pick(4), 1 + pick(2)};
    case 2:
        return (struct slice_size){SLICE_OFF, 1, 1, 1};
    default:
        return (struct slice_size){SLICE_AUTO, 1, 1, 1};
    }
}

static struct grid3 random_grid(void)
{
    switch (pick(3)) {
    case 0:
        return (struct grid3){1 + pick(8), 1, 1};
    case 1:
        return (struct grid3){1 + pick(200), 1, 1};
    default:
        return (struct grid3){1 + pick(10), 1 + pick(8), 1 + pick(3)};
    }
}

/* The last shape's blocks spin until a certain block of the launch has begun; as on a real device,
 * they fit on it together. */
static void add_launch(struct program *p, unsigned thread, unsigned stream,
                       struct kernel_shape **shapes)
{
    unsigned i = pick(p->spinners ? N_SHAPES : N_SHAPES - 1);
    bool spins = i == N_SHAPES - 1;
    struct grid3 grid = random_grid();
    if (spins)
        grid = (struct grid3){1 + pick(shapes[i]->wave_blocks), 1, 1};
    uint64_t block_ns = 1000 + (uint64_t)pick(5) * (i == 0 ? 100000 : 10000);
    struct step *step = program_add_launch(p, thread, stream, shapes[i], grid, block_ns);
    step->launch.launch.whole = !pick(8);
    if (spins) {
        step->launch.wait = pick(2) ? VWAIT_ALL : VWAIT_BLOCK;
        step->launch.wait_block = grid.x - 1;
    }
}

/* Events are recorded once, and waited for by a thread that recorded it before. */
static void add_steps(struct program *p, unsigned thread, struct kernel_shape **shapes,
                      unsigned *n_events)
{
    unsigned mine = *n_events;
    for (unsigned n = 5 + pick(30); n--;) {
        unsigned stream = pick(3) ? thread % p->n_streams : pick(p->n_streams), kind = pick(12);
        struct step *step = NULL;
        if (kind < 6)
            add_launch(p, thread, stream, shapes);
        else if (kind == 6)
            (step = program_add_step(p, thread, STEP_COPY, stream))->ns = 1 + pick(100000);
        else if (kind == 7 && *n_events < MAX_EVENTS)
            (step = program_add_step(p, thread, STEP_RECORD, stream))->event = (*n_events)++;
        else if (kind == 8 && *n_events > mine)
            (step = program_add_step(p, thread, STEP_WAIT, stream))->event =
                mine + pick(*n_events - mine);
        else if (kind == 9)
            program_add_step(p, thread, STEP_SYNC, stream);
        else if (kind == 10)
            program_add_step(p, thread, STEP_PAUSE, stream)->ns = pick(300000);
        if (step)
            step->defer = pick(2);
    }
}

/* A stream that waits for a word which its thread writes some steps later. */
static void add_host_wait(struct program *p, unsigned thread, struct kernel_shape **shapes)
{
    unsigned stream = thread % p->n_streams;
    program_add_step(p, thread, STEP_WAIT_HOST, stream)->word = thread;
    for (unsigned n = pick(4); n--;)
        add_launch(p, thread, stream, shapes);
    program_add_step(p, thread, STEP_COPY, stream)->ns = 1000; /* the thread waits its turn here */
    program_add_step(p, thread, STEP_HOST_WRITE, stream)->word = thread;
}

static void make_program(struct program *p, struct kernel_shape **shapes, bool failures)
{
    static const enum sched_queue_kind kinds[] = {QUEUE_BLOCKING, QUEUE_NON_BLOCKING,
                                                  QUEUE_BLOCKING, QUEUE_LEGACY};
    unsigned n_events = 0;
    p->spinners = !pick(3) && !failures;
    bool legacy = pick(2);
    for (unsigned n = 1 + pick(5), i = 0; i < n; i++)
        program_add_stream(p, kinds[pick(3)]);
    if (legacy)
        program_add_stream(p, QUEUE_LEGACY);
    for (unsigned i = 0; i < p->n_threads; i++) {
        add_steps(p, i, shapes, &n_events);
        if (!legacy && !pick(4) && i < p->n_streams)
            add_host_wait(p, i, shapes);
    }
}

static const char *run_seed(unsigned seed, bool failures)
{
    struct program p;
    struct kernel_shape *shapes[N_SHAPES];
    seed_state = seed;
    for (unsigned i = 0; i < N_SHAPES; i++) {
        /* One pick a statement: a seed means the same program with every compiler. */
        struct slice_size rule = random_rule();
        shapes[i] = program_shape(1 + pick(60), rule);
    }
    struct vgpu_config gpu = {.n_lanes = 1 + pick(GPU_LANES - GPU_SPARE_LANES),
                              .mark_latency_ns = pick(8000),
                              .seed = seed};
    if (failures) {
        gpu.fail_percent = pick(30);
        gpu.refuse_percent = pick(2) * pick(20);
    }
    struct sched_config config = {.policy = sched_policies[pick(2)],
                                  .quantum_ns = 50000 + pick(500000),
                                  .window_ns = 50000 + pick(1000000),
                                  .stall_ns = 20000000,
                                  .threadless = true};
    config.tune = pick(2);
    program_init(&p, &gpu, &config, 1 + pick(4));
    p.look_delay_ns = pick(20000);
    make_program(&p, shapes, failures);
    const char *broken = program_run(&p, UINT64_MAX);
    if (!broken)
        broken = program_check(&p);
    program_finish(&p);
    for (unsigned i = 0; i < N_SHAPES; i++)
        program_shape_free(shapes[i]);
    return broken;
}

static void run_seeds(unsigned from, unsigned n, bool failures)
{
    const char *only = getenv("SCHED_SEED"), *count = getenv("SCHED_SEEDS");
    n = count ? (unsigned)atoi(count) : n;
    for (unsigned seed = from; seed < from + n; seed++) {
        if (only && seed != (unsigned)atoi(only))
            continue;
        const char *broken = run_seed(seed, failures);
        if (broken)
            fail_msg("SCHED_SEED=%u: %s", seed, broken);
    }
}

static void test_random(void **state)
{
    (void)state;
    run_seeds(1, 1500, false);
}

static void test_random_failures(void **state)
{
    (void)state;
    run_seeds(10001, 500, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_random_failures),
    };
    return cmocka_run_group_tests_name("sched_random", tests, NULL, NULL);
}
