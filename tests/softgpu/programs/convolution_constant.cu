// SPDX-License-Identifier: MIT
//
// A filter in constant memory, exchanged between launches on one stream.
#include "expect.h"

enum { N = 3000, R = 5, ROUNDS = 4 };

__constant__ int filter[2 * R + 1];

__global__ void convolve(int *to, const int *from)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x, sum = 0;

    if (i >= N)
        return;
    for (int k = -R; k <= R; k++)
        if (i + k >= 0 && i + k < N)
            sum += from[i + k] * filter[k + R];
    to[i] = sum;
}

int main()
{
    static int from[N], got[ROUNDS][N];
    int taps[2 * R + 1], *dto[ROUNDS];

    for (int i = 0; i < N; i++)
        from[i] = mix32(i) % 1000;
    int *dfrom = to_device(from, N);
    for (int r = 0; r < ROUNDS; r++) {
        for (int k = 0; k <= 2 * R; k++)
            taps[k] = k * (r + 1) - 7;
        CHECK(cudaMemcpyToSymbol(filter, taps, sizeof(taps)));
        dto[r] = device_alloc<int>(N);
        convolve<<<(N + 63) / 64, 64>>>(dto[r], dfrom);
    }
    for (int r = 0; r < ROUNDS; r++) {
        to_host(got[r], dto[r], N);
        for (int i = 0; i < N; i++) {
            int sum = 0;
            for (int k = -R; k <= R; k++)
                if (i + k >= 0 && i + k < N)
                    sum += from[i + k] * ((k + R) * (r + 1) - 7);
            EXPECT(got[r][i] == sum);
        }
    }
    return finish();
}
