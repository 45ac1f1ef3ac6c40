// SPDX-License-Identifier: MIT
//
// Work on the legacy stream while a blocking stream is captured: refused, the capture is lost, and
// then everything goes on.
//
// preload: no the launch is on another stream than the one that is captured
#include "expect.h"

__global__ void add(unsigned *v)
{
    atomicAdd(v, 1u);
}

int main()
{
    unsigned got, zero = 0, *v = to_device(&zero, 1);
    cudaGraph_t graph;
    cudaStream_t s, t;
    void *more;

    CHECK(cudaStreamCreate(&s));
    CHECK(cudaStreamCreate(&t));
    CHECK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
    add<<<1, 64, 0, s>>>(v);
    add<<<1, 64>>>(v);
    EXPECT(cudaGetLastError() == cudaErrorStreamCaptureImplicit);
    EXPECT(cudaStreamEndCapture(s, &graph) == cudaErrorStreamCaptureInvalidated);
    cudaGetLastError();
    add<<<1, 64, 0, t>>>(v);
    CHECK(cudaGetLastError());
    CHECK(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal));
    EXPECT(cudaMalloc(&more, 4) == cudaErrorStreamCaptureUnsupported);
    EXPECT(cudaStreamEndCapture(s, &graph) == cudaErrorStreamCaptureInvalidated);
    cudaGetLastError();
    CHECK(cudaStreamBeginCapture(s, cudaStreamCaptureModeRelaxed));
    CHECK(cudaMalloc(&more, 4));
    CHECK(cudaStreamEndCapture(s, &graph));
    CHECK(cudaDeviceSynchronize());
    to_host(&got, v, 1);
    EXPECT(got == 64);
    return finish();
}
