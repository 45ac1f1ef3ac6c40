/* SPDX-License-Identifier: MIT
 *
 * test_sched_scale.c - many clients: what a slice costs the scheduler in CPU time, printed for 1 to
 * 1024 of them, each with launches waiting; that all get the same; that memory does not grow.
 *
 * The device is the simplest there is: it serves what it is given in order, in virtual time, so
 * that what is measured is the scheduler. SCHED_SLICES=n: so many slices a measurement.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sched/policy.h"

#define WAVE        100
#define BLOCK_NS    50000
#define MAX_CLIENTS 1024

static struct {
    uint64_t now_ns, busy_until_ns;
    uint64_t n_slices, n_retired;
} gpu;

struct load {
    struct launch launch; /* first */
    unsigned client;
};

static struct {
    struct sched *sched;
    struct sched_domain *domain;
    struct kernel_shape *shape;
    struct sched_client *clients[MAX_CLIENTS];
    struct sched_queue *queues[MAX_CLIENTS];
    struct load loads[MAX_CLIENTS][2];
    struct load *again[2 * MAX_CLIENTS]; /* given back */
    uint64_t n_done[MAX_CLIENTS];
    unsigned n_clients, n_again;
} bench;

static uint64_t op_now_ns(void *arg)
{
    (void)arg;
    return gpu.now_ns;
}

static int op_begin(void *arg, struct launch *launch)
{
    (void)arg, (void)launch;
    return 2;
}

static int op_submit(void *arg, struct launch *launch, const struct slice *slice, bool whole,
                     unsigned lane)
{
    (void)arg, (void)launch, (void)whole, (void)lane;
    uint64_t waves = (grid3_count(slice->extent) + WAVE - 1) / WAVE;
    uint64_t from = gpu.busy_until_ns > gpu.now_ns ? gpu.busy_until_ns : gpu.now_ns;
    gpu.busy_until_ns = from + waves * BLOCK_NS;
    gpu.n_slices++;
    return 0;
}

static int op_spread(void *arg, struct launch *launch, const struct slice *slices, unsigned n,
                     unsigned lane_mask)
{
    (void)lane_mask;
    for (unsigned i = 0; i < n; i++)
        op_submit(arg, launch, &slices[i], false, 0);
    return 0;
}

static int op_join(void *arg, struct launch *launch, unsigned lane_mask)
{
    (void)arg, (void)launch, (void)lane_mask;
    return 0;
}

static bool op_yes(void *arg, struct launch *launch)
{
    (void)arg, (void)launch;
    return true;
}

/* The time at which the device comes to it, in microseconds. */
static int op_mark_stream(void *arg, void *stream, struct gpu_mark *ret_mark)
{
    (void)arg, (void)stream;
    ret_mark->where = (void *)(uintptr_t)gpu.busy_until_ns;
    return 0;
}

static int op_mark(void *arg, struct launch *launch, unsigned lane, struct gpu_mark *ret_mark)
{
    (void)lane;
    return op_mark_stream(arg, launch->stream, ret_mark);
}

static bool op_reached(void *arg, const struct gpu_mark *mark)
{
    (void)arg;
    return gpu.now_ns >= (uintptr_t)mark->where;
}

static void op_drop_mark(void *arg, struct gpu_mark *mark)
{
    (void)arg, (void)mark;
}

static int op_call(void *arg, struct call *call)
{
    (void)arg;
    return call->run(call);
}

static void op_retire_launch(void *arg, struct launch *launch, int error)
{
    (void)arg;
    if (error)
        return;
    bench.again[bench.n_again++] = (struct load *)launch;
    gpu.n_retired++;
}

static void op_retire_call(void *arg, struct call *call, int error)
{
    (void)arg, (void)call, (void)error;
}

static const struct gpu_ops ops = {
    .now_ns = op_now_ns,
    .begin = op_begin,
    .submit = op_submit,
    .spread = op_spread,
    .follow = op_spread,
    .join = op_join,
    .probe = op_mark_stream,
    .open = op_yes,
    .begun = op_yes,
    .alone = op_yes,
    .mark = op_mark,
    .mark_stream = op_mark_stream,
    .reached = op_reached,
    .drop_mark = op_drop_mark,
    .call = op_call,
    .retire_launch = op_retire_launch,
    .retire_call = op_retire_call,
};

static void submit(struct load *load)
{
    const struct sched_ticket none = {NULL, 0};
    unsigned i = load->client;
    load->launch = (struct launch){.shape = bench.shape, .grid = {10 * WAVE, 1, 1}};
    sched_submit(bench.queues[i], bench.clients[i], &load->launch, none);
}

static void start(const char *policy, unsigned n_clients, enum sched_queue_kind kind)
{
    const struct slice_size automatic = {SLICE_AUTO, 1, 1, 1};
    const struct grid3 one = {1, 1, 1};
    const struct sched_config config = {.policy = sched_policy_find(policy),
                                        .quantum_ns = 200000,
                                        .window_ns = 300000,
                                        .stall_ns = 50000000,
                                        .stats = true,
                                        .threadless = true};
    gpu.now_ns = gpu.busy_until_ns = 1;
    bench.n_clients = n_clients;
    bench.n_again = 0;
    assert_int_equal(sched_create(&config, &ops, NULL, &bench.sched), 0);
    bench.domain = sched_domain_create(bench.sched);
    bench.shape = kernel_add_shape(kernel_create("k", &automatic, NULL), one, 0, one, WAVE);
    atomic_store(&bench.shape->wave_ns, BLOCK_NS);
    atomic_store(&bench.shape->samples, 10);
    atomic_store(&bench.shape->proven, true);
    for (unsigned i = 0; i < n_clients; i++) {
        bench.clients[i] = sched_client_create(bench.sched, "client");
        bench.queues[i] = sched_queue_create(bench.domain, kind, NULL, 0);
        bench.n_done[i] = 0;
        for (unsigned k = 0; k < 2; k++)
            bench.loads[i][k].client = i;
    }
    for (unsigned k = 0; k < 2; k++)
        for (unsigned i = 0; i < n_clients; i++)
            submit(&bench.loads[i][k]);
}

static void finish(void)
{
    sched_destroy(bench.sched);
    kernel_unref(bench.shape->kernel);
}

/* Until so many more slices went out. What is given back is submitted again. */
static void run(uint64_t n_slices)
{
    for (uint64_t end = gpu.n_slices + n_slices; gpu.n_slices < end;) {
        uint64_t look_ns = sched_pump(bench.sched);
        assert_true(look_ns != UINT64_MAX);
        gpu.now_ns = look_ns > gpu.now_ns ? look_ns : gpu.now_ns + 1;
        while (bench.n_again) {
            struct load *load = bench.again[--bench.n_again];
            bench.n_done[load->client]++;
            submit(load);
        }
    }
}

static uint64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void measure(const char *policy, unsigned n_clients, enum sched_queue_kind kind)
{
    const char *count = getenv("SCHED_SLICES");
    uint64_t n = count ? strtoull(count, NULL, 10) : 4000;
    start(policy, n_clients, kind);
    run(n / 4 + 4 * n_clients);
    uint64_t before_ns = cpu_ns(), before = gpu.n_slices;
    run(n);
    printf("%-4s %-12s %4u clients: %5.0f ns a slice\n", policy,
           kind == QUEUE_BLOCKING ? "blocking" : "non-blocking", n_clients,
           (double)(cpu_ns() - before_ns) / (double)(gpu.n_slices - before));
    finish();
}

static void test_cost_of_a_slice(void **state)
{
    static const unsigned clients[] = {1, 2, 4, 16, 64, 256, 1024};
    (void)state;
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
        measure("rr", clients[i], QUEUE_NON_BLOCKING);
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
        measure("rr", clients[i], QUEUE_BLOCKING);
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
        measure("fcfs", clients[i], QUEUE_NON_BLOCKING);
}

static void test_same_for_all(void **state)
{
    (void)state;
    start("rr", MAX_CLIENTS, QUEUE_NON_BLOCKING);
    run(30 * MAX_CLIENTS);
    uint64_t least = UINT64_MAX, most = 0;
    for (unsigned i = 0; i < MAX_CLIENTS; i++) {
        least = bench.n_done[i] < least ? bench.n_done[i] : least;
        most = bench.n_done[i] > most ? bench.n_done[i] : most;
    }
    assert_true(least > 0 && most <= least + 1);
    finish();
}

/* Once everything was used there is no allocation any more. SCHED_SLICES=4000000 makes it a million
 * launches. */
static void test_memory(void **state)
{
    const char *count = getenv("SCHED_SLICES");
    (void)state;
    start("rr", 64, QUEUE_NON_BLOCKING);
    run(4000);
    size_t before = mallinfo2().uordblks;
    uint64_t launches = gpu.n_retired;
    run(count ? strtoull(count, NULL, 10) : 40000);
    assert_int_equal(mallinfo2().uordblks, before);
    printf("%lu launches, no byte more\n", (unsigned long)(gpu.n_retired - launches));
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cost_of_a_slice),
        cmocka_unit_test(test_same_for_all),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests_name("sched_scale", tests, NULL, NULL);
}
