/* SPDX-License-Identifier: MIT
 *
 * The driver API through cuGetProcAddress in both its shapes, legacy and per-thread default stream:
 * two threads launch on stream NULL of the per-thread flavour. Unknown names, versions too new and
 * the function's own name give the same answers.
 */
// build: $NVCC -arch=sm_90 -fatbin -o $BIN.fatbin $SRC/parts/grid_kernels.cu
// build: $CC $IN -o $BIN -ldl -lpthread
// expect-sliced: update
#define DRIVER_H_NO_CALLS
#include "driver.h"
#include <dlfcn.h>
#include <pthread.h>

enum { N = 30000, THREADS = 2 };

typedef CUresult (*get_v2)(const char *, void **, int, cuuint64_t,
                           CUdriverProcAddressQueryResult *);
typedef CUresult (*get_v1)(const char *, void **, int, cuuint64_t);

static get_v2 get;
static get_v1 get_old;
static CUcontext context;
static CUfunction update;
static CUdeviceptr buffers[THREADS];

static void *find(const char *name, int version, cuuint64_t flags)
{
    CUdriverProcAddressQueryResult status;
    void *address = NULL;

    CHECK(get(name, &address, version, flags, &status));
    CHECK(status != CU_GET_PROC_ADDRESS_SUCCESS || address == NULL);
    return address;
}

static void *find_old(const char *name, int version)
{
    void *address = NULL;

    CHECK(get_old(name, &address, version, 0));
    CHECK(address == NULL);
    return address;
}

static void *work(void *arg)
{
    const int id = (int)(intptr_t)arg;
    __typeof__(&cuCtxSetCurrent) set_current = find("cuCtxSetCurrent", 12000, 0);
    __typeof__(&cuLaunchKernel) launch = find("cuLaunchKernel", 12000, 2);
    __typeof__(&cuStreamSynchronize) synchronize = find("cuStreamSynchronize", 12000, 2);
    unsigned n = N;

    CHECK(set_current(context));
    for (uint32_t k = 0; k < 10; k++) {
        uint32_t salt = k * 3 + (uint32_t)id;
        void *args[] = {&buffers[id], &n, &salt};
        CHECK(launch(update, (N + 63) / 64, 1, 1, 64, 1, 1, 0, NULL, args, NULL));
    }
    CHECK(synchronize(NULL));
    return NULL;
}

static void show_answers(void)
{
    static const char *const names[] = {"cuGetProcAddress",     "cuNoSuchCall", "cuLaunchKernel",
                                        "cuStreamBeginCapture", "cuda",         ""};
    static const int versions[] = {0, 2000, 7000, 11030, 12000, 99990};

    for (int n = 0; n < 6; n++) {
        for (int v = 0; v < 6; v++) {
            CUdriverProcAddressQueryResult status = 77;
            void *address = NULL;
            int error = get(names[n], &address, versions[v], 0, &status);
            printf("%s %d: %d status %d found %d\n", names[n], versions[v], error,
                   error ? 0 : (int)status, address != NULL);
        }
    }
}

int main(int argc, char **argv)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW);
    char *image = read_beside(argv[0], ".fatbin");
    uint32_t *host = malloc(N * 4);
    pthread_t threads[THREADS];
    CUdevice device;
    CUmodule module;

    (void)argc;
    CHECK(library == NULL);
    get_old = (get_v1)dlsym(library, "cuGetProcAddress");
    get = (get_v2)dlsym(library, "cuGetProcAddress_v2");
    CHECK(get == NULL || get_old == NULL);
    show_answers();
    /* Through itself once more, as the runtime does. */
    get = (get_v2)find("cuGetProcAddress", 12000, 0);
    CHECK(((__typeof__(&cuInit))find_old("cuInit", 11030))(0));
    CHECK(((__typeof__(&cuDeviceGet))find_old("cuDeviceGet", 11030))(&device, 0));
    CHECK(((__typeof__(&cuDevicePrimaryCtxRetain))find("cuDevicePrimaryCtxRetain", 7000, 0))(
        &context, device));
    CHECK(((__typeof__(&cuCtxSetCurrent))find("cuCtxSetCurrent", 4000, 0))(context));
    CHECK(((__typeof__(&cuModuleLoadData))find("cuModuleLoadData", 2010, 0))(&module, image));
    CHECK(((__typeof__(&cuModuleGetFunction))find("cuModuleGetFunction", 2000, 0))(&update, module,
                                                                                   "update"));
    for (uint32_t t = 0; t < THREADS; t++) {
        fill_u32(host, N, t);
        CHECK(((__typeof__(&cuMemAlloc))find("cuMemAlloc", 3020, 0))(&buffers[t], N * 4));
        CHECK(((__typeof__(&cuMemcpyHtoD))find("cuMemcpyHtoD", 3020, 0))(buffers[t], host, N * 4));
    }
    for (intptr_t t = 0; t < THREADS; t++)
        pthread_create(&threads[t], NULL, work, (void *)t);
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    for (int t = 0; t < THREADS; t++) {
        CHECK(
            ((__typeof__(&cuMemcpyDtoH))find_old("cuMemcpyDtoH", 11030))(host, buffers[t], N * 4));
        show("buffer", host, N * 4);
    }
    return 0;
}
