/* SPDX-License-Identifier: MIT
 *
 * check_process.c - threads that race for the first use, dlclose, fork, and exec of the same
 * program.
 */
#include "check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 16 };

static pthread_barrier_t barrier;

static void *race(void *argument)
{
    (void)argument;
    pthread_barrier_wait(&barrier);
    struct dummy dummy = open_dummy(RTLD_LOCAL);
    for (int i = 0; i < 50; i++) {
        int index = find_row(&dummy, "cuMemFreeAsync_ptsz");
        any_call *call = (any_call *)dlsym(dummy.library, "cuMemFreeAsync_ptsz");
        check_found(&dummy, index, (void *)call, "thread");
        CHECK(call(i, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) == 0, "refused");
    }
    return NULL;
}

static void check_threads(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        CHECK(!pthread_create(&threads[i], NULL, race, NULL), "pthread_create");
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    struct dummy dummy = open_dummy(RTLD_LOCAL);
    CHECK(dummy.calls(find_row(&dummy, "cuMemFreeAsync_ptsz")) == THREADS * 50, "calls are lost");
    for (int i = 0; i <= THREADS; i++)
        dlclose(dummy.library);
}

/* A program may close the driver and open it again; what it got before stays good. */
static void check_close(void)
{
    struct dummy dummy = open_dummy(RTLD_LOCAL);
    int index = find_row(&dummy, "cuMemFree_v2");
    void *before = dlsym(dummy.library, "cuMemFree_v2");
    dlclose(dummy.library);
    dummy = open_dummy(RTLD_LOCAL);
    CHECK(before == dlsym(dummy.library, "cuMemFree_v2") || !expect_ours(), "another address");
    check_calls(&dummy, index, dlsym(dummy.library, "cuMemFree_v2"));
}

static void check_fork(void)
{
    pid_t child = fork();
    if (child == 0) {
        if (getenv("EXECUTED"))
            _exit(0);
        setenv("EXECUTED", "1", 1);
        execl("/proc/self/exe", "again", (char *)NULL);
        _exit(2);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0, "child: %x", status);
}

void check(void)
{
    check_threads();
    check_close();
    check_fork();
}
