/* SPDX-License-Identifier: MIT
 *
 * test_sched_report.c - what SLIVER_STATS and SLIVER_TRACE write after a run on the virtual GPU:
 * every launch and block counted once, times that add up, tracks without overlaps.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sched/policy.h"
#include "tests/vgpu/program.h"

#define WAVE 100
#define US   1000u

static struct program p;
static char path[] = "/tmp/sliver-report-XXXXXX";
static char text[1 << 20];

static struct kernel_shape *make_shape(const char *name, const char *reason)
{
    const struct grid3 one = {1, 1, 1};
    const struct slice_size automatic = {SLICE_AUTO, 1, 1, 1};
    return kernel_add_shape(kernel_create(name, &automatic, reason), one, 0, one, WAVE);
}

static void run(bool stats, bool trace, struct kernel_shape **shapes)
{
    const struct vgpu_config gpu = {
        .n_lanes = GPU_LANES - GPU_SPARE_LANES, .mark_latency_ns = 5000, .seed = 1};
    const struct sched_config config = {.policy = sched_policies[0],
                                        .quantum_ns = 200 * US,
                                        .window_ns = 300 * US,
                                        .stall_ns = 20000 * US,
                                        .stats = stats,
                                        .trace = trace,
                                        .threadless = true};
    program_init(&p, &gpu, &config, 2);
    for (unsigned i = 0; i < 2; i++)
        program_add_stream(&p, QUEUE_NON_BLOCKING);
    for (unsigned i = 0; i < 20; i++)
        program_add_launch(&p, i % 2, i % 2, shapes[i % 2], (struct grid3){50 * WAVE, 1, 1},
                           50 * US);
    program_add_launch(&p, 1, 1, NULL, (struct grid3){7, 1, 1}, 50 * US);
    assert_null(program_run(&p, UINT64_MAX));
    while (sched_pump(p.sched) != UINT64_MAX)
        vgpu_advance(p.vgpu, vgpu_now(p.vgpu) + 100 * US);
}

static void read_file(void)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof(text) - 1, file);
    text[n] = '\0';
    fclose(file);
}

/* The number behind a key of the object that follows this text. */
static uint64_t number_of(const char *object, const char *key)
{
    char quoted[64];
    const char *at = strstr(text, object);
    assert_non_null(at);
    snprintf(quoted, sizeof(quoted), "\"%s\": ", key);
    at = strstr(at, quoted);
    assert_non_null(at);
    return strtoull(at + strlen(quoted), NULL, 10);
}

static void test_stats(void **state)
{
    struct kernel_shape *shapes[2] = {make_shape("_Z5sgemmPf", NULL),
                                      make_shape("fft", "has no PTX")};
    static const char sgemm[] = "\"name\": \"sgemm\"", fft[] = "\"name\": \"fft\"";
    (void)state;
    run(true, false, shapes);
    assert_int_equal(sched_write_stats(p.sched, path), 0);
    read_file();
    assert_int_equal(number_of(sgemm, "launches"), 10);
    assert_int_equal(number_of(sgemm, "blocks"), 10 * 50 * WAVE);
    assert_true(number_of(sgemm, "slices") >= 10 * 12);
    assert_int_equal(number_of(fft, "launches"), 10);
    assert_int_equal(number_of(fft, "whole"), 10);
    assert_int_equal(number_of(fft, "slices"), 0);
    assert_int_equal(number_of(fft, "blocks"), 10 * 50 * WAVE);
    assert_int_equal(number_of("(unknown)", "blocks"), 7);
    assert_non_null(strstr(text, "\"reason\": \"has no PTX\""));
    assert_int_equal(number_of("{", "stalls"), 0);
    /* 25 ms each, on a device that was busy all the time */
    uint64_t total_ns = number_of(sgemm, "device_ns") + number_of(fft, "device_ns");
    assert_in_range(total_ns, 48000 * US, 52000 * US);
    assert_true(number_of(sgemm, "wait_ns") > 0);
    sched_client_retire(p.threads[0].client);
    assert_int_equal(sched_write_stats(p.sched, path), 0);
    read_file();
    assert_int_equal(number_of(sgemm, "launches"), 10); /* also when the client is gone */
    program_finish(&p);
    program_shape_free(shapes[0]);
    program_shape_free(shapes[1]);
}

/* Complete events of a track follow one another. */
static unsigned check_track(unsigned track)
{
    unsigned n = 0;
    double end = 0;
    for (const char *at = text; (at = strstr(at, "\"ph\": \"X\"")); at++) {
        unsigned tid;
        double ts, dur;
        const char *fields = strstr(at, "\"tid\": ");
        assert_int_equal(sscanf(fields, "\"tid\": %u, \"ts\": %lf, \"dur\": %lf", &tid, &ts, &dur),
                         3);
        if (tid != track)
            continue;
        assert_true(ts >= end - 0.002);
        assert_true(dur >= 0);
        end = ts + dur;
        n++;
    }
    return n;
}

static void test_trace(void **state)
{
    struct kernel_shape *shapes[2] = {make_shape("_Z5sgemmPf", NULL),
                                      make_shape("fft", "has no PTX")};
    (void)state;
    run(false, true, shapes);
    assert_int_equal(sched_write_trace(p.sched, path), 0);
    read_file();
    unsigned n = check_track(1);
    assert_true(n >= 120);
    assert_int_equal(check_track(2) + check_track(3), n);
    assert_non_null(strstr(text, "client 1: thread"));
    assert_int_equal(number_of("{", "dropped"), 0);
    assert_int_equal(sched_write_trace(p.sched, "/nonexistent/folder/file"), -ENOENT);
    program_finish(&p);
    program_shape_free(shapes[0]);
    program_shape_free(shapes[1]);
}

static void test_not_wanted(void **state)
{
    struct kernel_shape *shapes[2] = {make_shape("k", NULL), make_shape("l", NULL)};
    (void)state;
    run(false, false, shapes);
    assert_int_equal(sched_write_trace(p.sched, path), -ENODATA);
    assert_int_equal(sched_write_stats(p.sched, path), 0);
    program_finish(&p);
    program_shape_free(shapes[0]);
    program_shape_free(shapes[1]);
}

static int make_file(void **state)
{
    int fd = mkstemp(path);
    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stats),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_not_wanted),
    };
    return cmocka_run_group_tests_name("sched_report", tests, make_file, remove_file);
}
