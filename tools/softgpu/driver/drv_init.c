/* SPDX-License-Identifier: MIT
 *
 * drv_init.c - cuInit, versions, the lock of the driver's lists, and the counting of what
 * SLIVER_SOFTGPU wants to fail.
 */
#include "tools/softgpu/driver/driver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Atomic bool initialised;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic uint64_t counts[N_COUNTS];

void driver_lock(void)
{
    pthread_mutex_lock(&lock);
}

void driver_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

static void start(void)
{
    char complaint[256];
    struct options options;

    options_parse(getenv("SLIVER_SOFTGPU"), &options, complaint);
    if (*complaint)
        fprintf(stderr, "%s\n", complaint);
    if (!device_start(&options))
        atomic_store(&initialised, true);
}

bool driver_loads_eagerly(void)
{
    const char *mode = getenv("CUDA_MODULE_LOADING");

    return mode && !strcmp(mode, "EAGER");
}

CUresult driver_ready(void)
{
    return atomic_load_explicit(&initialised, memory_order_acquire) ? CUDA_SUCCESS
                                                                    : CUDA_ERROR_NOT_INITIALIZED;
}

bool driver_fails_now(enum driver_count what)
{
    const struct options *options = device_options();
    const uint64_t nth[] = {[COUNT_ALLOC] = options->fail_alloc,
                            [COUNT_LAUNCH] = options->fail_launch,
                            [COUNT_LOAD] = options->fail_load};

    return nth[what] &&
           atomic_fetch_add_explicit(&counts[what], 1, memory_order_relaxed) + 1 == nth[what];
}

EXPORT CUresult CUDAAPI cuInit(unsigned int flags)
{
    if (flags)
        return CUDA_ERROR_INVALID_VALUE;
    pthread_once(&once, start);
    return driver_ready() ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuDriverGetVersion(int *version)
{
    if (!version)
        return CUDA_ERROR_INVALID_VALUE;
    *version = CUDA_VERSION;
    return CUDA_SUCCESS;
}
