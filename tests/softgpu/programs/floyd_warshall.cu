// SPDX-License-Identifier: MIT
//
// All shortest ways: a launch for each node that may be gone through.
#include "expect.h"

enum { N = 60 };

__global__ void through(unsigned *d, int k)
{
    int j = threadIdx.x, i = blockIdx.x;
    unsigned way = d[i * N + k] + d[k * N + j];

    if (way < d[i * N + j])
        d[i * N + j] = way;
}

int main()
{
    static unsigned d[N * N], got[N * N];

    for (int i = 0; i < N * N; i++)
        d[i] = i % (N + 1) ? mix32(i) % 1000 + 1 : 0;
    unsigned *dd = to_device(d, N * N);
    for (int k = 0; k < N; k++)
        through<<<N, N>>>(dd, k);
    to_host(got, dd, N * N);
    for (int k = 0; k < N; k++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                if (d[i * N + k] + d[k * N + j] < d[i * N + j])
                    d[i * N + j] = d[i * N + k] + d[k * N + j];
    EXPECT(!memcmp(got, d, sizeof(d)));
    return finish();
}
