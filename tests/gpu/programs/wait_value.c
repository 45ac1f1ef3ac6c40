/* SPDX-License-Identifier: MIT
 *
 * Progress: a stream waits (cuStreamWaitValue32) for a word that the host writes only after more
 * calls and launches on other streams have come to their end. Holding those back, or waiting for
 * what is behind the word, would hang. Written words (cuStreamWriteValue32) come behind the
 * kernels before.
 */
// build: $NVCC -arch=sm_90 -fatbin $SRC/parts/grid_kernels.cu -o $BIN.fatbin
// build: $CC $IN -o $BIN -lcuda
// timeout: 60
#include "driver.h"

enum { N = 16000, STREAMS = 3 };

static CUfunction update;

static void launch(CUdeviceptr v, uint32_t salt, CUstream stream)
{
    unsigned n = N;
    void *args[] = {&v, &n, &salt};

    CHECK(cuLaunchKernel(update, (N + 63) / 64, 1, 1, 64, 1, 1, 0, stream, args, NULL));
}

int main(int argc, char **argv)
{
    char *image = read_beside(argv[0], ".fatbin");
    CUstream streams[STREAMS];
    CUdeviceptr v[STREAMS], word_device;
    volatile uint32_t *word;
    CUmodule module;
    CUevent event;
    void *pinned;

    (void)argc;
    driver_start();
    CHECK(cuModuleLoadData(&module, image));
    CHECK(cuModuleGetFunction(&update, module, "update"));
    CHECK(cuMemHostAlloc(&pinned, 4096, CU_MEMHOSTALLOC_DEVICEMAP));
    memset(pinned, 0, 4096);
    word = pinned;
    CHECK(cuMemHostGetDevicePointer(&word_device, pinned, 0));
    CHECK(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING));
    for (int s = 0; s < STREAMS; s++) {
        CHECK(cuStreamCreate(&streams[s], CU_STREAM_NON_BLOCKING));
        v[s] = driver_words(N, (uint32_t)s);
        launch(v[s], 1000, streams[s]); /* all loaded before anything waits */
    }
    CHECK(cuCtxSynchronize());
    for (uint32_t k = 1; k <= 5; k++) {
        launch(v[0], k, streams[0]);
        CHECK(cuStreamWriteValue32(streams[0], word_device + 4, k, 0));
        CHECK(cuStreamWaitValue32(streams[0], word_device, k, CU_STREAM_WAIT_VALUE_GEQ));
        launch(v[0], k + 10, streams[0]);
        CHECK(cuEventRecord(event, streams[0]));
        CHECK(cuStreamWaitEvent(streams[1], event, 0));
        launch(v[1], k + 20, streams[1]); /* behind the word too */
        for (uint32_t i = 0; i < 4; i++)
            launch(v[2], k * 10 + i, streams[2]);
        CHECK(cuStreamSynchronize(streams[2]));
        while (word[1] != k)
            continue;
        printf("before the word: %d %d\n", cuStreamQuery(streams[0]), cuEventQuery(event));
        word[0] = k;
        CHECK(cuStreamSynchronize(streams[1]));
    }
    for (int s = 0; s < STREAMS; s++)
        driver_show("v", v[s], N * 4);
    return 0;
}
