// SPDX-License-Identifier: MIT
//
// Fifty generations on a torus, bytes as cells, captured nowhere: plain launches in one stream.
#include "expect.h"

enum { W = 64, H = 48, GENERATIONS = 50 };

static __host__ __device__ unsigned char next_cell(const unsigned char *v, int x, int y)
{
    int n = 0;

    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if (dx || dy)
                n += v[(y + dy + H) % H * W + (x + dx + W) % W];
    return n == 3 || (n == 2 && v[y * W + x]);
}

__global__ void generation(unsigned char *to, const unsigned char *from)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    to[i] = next_cell(from, i % W, i / W);
}

int main()
{
    static unsigned char v[2][W * H], got[W * H];
    cudaStream_t stream;

    for (int i = 0; i < W * H; i++)
        v[0][i] = mix32(i) % 3 == 0;
    unsigned char *d[2] = {to_device(v[0], W * H), device_alloc<unsigned char>(W * H)};
    CHECK(cudaStreamCreate(&stream));
    for (int g = 0; g < GENERATIONS; g++) {
        generation<<<W * H / 256, 256, 0, stream>>>(d[(g + 1) % 2], d[g % 2]);
        for (int i = 0; i < W * H; i++)
            v[(g + 1) % 2][i] = next_cell(v[g % 2], i % W, i / W);
    }
    CHECK(cudaMemcpyAsync(got, d[GENERATIONS % 2], W * H, cudaMemcpyDeviceToHost, stream));
    CHECK(cudaStreamSynchronize(stream));
    EXPECT(!memcmp(got, v[GENERATIONS % 2], W * H));
    return finish();
}
