/* SPDX-License-Identifier: MIT
 *
 * test_sched_threads.c - the scheduler with its own thread and many of the program's: nothing
 * lost, nothing out of order, no CPU burned when there is nothing to do. Meant for TSan, too.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sched/policy.h"
#include "tests/vgpu/fastgpu.h"

#define N_THREADS 6
#define N_ROUNDS  300

static struct fast_gpu gpu;
static struct sched *sched;
static struct sched_domain *domain;
static struct kernel_shape *light, *heavy, *fixed;
static struct fast_stream legacy_stream;
static struct sched_queue *legacy_queue;

static struct kernel_shape *make_shape(struct slice_size rule, uint32_t wave_blocks)
{
    const struct grid3 one = {1, 1, 1};
    return kernel_add_shape(kernel_create("k", &rule, NULL), one, 0, one, wave_blocks);
}

static void start(const struct sched_policy *policy)
{
    struct sched_config config = {
        .policy = policy, .quantum_ns = 200000, .window_ns = 400000, .stall_ns = 50000000};
    fast_gpu_init(&gpu);
    assert_int_equal(sched_create(&config, &fast_gpu_ops, &gpu, &sched), 0);
    domain = sched_domain_create(sched);
    legacy_stream = (struct fast_stream){0};
    legacy_queue = sched_queue_create(domain, QUEUE_LEGACY, &legacy_stream, 0);
    light = make_shape((struct slice_size){SLICE_AUTO, 1, 1, 1}, 100);
    heavy = make_shape((struct slice_size){SLICE_AUTO, 1, 1, 1}, 10);
    fixed = make_shape((struct slice_size){SLICE_BLOCKS, 3, 1, 1}, 10);
}

static void stop(void)
{
    sched_domain_wait(domain, SCHED_WAIT_SYNC);
    assert_false(sched_domain_busy(domain));
    sched_destroy(sched);
    assert_int_equal(sched_held, 0);
    assert_int_equal(gpu.n_retired, gpu.n_launches);
    assert_int_equal(gpu.n_marks, gpu.n_dropped);
    assert_int_equal(gpu.n_errors, 0);
    kernel_unref(light->kernel);
    kernel_unref(heavy->kernel);
    kernel_unref(fixed->kernel);
}

static void launch(struct sched_client *client, struct sched_queue *queue,
                   struct fast_stream *stream, struct kernel_shape *shape, uint32_t blocks,
                   bool numbered)
{
    const struct sched_ticket none = {NULL, 0};
    struct fast_launch *fast = calloc(1, sizeof(*fast));
    if (!fast)
        abort();
    fast->launch.shape = shape;
    fast->launch.grid = (struct grid3){blocks, 1, 1};
    fast->launch.stream = stream;
    fast->number = numbered ? ++stream->n_issued : 0;
    fast->block_ns = 500;
    enum sched_admit admit = sched_admit(sched, client, shape, fast->launch.grid);
    if (admit == ADMIT_QUEUE) {
        gpu.n_launches++;
        sched_submit(queue, client, &fast->launch, none);
        return;
    }
    fast_gpu_direct(&gpu, fast);
    free(fast);
    if (admit == ADMIT_DIRECT_MARK)
        sched_mark_direct(sched, client, queue);
}

static struct sched_ticket defer(struct sched_queue *queue, struct fast_stream *stream,
                                 struct sched_ticket after)
{
    struct sched_ticket ticket;
    struct fast_call *call = calloc(1, sizeof(*call));
    if (!call)
        abort();
    *call = (struct fast_call){.call.run = fast_call_run, .gpu = &gpu, .stream = stream};
    call->number = ++stream->n_issued;
    sched_defer(queue, &call->call, after, &ticket);
    return ticket;
}

static void one_round(struct sched_client *client, struct sched_queue *queue,
                      struct fast_stream *stream, unsigned *seed)
{
    const struct sched_ticket none = {NULL, 0};
    switch ((unsigned)rand_r(seed) % 12) {
    case 0:
        launch(client, queue, stream, heavy, 400, true);
        break;
    case 1:
        launch(client, queue, stream, fixed, 20, true);
        break;
    case 2:
        launch(client, legacy_queue, &legacy_stream, light, 50, false);
        break;
    case 3:
        sched_ticket_wait(defer(queue, stream, none), SCHED_WAIT_ORDER);
        break;
    case 4:
        defer(queue, stream, none);
        break;
    case 5:
        sched_queue_wait(queue, SCHED_WAIT_ORDER);
        break;
    default:
        for (int i = 0; i < 10; i++)
            launch(client, queue, stream, light, 50, true);
    }
}

static void *run_thread(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    for (int life = 0; life < 3; life++) {
        struct fast_stream stream = {0};
        struct sched_client *client = sched_client_create(sched, "thread");
        struct sched_queue *queue =
            sched_queue_create(domain, seed % 2 ? QUEUE_BLOCKING : QUEUE_NON_BLOCKING, &stream, 0);
        for (int i = 0; i < N_ROUNDS / 3; i++)
            one_round(client, queue, &stream, &seed);
        sched_client_retire(client);
        sched_queue_wait(queue, SCHED_WAIT_ORDER);
        sched_queue_destroy(queue);
    }
    return NULL;
}

static void run_policy(const char *name)
{
    pthread_t threads[N_THREADS];
    start(sched_policy_find(name));
    for (uintptr_t i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_thread, (void *)(i + 1)), 0);
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
    stop();
}

static void test_rr(void **state)
{
    (void)state;
    run_policy("rr");
}

static void test_fcfs(void **state)
{
    (void)state;
    run_policy("fcfs");
}

/* How often the scheduler's thread went to sleep; -1: there is none. */
static long sleeps_of_thread(void)
{
    long sleeps = -1;
    char path[300], name[32], line[128];
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (struct dirent *entry; (entry = readdir(tasks));) {
        snprintf(path, sizeof(path), "/proc/self/task/%s/status", entry->d_name);
        FILE *file = fopen(path, "r");
        if (!file)
            continue;
        bool found = fscanf(file, "Name: %31s", name) == 1 && !strcmp(name, "sliver-sched");
        while (found && fgets(line, sizeof(line), file))
            sscanf(line, "voluntary_ctxt_switches: %ld", &sleeps);
        fclose(file);
    }
    closedir(tasks);
    return sleeps;
}

static void sleep_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* No thread while nobody needs one; afterwards it sleeps for good. */
static void test_quiet(void **state)
{
    struct fast_stream streams[2] = {{0}};
    struct sched_queue *queues[2];
    struct sched_client *clients[2];
    (void)state;
    start(sched_policies[0]);
    for (int i = 0; i < 2; i++) {
        clients[i] = sched_client_create(sched, "quiet");
        queues[i] = sched_queue_create(domain, QUEUE_NON_BLOCKING, &streams[i], 0);
    }
    for (int i = 0; i < 100; i++)
        launch(clients[0], queues[0], &streams[0], light, 50, true);
    assert_int_equal(sleeps_of_thread(), -1);
    for (int i = 0; i < 20; i++)
        for (int j = 0; j < 2; j++)
            launch(clients[j], queues[j], &streams[j], heavy, 400, true);
    sched_domain_wait(domain, SCHED_WAIT_SYNC);
    assert_true(sleeps_of_thread() > 0);
    sleep_ms(250);
    long before = sleeps_of_thread();
    sleep_ms(200);
    assert_int_equal(sleeps_of_thread(), before);
    for (int i = 0; i < 2; i++) {
        sched_client_retire(clients[i]);
        sched_queue_destroy(queues[i]);
    }
    stop();
}

/* No memory for its stack: everything goes straight, and what has to be held is not kept waiting.
 */
static void test_no_thread(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)state;
    skip(); /* their own memory does not fit the limit */
#else
    struct rlimit limit, before;
    struct fast_stream stream = {0};
    unsigned long pages = 0;
    (void)state;
    start(sched_policies[0]);
    struct sched_client *client = sched_client_create(sched, "alone");
    struct sched_queue *queue = sched_queue_create(domain, QUEUE_NON_BLOCKING, &stream, 0);
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    limit = before;
    limit.rlim_cur = pages * (unsigned long)getpagesize() + 65536;
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    launch(client, queue, &stream, heavy, 400, true);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(sleeps_of_thread(), -1);
    assert_int_equal(sched_held, 0);
    assert_int_equal(sched_admit(sched, client, heavy, (struct grid3){400, 1, 1}), ADMIT_DIRECT);
    sched_client_retire(client);
    sched_queue_destroy(queue);
    stop();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_thread), /* first: later there are stacks to use again */
        cmocka_unit_test(test_quiet),
        cmocka_unit_test(test_rr),
        cmocka_unit_test(test_fcfs),
    };
    return cmocka_run_group_tests_name("sched_threads", tests, NULL, NULL);
}
