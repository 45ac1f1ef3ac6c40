// SPDX-License-Identifier: MIT
//
// Virtual time for the whole program (libsoftgpu_time.so): four threads that launch, wait for one
// another, sleep and look at the clock, and a fifth that polls. What they see of the clock is the
// same in every run, natively and with slices of their launches scheduled; the program runs itself
// and compares.
//
// env: SLIVER_SOFTGPU=clock=virtual,sms=2
// time: virtual
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "again.h"
#include "ptx.h"

enum { THREADS = 4, ROUNDS = 5 };

static CUcontext ctx;
static CUfunction work;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;
static unsigned n_came;
static unsigned long begin_ns, times_ns[THREADS + 1][ROUNDS];

static unsigned long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long)now.tv_sec * 1000000000u + (unsigned long)now.tv_nsec;
}

/* All are there before the first goes on. */
static void come_together(void)
{
    pthread_mutex_lock(&lock);
    if (++n_came == THREADS + 1)
        pthread_cond_broadcast(&came);
    while (n_came < THREADS + 1)
        pthread_cond_wait(&came, &lock);
    pthread_mutex_unlock(&lock);
}

static CUstream make_stream(void)
{
    CUstream stream;
    CHECK(cuCtxSetCurrent(ctx));
    CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    come_together();
    return stream;
}

static void launch(CUstream stream, unsigned blocks, unsigned n)
{
    void *params[] = {&n};
    CHECK(cuLaunchKernel(work, blocks, 1, 1, 128, 1, 1, 0, stream, params, NULL));
}

static void *client(void *arg)
{
    unsigned id = (unsigned)(uintptr_t)arg;
    CUstream stream = make_stream();
    for (int r = 0; r < ROUNDS; r++) {
        for (int i = 0; i < 3; i++)
            launch(stream, 16 << id, 300);
        CHECK(cuStreamSynchronize(stream));
        times_ns[id][r] = now_ns() - begin_ns;
        usleep(20 * (id + 1));
    }
    return NULL;
}

static void *poller(void *arg)
{
    CUstream stream = make_stream();
    (void)arg;
    for (int r = 0; r < ROUNDS; r++) {
        launch(stream, 4, 1000);
        while (cuStreamQuery(stream) == CUDA_ERROR_NOT_READY)
            continue;
        times_ns[THREADS][r] = now_ns() - begin_ns;
    }
    return NULL;
}

static void run(void)
{
    pthread_t threads[THREADS + 1];
    ctx = make_context();
    work = load(ptx_work, "work");
    begin_ns = now_ns();
    for (uintptr_t t = 0; t <= THREADS; t++)
        pthread_create(&threads[t], NULL, t < THREADS ? client : poller, (void *)t);
    for (int t = 0; t <= THREADS; t++)
        pthread_join(threads[t], NULL);
    for (int t = 0; t <= THREADS; t++)
        for (int r = 0; r < ROUNDS; r++)
            printf("%lu ", times_ns[t][r]);
}

int main(int n, char **args)
{
    char first[4096], again[4096];

    if (n > 1) {
        run();
        return 0;
    }
    run_again(args[0], first, sizeof(first));
    EXPECT(strlen(first) > 100);
    for (int i = 0; i < 4; i++) {
        run_again(args[0], again, sizeof(again));
        EXPECT(!strcmp(first, again));
        if (strcmp(first, again))
            fprintf(stderr, "%s\n%s\n", first, again);
    }
    return finish();
}
