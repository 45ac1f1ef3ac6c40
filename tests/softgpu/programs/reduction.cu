// SPDX-License-Identifier: MIT
//
// Sums three ways: a tree in shared memory, shuffles, and atomics.
//
// flags: -arch=compute_80
#include "expect.h"

enum { N = 20000, B = 256 };

__global__ void by_tree(unsigned *sums, const unsigned *v)
{
    __shared__ unsigned s[B];
    int i = blockIdx.x * B + threadIdx.x;

    s[threadIdx.x] = i < N ? v[i] : 0;
    __syncthreads();
    for (int half = B / 2; half; half /= 2) {
        if (threadIdx.x < half)
            s[threadIdx.x] += s[threadIdx.x + half];
        __syncthreads();
    }
    if (!threadIdx.x)
        sums[blockIdx.x] = s[0];
}

__global__ void by_shuffle(unsigned *total, const unsigned *v)
{
    int i = blockIdx.x * B + threadIdx.x;
    unsigned x = i < N ? v[i] : 0;

    for (int d = 16; d; d /= 2)
        x += __shfl_down_sync(~0u, x, d);
    if (threadIdx.x % 32 == 0)
        atomicAdd(total, x);
}

__global__ void by_reduce(unsigned *total, const unsigned *v)
{
    int i = blockIdx.x * B + threadIdx.x;
    unsigned x = __reduce_add_sync(~0u, i < N ? v[i] : 0);

    if (threadIdx.x % 32 == 0)
        atomicAdd(total, x);
}

int main()
{
    const int blocks = (N + B - 1) / B;
    static unsigned v[N], sums[blocks], totals[2];
    unsigned sum = 0, tree = 0;

    fill_u32(v, N, 4);
    for (unsigned x : v)
        sum += x;
    unsigned *dv = to_device(v, N), *dsums = device_alloc<unsigned>(blocks);
    unsigned *dtotals = to_device(totals, 2);
    by_tree<<<blocks, B>>>(dsums, dv);
    by_shuffle<<<blocks, B>>>(dtotals, dv);
    by_reduce<<<blocks, B>>>(dtotals + 1, dv);
    to_host(sums, dsums, blocks);
    to_host(totals, dtotals, 2);
    for (unsigned x : sums)
        tree += x;
    EXPECT(tree == sum);
    EXPECT(totals[0] == sum);
    EXPECT(totals[1] == sum);
    return finish();
}
