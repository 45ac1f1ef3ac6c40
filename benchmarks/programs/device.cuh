/* SPDX-License-Identifier: MIT
 *
 * device.cuh - the device side that the programs share: is there one, how many blocks does it hold,
 * memory on both sides, and a stopwatch on the host's or the device's clock.
 */
#ifndef BENCHMARKS_DEVICE_CUH
#define BENCHMARKS_DEVICE_CUH

#include "bench.h"
#include <cuda_runtime.h>

static inline void device_require(void)
{
    int n = 0;

    if (cudaGetDeviceCount(&n) == cudaSuccess && n > 0)
        return;
    fprintf(stderr, "no device\n");
    exit(EXIT_NO_DEVICE);
}

static inline int device_multiprocessors(void)
{
    int n;

    CHECK(cudaDeviceGetAttribute(&n, cudaDevAttrMultiProcessorCount, 0));
    return n;
}

/* The blocks of a kernel that are resident at once: one wave. */
template <typename Kernel> int device_wave_blocks(Kernel kernel, int threads)
{
    int n;

    CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&n, kernel, threads, 0));
    return n * device_multiprocessors();
}

static inline cudaStream_t device_stream(void)
{
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    return stream;
}

/* n values in page-locked memory of the host and as many on the device. */
template <typename T> struct buffer {
    T *host, *device;
    const size_t n;

    explicit buffer(size_t count) : n(count)
    {
        CHECK(cudaMallocHost((void **)&host, bytes()));
        CHECK(cudaMalloc((void **)&device, bytes()));
    }
    ~buffer()
    {
        CHECK(cudaFreeHost(host));
        CHECK(cudaFree(device));
    }
    buffer(const buffer &) = delete;
    buffer &operator=(const buffer &) = delete;

    size_t bytes() const
    {
        return n * sizeof(T);
    }
    void copy_in(cudaStream_t stream)
    {
        CHECK(cudaMemcpyAsync(device, host, bytes(), cudaMemcpyHostToDevice, stream));
    }
    void copy_out(cudaStream_t stream)
    {
        CHECK(cudaMemcpyAsync(host, device, bytes(), cudaMemcpyDeviceToHost, stream));
    }
    void zero(cudaStream_t stream)
    {
        CHECK(cudaMemsetAsync(device, 0, bytes(), stream));
    }
};

/* What --clock takes. The device's clock is for devices that keep a time of their own. */
#define STOPWATCH_CLOCKS "host|device"

/* From start, when the caller has submitted nothing, to stop, when it has waited for everything.
 * The device's clock is read by events on a stream where nothing else is. Of one thread. */
struct stopwatch {
    const bool on_device;
    uint64_t begin_ns;
    cudaStream_t stream;
    cudaEvent_t begin, end;

    explicit stopwatch(bool device) : on_device(device), begin_ns(0)
    {
        if (!on_device)
            return;
        stream = device_stream();
        CHECK(cudaEventCreate(&begin));
        CHECK(cudaEventCreate(&end));
    }
    ~stopwatch()
    {
        if (!on_device)
            return;
        CHECK(cudaEventDestroy(begin));
        CHECK(cudaEventDestroy(end));
        CHECK(cudaStreamDestroy(stream));
    }
    stopwatch(const stopwatch &) = delete;
    stopwatch &operator=(const stopwatch &) = delete;

    void start()
    {
        if (on_device)
            CHECK(cudaEventRecord(begin, stream));
        else
            begin_ns = now_ns();
    }
    double stop_ms()
    {
        float ms;

        if (!on_device)
            return (double)(now_ns() - begin_ns) / 1e6;
        CHECK(cudaEventRecord(end, stream));
        CHECK(cudaEventSynchronize(end));
        CHECK(cudaEventElapsedTime(&ms, begin, end));
        return ms;
    }
};

#endif
