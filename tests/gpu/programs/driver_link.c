/* SPDX-License-Identifier: MIT
 *
 * The driver API by link-time symbols, parameters by pointer array: 1-D and 2-D grids, constants
 * and globals by name, a kernel without parameters, one with odd ones.
 */
// build: $NVCC -arch=sm_90 -fatbin $SRC/parts/grid_kernels.cu -o $BIN.fatbin
// build: $CC $IN -o $BIN -lcuda
// expect-sliced: update
// expect-sliced: plane
// expect-sliced: odd
// expect-sliced: tick
#include "driver.h"

enum { N = 50000, WIDTH = 333, HEIGHT = 217 };

int main(int argc, char **argv)
{
    char *image = read_beside(argv[0], ".fatbin");
    uint32_t host[64], salt = 5, n = N, width = WIDTH, height = HEIGHT;
    CUfunction update, plane, lookup, tick, odd;
    CUdeviceptr v, p, table, ticks;
    char a = -3, d = 9;
    short b = -1234;
    double c = 98765.4321;
    CUmodule module;
    size_t size;

    (void)argc;
    driver_start();
    CHECK(cuModuleLoadData(&module, image));
    free(image);
    CHECK(cuModuleGetFunction(&update, module, "update"));
    CHECK(cuModuleGetFunction(&plane, module, "plane"));
    CHECK(cuModuleGetFunction(&lookup, module, "lookup"));
    CHECK(cuModuleGetFunction(&tick, module, "tick"));
    CHECK(cuModuleGetFunction(&odd, module, "odd"));
    v = driver_words(N, 1);
    p = driver_words(WIDTH * HEIGHT, 2);
    fill_u32(host, 64, 3);
    CHECK(cuModuleGetGlobal(&table, &size, module, "table"));
    CHECK(cuMemcpyHtoD(table, host, size));
    CHECK(cuModuleGetGlobal(&ticks, &size, module, "ticks"));

    for (int k = 0; k < 4; k++) {
        void *update_args[] = {&v, &n, &salt}, *plane_args[] = {&p, &width, &height};
        void *lookup_args[] = {&v, &n}, *odd_args[] = {&a, &v, &b, &c, &d};

        salt += 17; /* the parameters are copied before the call returns */
        CHECK(cuLaunchKernel(update, (N + 127) / 128, 1, 1, 128, 1, 1, 0, NULL, update_args, NULL));
        salt += 1000;
        CHECK(cuLaunchKernel(plane, 21, 28, 1, 16, 8, 1, 0, NULL, plane_args, NULL));
        CHECK(cuLaunchKernel(lookup, 100, 1, 1, 500, 1, 1, 0, NULL, lookup_args, NULL));
        CHECK(cuLaunchKernel(tick, 700, 1, 1, 32, 1, 1, 0, NULL, NULL, NULL));
        CHECK(cuLaunchKernel(odd, 97, 1, 1, 256, 1, 1, 256 * 4, NULL, odd_args, NULL));
    }
    driver_show("v", v, N * 4);
    driver_show("p", p, WIDTH * HEIGHT * 4);
    driver_show("ticks", ticks, size);
    CHECK(cuModuleUnload(module));
    return 0;
}
