// SPDX-License-Identifier: MIT
//
// Shared memory sized at launch, beside static, beyond 48 KiB after asking, and too much.
#include "expect.h"

enum { B = 64 };

extern __shared__ unsigned dynamic_words[];

__global__ void turn(unsigned *v, int words)
{
    __shared__ unsigned fixed[B];

    fixed[threadIdx.x] = threadIdx.x * 5;
    for (int i = threadIdx.x; i < words; i += B)
        dynamic_words[i] = mix32(i);
    __syncthreads();
    for (int i = threadIdx.x; i < words; i += B)
        v[i] = dynamic_words[words - 1 - i] + fixed[i % B];
}

static void run(int words)
{
    unsigned *got = (unsigned *)malloc(words * 4), *d = device_alloc<unsigned>(words);

    turn<<<1, B, words * 4>>>(d, words);
    CHECK(cudaGetLastError());
    to_host(got, d, words);
    for (int i = 0; i < words; i++)
        EXPECT(got[i] == mix32(words - 1 - i) + i % B * 5);
    CHECK(cudaFree(d));
    free(got);
}

int main()
{
    run(100);
    run(48 * 256 - B);
    turn<<<1, B, 60000>>>(NULL, 0);
    EXPECT(cudaGetLastError() == cudaErrorInvalidValue);
    CHECK(cudaFuncSetAttribute(turn, cudaFuncAttributeMaxDynamicSharedMemorySize, 100000));
    run(25000);
    turn<<<1, B, 100004>>>(NULL, 0);
    EXPECT(cudaGetLastError() == cudaErrorInvalidValue);
    EXPECT(cudaFuncSetAttribute(turn, cudaFuncAttributeMaxDynamicSharedMemorySize, 1 << 20) ==
           cudaErrorInvalidValue);
    EXPECT(cudaGetLastError() == cudaErrorInvalidValue);
    return finish();
}
