// SPDX-License-Identifier: MIT
//
// The legacy default stream: it waits for blocking streams and they for it; non-blocking ones do
// neither.
#include "expect.h"

enum { N = 4096, ROUNDS = 20 };

__global__ void add(unsigned *v, unsigned x)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    v[i] = v[i] * 3 + x;
}

__global__ void hold(volatile int *flag)
{
    while (!*flag)
        ;
}

int main()
{
    cudaStream_t a, b, apart;
    static unsigned got[N];
    unsigned wanted = 0;
    volatile int *flag;

    CHECK(cudaStreamCreate(&a));
    CHECK(cudaStreamCreate(&b));
    CHECK(cudaStreamCreateWithFlags(&apart, cudaStreamNonBlocking));
    CHECK(cudaMallocHost((void **)&flag, 4));
    unsigned *v = device_alloc<unsigned>(N);
    CHECK(cudaMemset(v, 0, N * 4));
    for (unsigned r = 0; r < ROUNDS; r++) {
        add<<<N / 128, 128, 0, a>>>(v, r);
        add<<<N / 128, 128>>>(v, r + 100);
        add<<<N / 128, 128, 0, b>>>(v, r + 200);
        add<<<N / 128, 128, 0, cudaStreamLegacy>>>(v, r + 300);
        for (unsigned x : {r, r + 100, r + 200, r + 300})
            wanted = wanted * 3 + x;
    }
    to_host(got, v, N);
    for (unsigned x : got)
        EXPECT(x == wanted);
    *flag = 0;
    hold<<<1, 1, 0, apart>>>(flag);
    add<<<1, 1>>>(v, 1);
    CHECK(cudaStreamSynchronize(0)); /* does not wait for the stream apart */
    EXPECT(cudaStreamQuery(apart) == cudaErrorNotReady);
    *flag = 1;
    CHECK(cudaStreamSynchronize(apart));
    *flag = 0;
    hold<<<1, 1, 0, a>>>(flag);
    EXPECT(cudaStreamQuery(0) == cudaErrorNotReady);
    add<<<1, 1>>>(v, 1);
    EXPECT(cudaStreamQuery(cudaStreamLegacy) == cudaErrorNotReady);
    add<<<1, 1, 0, b>>>(v, 1);
    EXPECT(cudaStreamQuery(b) == cudaErrorNotReady);
    *flag = 1;
    CHECK(cudaDeviceSynchronize());
    EXPECT(cudaStreamQuery(a) == cudaSuccess && cudaStreamQuery(b) == cudaSuccess);
    return finish();
}
