/* SPDX-License-Identifier: MIT
 *
 * test_sched.c - the scheduler's rules one by one, on the virtual GPU: who goes straight, what is
 * held and for how long, what order, what happens to what is refused, stuck or given up.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "sched/policy.h"
#include "tests/vgpu/program.h"

#define WAVE 100
#define US   1000u
#define MS   1000000u

static const struct slice_size automatic = {SLICE_AUTO, 1, 1, 1};
static const struct slice_size ten = {SLICE_BLOCKS, 10, 1, 1};
static const struct sched_ticket none = {NULL, 0};
static struct program p;

static void start_with(const char *policy, unsigned n_threads, const struct vgpu_config *gpu)
{
    const struct sched_config config = {.policy = sched_policy_find(policy),
                                        .quantum_ns = 500 * US,
                                        .window_ns = 1000 * US,
                                        .stall_ns = 20 * MS,
                                        .threadless = true};
    program_init(&p, gpu, &config, n_threads);
    for (unsigned i = 0; i < n_threads; i++)
        program_add_stream(&p, QUEUE_NON_BLOCKING);
}

static void start(const char *policy, unsigned n_threads)
{
    const struct vgpu_config gpu = {
        .n_lanes = GPU_LANES - GPU_SPARE_LANES, .mark_latency_ns = 5000, .seed = 1};
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

static struct grid3 line(uint32_t blocks)
{
    return (struct grid3){blocks, 1, 1};
}

static enum sched_admit admit(unsigned thread, struct kernel_shape *shape, uint32_t blocks)
{
    return sched_admit(p.sched, p.threads[thread].client, shape, line(blocks));
}

static void run_to_end(void)
{
    const char *broken = program_run(&p, UINT64_MAX);
    assert_null(broken ? broken : program_check(&p));
}

static void test_alone_goes_straight(void **state)
{
    struct kernel_shape *shape = known(automatic, 10 * US);
    (void)state;
    start("rr", 1);
    for (int i = 1; i < 1024; i++)
        assert_int_equal(admit(0, shape, 4 * WAVE), ADMIT_DIRECT);
    assert_int_equal(admit(0, shape, 4 * WAVE), ADMIT_QUEUE); /* measured */
    assert_int_equal(admit(0, shape, 4 * WAVE), ADMIT_DIRECT);
    assert_true(sched_pump(p.sched) == UINT64_MAX); /* and nobody looks */
    end(shape);
}

static void test_alone_but_long(void **state)
{
    struct kernel_shape *shape = known(automatic, 10 * US);
    (void)state;
    start("rr", 1);
    assert_int_equal(admit(0, shape, 100 * WAVE), ADMIT_DIRECT);
    assert_int_equal(admit(0, shape, 101 * WAVE), ADMIT_QUEUE);
    atomic_store(&shape->kernel->whole_reason, "some reason");
    assert_int_equal(admit(0, shape, 101 * WAVE), ADMIT_DIRECT);
    end(shape);
}

static void test_alone_unknown_or_fixed(void **state)
{
    struct kernel_shape *shape = program_shape(WAVE, automatic), *fixed = known(ten, US);
    (void)state;
    start("rr", 1);
    assert_int_equal(admit(0, shape, WAVE), ADMIT_DIRECT);
    assert_int_equal(admit(0, shape, WAVE + 1), ADMIT_QUEUE);
    assert_int_equal(admit(0, fixed, 10), ADMIT_DIRECT);
    assert_int_equal(admit(0, fixed, 11), ADMIT_QUEUE);
    assert_int_equal(admit(0, NULL, 11), ADMIT_DIRECT);
    program_shape_free(fixed);
    end(shape);
}

/* With two clients, light kernels go straight until a window of them is under way; a mark a
 * quarter. */
static void test_contended_light(void **state)
{
    struct kernel_shape *light = known(automatic, 100 * US), *heavy = known(automatic, 200 * US);
    (void)state;
    start("rr", 2);
    admit(0, light, 1);
    admit(1, light, 1);
    assert_int_equal(admit(1, heavy, 1), ADMIT_QUEUE);
    assert_int_equal(admit(1, NULL, 1), ADMIT_QUEUE);
    for (int i = 0; i < 3; i++)
        assert_int_equal(admit(1, light, 1), ADMIT_DIRECT);
    assert_int_equal(admit(1, light, 1), ADMIT_DIRECT_MARK);
    sched_mark_direct(p.sched, p.threads[1].client, p.queues[1]);
    for (int i = 0; i < 15; i++)
        assert_int_not_equal(admit(1, light, 1), ADMIT_QUEUE);
    assert_int_equal(admit(1, light, 1), ADMIT_QUEUE);
    assert_int_equal(admit(0, light, 1), ADMIT_DIRECT);
    vgpu_advance(p.vgpu, 10 * US); /* the mark is reached, as nothing was really launched */
    sched_pump(p.sched);
    assert_int_not_equal(admit(1, light, 1), ADMIT_QUEUE);
    program_shape_free(heavy);
    end(light);
}

static void test_alone_again(void **state)
{
    struct kernel_shape *heavy = known(automatic, 200 * US);
    (void)state;
    start("rr", 2);
    admit(0, heavy, 1);
    assert_int_equal(admit(1, heavy, 1), ADMIT_QUEUE);
    uint64_t look_ns = 0;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(admit(0, heavy, 1), i < 3 ? ADMIT_QUEUE : ADMIT_DIRECT);
        look_ns = sched_pump(p.sched);
        if (look_ns != UINT64_MAX)
            vgpu_advance(p.vgpu, look_ns);
    }
    assert_true(look_ns == UINT64_MAX);
    end(heavy);
}

static void test_held_means_queue(void **state)
{
    struct kernel_shape *shape = known(automatic, 10 * US);
    (void)state;
    start("rr", 1);
    struct step *step = program_add_launch(&p, 0, 0, shape, line(1000 * WAVE), 10 * US);
    sched_submit(p.queues[0], p.threads[0].client, &step->launch.launch, none);
    assert_int_equal(sched_held, 1);
    assert_int_equal(admit(0, shape, 1), ADMIT_QUEUE);
    assert_true(sched_queue_busy(p.queues[0]));
    assert_true(sched_domain_busy(p.domain));
    step->order = p.n_issued = 1;
    p.threads[0].at = 1;
    run_to_end();
    assert_false(sched_queue_busy(p.queues[0]));
    assert_int_equal(admit(0, shape, 1), ADMIT_DIRECT);
    end(shape);
}

/* While one client's long kernel runs, another's short one gets in within what is in flight. */
static void test_newcomer_gets_in(void **state)
{
    struct kernel_shape *longer = known(automatic, 50 * US), *shorter = known(automatic, 50 * US);
    (void)state;
    start("rr", 2);
    program_add_launch(&p, 0, 0, longer, line(2000 * WAVE), 50 * US);
    program_add_step(&p, 1, STEP_PAUSE, 1)->ns = 20 * MS;
    struct step *step = program_add_launch(&p, 1, 1, shorter, line(WAVE), 50 * US);
    run_to_end();
    assert_in_range(step->launch.span.end_ns, 20 * MS, 22 * MS);
    assert_true(p.threads[0].steps[0].launch.span.end_ns > 100 * MS);
    program_shape_free(shorter);
    end(longer);
}

static void test_fcfs_order(void **state)
{
    struct kernel_shape *shape = known(automatic, 100 * US);
    struct step *steps[6];
    (void)state;
    start("fcfs", 3);
    for (unsigned i = 0; i < 6; i++)
        steps[i] = program_add_launch(&p, i % 3, i % 3, shape, line((6 - i) * 10 * WAVE), 100 * US);
    for (unsigned i = 0; i < 3; i++)
        p.threads[i].ready_ns = 1000 * i;
    p.host_ns = 10000;
    run_to_end();
    for (unsigned i = 1; i < 6; i++)
        assert_true(steps[i]->launch.span.begin_ns > steps[i - 1]->launch.span.begin_ns);
    end(shape);
}

/* Slices of a few blocks flow: many of them are in flight, not one at a time. */
static void test_small_slices_flow(void **state)
{
    struct kernel_shape *shape = known((struct slice_size){SLICE_BLOCKS, 1, 1, 1}, 20 * US);
    (void)state;
    start("rr", 1);
    program_add_launch(&p, 0, 0, shape, line(1000), 20 * US);
    run_to_end();
    assert_true(vgpu_now(p.vgpu) < 1000 * 20 * US / 3);
    end(shape);
}

/* While another stream has work there are no lanes: one of them might share its way to the device.
 */
static void test_lanes_alone(void **state)
{
    struct kernel_shape *shape = known((struct slice_size){SLICE_BLOCKS, 1, 1, 1}, 20 * US);
    (void)state;
    start("rr", 2);
    program_add_step(&p, 0, STEP_COPY, 1)->ns = 5 * MS;
    program_add_launch(&p, 0, 0, shape, line(500), 20 * US);
    run_to_end();
    /* at most 250 of the slices beside the copy, the others faster */
    assert_in_range(vgpu_now(p.vgpu), 5 * MS + 250 * 20 * US / GPU_LANES,
                    5 * MS + 400 * 20 * US / 2);
    end(shape);
}

/* A stream waits for a word that its thread writes after a call which comes behind held slices. */
static void test_waits_for_host(void **state)
{
    struct kernel_shape *shape = known(automatic, 50 * US);
    (void)state;
    start("rr", 2);
    program_add_step(&p, 0, STEP_WAIT_HOST, 0);
    program_add_launch(&p, 0, 0, shape, line(500 * WAVE), 50 * US);
    program_add_step(&p, 0, STEP_COPY, 0)->ns = 1000; /* not deferred: the thread waits here */
    program_add_step(&p, 0, STEP_HOST_WRITE, 0);
    for (int i = 0; i < 100; i++)
        program_add_launch(&p, 1, 1, shape, line(40 * WAVE), 50 * US);
    run_to_end();
    /* The other client went on meanwhile; and a kernel that is only late is not blamed. */
    assert_true(p.threads[0].steps[1].launch.span.begin_ns > 10 * MS);
    assert_true(p.threads[1].steps[2].launch.span.end_ns < 10 * MS);
    assert_null(shape->kernel->whole_reason);
    end(shape);
}

static int refused_calls;

static int count_call(struct call *call)
{
    (void)call;
    return ++refused_calls;
}

static void test_calls(void **state)
{
    struct kernel_shape *shape = known(automatic, 50 * US);
    struct call now = {.run = count_call}, later = {.run = count_call}, other = {.run = count_call};
    struct sched_ticket ticket, second;
    (void)state;
    start("rr", 2);
    refused_calls = 0;
    assert_int_equal(sched_defer(p.queues[0], &now, none, &ticket), 1); /* at once, its code */
    assert_null(ticket.queue);
    assert_true(sched_ticket_passed(ticket));
    struct step *step = program_add_launch(&p, 0, 0, shape, line(100 * WAVE), 50 * US);
    sched_submit(p.queues[0], p.threads[0].client, &step->launch.launch, none);
    assert_int_equal(sched_defer(p.queues[0], &later, none, &ticket), 0);
    assert_int_equal(sched_defer(p.queues[1], &other, ticket, &second), 0);
    sched_pump(p.sched);
    assert_false(sched_ticket_passed(ticket));
    assert_false(sched_ticket_passed(second));
    assert_int_equal(refused_calls, 1);
    step->order = p.n_issued = 1;
    p.threads[0].at = 1;
    run_to_end();
    assert_true(sched_ticket_passed(ticket));
    assert_true(sched_ticket_passed(second));
    assert_int_equal(refused_calls, 3);
    sched_queue_destroy(p.queues[0]);
    assert_true(sched_ticket_passed(ticket));
    end(shape);
}

static void test_refused(void **state)
{
    const struct vgpu_config gpu = {.n_lanes = 2, .refuse_percent = 100, .seed = 1};
    struct kernel_shape *shape = known(ten, 50 * US);
    (void)state;
    start_with("rr", 1, &gpu);
    struct step *step = program_add_launch(&p, 0, 0, shape, line(100), 50 * US);
    int error = sched_submit(p.queues[0], p.threads[0].client, &step->launch.launch, none);
    assert_int_equal(error, VGPU_REFUSED);
    assert_int_equal(step->launch.n_retired, 1);
    assert_int_equal(step->launch.error, VGPU_REFUSED);
    assert_int_equal(sched_held, 0);
    end(shape);
}

/* The driver does not take the twin: the original goes. */
static void test_twin_refused(void **state)
{
    const struct vgpu_config gpu = {.n_lanes = 2, .refuse_slices = true, .seed = 1};
    struct kernel_shape *shape = known(ten, 50 * US);
    (void)state;
    start_with("rr", 1, &gpu);
    struct step *step = program_add_launch(&p, 0, 0, shape, line(100), 50 * US);
    run_to_end();
    assert_int_equal(step->error, 0);
    assert_true(step->launch.whole_begun);
    end(shape);
}

/* A kernel of a second, of which nothing was known, costs few looks. */
static void test_looks_at_long(void **state)
{
    struct kernel_shape *shape = program_shape(WAVE, automatic);
    (void)state;
    start("rr", 1);
    program_add_launch(&p, 0, 0, shape, line(2 * WAVE), 500 * MS)->launch.launch.whole = true;
    run_to_end();
    print_message("%u looks at a kernel of a second\n", p.n_looks);
    assert_true(p.n_looks < 800);
    end(shape);
}

/* A launch that is measured comes behind many that went straight: their time is not its own. */
static void test_measure_behind_others(void **state)
{
    struct kernel_shape *before = known(automatic, 100 * US);
    struct kernel_shape *shape = program_shape(WAVE, automatic);
    (void)state;
    start("rr", 1);
    for (unsigned i = 0; i < 300; i++)
        program_add_launch(&p, 0, 0, before, line(2 * WAVE), 100 * US);
    program_add_launch(&p, 0, 0, shape, line(2 * WAVE), 100 * US);
    run_to_end();
    assert_in_range(shape->wave_ns, 50 * US, 400 * US); /* not 60 ms */
    program_shape_free(before);
    end(shape);
}

static void test_domain_destroyed(void **state)
{
    struct kernel_shape *shape = known(automatic, 50 * US);
    struct call call = {.run = count_call};
    (void)state;
    start("rr", 1);
    struct step *step = program_add_launch(&p, 0, 0, shape, line(100 * WAVE), 50 * US);
    sched_submit(p.queues[0], p.threads[0].client, &step->launch.launch, none);
    refused_calls = 0;
    sched_defer(p.queues[0], &call, none, NULL);
    sched_client_retire(p.threads[0].client);
    sched_domain_destroy(p.domain, 709);
    assert_int_equal(step->launch.n_retired, 1);
    assert_int_equal(step->launch.error, 709);
    assert_int_equal(refused_calls, 0);
    assert_int_equal(sched_held, 0);
    assert_true(sched_pump(p.sched) == UINT64_MAX);
    end(shape);
}

static void test_destroyed_while_held(void **state)
{
    struct kernel_shape *shape = known(automatic, 50 * US);
    (void)state;
    start("fcfs", 1);
    struct step *step = program_add_launch(&p, 0, 0, shape, line(100 * WAVE), 50 * US);
    sched_submit(p.queues[0], p.threads[0].client, &step->launch.launch, none);
    sched_destroy(p.sched);
    p.sched = NULL;
    assert_int_equal(step->launch.error, -ECANCELED);
    assert_int_equal(sched_held, 0);
    end(shape);
}

static void test_abandoned(void **state)
{
    struct kernel_shape *shape = known(automatic, 50 * US);
    (void)state;
    start("rr", 1);
    struct step *step = program_add_launch(&p, 0, 0, shape, line(100 * WAVE), 50 * US);
    sched_submit(p.queues[0], p.threads[0].client, &step->launch.launch, none);
    sched_abandon(p.sched);
    assert_int_equal(sched_held, 0);
    assert_int_equal(admit(0, shape, 1000 * WAVE), ADMIT_DIRECT);
    atomic_store(&sched_held, 1); /* the parent's view again, to end cleanly */
    end(shape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone_goes_straight),
        cmocka_unit_test(test_alone_but_long),
        cmocka_unit_test(test_alone_unknown_or_fixed),
        cmocka_unit_test(test_contended_light),
        cmocka_unit_test(test_alone_again),
        cmocka_unit_test(test_held_means_queue),
        cmocka_unit_test(test_newcomer_gets_in),
        cmocka_unit_test(test_fcfs_order),
        cmocka_unit_test(test_small_slices_flow),
        cmocka_unit_test(test_lanes_alone),
        cmocka_unit_test(test_waits_for_host),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_twin_refused),
        cmocka_unit_test(test_looks_at_long),
        cmocka_unit_test(test_measure_behind_others),
        cmocka_unit_test(test_domain_destroyed),
        cmocka_unit_test(test_destroyed_while_held),
        cmocka_unit_test(test_abandoned),
    };
    return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
