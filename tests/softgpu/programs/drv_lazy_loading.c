// SPDX-License-Identifier: MIT
//
// A kernel is loaded at its first launch, which waits for what runs; one that was loaded before is
// not waited for.
#include "ptx.h"

#include <pthread.h>
#include <unistd.h>

static CUfunction step;
static CUstream other;
static CUdeviceptr v;
static int returned;

static void *first_launch(void *arg)
{
    CHECK(cuCtxSetCurrent(arg));
    launch_step(step, v, 64, 5, other);
    __atomic_store_n(&returned, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void launch_wait(CUfunction wait, CUdeviceptr flag, unsigned value, CUstream stream)
{
    void *params[] = {&flag, &value};

    CHECK(cuLaunchKernel(wait, 1, 1, 1, 32, 1, 1, 0, stream, params, NULL));
}

int main(void)
{
    CUcontext ctx = make_context();
    CUmoduleLoadingMode mode;
    volatile uint32_t *word;
    unsigned got[64];
    pthread_t thread;
    CUfunction wait;
    CUstream stream;

    CHECK(cuModuleGetLoadingMode(&mode));
    EXPECT(mode == CU_MODULE_LAZY_LOADING);
    wait = load(ptx_wait, "wait");
    step = load(ptx_step, "step");
    CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    CHECK(cuStreamCreate(&other, CU_STREAM_NON_BLOCKING));
    CHECK(cuMemHostAlloc((void **)&word, 4096, 0));
    CHECK(cuMemAlloc(&v, sizeof(got)));
    CHECK(cuMemsetD32(v, 0, 64));
    *word = 0;
    launch_wait(wait, (CUdeviceptr)(uintptr_t)word, 1, stream);
    pthread_create(&thread, NULL, first_launch, ctx);
    for (int i = 0; i < 50; i++) {
        EXPECT(cuStreamQuery(stream) == CUDA_ERROR_NOT_READY);
        usleep(1000);
    }
    EXPECT(!__atomic_load_n(&returned, __ATOMIC_ACQUIRE));
    *word = 1;
    pthread_join(thread, NULL);
    CHECK(cuStreamSynchronize(other));
    launch_wait(wait, (CUdeviceptr)(uintptr_t)word, 2, stream);
    launch_step(step, v, 64, 7, other);
    CHECK(cuStreamSynchronize(other));
    EXPECT(cuStreamQuery(stream) == CUDA_ERROR_NOT_READY);
    *word = 2;
    CHECK(cuStreamSynchronize(stream));
    CHECK(cuMemcpyDtoH(got, v, sizeof(got)));
    for (int i = 0; i < 64; i++)
        EXPECT(got[i] == 22);
    return finish();
}
