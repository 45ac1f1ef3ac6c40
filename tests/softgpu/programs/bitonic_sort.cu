// SPDX-License-Identifier: MIT
//
// A bitonic sort: many launches in order over one array.
#include "expect.h"

enum { N = 1024 };

__global__ void exchange(uint32_t *v, int k, int j)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x, other = i ^ j;

    if (other > i && (v[i] > v[other]) == !(i & k)) {
        uint32_t x = v[i];
        v[i] = v[other];
        v[other] = x;
    }
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

int main()
{
    static uint32_t v[N], got[N];

    fill_u32(v, N, 7);
    uint32_t *dv = to_device(v, N);
    for (int k = 2; k <= N; k *= 2)
        for (int j = k / 2; j; j /= 2)
            exchange<<<N / 128, 128>>>(dv, k, j);
    to_host(got, dv, N);
    qsort(v, N, 4, compare);
    for (int i = 0; i < N; i++)
        EXPECT(got[i] == v[i]);
    return finish();
}
