// SPDX-License-Identifier: MIT
//
// Calls through tables of device functions, a recursion, and a switch.
#include "expect.h"

enum { N = 256 };

typedef int (*operation)(int, int);

__device__ __noinline__ int plus(int a, int b)
{
    return a + b;
}

__device__ __noinline__ int minus(int a, int b)
{
    return a - b;
}

__device__ __noinline__ int ackermann(int m, int n)
{
    if (!m)
        return n + 1;
    return ackermann(m - 1, n ? ackermann(m, n - 1) : 1);
}

__device__ operation table[] = {plus, minus, ackermann};

__global__ void run(int *out)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x, x = 0;

    switch (i % 7) {
    case 0:
        x = i * 3;
        break;
    case 1:
        x = i ^ 21;
        break;
    case 2:
        x = -i;
        break;
    case 3:
        x = i << 2;
        break;
    case 4:
        x = i / 5;
        break;
    case 5:
        x = ~i;
        break;
    default:
        x = 12345;
    }
    out[i] = x + table[i % 3](i % 3 == 2 ? 2 : i, i % 4);
}

int main()
{
    int out[N], *d = device_alloc<int>(N);

    run<<<N / 32, 32>>>(d);
    to_host(out, d, N);
    for (int i = 0; i < N; i++) {
        int x[] = {i * 3, i ^ 21, -i, i << 2, i / 5, ~i, 12345}, n = i % 4;
        int f[] = {i + n, i - n, 2 * n + 3};
        EXPECT(out[i] == x[i % 7] + f[i % 3]);
    }
    return finish();
}
