/* SPDX-License-Identifier: MIT
 *
 * rt_load.c - finding the driver, and the current context of each thread.
 */
#include "tools/softgpu/runtime/rt.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

struct rt_driver rt_drivers[2];

static pthread_once_t once = PTHREAD_ONCE_INIT;
static cudaError_t loaded = cudaErrorInsufficientDriver;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static CUcontext primary;

typedef CUresult (*look_up_function)(const char *, void **, int, cuuint64_t,
                                     CUdriverProcAddressQueryResult *);

static const struct {
    const char *name;
    size_t offset;
    int version;
} table[] = {
#define ROW(name)             {#name, offsetof(struct rt_driver, name), CUDA_VERSION},
#define ROW_OF(name, version) {#name, offsetof(struct rt_driver, name), version},
#include "tools/softgpu/runtime/driver_calls.inc"
};

static look_up_function look_up;

static CUresult fill(struct rt_driver *functions, cuuint64_t flags)
{
    CUresult r = CUDA_SUCCESS;

    for (size_t i = 0; !r && i < sizeof(table) / sizeof(*table); i++) {
        void **field = (void **)((char *)functions + table[i].offset);

        r = look_up(table[i].name, field, table[i].version, flags, NULL);
        if (!r && !*field)
            r = CUDA_ERROR_NOT_FOUND;
    }
    return r;
}

/* The driver stays loaded for good: kernels may run while the program ends. */
static void load(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW);

    if (library)
        look_up = (look_up_function)dlsym(library, "cuGetProcAddress_v2");
    if (!look_up || fill(&rt_drivers[0], 0) ||
        fill(&rt_drivers[1], CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM))
        return;
    loaded = (cudaError_t)driver.cuInit(0);
}

CUresult rt_look_up(const char *name, void **ret, int version, cuuint64_t flags,
                    CUdriverProcAddressQueryResult *status)
{
    return look_up(name, ret, version, flags, status);
}

cudaError_t rt_load(void)
{
    pthread_once(&once, load);
    return loaded ? rt_error(loaded) : cudaSuccess;
}

static CUresult retain(CUcontext *ret_ctx)
{
    CUresult r = CUDA_SUCCESS;

    pthread_mutex_lock(&lock);
    if (!primary)
        r = driver.cuDevicePrimaryCtxRetain(&primary, 0);
    *ret_ctx = primary;
    pthread_mutex_unlock(&lock);
    return r;
}

cudaError_t rt_enter(void)
{
    cudaError_t error = rt_load();
    CUcontext ctx = NULL;
    CUresult r;

    if (error)
        return error;
    r = driver.cuCtxGetCurrent(&ctx);
    if (!r && ctx)
        return cudaSuccess;
    if (!r)
        r = retain(&ctx);
    if (!r)
        r = driver.cuCtxSetCurrent(ctx);
    return r ? rt_result(r) : cudaSuccess;
}

EXPORT cudaError_t CUDARTAPI cudaDeviceReset(void)
{
    cudaError_t error = rt_load();

    if (error)
        return error;
    pthread_mutex_lock(&lock);
    primary = NULL;
    pthread_mutex_unlock(&lock);
    driver.cuCtxSetCurrent(NULL);
    return rt_result(driver.cuDevicePrimaryCtxReset(0));
}
