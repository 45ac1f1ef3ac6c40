/* SPDX-License-Identifier: MIT
 *
 * test_sched_latency.c - a thread that now and then launches a chain of short kernels and waits for
 * them, beside one that always has long waves to run, on the virtual GPU: how long the chain takes,
 * natively and under rr, and what the other still gets.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "sched/policy.h"
#include "tests/vgpu/program.h"

#define WAVE      264
#define US        1000u
#define MS        1000000u
#define N_JOBS    40
#define N_WARM_UP 5
#define N_KERNELS 20

struct result {
    double p50_ms, p99_ms; /* of the jobs */
    double other;          /* share of the device that the other had */
};

static struct step *job_ends[N_JOBS], *job_begins[N_JOBS];

/* Every 4 ms or so. */
static void add_jobs(struct program *p, struct kernel_shape *shape)
{
    const struct grid3 grid = {64, 1, 1};
    unsigned seed = 1;
    for (unsigned i = 0; i < N_JOBS; i++) {
        program_add_step(p, 0, STEP_PAUSE, 0)->ns = 3 * MS + (unsigned)rand_r(&seed) % MS;
        for (unsigned k = 0; k < N_KERNELS; k++) {
            struct step *step = program_add_launch(p, 0, 0, shape, grid, 20 * US);
            job_begins[i] = k == 0 ? step : job_begins[i];
            job_ends[i] = step;
        }
        program_add_step(p, 0, STEP_SYNC, 0);
    }
}

/* SGEMM: grids of four waves, four launches ahead. */
static void add_other(struct program *p, struct kernel_shape *shape, uint64_t wave_ns)
{
    const struct grid3 grid = {1024, 1, 1};
    for (unsigned i = 0; i < 4; i++)
        program_add_launch(p, 1, 1, shape, grid, wave_ns);
    program_add_step(p, 1, STEP_SYNC, 1);
    p->threads[1].loop = true;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static struct result measure(const struct program *p)
{
    const unsigned n = N_JOBS - N_WARM_UP;
    uint64_t ns[N_JOBS - N_WARM_UP];
    for (unsigned i = 0; i < n; i++)
        ns[i] = job_ends[N_WARM_UP + i]->launch.span.end_ns - job_begins[N_WARM_UP + i]->issued_ns;
    qsort(ns, n, sizeof(ns[0]), compare);
    return (struct result){.p50_ms = (double)ns[n / 2] / MS,
                           .p99_ms = (double)ns[n - 1] / MS,
                           .other = vgpu_client_ns(p->vgpu, 1) / (double)vgpu_now(p->vgpu)};
}

static struct result run(const char *policy, uint64_t wave_ns)
{
    const struct vgpu_config gpu = {.n_lanes = 2, .mark_latency_ns = 5000, .seed = 1};
    struct sched_config config = {.policy = sched_policy_find(policy ? policy : "rr"),
                                  .quantum_ns = 200 * US,
                                  .window_ns = 300 * US,
                                  .stall_ns = 50 * MS,
                                  .threadless = true};
    const struct slice_size automatic = {SLICE_AUTO, 1, 1, 1};
    struct kernel_shape *shorts = program_shape(WAVE, automatic);
    struct kernel_shape *longs = program_shape(WAVE, automatic);
    struct program p;
    program_init(&p, &gpu, &config, 2);
    p.look_delay_ns = 8000;
    p.native = !policy;
    for (unsigned i = 0; i < 2; i++)
        program_add_stream(&p, QUEUE_NON_BLOCKING);
    add_jobs(&p, shorts);
    add_other(&p, longs, wave_ns);
    while (p.threads[0].at < p.threads[0].n_steps)
        assert_null(program_run(&p, 1 * MS));
    struct result result = measure(&p);
    printf("%-6s wave %4lu us: job p50 %.2f p99 %.2f ms, other has %.3f\n",
           policy ? policy : "native", (unsigned long)(wave_ns / US), result.p50_ms, result.p99_ms,
           result.other);
    program_finish(&p);
    program_shape_free(shorts);
    program_shape_free(longs);
    return result;
}

/* It waits for what is in flight, two slices, and for nothing else. */
static void test_chain_beside_long_waves(void **state)
{
    static const uint64_t waves_ns[] = {50 * US, 200 * US, 600 * US, 1200 * US};
    (void)state;
    for (size_t i = 0; i < sizeof(waves_ns) / sizeof(waves_ns[0]); i++) {
        double slice_ms = (double)(waves_ns[i] < 200 * US ? 200 * US : waves_ns[i]) / MS;
        run(NULL, waves_ns[i]);
        struct result rr = run("rr", waves_ns[i]);
        assert_true(rr.p99_ms < 2 * slice_ms + 0.8);
        assert_true(rr.other > 0.87);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain_beside_long_waves),
    };
    return cmocka_run_group_tests_name("sched_latency", tests, NULL, NULL);
}
