// SPDX-License-Identifier: MIT
//
// Two kernels on two streams that wait for each other: they must run at the same time. A third
// stream's kernel waits for what the host writes after it was launched.
//
// preload: no the kernels wait for each other; the progress rule has tests of its own
#include "expect.h"

__global__ void meet(volatile int *mine, volatile int *other)
{
    *mine = 1;
    __threadfence_system();
    while (!*other)
        ;
    *mine = 2;
}

__global__ void wait_for_host(volatile int *flag)
{
    while (!*flag)
        ;
}

static void check_attributes()
{
    cudaLaunchAttributeValue value = {}, copied = {};
    cudaStream_t first, second;
    int device = 7;

    value.priority = -2;
    CHECK(cudaStreamCreate(&first));
    CHECK(cudaStreamCreate(&second));
    CHECK(cudaStreamSetAttribute(first, cudaLaunchAttributePriority, &value));
    CHECK(cudaStreamCopyAttributes(second, first));
    CHECK(cudaStreamGetAttribute(second, cudaLaunchAttributePriority, &copied));
    EXPECT(copied.priority == -2);
    CHECK(cudaStreamGetDevice(second, &device));
    EXPECT(device == 0);
}

int main()
{
    cudaStream_t streams[3];
    volatile int *words;

    CHECK(cudaMallocHost((void **)&words, 12));
    words[0] = words[1] = words[2] = 0;
    for (cudaStream_t &stream : streams)
        CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    meet<<<1, 1, 0, streams[0]>>>(words, words + 1);
    EXPECT(cudaStreamQuery(streams[0]) == cudaErrorNotReady);
    meet<<<1, 1, 0, streams[1]>>>(words + 1, words);
    wait_for_host<<<1, 32, 0, streams[2]>>>(words + 2);
    CHECK(cudaStreamSynchronize(streams[0]));
    CHECK(cudaStreamSynchronize(streams[1]));
    EXPECT(words[0] == 2 && words[1] == 2);
    EXPECT(cudaStreamQuery(streams[2]) == cudaErrorNotReady);
    __atomic_store_n(&words[2], 1, __ATOMIC_RELEASE);
    CHECK(cudaStreamSynchronize(streams[2]));
    EXPECT(cudaGetLastError() == cudaSuccess); /* not being ready is no error */
    check_attributes();
    return finish();
}
