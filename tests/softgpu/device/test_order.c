/* SPDX-License-Identifier: MIT
 *
 * test_order.c - random work on random streams, against the rules: each stream in its order, the
 * legacy stream between the blocking ones, events, graphs, and what destroyed streams left.
 *
 * Each piece of work takes a number at its end; what comes before it by the rules must have a
 * smaller one. Run once in real time and once, in a process of its own, in virtual time.
 */
#include "unit.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/softgpu/device/stream.h"

enum { STREAMS = 6, STEPS = 600, MOST = STEPS * 4, EDGES = 64 };

/* Host functions run one at a time: that is the clock. */
static unsigned finished[MOST], clock_now;
static unsigned before[MOST][EDGES], n_before[MOST], n_works;

static uint64_t seed = 77;

static unsigned next(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static void done(void *arg, int error)
{
    assert_int_equal(error, 0);
    finished[*(unsigned *)arg] = ++clock_now;
}

static struct work numbered(void)
{
    struct work work = {.kind = WORK_HOST, .host = {.call = done}};
    unsigned *number = malloc(sizeof(*number));

    *number = n_works++;
    work.owned = work.host.arg = number;
    work.owned_bytes = sizeof(*number);
    return work;
}

static void comes_after(unsigned work, unsigned other)
{
    if (n_before[work] < EDGES)
        before[work][n_before[work]++] = other;
}

/* What the model knows of a stream: its last works (several after a graph). */
struct last {
    unsigned works[8], n;
};

static struct domain domain;
static struct stream streams[STREAMS];
static struct last lasts[STREAMS], orphans;

static bool ordered(const struct stream *a, const struct stream *b)
{
    return a == b || (a->kind == STREAM_LEGACY && b->kind == STREAM_BLOCKING) ||
           (a->kind == STREAM_BLOCKING && b->kind == STREAM_LEGACY);
}

static void after_last(unsigned work, const struct last *last)
{
    for (unsigned i = 0; i < last->n; i++)
        comes_after(work, last->works[i]);
}

static void after_stream(unsigned work, unsigned s)
{
    for (unsigned o = 0; o < STREAMS; o++)
        if (ordered(&streams[s], &streams[o]))
            after_last(work, &lasts[o]);
    if (streams[s].kind == STREAM_LEGACY)
        after_last(work, &orphans);
}

static void put_one(unsigned s)
{
    unsigned number = n_works;
    struct work work = numbered();

    after_stream(number, s);
    assert_int_equal(stream_submit(&streams[s], &work, 0, NULL), 0);
    lasts[s] = (struct last){{number}, 1};
}

/* A wait of s for what is on t now. */
static void put_wait(unsigned s, unsigned t)
{
    struct work mark = {.kind = WORK_MARK};
    struct last there = lasts[t];
    struct task *event;

    assert_int_equal(stream_submit(&streams[t], &mark, 0, &event), 0);
    assert_int_equal(stream_order_after(&streams[s], event), 0);
    device_lock();
    task_unref(event);
    device_unlock();
    put_one(s);
    after_last(n_works - 1, &there);
}

/* Four nodes: 1 and 2 after 0, 3 after 1. */
static void put_graph(unsigned s)
{
    static const size_t zero[] = {0}, one[] = {1};
    struct stream_node nodes[4] = {{.n_before = 0},
                                   {.before = zero, .n_before = 1},
                                   {.before = zero, .n_before = 1},
                                   {.before = one, .n_before = 1}};
    unsigned first = n_works;

    for (int i = 0; i < 4; i++)
        nodes[i].work = numbered();
    after_stream(first, s);
    comes_after(first + 1, first);
    comes_after(first + 2, first);
    comes_after(first + 3, first + 1);
    assert_int_equal(stream_submit_graph(&streams[s], nodes, 4), 0);
    device_lock();
    for (int i = 0; i < 4; i++)
        task_unref(nodes[i].task);
    device_unlock();
    lasts[s] = (struct last){{first + 2, first + 3}, 2};
}

static void replace_stream(unsigned s)
{
    if (streams[s].kind == STREAM_BLOCKING)
        for (unsigned i = 0; i < lasts[s].n && orphans.n < 8; i++)
            orphans.works[orphans.n++] = lasts[s].works[i];
    stream_finish(&streams[s]);
    stream_init(&streams[s], &domain, s % 2 ? STREAM_BLOCKING : STREAM_NON_BLOCKING, 0);
    lasts[s].n = 0;
}

static void run_random(void)
{
    for (unsigned s = 0; s < STREAMS; s++)
        stream_init(&streams[s], &domain,
                    !s      ? STREAM_LEGACY
                    : s % 2 ? STREAM_BLOCKING
                            : STREAM_NON_BLOCKING,
                    0);
    for (int step = 0; step < STEPS; step++) {
        unsigned s = next(STREAMS), what = next(20);

        if (what < 12)
            put_one(s);
        else if (what < 15)
            put_wait(s, next(STREAMS));
        else if (what < 18)
            put_graph(s);
        else if (what == 18 && s)
            replace_stream(s);
        else if (what == 19)
            assert_int_equal(stream_wait(&streams[s]), 0);
    }
    device_lock();
    device_wait_domain(&domain);
    device_unlock();
    for (unsigned s = 0; s < STREAMS; s++)
        assert_true(stream_is_idle(&streams[s]));
}

static void check(const char *options_text)
{
    struct options options;

    options_parse(options_text, &options, NULL);
    assert_int_equal(device_start(&options), 0);
    domain_init(&domain);
    run_random();
    for (unsigned w = 0; w < n_works; w++) {
        assert_true(finished[w]);
        for (unsigned i = 0; i < n_before[w]; i++)
            assert_true(finished[before[w][i]] < finished[w]);
    }
    printf("%s: seed 77, %u works\n", options_text, n_works);
}

/* A device is there once in a process. */
static void check_apart(const char *options_text)
{
    pid_t child = fork();
    int status;

    if (!child) {
        check(options_text);
        fflush(stdout);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_wall(void **state)
{
    (void)state;
    check_apart("threads=3");
}

static void test_virtual(void **state)
{
    (void)state;
    check_apart("clock=virtual");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wall),
        cmocka_unit_test(test_virtual),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
