// SPDX-License-Identifier: MIT
//
// Seven points in three dimensions, a grid and blocks of three dimensions, two buffers in turn.
#include "expect.h"

enum { X = 19, Y = 13, Z = 11, STEPS = 6 };

static __host__ __device__ int at(int x, int y, int z)
{
    return (z * Y + y) * X + x;
}

static __host__ __device__ int point(const int *v, int x, int y, int z)
{
    if (x == 0 || y == 0 || z == 0 || x == X - 1 || y == Y - 1 || z == Z - 1)
        return v[at(x, y, z)];
    return 3 * v[at(x, y, z)] + v[at(x - 1, y, z)] - v[at(x + 1, y, z)] + v[at(x, y - 1, z)] -
           2 * v[at(x, y + 1, z)] + v[at(x, y, z - 1)] + 5 * v[at(x, y, z + 1)];
}

__global__ void step(int *to, const int *from)
{
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    int z = blockIdx.z * blockDim.z + threadIdx.z;

    if (x < X && y < Y && z < Z)
        to[at(x, y, z)] = point(from, x, y, z);
}

int main()
{
    static int v[2][X * Y * Z], got[X * Y * Z];

    for (int i = 0; i < X * Y * Z; i++)
        v[0][i] = mix32(i) % 100;
    int *d[2] = {to_device(v[0], X * Y * Z), device_alloc<int>(X * Y * Z)};
    dim3 block(8, 4, 2), grid((X + 7) / 8, (Y + 3) / 4, (Z + 1) / 2);
    for (int s = 0; s < STEPS; s++) {
        step<<<grid, block>>>(d[(s + 1) % 2], d[s % 2]);
        for (int i = 0; i < X * Y * Z; i++)
            v[(s + 1) % 2][i] = point(v[s % 2], i % X, i / X % Y, i / X / Y);
    }
    to_host(got, d[STEPS % 2], X * Y * Z);
    for (int i = 0; i < X * Y * Z; i++)
        EXPECT(got[i] == v[STEPS % 2][i]);
    return finish();
}
