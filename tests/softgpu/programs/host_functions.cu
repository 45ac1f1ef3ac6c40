// SPDX-License-Identifier: MIT
//
// Host functions and callbacks between kernels, in their stream's order, feeding the next kernel.
#include "expect.h"

enum { N = 256, ROUNDS = 15 };

static unsigned *pinned;
static int calls, callbacks;

__global__ void add(unsigned *v)
{
    v[threadIdx.x] += threadIdx.x;
}

static void double_all(void *)
{
    calls++;
    for (int i = 0; i < N; i++)
        pinned[i] *= 2;
}

static void called_back(cudaStream_t, cudaError_t status, void *user)
{
    EXPECT(status == cudaSuccess && *(int *)user == 42);
    callbacks++;
}

int main()
{
    unsigned wanted[N] = {0};
    cudaStream_t stream;
    int token = 42;

    CHECK(cudaStreamCreate(&stream));
    CHECK(cudaMallocHost(&pinned, N * 4));
    memset(pinned, 0, N * 4);
    for (int r = 0; r < ROUNDS; r++) {
        add<<<1, N, 0, stream>>>(pinned);
        CHECK(cudaLaunchHostFunc(stream, double_all, NULL));
        CHECK(cudaStreamAddCallback(stream, called_back, &token, 0));
        for (int i = 0; i < N; i++)
            wanted[i] = (wanted[i] + i) * 2;
    }
    CHECK(cudaStreamSynchronize(stream));
    EXPECT(calls == ROUNDS && callbacks == ROUNDS);
    EXPECT(!memcmp(pinned, wanted, sizeof(wanted)));
    return finish();
}
