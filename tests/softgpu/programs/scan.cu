// SPDX-License-Identifier: MIT
//
// An inclusive scan in a block, its block sums scanned, and added back by a third kernel.
#include "expect.h"

enum { B = 128, BLOCKS = 50, N = B * BLOCKS - 17 };

__global__ void scan_blocks(unsigned *v, unsigned *sums, int n)
{
    __shared__ unsigned s[2][B];
    int i = blockIdx.x * B + threadIdx.x, now = 0;

    s[0][threadIdx.x] = i < n ? v[i] : 0;
    __syncthreads();
    for (int d = 1; d < B; d *= 2, now ^= 1) {
        s[now ^ 1][threadIdx.x] =
            s[now][threadIdx.x] + (threadIdx.x >= d ? s[now][threadIdx.x - d] : 0);
        __syncthreads();
    }
    if (i < n)
        v[i] = s[now][threadIdx.x];
    if (sums && threadIdx.x == B - 1)
        sums[blockIdx.x] = s[now][B - 1];
}

__global__ void add_sums(unsigned *v, const unsigned *sums)
{
    int i = blockIdx.x * B + threadIdx.x;

    if (blockIdx.x && i < N)
        v[i] += sums[blockIdx.x - 1];
}

int main()
{
    static unsigned v[N], got[N];
    unsigned sum = 0;

    fill_u32(v, N, 5);
    unsigned *dv = to_device(v, N), *dsums = device_alloc<unsigned>(BLOCKS);
    scan_blocks<<<BLOCKS, B>>>(dv, dsums, N);
    scan_blocks<<<1, B>>>(dsums, NULL, BLOCKS);
    add_sums<<<BLOCKS, B>>>(dv, dsums);
    to_host(got, dv, N);
    for (int i = 0; i < N; i++) {
        sum += v[i];
        EXPECT(got[i] == sum);
    }
    return finish();
}
