// SPDX-License-Identifier: MIT
//
// One of everything that is caught: images in all ways, launches in both forms, copies, fills,
// events, host functions and words behind them, both default streams, two threads. sweep.py runs it
// with an allocation failing, or a variable spoilt.
#include <pthread.h>

#include "ptx.h"

#define N 256

static CUcontext ctx;
static CUmodule module;
static CUfunction step;
static unsigned *v, *w; /* pinned */
static int n_called;

static void count(void *nothing)
{
    (void)nothing;
    __atomic_fetch_add(&n_called, 1, __ATOMIC_RELAXED);
}

/* Behind one another on two streams. */
static void streams(void)
{
    CUstream a, b;
    CUevent event;
    CUdeviceptr device;

    CHECK(cuStreamCreate(&a, CU_STREAM_NON_BLOCKING));
    CHECK(cuStreamCreate(&b, CU_STREAM_DEFAULT));
    CHECK(cuEventCreate(&event, CU_EVENT_DEFAULT));
    CHECK(cuMemAlloc(&device, N * 4));
    CHECK(cuMemsetD32Async(device, 3, N, a));
    for (unsigned i = 0; i < 6; i++)
        launch_step(step, device, N, i, a);
    CHECK(cuMemcpyDtoHAsync(v, device, N * 4, a));
    CHECK(cuLaunchHostFunc(a, count, NULL));
    CHECK(cuEventRecord(event, a));
    CHECK(cuStreamWaitEvent(b, event, 0));
    CHECK(cuMemcpyDtoDAsync((CUdeviceptr)w, device, N * 4, b));
    launch_step(step, (CUdeviceptr)w, N, 7, b);
    CHECK(cuStreamWriteValue32(b, (CUdeviceptr)w, 12345, 0));
    CHECK(cuEventRecord(event, b));
    CHECK(cuEventSynchronize(event));
    CHECK(cuEventDestroy(event));
    CHECK(cuStreamDestroy(a));
    CHECK(cuStreamSynchronize(b));
    CHECK(cuStreamDestroy(b));
    CHECK(cuMemFree(device));
    show("streams", v, N * 4);
    show("behind", w, N * 4);
}

/* The packed form, with attributes. */
static void launch_packed(CUfunction function, unsigned *to, unsigned x)
{
    struct {
        CUdeviceptr v;
        unsigned x;
    } packed = {(CUdeviceptr)to, x};
    size_t size = 12;
    void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &packed, CU_LAUNCH_PARAM_BUFFER_SIZE, &size,
                     CU_LAUNCH_PARAM_END};
    CUlaunchAttribute attribute = {.id = CU_LAUNCH_ATTRIBUTE_PRIORITY};
    CUlaunchConfig config = {.gridDimX = N / 32,
                             .gridDimY = 1,
                             .gridDimZ = 1,
                             .blockDimX = 32,
                             .blockDimY = 1,
                             .blockDimZ = 1,
                             .attrs = &attribute,
                             .numAttrs = 1};

    CHECK(cuLaunchKernelEx(&config, function, NULL, extra));
}

static void library(void)
{
    CUlibrary library;
    CUkernel kernel;
    unsigned n;

    CHECK(cuLibraryLoadData(&library, ptx_step, NULL, NULL, 0, NULL, NULL, 0));
    CHECK(cuLibraryGetKernelCount(&n, library));
    CHECK(cuLibraryGetKernel(&kernel, library, "step"));
    for (unsigned i = 0; i < 3; i++)
        launch_packed((CUfunction)kernel, v, i);
    CHECK(cuCtxSynchronize());
    CHECK(cuLibraryUnload(library));
    printf("%u kernel\n", n);
    show("library", v, N * 4);
}

static void linked(void)
{
    CUfunction listed[4];
    CUlinkState state;
    CUmodule linked;
    size_t bytes;
    unsigned n;
    void *image;

    CHECK(cuLinkCreate(0, NULL, NULL, &state));
    CHECK(cuLinkAddData(state, CU_JIT_INPUT_PTX, (void *)ptx_step, sizeof(ptx_step), "a", 0, NULL,
                        NULL));
    CHECK(cuLinkComplete(state, &image, &bytes));
    CHECK(cuModuleLoadData(&linked, image));
    CHECK(cuLinkDestroy(state));
    CHECK(cuModuleGetFunctionCount(&n, linked));
    CHECK(cuModuleEnumerateFunctions(listed, 1, linked));
    launch_packed(listed[0], v, 9);
    CHECK(cuModuleUnload(linked));
    printf("%u function\n", n);
    show("linked", v, N * 4);
}

/* Each thread its own default stream. */
static void *thread(void *to)
{
    CHECK(cuCtxSetCurrent(ctx));
    for (unsigned i = 0; i < 8; i++)
        launch_step(step, (CUdeviceptr)to, N, i, CU_STREAM_PER_THREAD);
    CHECK(cuStreamSynchronize(CU_STREAM_PER_THREAD));
    return NULL;
}

int main(void)
{
    pthread_t threads[2];

    ctx = make_context();
    CHECK(cuMemHostAlloc((void **)&v, N * 4, 0));
    CHECK(cuMemHostAlloc((void **)&w, N * 4, 0));
    CHECK(cuModuleLoadData(&module, ptx_step));
    CHECK(cuModuleGetFunction(&step, module, "step"));
    streams();
    library();
    linked();
    pthread_create(&threads[0], NULL, thread, v);
    pthread_create(&threads[1], NULL, thread, w);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    show("one thread", v, N * 4);
    show("the other", w, N * 4);
    printf("%d called\n", n_called);
    CHECK(cuModuleUnload(module));
    CHECK(cuDevicePrimaryCtxRelease(0));
    return finish();
}
