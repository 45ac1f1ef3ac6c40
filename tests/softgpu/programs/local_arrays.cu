// SPDX-License-Identifier: MIT
//
// Arrays in local memory, indexed by data, passed by pointer to functions; deep frames.
#include "expect.h"

enum { N = 64, M = 40 };

__device__ __noinline__ void sort(unsigned *v, int n)
{
    for (int i = 1; i < n; i++)
        for (int j = i; j && v[j - 1] > v[j]; j--) {
            unsigned t = v[j];
            v[j] = v[j - 1];
            v[j - 1] = t;
        }
}

__device__ __noinline__ unsigned deep(int n, unsigned seed)
{
    unsigned frame[8];

    for (int i = 0; i < 8; i++)
        frame[i] = mix32(seed + i);
    return n ? deep(n - 1, frame[seed % 8]) + frame[n % 8] : frame[0];
}

__global__ void run(unsigned *out)
{
    unsigned v[M], i = blockIdx.x * blockDim.x + threadIdx.x;

    for (int k = 0; k < M; k++)
        v[k] = mix32(i * M + k) % 1000;
    sort(v, M);
    for (int k = 0; k < M; k++)
        out[i * (M + 1) + k] = v[(k + i) % M];
    out[i * (M + 1) + M] = deep(9, i);
}

static int compare(const void *a, const void *b)
{
    return (int)(*(const unsigned *)a) - (int)(*(const unsigned *)b);
}

static unsigned reference(int n, unsigned seed)
{
    unsigned next = mix32(seed + seed % 8);

    return n ? reference(n - 1, next) + mix32(seed + n % 8) : mix32(seed);
}

int main()
{
    static unsigned out[N * (M + 1)];
    unsigned *d = device_alloc<unsigned>(N * (M + 1));

    run<<<2, N / 2>>>(d);
    to_host(out, d, N * (M + 1));
    for (unsigned i = 0; i < N; i++) {
        unsigned v[M];
        for (int k = 0; k < M; k++)
            v[k] = mix32(i * M + k) % 1000;
        qsort(v, M, 4, compare);
        for (int k = 0; k < M; k++)
            EXPECT(out[i * (M + 1) + k] == v[(k + i) % M]);
        EXPECT(out[i * (M + 1) + M] == reference(9, i));
    }
    return finish();
}
