/* SPDX-License-Identifier: MIT
 *
 * PTX linked at run time: a kernel in one text calls a function of another that reads %ctaid; added
 * from memory and from a file, linked twice, and the result loaded as a cubin.
 */
// build: $NVCC -arch=sm_90 -rdc=true -ptx $SRC/parts/link_kernel.cu -o $BIN.kernel.ptx
// build: $NVCC -arch=sm_90 -rdc=true -ptx $SRC/parts/link_function.cu -o $BIN.function.ptx
// build: $CC $IN -o $BIN -lcuda
#include "driver.h"

enum { BLOCKS = 230, BLOCK = 64, N = BLOCKS * BLOCK };

static CUmodule link_module(const char *program, int from_file)
{
    char *kernel = read_beside(program, ".kernel.ptx");
    char *function = read_beside(program, ".function.ptx");
    char log[4096] = "", path[4096];
    CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES,
                              CU_JIT_OPTIMIZATION_LEVEL};
    void *values[] = {log, (void *)sizeof(log), (void *)3};
    CUlinkState state;
    CUmodule module;
    size_t size;
    void *cubin;

    CHECK(cuLinkCreate(3, options, values, &state));
    CHECK(cuLinkAddData(state, CU_JIT_INPUT_PTX, kernel, strlen(kernel) + 1, "kernel", 0, NULL,
                        NULL));
    if (from_file) {
        snprintf(path, sizeof(path), "%s.function.ptx", program);
        CHECK(cuLinkAddFile(state, CU_JIT_INPUT_PTX, path, 0, NULL, NULL));
    } else {
        CHECK(cuLinkAddData(state, CU_JIT_INPUT_PTX, function, strlen(function) + 1, "function", 0,
                            NULL, NULL));
    }
    memset(kernel, 0, strlen(kernel));
    CHECK(cuLinkComplete(state, &cubin, &size));
    CHECK(cuModuleLoadData(&module, cubin));
    CHECK(cuLinkDestroy(state));
    free(kernel);
    free(function);
    return module;
}

int main(int argc, char **argv)
{
    CUmodule modules[2];
    CUfunction kernel;
    CUdeviceptr v;
    CUlinkState state;
    const char *broken = ".version 8.0\n.target sm_90\n.address_size 64\n.entry {";

    (void)argc;
    driver_start();
    v = driver_words(N, 1);
    for (int m = 0; m < 2; m++) {
        modules[m] = link_module(argv[0], m);
        CHECK(cuModuleGetFunction(&kernel, modules[m], "linked"));
        for (int k = 0; k < 3; k++) {
            void *args[] = {&v};
            CHECK(cuLaunchKernel(kernel, BLOCKS, 1, 1, BLOCK, 1, 1, 0, NULL, args, NULL));
        }
    }
    driver_show("v", v, N * 4);
    CHECK(cuModuleUnload(modules[0]));
    CHECK(cuLinkCreate(0, NULL, NULL, &state));
    printf("broken: %d\n", cuLinkAddData(state, CU_JIT_INPUT_PTX, (void *)broken,
                                         strlen(broken) + 1, "broken", 0, NULL, NULL));
    CHECK(cuLinkDestroy(state));
    return 0;
}
