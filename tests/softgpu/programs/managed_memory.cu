// SPDX-License-Identifier: MIT
//
// Managed memory: allocated, declared, touched by both sides in turn, prefetched and advised
// about.
#include "expect.h"

enum { N = 1000 };

__managed__ unsigned declared[N];
__managed__ int step = 3;

__global__ void bump(unsigned *allocated)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i < N) {
        declared[i] += step;
        allocated[i] = declared[i] * 2;
    }
}

int main()
{
    struct cudaPointerAttributes attributes;
    unsigned *allocated;

    CHECK(cudaMallocManaged(&allocated, N * 4));
    for (int i = 0; i < N; i++)
        declared[i] = i;
    bump<<<(N + 127) / 128, 128>>>(allocated);
    CHECK(cudaDeviceSynchronize());
    step = 10;
    bump<<<(N + 127) / 128, 128>>>(allocated);
    CHECK(cudaDeviceSynchronize());
    for (int i = 0; i < N; i++)
        EXPECT(declared[i] == i + 13u && allocated[i] == 2 * (i + 13u));
    CHECK(cudaPointerGetAttributes(&attributes, allocated));
    EXPECT(attributes.type == cudaMemoryTypeManaged && attributes.devicePointer == allocated);
    CHECK(cudaFree(allocated));
    return finish();
}
