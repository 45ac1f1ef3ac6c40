// SPDX-License-Identifier: MIT
//
// Every operation of the second stream made comes 30 ms late; the others do not.
//
// env: SLIVER_SOFTGPU=delay=2:30,clock=virtual
// preload: no the library has streams of its own
#include "expect.h"

__global__ void nothing()
{
}

static float time_of(cudaStream_t stream)
{
    cudaEvent_t begin, end;
    float ms;

    CHECK(cudaEventCreate(&begin));
    CHECK(cudaEventCreate(&end));
    CHECK(cudaEventRecord(begin, stream));
    nothing<<<1, 1, 0, stream>>>();
    CHECK(cudaEventRecord(end, stream));
    CHECK(cudaEventSynchronize(end));
    CHECK(cudaEventElapsedTime(&ms, begin, end));
    return ms;
}

int main()
{
    cudaStream_t first, second;

    CHECK(cudaStreamCreate(&first));
    CHECK(cudaStreamCreate(&second));
    EXPECT(time_of(first) < 1);
    EXPECT(time_of(second) >= 60 && time_of(second) < 61);
    return finish();
}
