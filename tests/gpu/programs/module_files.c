/* SPDX-License-Identifier: MIT
 *
 * The same kernels loaded from files: .cubin (no PTX in it), .fatbin and .ptx, by path and as data;
 * what one module's globals hold the others' do not.
 */
// build: $NVCC -arch=sm_90 -cubin $SRC/parts/grid_kernels.cu -o $BIN.cubin
// build: $NVCC -arch=sm_90 -fatbin $SRC/parts/grid_kernels.cu -o $BIN.fatbin
// build: $NVCC -arch=sm_90 -ptx $SRC/parts/grid_kernels.cu -o $BIN.ptx
// build: $CC $IN -o $BIN -lcuda
#include "driver.h"

enum { N = 33333, MODULES = 6 };

static CUmodule load(const char *program, int which)
{
    static const char *const suffixes[] = {".cubin", ".fatbin", ".ptx"};
    const char *suffix = suffixes[which % 3];
    char path[4096], *image = read_beside(program, suffix);
    CUmodule module;

    snprintf(path, sizeof(path), "%s%s", program, suffix);
    if (which < 3)
        CHECK(cuModuleLoad(&module, path));
    else if (which == 4)
        CHECK(cuModuleLoadFatBinary(&module, image));
    else
        CHECK(cuModuleLoadDataEx(&module, image, 0, NULL, NULL));
    free(image);
    return module;
}

int main(int argc, char **argv)
{
    CUmodule modules[MODULES];
    CUdeviceptr v, ticks;
    unsigned n = N;
    size_t size;

    (void)argc;
    driver_start();
    v = driver_words(N, 1);
    for (int m = 0; m < MODULES; m++)
        modules[m] = load(argv[0], m);
    for (int round = 0; round < 3; round++) {
        for (int m = 0; m < MODULES; m++) {
            uint32_t salt = (uint32_t)(m + round * 10);
            void *args[] = {&v, &n, &salt};
            CUfunction update, tick;
            CHECK(cuModuleGetFunction(&update, modules[m], "update"));
            CHECK(cuModuleGetFunction(&tick, modules[m], "tick"));
            CHECK(cuLaunchKernel(update, (N + 95) / 96, 1, 1, 96, 1, 1, 0, NULL, args, NULL));
            CHECK(cuLaunchKernel(tick, 100 + 50 * m, 1, 1, 32, 1, 1, 0, NULL, NULL, NULL));
        }
    }
    driver_show("v", v, N * 4);
    for (int m = 0; m < MODULES; m++) {
        CHECK(cuModuleGetGlobal(&ticks, &size, modules[m], "ticks"));
        driver_show("ticks", ticks, size);
        CHECK(cuModuleUnload(modules[m]));
    }
    printf("no file: %d\n", cuModuleLoad(&modules[0], "/nonexistent.cubin"));
    return 0;
}
