/* SPDX-License-Identifier: MIT
 *
 * defer_calls.c - the hooks of asynchronous calls that are deferred when slices are held before
 * them. Each says when it may be: everything the driver could refuse at once must have been seen to
 * be right.
 */
#include "shim/defer.h"
#include "shim/hooks.h"

/* Makes the call unless it can be deferred. ready is looked at only while something is held. */
#define DEFER_OR_CALL(stream, flavour, ready, run, args, call)                                     \
    do {                                                                                           \
        if (shim_held()) {                                                                         \
            CUresult result;                                                                       \
            if (deferred(stream, flavour, ready, run, args, &result))                              \
                return result;                                                                     \
            shim_order_stream(stream, flavour);                                                    \
        }                                                                                          \
        return call;                                                                               \
    } while (0)

static bool deferred(CUstream stream, enum driver_flavour flavour, bool ready, defer_fn *run,
                     const union defer_args *args, CUresult *ret_result)
{
    struct shim_stream *of = ready ? defer_stream(stream, flavour) : NULL;
    return of && sched_queue_busy(of->queue) &&
           defer_call(of, run, args, (struct sched_ticket){NULL, 0}, NULL, ret_result);
}

#define HOST(pointer) ((CUdeviceptr)(uintptr_t)(pointer))

static CUresult run_host_to_device(CUstream stream, const union defer_args *args)
{
    return driver.cuMemcpyHtoDAsync_v2(args->copy.to, args->copy.host_from, args->copy.bytes,
                                       stream);
}

CUresult hook_cuMemcpyHtoDAsync_v2(enum driver_flavour flavour, CUdeviceptr dstDevice,
                                   const void *srcHost, size_t ByteCount, CUstream hStream)
{
    union defer_args args = {.copy = {.to = dstDevice, .host_from = srcHost, .bytes = ByteCount}};
    DEFER_OR_CALL(hStream, flavour,
                  defer_memory_ready(dstDevice, ByteCount) &&
                      defer_memory_ready(HOST(srcHost), ByteCount),
                  run_host_to_device, &args,
                  DRIVER_IN(flavour, cuMemcpyHtoDAsync_v2)(dstDevice, srcHost, ByteCount, hStream));
}

static CUresult run_device_to_host(CUstream stream, const union defer_args *args)
{
    return driver.cuMemcpyDtoHAsync_v2(args->copy.host_to, args->copy.from, args->copy.bytes,
                                       stream);
}

CUresult hook_cuMemcpyDtoHAsync_v2(enum driver_flavour flavour, void *dstHost,
                                   CUdeviceptr srcDevice, size_t ByteCount, CUstream hStream)
{
    union defer_args args = {.copy = {.host_to = dstHost, .from = srcDevice, .bytes = ByteCount}};
    DEFER_OR_CALL(hStream, flavour,
                  defer_memory_ready(srcDevice, ByteCount) &&
                      defer_memory_ready(HOST(dstHost), ByteCount),
                  run_device_to_host, &args,
                  DRIVER_IN(flavour, cuMemcpyDtoHAsync_v2)(dstHost, srcDevice, ByteCount, hStream));
}

static CUresult run_device_to_device(CUstream stream, const union defer_args *args)
{
    return driver.cuMemcpyDtoDAsync_v2(args->copy.to, args->copy.from, args->copy.bytes, stream);
}

CUresult hook_cuMemcpyDtoDAsync_v2(enum driver_flavour flavour, CUdeviceptr dstDevice,
                                   CUdeviceptr srcDevice, size_t ByteCount, CUstream hStream)
{
    union defer_args args = {.copy = {.to = dstDevice, .from = srcDevice, .bytes = ByteCount}};
    DEFER_OR_CALL(
        hStream, flavour,
        defer_memory_ready(dstDevice, ByteCount) && defer_memory_ready(srcDevice, ByteCount),
        run_device_to_device, &args,
        DRIVER_IN(flavour, cuMemcpyDtoDAsync_v2)(dstDevice, srcDevice, ByteCount, hStream));
}

static CUresult run_copy(CUstream stream, const union defer_args *args)
{
    return driver.cuMemcpyAsync(args->copy.to, args->copy.from, args->copy.bytes, stream);
}

CUresult hook_cuMemcpyAsync(enum driver_flavour flavour, CUdeviceptr dst, CUdeviceptr src,
                            size_t ByteCount, CUstream hStream)
{
    union defer_args args = {.copy = {.to = dst, .from = src, .bytes = ByteCount}};
    DEFER_OR_CALL(hStream, flavour,
                  defer_memory_ready(dst, ByteCount) && defer_memory_ready(src, ByteCount),
                  run_copy, &args, DRIVER_IN(flavour, cuMemcpyAsync)(dst, src, ByteCount, hStream));
}

/* cuMemsetD8Async, D16 and D32 differ in the width of what they set only. */
#define MEMSET(name, type, width)                                                                  \
    static CUresult run_##name(CUstream stream, const union defer_args *args)                      \
    {                                                                                              \
        return driver.name(args->set.to, (type)args->set.value, args->set.n, stream);              \
    }                                                                                              \
    CUresult hook_##name(enum driver_flavour flavour, CUdeviceptr dstDevice, type value, size_t N, \
                         CUstream hStream)                                                         \
    {                                                                                              \
        union defer_args args = {.set = {.to = dstDevice, .value = value, .n = N}};                \
        DEFER_OR_CALL(hStream, flavour,                                                            \
                      N <= SIZE_MAX / (width) && dstDevice % (width) == 0 &&                       \
                          defer_memory_ready(dstDevice, N * (width)),                              \
                      run_##name, &args, DRIVER_IN(flavour, name)(dstDevice, value, N, hStream));  \
    }
MEMSET(cuMemsetD8Async, unsigned char, 1)
MEMSET(cuMemsetD16Async, unsigned short, 2)
MEMSET(cuMemsetD32Async, unsigned int, 4)

static CUresult run_host_function(CUstream stream, const union defer_args *args)
{
    return driver.cuLaunchHostFunc(stream, args->host.function, args->host.data);
}

CUresult hook_cuLaunchHostFunc(enum driver_flavour flavour, CUstream hStream, CUhostFn fn,
                               void *userData)
{
    union defer_args args = {.host = {.function = fn, .data = userData}};
    DEFER_OR_CALL(hStream, flavour, fn != NULL, run_host_function, &args,
                  DRIVER_IN(flavour, cuLaunchHostFunc)(hStream, fn, userData));
}

/* Waits and writes of a word; flags other than the plain ones may not be supported by the device.
 */
#define WORD(name, type, width, most_flags)                                                        \
    static CUresult run_##name(CUstream stream, const union defer_args *args)                      \
    {                                                                                              \
        return driver.name(stream, args->word.at, (type)args->word.value, args->word.flags);       \
    }                                                                                              \
    CUresult hook_##name(enum driver_flavour flavour, CUstream stream, CUdeviceptr addr,           \
                         type value, unsigned int flags)                                           \
    {                                                                                              \
        union defer_args args = {.word = {.at = addr, .value = value, .flags = flags}};            \
        DEFER_OR_CALL(stream, flavour,                                                             \
                      flags <= (most_flags) && addr % (width) == 0 &&                              \
                          defer_memory_ready(addr, width),                                         \
                      run_##name, &args, DRIVER_IN(flavour, name)(stream, addr, value, flags));    \
    }
WORD(cuStreamWaitValue32_v2, cuuint32_t, 4, CU_STREAM_WAIT_VALUE_AND)
WORD(cuStreamWaitValue64_v2, cuuint64_t, 8, CU_STREAM_WAIT_VALUE_AND)
WORD(cuStreamWriteValue32_v2, cuuint32_t, 4, CU_STREAM_WRITE_VALUE_DEFAULT)
WORD(cuStreamWriteValue64_v2, cuuint64_t, 8, CU_STREAM_WRITE_VALUE_DEFAULT)
