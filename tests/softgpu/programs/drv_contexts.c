// SPDX-License-Identifier: MIT
//
// Contexts: the primary one and plain ones, the stack of each thread, what a destroyed one
// answers.
#include <pthread.h>

#include "ptx.h"

static void *other_thread(void *arg)
{
    CUcontext current = (CUcontext)1, primary = arg;
    CUdeviceptr p;

    CHECK(cuCtxGetCurrent(&current));
    EXPECT(!current);
    EXPECT(cuMemAlloc(&p, 4) == CUDA_ERROR_INVALID_CONTEXT);
    CHECK(cuCtxSetCurrent(primary));
    CHECK(cuMemAlloc(&p, 4));
    CHECK(cuMemFree(p));
    return NULL;
}

int main(void)
{
    CUcontext primary, again, plain, current;
    unsigned flags, version;
    CUdeviceptr p;
    pthread_t thread;
    int active;

    EXPECT(cuCtxGetCurrent(&current) == CUDA_ERROR_NOT_INITIALIZED);
    CHECK(cuInit(0));
    CHECK(cuCtxGetCurrent(&current));
    EXPECT(!current);
    CHECK(cuDevicePrimaryCtxGetState(0, &flags, &active));
    EXPECT(!active);
    CHECK(cuDevicePrimaryCtxRetain(&primary, 0));
    CHECK(cuDevicePrimaryCtxRetain(&again, 0));
    EXPECT(primary == again);
    CHECK(cuCtxPushCurrent(primary));
    CHECK(cuCtxCreate(&plain, NULL, CU_CTX_SCHED_BLOCKING_SYNC, 0));
    CHECK(cuCtxGetCurrent(&current));
    EXPECT(current == plain);
    CHECK(cuCtxGetFlags(&flags));
    EXPECT(flags == CU_CTX_SCHED_BLOCKING_SYNC);
    CHECK(cuCtxGetApiVersion(plain, &version));
    CHECK(cuCtxPopCurrent(&current));
    EXPECT(current == plain);
    CHECK(cuCtxGetCurrent(&current));
    EXPECT(current == primary);
    pthread_create(&thread, NULL, other_thread, primary);
    pthread_join(thread, NULL);
    CHECK(cuCtxPushCurrent(plain));
    CHECK(cuMemAlloc(&p, 100));
    CHECK(cuCtxDestroy(plain));
    CHECK(cuCtxGetCurrent(&current));
    EXPECT(current == primary);
    CHECK(cuDevicePrimaryCtxRelease(0));
    CHECK(cuMemAlloc(&p, 100));
    CHECK(cuDevicePrimaryCtxRelease(0));
    CHECK(cuDevicePrimaryCtxGetState(0, &flags, &active));
    EXPECT(!active);
    EXPECT(cuMemAlloc(&p, 100) == CUDA_ERROR_CONTEXT_IS_DESTROYED);
    EXPECT(cuDevicePrimaryCtxRelease(0) == CUDA_ERROR_INVALID_CONTEXT);
    return finish();
}
