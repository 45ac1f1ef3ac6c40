// SPDX-License-Identifier: MIT
//
// Virtual time: four threads race in real time, and yet the timeline is the same in every run. The
// program runs itself and compares.
//
// env: SLIVER_SOFTGPU=clock=virtual,sms=2
// preload: no the library's scheduler goes by the host's clock; drv_virtual_shares.c is about both
#include <pthread.h>

#include "again.h"
#include "ptx.h"

enum { THREADS = 4, ROUNDS = 6 };

static CUcontext ctx;
static CUfunction work;
static float times[THREADS][ROUNDS];
static CUevent begin;

static void *client(void *arg)
{
    unsigned id = (unsigned)(uintptr_t)arg, n = 100 + 50 * id;
    void *params[] = {&n};
    CUstream stream;
    CUevent event;

    CHECK(cuCtxSetCurrent(ctx));
    CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    CHECK(cuEventCreate(&event, 0));
    for (int r = 0; r < ROUNDS; r++) {
        CHECK(cuLaunchKernel(work, 8 << id, 1, 1, 128, 1, 1, 0, stream, params, NULL));
        CHECK(cuEventRecord(event, stream));
        CHECK(cuEventSynchronize(event));
        CHECK(cuEventElapsedTime(&times[id][r], begin, event));
    }
    return NULL;
}

static void run(void)
{
    pthread_t threads[THREADS];

    ctx = make_context();
    work = load(ptx_work, "work");
    CHECK(cuEventCreate(&begin, 0));
    CHECK(cuEventRecord(begin, NULL));
    for (uintptr_t t = 0; t < THREADS; t++)
        pthread_create(&threads[t], NULL, client, (void *)t);
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    for (int t = 0; t < THREADS; t++)
        for (int r = 0; r < ROUNDS; r++)
            printf("%a ", times[t][r]);
}

int main(int n, char **args)
{
    char first[4096], again[4096];

    if (n > 1) {
        run();
        return 0;
    }
    run_again(args[0], first, sizeof(first));
    for (int i = 0; i < 4; i++) {
        run_again(args[0], again, sizeof(again));
        EXPECT(!strcmp(first, again));
    }
    return finish();
}
