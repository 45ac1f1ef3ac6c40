// SPDX-License-Identifier: MIT
//
// A fork and join captured over two streams, launched many times, its copy updated, its errors.
#include "expect.h"

enum { N = 512 };

__global__ void step(unsigned *to, const unsigned *from, unsigned x)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    to[i] = mix32(from[i] + x);
}

__global__ void add(unsigned *to, const unsigned *a, const unsigned *b)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    to[i] = a[i] + b[i];
}

static unsigned *a, *b, *c, *pinned;
static cudaStream_t s, t;
static cudaEvent_t split, join;

static cudaGraph_t capture(unsigned x)
{
    enum cudaStreamCaptureStatus status;
    cudaGraph_t graph;

    CHECK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
    step<<<N / 64, 64, 0, s>>>(a, a, x);
    CHECK(cudaEventRecord(split, s));
    CHECK(cudaStreamWaitEvent(t, split, 0));
    step<<<N / 64, 64, 0, t>>>(b, a, x + 1);
    CHECK(cudaStreamIsCapturing(t, &status));
    EXPECT(status == cudaStreamCaptureStatusActive);
    CHECK(cudaEventRecord(join, t));
    step<<<N / 64, 64, 0, s>>>(c, a, x + 2);
    CHECK(cudaStreamWaitEvent(s, join, 0));
    add<<<N / 64, 64, 0, s>>>(a, b, c);
    CHECK(cudaMemcpyAsync(pinned, a, N * 4, cudaMemcpyDeviceToHost, s));
    CHECK(cudaStreamEndCapture(s, &graph));
    return graph;
}

static unsigned reference(unsigned v, unsigned x)
{
    v = mix32(v + x);
    return mix32(v + x + 1) + mix32(v + x + 2);
}

/* Work added to a graph that is there already, behind its last node, by capturing. */
static void check_capture_to_graph()
{
    enum cudaStreamCaptureStatus status;
    const cudaGraphNode_t *tails;
    cudaGraph_t graph = capture(5), seen, same;
    cudaGraphNode_t nodes[16];
    cudaGraphExec_t exec;
    size_t n = 16, n_tails, after = 16;
    unsigned long long id;

    CHECK(cudaGraphGetNodes(graph, nodes, &n));
    CHECK(cudaStreamBeginCaptureToGraph(s, graph, &nodes[n - 1], nullptr, 1,
                                        cudaStreamCaptureModeGlobal));
    CHECK(cudaStreamGetCaptureInfo(s, &status, &id, &seen, &tails, nullptr, &n_tails));
    EXPECT(status == cudaStreamCaptureStatusActive && seen == graph && id != 0);
    EXPECT(n_tails == 1 && tails[0] == nodes[n - 1]);
    CHECK(cudaMemsetAsync(c, 7, N * 4, s));
    CHECK(cudaStreamUpdateCaptureDependencies(s, nodes, nullptr, 1,
                                              cudaStreamSetCaptureDependencies));
    CHECK(cudaStreamGetCaptureInfo(s, &status, nullptr, nullptr, &tails, nullptr, &n_tails));
    EXPECT(n_tails == 1 && tails[0] == nodes[0]);
    CHECK(cudaStreamEndCapture(s, &same));
    EXPECT(same == graph);
    CHECK(cudaGraphGetNodes(graph, nullptr, &after));
    EXPECT(after == n + 1);
    CHECK(cudaGraphInstantiate(&exec, graph, 0));
    CHECK(cudaGraphLaunch(exec, s));
    CHECK(cudaMemcpyAsync(pinned, c, N * 4, cudaMemcpyDeviceToHost, s));
    CHECK(cudaStreamSynchronize(s));
    EXPECT(pinned[3] == 0x07070707);
    CHECK(cudaGraphExecDestroy(exec));
    CHECK(cudaGraphDestroy(graph));
}

int main()
{
    cudaGraphExecUpdateResultInfo info;
    cudaGraphExec_t exec;
    cudaGraph_t graph, other;
    size_t n = 0;
    unsigned wanted = 0;

    a = device_alloc<unsigned>(N);
    b = device_alloc<unsigned>(N);
    c = device_alloc<unsigned>(N);
    CHECK(cudaMallocHost(&pinned, N * 4));
    CHECK(cudaMemset(a, 0, N * 4));
    CHECK(cudaStreamCreate(&s));
    CHECK(cudaStreamCreate(&t));
    CHECK(cudaEventCreate(&split));
    CHECK(cudaEventCreate(&join));
    graph = capture(5);
    CHECK(cudaGraphGetNodes(graph, NULL, &n));
    EXPECT(n == 5);
    CHECK(cudaGraphInstantiate(&exec, graph, 0));
    for (int r = 0; r < 6; r++) {
        CHECK(cudaGraphLaunch(exec, r % 2 ? s : t));
        wanted = reference(wanted, 5);
        CHECK(cudaDeviceSynchronize());
        for (int i = 0; i < N; i++)
            EXPECT(pinned[i] == wanted);
    }
    other = capture(50);
    CHECK(cudaGraphExecUpdate(exec, other, &info));
    EXPECT(info.result == cudaGraphExecUpdateSuccess);
    CHECK(cudaGraphLaunch(exec, s));
    CHECK(cudaStreamSynchronize(s));
    EXPECT(pinned[3] == reference(wanted, 50));
    CHECK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
    EXPECT(cudaStreamSynchronize(s) == cudaErrorStreamCaptureUnsupported);
    EXPECT(cudaStreamEndCapture(s, &other) == cudaErrorStreamCaptureInvalidated);
    CHECK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
    CHECK(cudaEventRecord(split, s));
    CHECK(cudaStreamWaitEvent(t, split, 0));
    step<<<N / 64, 64, 0, t>>>(b, a, 1);
    EXPECT(cudaStreamEndCapture(s, &other) == cudaErrorStreamCaptureUnjoined);
    cudaGetLastError();
    CHECK(cudaGraphExecDestroy(exec));
    CHECK(cudaGraphDestroy(graph));
    check_capture_to_graph();
    return finish();
}
