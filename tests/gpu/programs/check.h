/* SPDX-License-Identifier: MIT
 *
 * check.h - what the test programs share, C and CUDA C++: checks that end the program, a mixer that
 * makes the data, and output as hashes over whole arrays.
 *
 * A program prints only what must be the same in every run: no times, no addresses, no handles.
 */
#ifndef TESTS_GPU_CHECK_H
#define TESTS_GPU_CHECK_H

#include <cuda.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __CUDACC__
#define CHECK_BOTH __host__ __device__
#else
#define CHECK_BOTH
#endif

/* Every call that must succeed: runtime or driver, both return 0 then. */
#define CHECK(call) check_zero((int)(call), #call, __FILE__, __LINE__)

static inline void check_zero(int error, const char *call, const char *file, int line)
{
    if (error == 0)
        return;
    printf("%s:%d: %s: error %d\n", file, line, call, error);
    fflush(stdout);
    exit(2);
}

/* A bijection of 32-bit words (the finalizer of MurmurHash3). What a block adds to a word through
 * it can be neither left out nor done twice without changing the result. */
static inline CHECK_BOTH uint32_t mix32(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85ebca6bu;
    x ^= x >> 13;
    x *= 0xc2b2ae35u;
    return x ^ x >> 16;
}

static inline void fill_u32(uint32_t *data, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++)
        data[i] = mix32((uint32_t)i + seed * 0x9e3779b9u);
}

/* Values in [-1, 1). */
static inline void fill_f32(float *data, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++)
        data[i] = (float)(int32_t)mix32((uint32_t)i + seed * 0x9e3779b9u) / 2147483648.0f;
}

static inline uint64_t fnv1a(const void *data, size_t size_bytes)
{
    const unsigned char *p = (const unsigned char *)data;
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < size_bytes; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

/* One line: name, size, hash of all bytes, and the first words in clear. */
static inline void show(const char *name, const void *data, size_t size_bytes)
{
    size_t n = size_bytes / 4 < 6 ? size_bytes / 4 : 6;

    printf("%s %zu %016llx", name, size_bytes, (unsigned long long)fnv1a(data, size_bytes));
    for (size_t i = 0; i < n; i++) {
        uint32_t word;
        memcpy(&word, (const char *)data + 4 * i, 4);
        printf(" %08x", word);
    }
    printf("\n");
}

#ifdef __CUDACC__
#include <cuda_runtime.h>

template <typename T> static inline T *device_alloc(size_t n)
{
    T *p;
    CHECK(cudaMalloc((void **)&p, n * sizeof(T)));
    return p;
}

/* Synchronises: what is shown is complete. */
static inline void show_device(const char *name, const void *device, size_t size_bytes)
{
    void *host = malloc(size_bytes);

    CHECK(cudaDeviceSynchronize());
    CHECK(cudaMemcpy(host, device, size_bytes, cudaMemcpyDeviceToHost));
    show(name, host, size_bytes);
    free(host);
}

/* n words on the device, filled as by fill_u32. A plain copy may be back before it is done, and
 * non-blocking streams do not wait for the default stream: hence the synchronise. */
static inline uint32_t *device_words(size_t n, uint32_t seed)
{
    uint32_t *host = (uint32_t *)malloc(n * 4), *device = device_alloc<uint32_t>(n);

    fill_u32(host, n, seed);
    CHECK(cudaMemcpy(device, host, n * 4, cudaMemcpyHostToDevice));
    CHECK(cudaStreamSynchronize(0));
    free(host);
    return device;
}

static inline float *device_floats(size_t n, uint32_t seed)
{
    float *host = (float *)malloc(n * 4), *device = device_alloc<float>(n);

    fill_f32(host, n, seed);
    CHECK(cudaMemcpy(device, host, n * 4, cudaMemcpyHostToDevice));
    CHECK(cudaStreamSynchronize(0));
    free(host);
    return device;
}
#endif

#endif
