/* SPDX-License-Identifier: MIT
 *
 * The library API: CUkernel handles launched as they are and as functions of the context,
 * attributes set on the kernel, globals of the library, a library loaded from a file, unload.
 */
// build: $NVCC -arch=sm_90 -fatbin $SRC/parts/grid_kernels.cu -o $BIN.fatbin
// build: $CC $IN -o $BIN -lcuda
// expect-sliced: update
// expect-sliced: plane
#include "driver.h"

enum { N = 36000, WIDTH = 200, HEIGHT = 180 };

int main(int argc, char **argv)
{
    char *image = read_beside(argv[0], ".fatbin"), path[4096];
    unsigned n = N, width = WIDTH, height = HEIGHT, n_kernels;
    CUdeviceptr v, p, bias, ticks;
    CUkernel update, plane, odd;
    CUlibrary library, second;
    CUfunction function;
    const char *name;
    CUdevice device;
    uint32_t value;
    int attribute;
    size_t size;

    (void)argc;
    driver_start();
    CHECK(cuDeviceGet(&device, 0));
    CHECK(cuLibraryLoadData(&library, image, NULL, NULL, 0, NULL, NULL, 0));
    snprintf(path, sizeof(path), "%s.fatbin", argv[0]);
    CHECK(cuLibraryLoadFromFile(&second, path, NULL, NULL, 0, NULL, NULL, 0));
    CHECK(cuLibraryGetKernel(&update, library, "update"));
    CHECK(cuLibraryGetKernel(&plane, second, "plane"));
    CHECK(cuLibraryGetKernel(&odd, library, "odd"));
    CHECK(cuLibraryGetKernelCount(&n_kernels, library));
    CHECK(cuKernelGetName(&name, plane));
    printf("kernels %u, name %s\n", n_kernels, name);
    CHECK(
        cuKernelSetAttribute(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 150000, odd, device));
    CHECK(cuKernelGetAttribute(&attribute, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, odd,
                               device));
    printf("shared %d\n", attribute);
    CHECK(cuKernelGetFunction(&function, update));
    v = driver_words(N, 1);
    p = driver_words(WIDTH * HEIGHT, 2);
    for (uint32_t salt = 0; salt < 6; salt++) {
        void *update_args[] = {&v, &n, &salt}, *plane_args[] = {&p, &width, &height};
        char a = 1, d = 2;
        short b = 3;
        double c = 4;
        void *odd_args[] = {&a, &v, &b, &c, &d};
        CHECK(cuLaunchKernel(salt % 2 ? (CUfunction)update : function, (N + 63) / 64, 1, 1, 64, 1,
                             1, 0, NULL, update_args, NULL));
        CHECK(cuLaunchKernel((CUfunction)plane, 13, 12, 1, 16, 16, 1, 0, NULL, plane_args, NULL));
        CHECK(cuLaunchKernel((CUfunction)odd, 140, 1, 1, 256, 1, 1, 120000, NULL, odd_args, NULL));
    }
    driver_show("v", v, N * 4);
    driver_show("p", p, WIDTH * HEIGHT * 4);
    CHECK(cuLibraryGetGlobal(&bias, &size, library, "bias"));
    CHECK(cuMemcpyDtoH(&value, bias, 4));
    CHECK(cuLibraryGetGlobal(&ticks, &size, second, "ticks"));
    printf("bias %u, ticks %zu bytes\n", value, size);
    CHECK(cuLibraryUnload(library));
    CHECK(cuLibraryUnload(second));
    return 0;
}
