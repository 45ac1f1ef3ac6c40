/* SPDX-License-Identifier: MIT
 *
 * Two contexts of one process, each with its own module, stream and thread; then one thread that
 * goes from context to context by push and pop with work under way in both.
 */
// build: $NVCC -arch=sm_90 -fatbin $SRC/parts/grid_kernels.cu -o $BIN.fatbin
// build: $CC $IN -o $BIN -lcuda -lpthread
// expect-sliced: update
#include "driver.h"
#include <pthread.h>

enum { N = 20000, CONTEXTS = 2 };

static struct side {
    CUcontext context;
    CUmodule module;
    CUfunction update;
    CUstream stream;
    CUdeviceptr v;
} sides[CONTEXTS];

static void create_context(struct side *side, CUdevice device)
{
#if CUDA_VERSION >= 13000
    CHECK(cuCtxCreate(&side->context, NULL, 0, device));
#else
    CHECK(cuCtxCreate(&side->context, 0, device));
#endif
}

static void launch(struct side *side, uint32_t salt, CUstream stream)
{
    unsigned n = N;
    void *args[] = {&side->v, &n, &salt};

    CHECK(cuLaunchKernel(side->update, (N + 63) / 64, 1, 1, 64, 1, 1, 0, stream, args, NULL));
}

static void *work(void *arg)
{
    struct side *side = arg;

    CHECK(cuCtxSetCurrent(side->context));
    for (uint32_t k = 0; k < 8; k++)
        launch(side, k, k % 3 ? side->stream : NULL);
    CHECK(cuCtxSynchronize());
    return NULL;
}

int main(int argc, char **argv)
{
    char *image = read_beside(argv[0], ".fatbin");
    pthread_t threads[CONTEXTS];
    CUcontext current;
    CUdevice device;

    (void)argc;
    CHECK(cuInit(0));
    CHECK(cuDeviceGet(&device, 0));
    for (int c = 0; c < CONTEXTS; c++) {
        struct side *side = &sides[c];
        create_context(side, device);
        CHECK(cuModuleLoadData(&side->module, image));
        CHECK(cuModuleGetFunction(&side->update, side->module, "update"));
        CHECK(cuStreamCreate(&side->stream, CU_STREAM_DEFAULT));
        side->v = driver_words(N, (uint32_t)c);
        CHECK(cuCtxPopCurrent(&current));
    }
    for (int c = 0; c < CONTEXTS; c++)
        pthread_create(&threads[c], NULL, work, &sides[c]);
    for (int c = 0; c < CONTEXTS; c++)
        pthread_join(threads[c], NULL);
    for (uint32_t k = 0; k < 10; k++) {
        CHECK(cuCtxPushCurrent(sides[k % 2].context));
        launch(&sides[k % 2], 100 + k, NULL);
        CHECK(cuCtxPopCurrent(&current));
        CHECK(current != sides[k % 2].context);
    }
    for (int c = 0; c < CONTEXTS; c++) {
        CHECK(cuCtxPushCurrent(sides[c].context));
        driver_show("v", sides[c].v, N * 4);
        CHECK(cuStreamDestroy(sides[c].stream));
        CHECK(cuCtxDestroy(sides[c].context));
    }
    return 0;
}
