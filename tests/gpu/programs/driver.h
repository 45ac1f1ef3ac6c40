/* SPDX-License-Identifier: MIT
 *
 * driver.h - what the driver API programs share: context, files that lie beside the program, and
 * output. Links against libcuda; programs that reach the driver by other doors do not include it.
 */
#ifndef TESTS_GPU_DRIVER_H
#define TESTS_GPU_DRIVER_H

#include "check.h"

/* The whole of PROGRAM SUFFIX, NUL-terminated; the caller frees it. */
static inline char *read_beside(const char *program, const char *suffix)
{
    char path[4096];
    char *text;
    FILE *file;
    long size;

    snprintf(path, sizeof(path), "%s%s", program, suffix);
    file = fopen(path, "rb");
    CHECK(file == NULL);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = (char *)calloc(1, (size_t)size + 1);
    CHECK(fread(text, 1, (size_t)size, file) != (size_t)size);
    fclose(file);
    return text;
}

#ifndef DRIVER_H_NO_CALLS
static inline CUcontext driver_start(void)
{
    CUdevice device;
    CUcontext context;

    CHECK(cuInit(0));
    CHECK(cuDeviceGet(&device, 0));
    CHECK(cuDevicePrimaryCtxRetain(&context, device));
    CHECK(cuCtxSetCurrent(context));
    return context;
}

static inline CUdeviceptr driver_words(size_t n, uint32_t seed)
{
    uint32_t *host = (uint32_t *)malloc(n * 4);
    CUdeviceptr device;

    fill_u32(host, n, seed);
    CHECK(cuMemAlloc(&device, n * 4));
    CHECK(cuMemcpyHtoD(device, host, n * 4));
    CHECK(cuStreamSynchronize(NULL)); /* non-blocking streams would not wait for it */
    free(host);
    return device;
}

static inline void driver_show(const char *name, CUdeviceptr device, size_t size_bytes)
{
    void *host = malloc(size_bytes);

    CHECK(cuCtxSynchronize());
    CHECK(cuMemcpyDtoH(host, device, size_bytes));
    show(name, host, size_bytes);
    free(host);
}
#endif

#endif
