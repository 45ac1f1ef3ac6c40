/* SPDX-License-Identifier: MIT
 *
 * The driver API through dlopen and dlsym of single names, parameters as one packed buffer; the
 * same names again through RTLD_DEFAULT once the library is global.
 */
// build: $NVCC -arch=sm_90 -ptx $SRC/parts/grid_kernels.cu -o $BIN.ptx
// build: $CC $IN -o $BIN -ldl
// expect-sliced: update
// expect-sliced: odd
#define DRIVER_H_NO_CALLS
#include "driver.h"
#include <dlfcn.h>
#include <stddef.h>

enum { N = 40000 };

/* Name here, name in the driver: cuda.h renames by macro, so the second becomes that of today. */
#define DRIVER_CALLS(CALL)                                                                         \
    CALL(init, cuInit)                                                                             \
    CALL(device_get, cuDeviceGet)                                                                  \
    CALL(retain, cuDevicePrimaryCtxRetain)                                                         \
    CALL(set_current, cuCtxSetCurrent)                                                             \
    CALL(synchronize, cuCtxSynchronize)                                                            \
    CALL(alloc, cuMemAlloc)                                                                        \
    CALL(to_device, cuMemcpyHtoD)                                                                  \
    CALL(to_host, cuMemcpyDtoH)                                                                    \
    CALL(module_load, cuModuleLoadData)                                                            \
    CALL(get_function, cuModuleGetFunction)                                                        \
    CALL(launch, cuLaunchKernel)

#define FIELD(name, symbol) __typeof__(&symbol) name;
#define TEXT_OF(symbol)     #symbol
#define LOAD(name, symbol)                                                                         \
    driver.name = (__typeof__(&symbol))dlsym(handle, TEXT_OF(symbol));                             \
    CHECK(driver.name == NULL);

static struct {
    DRIVER_CALLS(FIELD)
} driver;

static void load_all(void *handle)
{
    DRIVER_CALLS(LOAD)
}

struct update_buffer {
    CUdeviceptr v;
    unsigned n;
    uint32_t salt;
};

/* Laid out as the kernel's parameters: char, pointer, short, double, char. */
struct odd_buffer {
    char a;
    CUdeviceptr v;
    short b;
    double c;
    char d;
};

static void launch_packed(CUfunction function, unsigned blocks, unsigned block, unsigned smem_bytes,
                          void *buffer, size_t size)
{
    void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, buffer, CU_LAUNCH_PARAM_BUFFER_SIZE, &size,
                     CU_LAUNCH_PARAM_END};

    CHECK(driver.launch(function, blocks, 1, 1, block, 1, 1, smem_bytes, NULL, NULL, extra));
    memset(buffer, 0xee, size); /* the launch has its copy */
}

int main(int argc, char **argv)
{
    char *ptx = read_beside(argv[0], ".ptx");
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL);
    uint32_t *host = malloc(N * 4);
    CUfunction update, odd;
    CUcontext context;
    CUdevice device;
    CUmodule module;
    CUdeviceptr v;

    (void)argc;
    CHECK(library == NULL);
    load_all(library);
    CHECK(driver.init(0));
    CHECK(driver.device_get(&device, 0));
    CHECK(driver.retain(&context, device));
    CHECK(driver.set_current(context));
    CHECK(driver.module_load(&module, ptx));
    CHECK(driver.get_function(&update, module, "update"));
    CHECK(driver.get_function(&odd, module, "odd"));
    CHECK(driver.alloc(&v, N * 4));
    fill_u32(host, N, 1);
    CHECK(driver.to_device(v, host, N * 4));
    for (uint32_t k = 0; k < 6; k++) {
        struct update_buffer u = {v, N, k};
        struct odd_buffer o = {(char)k, v, -7, 1e6 + k, 11};
        size_t odd_size = offsetof(struct odd_buffer, d) + 1;
        if (k == 3)
            load_all(RTLD_DEFAULT);
        launch_packed(update, (N + 127) / 128, 128, 0, &u, sizeof(u));
        launch_packed(odd, 150, 256, 1024, &o, odd_size);
    }
    CHECK(driver.synchronize());
    CHECK(driver.to_host(host, v, N * 4));
    show("v", host, N * 4);
    printf("no such name: %d\n", dlsym(library, "cuNoSuchCall") == NULL);
    return 0;
}
