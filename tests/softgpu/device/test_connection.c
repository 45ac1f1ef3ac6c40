/* SPDX-License-Identifier: MIT
 *
 * test_connection.c - streams share connections: a wait holds up what others put behind it on its
 * own, in the order of submission, and nothing else.
 */
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/softgpu/device/device.h"
#include "tools/softgpu/device/stream.h"

enum { WAITING = 8, OTHERS = 16 };

static struct domain domain;
static struct stream waiting[WAITING], others[OTHERS];
static uint32_t go, told[OTHERS];
static unsigned n_called;

static void put_value(struct stream *stream, enum work_kind kind, const uint32_t *word,
                      uint32_t value)
{
    struct work work = {
        .kind = kind,
        .value = {.address = (uint64_t)(uintptr_t)word, .value = value, .compare = WORK_GEQ}};

    assert_int_equal(stream_submit(stream, &work, 0, NULL), 0);
}

static void called(void *arg, int error)
{
    (void)arg;
    assert_int_equal(error, 0);
    __atomic_add_fetch(&n_called, 1, __ATOMIC_RELEASE);
}

static unsigned n_told(void)
{
    unsigned n = 0;

    for (int i = 0; i < OTHERS; i++)
        n += __atomic_load_n(&told[i], __ATOMIC_ACQUIRE);
    return n;
}

/* Eight streams wait for a word, with a write behind it; then 16 others write words, record what
 * events are and call the host. Returns how many of the words arrive before the word is there. */
static unsigned run(const char *connections, const char *options_text)
{
    struct work host = {.kind = WORK_HOST, .host = {.call = called}};
    struct options options;
    unsigned early;

    setenv("CUDA_DEVICE_MAX_CONNECTIONS", connections, 1);
    options_parse(options_text, &options, NULL);
    assert_int_equal(device_start(&options), 0);
    domain_init(&domain);
    for (int i = 0; i < WAITING; i++) {
        stream_init(&waiting[i], &domain, STREAM_NON_BLOCKING, 0);
        put_value(&waiting[i], WORK_WAIT_VALUE, &go, 1);
    }
    for (int i = 0; i < OTHERS; i++) {
        stream_init(&others[i], &domain, STREAM_NON_BLOCKING, 0);
        assert_int_equal(stream_submit(&others[i], &host, 0, NULL), 0);
        put_value(&others[i], WORK_WRITE_VALUE, &told[i], 1);
    }
    while (__atomic_load_n(&n_called, __ATOMIC_ACQUIRE) < OTHERS) /* have an engine of their own */
        usleep(1000);
    usleep(20000);
    early = n_told();
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    device_lock();
    device_wait_domain(&domain);
    device_unlock();
    assert_int_equal(n_told(), OTHERS);
    return early;
}

static void *write_first(void *arg)
{
    (void)arg;
    put_value(&others[0], WORK_WRITE_VALUE, &told[0], 1);
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    return NULL;
}

/* A younger thread's write and then an older one's, on one stream and at one moment, which lasts as
 * long as the older one does not rest. Returns once both are done. */
static unsigned run_two_threads(const char *connections, const char *options_text)
{
    struct options options;
    pthread_t thread;

    setenv("CUDA_DEVICE_MAX_CONNECTIONS", connections, 1);
    options_parse(options_text, &options, NULL);
    assert_int_equal(device_start(&options), 0);
    domain_init(&domain);
    stream_init(&others[0], &domain, STREAM_NON_BLOCKING, 0);
    assert_int_equal(pthread_create(&thread, NULL, write_first, NULL), 0);
    while (!__atomic_load_n(&go, __ATOMIC_ACQUIRE))
        continue;
    put_value(&others[0], WORK_WRITE_VALUE, &told[1], 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(stream_wait(&others[0]), 0);
    return n_told();
}

/* A device is there once in a process. */
static unsigned run_apart(unsigned (*body)(const char *, const char *), const char *connections,
                          const char *options_text)
{
    pid_t child = fork();
    int status;

    if (!child) {
        alarm(30);
        _exit((int)body(connections, options_text));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (unsigned)WEXITSTATUS(status);
}

/* As on an H100. */
static void test_waits_take_connections(void **state)
{
    (void)state;
    assert_int_equal(run_apart(run, "8", "threads=2"), 0);
    assert_int_equal(run_apart(run, "32", "threads=2"), OTHERS);
    assert_int_equal(run_apart(run, "12", "threads=2"), 8); /* four are free, of two streams each */
    assert_int_equal(run_apart(run, "8", "clock=virtual"), OTHERS);
}

static void test_no_thread_passes_its_stream(void **state)
{
    (void)state;
    assert_int_equal(run_apart(run_two_threads, "8", "clock=virtual,patience_us=1000000"), 2);
    assert_int_equal(run_apart(run_two_threads, "8", "threads=2"), 2);
}

static void test_number(void **state)
{
    (void)state;
    assert_int_equal(connections_of(NULL), 8);
    assert_int_equal(connections_of("1"), 1);
    assert_int_equal(connections_of("32"), 32);
    assert_int_equal(connections_of("33"), 8);
    assert_int_equal(connections_of("0"), 8);
    assert_int_equal(connections_of(""), 8);
    assert_int_equal(connections_of("4 "), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_waits_take_connections),
        cmocka_unit_test(test_no_thread_passes_its_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
