/* SPDX-License-Identifier: MIT
 *
 * cuLaunchKernelEx: no attributes, a priority, a completion event, programmatic serialization, a
 * memory synchronization domain; packed and array parameters; then one cooperative attribute.
 */
// build: $NVCC -arch=sm_90 -fatbin $SRC/parts/grid_kernels.cu -o $BIN.fatbin
// build: $CC $IN -o $BIN -lcuda
// expect-sliced: update
#include "driver.h"

enum { N = 25000, BLOCK = 64 };

static CUlaunchConfig config_of(unsigned blocks, CUstream stream, CUlaunchAttribute *attributes,
                                unsigned n)
{
    CUlaunchConfig config;

    memset(&config, 0, sizeof(config));
    config.gridDimX = blocks;
    config.gridDimY = config.gridDimZ = 1;
    config.blockDimX = BLOCK;
    config.blockDimY = config.blockDimZ = 1;
    config.hStream = stream;
    config.attrs = attributes;
    config.numAttrs = n;
    return config;
}

static void launch(const CUlaunchConfig *config, CUfunction function, CUdeviceptr v, uint32_t salt,
                   int packed)
{
    struct {
        CUdeviceptr v;
        unsigned n;
        uint32_t salt;
    } buffer = {v, N, salt};
    size_t size = sizeof(buffer);
    void *args[] = {&buffer.v, &buffer.n, &buffer.salt};
    void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &buffer, CU_LAUNCH_PARAM_BUFFER_SIZE, &size,
                     CU_LAUNCH_PARAM_END};

    CHECK(cuLaunchKernelEx(config, function, packed ? NULL : args, packed ? extra : NULL));
    memset(&buffer, 0, sizeof(buffer));
}

int main(int argc, char **argv)
{
    const unsigned blocks = (N + BLOCK - 1) / BLOCK;
    char *image = read_beside(argv[0], ".fatbin");
    CUlaunchAttribute attributes[2];
    CUlaunchConfig config;
    CUfunction update;
    CUmodule module;
    CUstream stream;
    CUdeviceptr v;
    CUevent event;

    (void)argc;
    driver_start();
    CHECK(cuModuleLoadData(&module, image));
    CHECK(cuModuleGetFunction(&update, module, "update"));
    CHECK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    CHECK(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING));
    v = driver_words(N, 1);
    CHECK(cuCtxSynchronize());
    for (uint32_t k = 0; k < 5; k++) {
        memset(attributes, 0, sizeof(attributes));
        config = config_of(blocks, stream, NULL, 0);
        launch(&config, update, v, k, k % 2);

        attributes[0].id = CU_LAUNCH_ATTRIBUTE_PRIORITY;
        attributes[0].value.priority = -1;
        attributes[1].id = CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN;
        attributes[1].value.memSyncDomain = CU_LAUNCH_MEM_SYNC_DOMAIN_REMOTE;
        config = config_of(blocks, stream, attributes, 2);
        launch(&config, update, v, k + 10, !(k % 2));

        attributes[0].id = CU_LAUNCH_ATTRIBUTE_LAUNCH_COMPLETION_EVENT;
        attributes[0].value.launchCompletionEvent.event = event;
        attributes[0].value.launchCompletionEvent.flags = 0;
        config.numAttrs = 1;
        launch(&config, update, v, k + 20, 0);
        CHECK(cuEventSynchronize(event)); /* all blocks have begun */

        memset(attributes, 0, sizeof(attributes));
        attributes[0].id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION;
        attributes[0].value.programmaticStreamSerializationAllowed = 0;
        launch(&config, update, v, k + 30, 1);
        attributes[0].id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE;
        attributes[0].value.cooperative = 1;
        launch(&config, update, v, k + 40, 0);
        attributes[0].id = CU_LAUNCH_ATTRIBUTE_IGNORE;
        launch(&config, update, v, k + 50, 0);
    }
    CHECK(cuStreamSynchronize(stream));
    driver_show("v", v, N * 4);
    return 0;
}
