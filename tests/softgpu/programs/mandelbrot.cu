// SPDX-License-Identifier: MIT
//
// Iteration counts: loops of very different lengths within a warp. No contraction, so that the
// host takes the same steps.
//
// flags: -fmad=false
#include "expect.h"

enum { W = 96, H = 64, LIMIT = 200 };

static __host__ __device__ int escape(int px, int py)
{
    float cx = -2.0f + 3.0f * px / W, cy = -1.0f + 2.0f * py / H, x = 0, y = 0;
    int n = 0;

    while (n < LIMIT && x * x + y * y < 4.0f) {
        float t = x * x - y * y + cx;
        y = 2.0f * x * y + cy;
        x = t;
        n++;
    }
    return n;
}

__global__ void draw(int *counts)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;

    counts[y * W + x] = escape(x, y);
}

int main()
{
    static int counts[W * H];
    int *d = device_alloc<int>(W * H);

    draw<<<dim3(W / 16, H / 8), dim3(16, 8)>>>(d);
    to_host(counts, d, W * H);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            EXPECT(counts[y * W + x] == escape(x, y));
    return finish();
}
