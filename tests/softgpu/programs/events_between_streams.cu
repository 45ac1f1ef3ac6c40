// SPDX-License-Identifier: MIT
//
// Streams ordered by events: a diamond, events recorded anew, queries, times that only grow.
#include "expect.h"

enum { N = 1024, ROUNDS = 10 };

__global__ void step(unsigned *to, const unsigned *a, const unsigned *b, unsigned x)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    to[i] = a[i] * 5 + b[i] * 7 + x;
}

int main()
{
    unsigned *v[4], wanted[4] = {0}, got[N];
    cudaEvent_t begin, split, join, end, never;
    cudaStream_t s, t;
    float ms, part;

    for (unsigned *&p : v) {
        p = device_alloc<unsigned>(N);
        CHECK(cudaMemset(p, 0, N * 4));
    }
    CHECK(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
    CHECK(cudaStreamCreateWithFlags(&t, cudaStreamNonBlocking));
    for (cudaEvent_t *e : {&begin, &split, &join, &end, &never})
        CHECK(cudaEventCreate(e));
    CHECK(cudaDeviceSynchronize());
    CHECK(cudaEventRecord(begin, s));
    for (unsigned r = 0; r < ROUNDS; r++) {
        step<<<N / 64, 64, 0, s>>>(v[0], v[3], v[3], r);
        CHECK(cudaEventRecord(split, s));
        CHECK(cudaStreamWaitEvent(t, split, 0));
        step<<<N / 64, 64, 0, t>>>(v[1], v[0], v[3], r + 1);
        CHECK(cudaEventRecord(join, t));
        step<<<N / 64, 64, 0, s>>>(v[2], v[0], v[0], r + 2);
        CHECK(cudaStreamWaitEvent(s, join, 0));
        step<<<N / 64, 64, 0, s>>>(v[3], v[1], v[2], r + 3);
        wanted[0] = wanted[3] * 12 + r;
        wanted[1] = wanted[0] * 5 + wanted[3] * 7 + r + 1;
        wanted[2] = wanted[0] * 12 + r + 2;
        wanted[3] = wanted[1] * 5 + wanted[2] * 7 + r + 3;
    }
    CHECK(cudaStreamWaitEvent(t, never, 0));
    CHECK(cudaEventRecord(end, s));
    CHECK(cudaEventSynchronize(end));
    EXPECT(cudaEventQuery(end) == cudaSuccess && cudaEventQuery(never) == cudaSuccess);
    CHECK(cudaEventElapsedTime(&ms, begin, end));
    CHECK(cudaEventElapsedTime(&part, begin, join));
    EXPECT(ms >= part && part > 0);
    EXPECT(cudaEventElapsedTime(&ms, never, end) == cudaErrorInvalidResourceHandle);
    for (int k = 0; k < 4; k++) {
        to_host(got, v[k], N);
        for (unsigned x : got)
            EXPECT(x == wanted[k]);
    }
    return finish();
}
