// SPDX-License-Identifier: MIT
//
// Breadth first over a graph: the host launches a level at a time until nothing changes.
#include "expect.h"

enum { N = 1500, DEGREE = 3 };

__global__ void level(int *depth, const int *next, int now, int *changed)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    if (i >= N || depth[i] != now)
        return;
    for (int k = 0; k < DEGREE; k++)
        if (atomicCAS(&depth[next[i * DEGREE + k]], -1, now + 1) == -1)
            *changed = 1;
}

int main()
{
    static int next[N * DEGREE], depth[N], wanted[N], line[N];
    int changed = 1, zero = 0, head = 0, tail = 0;

    for (int i = 0; i < N * DEGREE; i++)
        next[i] = mix32(i) % N;
    for (int i = 0; i < N; i++)
        depth[i] = wanted[i] = i ? -1 : 0;
    int *dnext = to_device(next, N * DEGREE), *ddepth = to_device(depth, N);
    int *dchanged = to_device(&zero, 1);
    for (int now = 0; changed; now++) {
        CHECK(cudaMemcpy(dchanged, &zero, 4, cudaMemcpyHostToDevice));
        level<<<(N + 127) / 128, 128>>>(ddepth, dnext, now, dchanged);
        to_host(&changed, dchanged, 1);
    }
    to_host(depth, ddepth, N);
    line[tail++] = 0;
    while (head < tail) {
        int at = line[head++];
        for (int k = 0; k < DEGREE; k++) {
            int to = next[at * DEGREE + k];
            if (wanted[to] < 0) {
                wanted[to] = wanted[at] + 1;
                line[tail++] = to;
            }
        }
    }
    for (int i = 0; i < N; i++)
        EXPECT(depth[i] == wanted[i]);
    return finish();
}
