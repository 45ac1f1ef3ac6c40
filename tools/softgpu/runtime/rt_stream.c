/* SPDX-License-Identifier: MIT
 *
 * rt_stream.c - the lives of streams and events, and waiting for the device.
 */
#include "tools/softgpu/runtime/rt.h"

EXPORT cudaError_t CUDARTAPI cudaDeviceSynchronize(void)
{
    RT_CALL(driver.cuCtxSynchronize());
}

EXPORT cudaError_t CUDARTAPI cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned int flags,
                                                          int priority)
{
    RT_CALL(driver.cuStreamCreateWithPriority(stream, flags, priority));
}

EXPORT cudaError_t CUDARTAPI cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned int flags)
{
    RT_CALL(driver.cuStreamCreate(stream, flags));
}

EXPORT cudaError_t CUDARTAPI cudaStreamCreate(cudaStream_t *stream)
{
    RT_CALL(driver.cuStreamCreate(stream, CU_STREAM_DEFAULT));
}

EXPORT cudaError_t CUDARTAPI cudaStreamDestroy(cudaStream_t stream)
{
    RT_CALL(driver.cuStreamDestroy(stream));
}

EXPORT cudaError_t CUDARTAPI cudaDeviceGetStreamPriorityRange(int *least, int *greatest)
{
    RT_CALL(driver.cuCtxGetStreamPriorityRange(least, greatest));
}

EXPORT cudaError_t CUDARTAPI cudaThreadExchangeStreamCaptureMode(enum cudaStreamCaptureMode *mode)
{
    RT_CALL(driver.cuThreadExchangeStreamCaptureMode((CUstreamCaptureMode *)mode));
}

EXPORT cudaError_t CUDARTAPI cudaEventCreateWithFlags(cudaEvent_t *event, unsigned int flags)
{
    RT_CALL(driver.cuEventCreate(event, flags));
}

EXPORT cudaError_t CUDARTAPI cudaEventCreate(cudaEvent_t *event)
{
    RT_CALL(driver.cuEventCreate(event, CU_EVENT_DEFAULT));
}

EXPORT cudaError_t CUDARTAPI cudaEventQuery(cudaEvent_t event)
{
    RT_CALL(driver.cuEventQuery(event));
}

EXPORT cudaError_t CUDARTAPI cudaEventSynchronize(cudaEvent_t event)
{
    RT_CALL(driver.cuEventSynchronize(event));
}

EXPORT cudaError_t CUDARTAPI cudaEventDestroy(cudaEvent_t event)
{
    RT_CALL(driver.cuEventDestroy(event));
}

EXPORT cudaError_t CUDARTAPI cudaEventElapsedTime(float *ms, cudaEvent_t start, cudaEvent_t end)
{
    RT_CALL(driver.cuEventElapsedTime(ms, start, end));
}
