// SPDX-License-Identifier: MIT
//
// One thread captures graphs again and again while two others launch, copy and synchronise as ever;
// captures of the thread-local kind must neither disturb nor be disturbed.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *step*
#include "check.h"
#include <thread>

enum { BLOCKS = 140, BLOCK = 64, N = BLOCKS * BLOCK, ROUNDS = 10 };

__global__ void step(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = v[i];

    for (int k = 0; k < 200; k++)
        x = mix32(x + salt);
    v[i] = x + blockIdx.x;
}

static void capture(uint32_t *v)
{
    cudaStreamCaptureStatus status;
    cudaGraphExec_t exec;
    cudaGraph_t graph;
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (uint32_t r = 0; r < ROUNDS; r++) {
        CHECK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
        for (uint32_t k = 0; k <= r % 4; k++)
            step<<<BLOCKS, BLOCK, 0, stream>>>(v, r * 10 + k);
        CHECK(cudaStreamIsCapturing(stream, &status));
        CHECK(status != cudaStreamCaptureStatusActive);
        CHECK(cudaStreamEndCapture(stream, &graph));
        CHECK(cudaGraphInstantiate(&exec, graph, 0));
        step<<<BLOCKS, BLOCK, 0, stream>>>(v, 1000 + r);
        CHECK(cudaGraphLaunch(exec, stream));
        CHECK(cudaGraphLaunch(exec, stream));
        CHECK(cudaStreamSynchronize(stream));
        CHECK(cudaGraphExecDestroy(exec));
        CHECK(cudaGraphDestroy(graph));
    }
}

static void launch(uint32_t *v, uint32_t *pinned, uint32_t seed)
{
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (uint32_t r = 0; r < ROUNDS; r++) {
        step<<<BLOCKS, BLOCK, 0, stream>>>(v, seed + r);
        CHECK(cudaMemcpyAsync(pinned, v, N * 4, cudaMemcpyDeviceToHost, stream));
        CHECK(cudaStreamSynchronize(stream));
    }
}

int main()
{
    uint32_t *v[3], *pinned[3];

    for (uint32_t t = 0; t < 3; t++) {
        v[t] = device_words(N, t);
        CHECK(cudaMallocHost((void **)&pinned[t], N * 4));
    }
    step<<<BLOCKS, BLOCK>>>(v[0], 1); // loaded before any capture
    CHECK(cudaDeviceSynchronize());
    std::thread first(capture, v[0]), second(launch, v[1], pinned[1], 100);
    std::thread third(launch, v[2], pinned[2], 200);
    first.join();
    second.join();
    third.join();
    for (uint32_t t = 0; t < 3; t++)
        show_device("v", v[t], N * 4);
    show("pinned", pinned[1], N * 4);
    return 0;
}
