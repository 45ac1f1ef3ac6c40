// SPDX-License-Identifier: MIT
//
// Calls through device function pointers and virtual functions whose bodies read blockIdx and
// gridDim: a table in a __device__ variable, a pointer fetched by the host, objects made on device.
// build: $NVCC -arch=sm_90 $IN -o $BIN
#include "check.h"
#include <new>

enum { BLOCKS = 220, BLOCK = 64, N = BLOCKS * BLOCK };

typedef uint32_t (*operation)(uint32_t);

__device__ __noinline__ uint32_t add_block(uint32_t x)
{
    return x + blockIdx.x * 3 + 1;
}

__device__ __noinline__ uint32_t mix_grid(uint32_t x)
{
    return mix32(x + gridDim.x) ^ blockIdx.x;
}

__device__ __noinline__ uint32_t plain(uint32_t x)
{
    return x * 2654435761u;
}

__device__ operation table[] = {add_block, mix_grid, plain};
__device__ operation chosen = mix_grid;

struct shape {
    __device__ virtual uint32_t area(uint32_t x) const = 0;
};

struct square : shape {
    uint32_t side;
    __device__ explicit square(uint32_t s) : side(s)
    {
    }
    __device__ uint32_t area(uint32_t x) const override
    {
        return side * side + x + blockIdx.x;
    }
};

struct strip : square {
    __device__ explicit strip(uint32_t s) : square(s)
    {
    }
    __device__ uint32_t area(uint32_t x) const override
    {
        return square::area(x) * (gridDim.x - blockIdx.x);
    }
};

union any_shape {
    square a;
    strip b;
};

__global__ void by_table(uint32_t *v)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = table[v[i] % 3](v[i]);
}

__global__ void by_argument(uint32_t *v, operation function)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = function(v[i]);
}

__global__ void make_shapes(shape **shapes, any_shape *room)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    if (mix32(i) & 1)
        shapes[i] = new (&room[i]) square(i % 77);
    else
        shapes[i] = new (&room[i]) strip(i % 55);
}

__global__ void by_virtual(uint32_t *v, shape *const *shapes)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = shapes[(i * 13 + blockIdx.x) % N]->area(v[i]);
}

int main()
{
    uint32_t *v = device_words(N, 1);
    shape **shapes = device_alloc<shape *>(N);
    any_shape *room = device_alloc<any_shape>(N);
    operation from_host;

    CHECK(cudaMemcpyFromSymbol(&from_host, chosen, sizeof(from_host)));
    make_shapes<<<BLOCKS, BLOCK>>>(shapes, room);
    for (int k = 0; k < 4; k++) {
        by_table<<<BLOCKS, BLOCK>>>(v);
        by_argument<<<BLOCKS, BLOCK>>>(v, from_host);
        by_virtual<<<BLOCKS, BLOCK>>>(v, shapes);
    }
    CHECK(cudaGetLastError());
    show_device("v", v, N * 4);
    return 0;
}
