// SPDX-License-Identifier: MIT
//
// Transposition through a padded tile.
#include "expect.h"

enum { W = 100, H = 67, T = 32 };

__global__ void transpose(uint32_t *to, const uint32_t *from)
{
    __shared__ uint32_t tile[T][T + 1];
    int x = blockIdx.x * T + threadIdx.x, y = blockIdx.y * T + threadIdx.y;

    for (int i = 0; i < T; i += blockDim.y)
        if (x < W && y + i < H)
            tile[threadIdx.y + i][threadIdx.x] = from[(y + i) * W + x];
    __syncthreads();
    x = blockIdx.y * T + threadIdx.x;
    y = blockIdx.x * T + threadIdx.y;
    for (int i = 0; i < T; i += blockDim.y)
        if (x < H && y + i < W)
            to[(y + i) * H + x] = tile[threadIdx.x][threadIdx.y + i];
}

int main()
{
    static uint32_t from[W * H], to[W * H];

    fill_u32(from, W * H, 3);
    uint32_t *dfrom = to_device(from, W * H), *dto = device_alloc<uint32_t>(W * H);
    transpose<<<dim3((W + T - 1) / T, (H + T - 1) / T), dim3(T, 8)>>>(dto, dfrom);
    to_host(to, dto, W * H);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            EXPECT(to[x * H + y] == from[y * W + x]);
    return finish();
}
