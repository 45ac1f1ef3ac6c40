// SPDX-License-Identifier: MIT
//
// Virtual time stands still for a thread that other processes keep from the CPU: it answers an
// event at the moment of that, however late it comes.
//
// flags: -D_GNU_SOURCE
// env: SLIVER_SOFTGPU=clock=virtual,sms=2
// preload: no the library's scheduler goes by the host's clock; drv_virtual_shares.c is about both
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ptx.h"

enum { ROUNDS = 5 };

static CUcontext ctx;
static CUfunction work;
static float late[ROUNDS];
static cpu_set_t one;

/* Another process, busy on the only CPU that the thread may use, which gets what that leaves. */
static pid_t make_busy(void)
{
    pid_t pid = fork();

    if (pid)
        return pid;
    sched_setaffinity(0, sizeof(one), &one);
    alarm(60);
    for (;;)
        ;
}

static void *starved(void *arg)
{
    struct sched_param idle = {0};
    unsigned n = 100;
    void *params[] = {&n};
    CUevent first, second;
    CUstream stream;

    (void)arg;
    CHECK(cuCtxSetCurrent(ctx));
    CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    CHECK(cuEventCreate(&first, 0));
    CHECK(cuEventCreate(&second, 0));
    sched_setaffinity(0, sizeof(one), &one);
    sched_setscheduler(0, SCHED_IDLE, &idle);
    for (int r = 0; r < ROUNDS; r++) {
        CHECK(cuLaunchKernel(work, 1, 1, 1, 32, 1, 1, 0, stream, params, NULL));
        CHECK(cuEventRecord(first, stream));
        CHECK(cuEventSynchronize(first));
        CHECK(cuEventRecord(second, stream));
        CHECK(cuEventSynchronize(second));
        CHECK(cuEventElapsedTime(&late[r], first, second));
    }
    return NULL;
}

int main(void)
{
    unsigned n = 2000000;
    void *params[] = {&n};
    pthread_t thread;
    CUstream stream;
    pid_t busy;

    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    busy = make_busy();
    ctx = make_context();
    work = load(ptx_work, "work");
    CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    /* Time could go on at any moment: there is always more to do. */
    CHECK(cuLaunchKernel(work, 1, 1, 1, 32, 1, 1, 0, stream, params, NULL));
    pthread_create(&thread, NULL, starved, NULL);
    pthread_join(thread, NULL);
    CHECK(cuCtxSynchronize());
    kill(busy, SIGKILL);
    waitpid(busy, NULL, 0);
    for (int r = 0; r < ROUNDS; r++)
        EXPECT(late[r] == 0);
    return finish();
}
