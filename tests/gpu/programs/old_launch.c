/* SPDX-License-Identifier: MIT
 *
 * Launches that are left whole: the ones from before CUDA 4, which today's headers no longer declare,
 * by name from the driver; and cuLaunchCooperativeKernel. Between them ordinary ones.
 */
// build: $NVCC -arch=sm_90 -fatbin $SRC/parts/grid_kernels.cu -o $BIN.fatbin
// build: $CC $IN -o $BIN -lcuda -ldl
// expect-sliced: update
#include "driver.h"
#include <dlfcn.h>

enum { BLOCKS = 180, BLOCK = 64, N = BLOCKS * BLOCK };

static CUresult (*set_block)(CUfunction, int, int, int);
static CUresult (*set_size)(CUfunction, unsigned);
static CUresult (*set_value)(CUfunction, int, void *, unsigned);
static CUresult (*set_int)(CUfunction, int, unsigned);
static CUresult (*launch_grid)(CUfunction, int, int);
static CUresult (*launch_grid_async)(CUfunction, int, int, CUstream);

static int find_old(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW);

    set_block = (__typeof__(set_block))dlsym(library, "cuFuncSetBlockShape");
    set_size = (__typeof__(set_size))dlsym(library, "cuParamSetSize");
    set_value = (__typeof__(set_value))dlsym(library, "cuParamSetv");
    set_int = (__typeof__(set_int))dlsym(library, "cuParamSeti");
    launch_grid = (__typeof__(launch_grid))dlsym(library, "cuLaunchGrid");
    launch_grid_async = (__typeof__(launch_grid_async))dlsym(library, "cuLaunchGridAsync");
    return set_block && set_size && set_value && set_int && launch_grid && launch_grid_async;
}

static void launch_old(CUfunction update, CUdeviceptr v, uint32_t salt, CUstream stream)
{
    CHECK(set_block(update, BLOCK, 1, 1));
    CHECK(set_value(update, 0, &v, sizeof(v)));
    CHECK(set_int(update, 8, N));
    CHECK(set_int(update, 12, salt));
    CHECK(set_size(update, 16));
    CHECK(stream ? launch_grid_async(update, BLOCKS, 1, stream) : launch_grid(update, BLOCKS, 1));
}

int main(int argc, char **argv)
{
    char *image = read_beside(argv[0], ".fatbin");
    const int old = find_old();
    CUfunction update;
    CUmodule module;
    CUstream stream;
    CUdeviceptr v;

    (void)argc;
    driver_start();
    CHECK(cuModuleLoadData(&module, image));
    CHECK(cuModuleGetFunction(&update, module, "update"));
    CHECK(cuStreamCreate(&stream, CU_STREAM_DEFAULT));
    v = driver_words(N, 1);
    printf("old launches: %d\n", old);
    for (uint32_t k = 0; k < 5; k++) {
        uint32_t salt = 1000 + k;
        unsigned n = N;
        void *args[] = {&v, &n, &salt};
        CHECK(cuLaunchKernel(update, BLOCKS, 1, 1, BLOCK, 1, 1, 0, stream, args, NULL));
        if (old)
            launch_old(update, v, k, k % 2 ? stream : NULL);
        CHECK(cuLaunchCooperativeKernel(update, BLOCKS, 1, 1, BLOCK, 1, 1, 0, stream, args));
        CHECK(cuLaunchKernel(update, BLOCKS, 1, 1, BLOCK, 1, 1, 0, NULL, args, NULL));
    }
    driver_show("v", v, N * 4);
    return 0;
}
