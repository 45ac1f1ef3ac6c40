// SPDX-License-Identifier: MIT
//
// A captured graph with a fork and a join, replayed between ordinary launches on the same stream
// and on another one; the launches under capture must not run, those around it must keep their
// order.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *step*
#include "check.h"

enum { BLOCKS = 180, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void step(uint32_t *to, const uint32_t *from, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = from[(i + N / 2 + 3) % N];

    for (int k = 0; k < 200; k++)
        x = mix32(x + salt);
    to[i] += x + blockIdx.x * gridDim.x;
}

static cudaGraphExec_t capture(cudaStream_t stream, cudaStream_t side, uint32_t *a, uint32_t *b,
                               uint32_t *c)
{
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    cudaEvent_t fork, join;
    size_t n_nodes = 0;

    CHECK(cudaEventCreateWithFlags(&fork, cudaEventDisableTiming));
    CHECK(cudaEventCreateWithFlags(&join, cudaEventDisableTiming));
    CHECK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    step<<<BLOCKS, BLOCK, 0, stream>>>(a, b, 1);
    CHECK(cudaEventRecord(fork, stream));
    CHECK(cudaStreamWaitEvent(side, fork, 0));
    step<<<BLOCKS, BLOCK, 0, side>>>(c, a, 2);
    step<<<BLOCKS, BLOCK, 0, stream>>>(b, a, 3);
    CHECK(cudaEventRecord(join, side));
    CHECK(cudaStreamWaitEvent(stream, join, 0));
    step<<<BLOCKS, BLOCK, 0, stream>>>(a, c, 4);
    CHECK(cudaMemcpyAsync(c, b, N * 2, cudaMemcpyDeviceToDevice, stream));
    CHECK(cudaStreamEndCapture(stream, &graph));
    CHECK(cudaGraphGetNodes(graph, NULL, &n_nodes));
    printf("nodes %zu\n", n_nodes);
    CHECK(cudaGraphInstantiate(&exec, graph, 0));
    CHECK(cudaGraphDestroy(graph));
    return exec;
}

int main()
{
    uint32_t *a = device_words(N, 1), *b = device_words(N, 2), *c = device_words(N, 3);
    cudaStream_t stream, side;
    cudaGraphExec_t exec;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    CHECK(cudaStreamCreateWithFlags(&side, cudaStreamNonBlocking));
    step<<<BLOCKS, BLOCK, 0, stream>>>(b, a, 100);
    exec = capture(stream, side, a, b, c);
    for (uint32_t replay = 0; replay < 10; replay++) {
        step<<<BLOCKS, BLOCK, 0, stream>>>(b, c, 10 + replay);
        CHECK(cudaGraphLaunch(exec, stream));
        if (replay % 3 == 0)
            CHECK(cudaGraphLaunch(exec, stream));
        step<<<BLOCKS, BLOCK, 0, stream>>>(c, a, 20 + replay);
    }
    CHECK(cudaStreamSynchronize(stream));
    CHECK(cudaGraphLaunch(exec, side));
    CHECK(cudaStreamSynchronize(side));
    CHECK(cudaGraphExecDestroy(exec));
    show_device("a", a, N * 4);
    show_device("b", b, N * 4);
    show_device("c", c, N * 4);
    return 0;
}
