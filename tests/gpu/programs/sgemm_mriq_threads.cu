// SPDX-License-Identifier: MIT
//
// The main job in small: one thread multiplies matrices, the other computes MRI-Q, each on a stream
// of its own, both launching long before the first results are there.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *gemm*
// expect-sliced: *compute_q*
#include "check.h"
#include <thread>
#include <vector>

enum { SIZE = 512, TILE = 16, VOXELS = 32 * 32 * 32, CHUNK = 128, ROUNDS = 8 };

__constant__ float4 samples[CHUNK];

__global__ void gemm(const float *a, const float *b, float *c)
{
    __shared__ float as[TILE][TILE], bs[TILE][TILE];
    const unsigned x = blockIdx.x * TILE + threadIdx.x, y = blockIdx.y * TILE + threadIdx.y;
    float sum = 0;

    for (unsigned k = 0; k < SIZE; k += TILE) {
        as[threadIdx.y][threadIdx.x] = a[y * SIZE + k + threadIdx.x];
        bs[threadIdx.y][threadIdx.x] = b[(k + threadIdx.y) * SIZE + x];
        __syncthreads();
        for (unsigned i = 0; i < TILE; i++)
            sum += as[threadIdx.y][i] * bs[i][threadIdx.x];
        __syncthreads();
    }
    c[y * SIZE + x] = 0.125f * sum + 0.5f * c[y * SIZE + x];
}

__global__ void compute_q(const float *x, float2 *q)
{
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    float2 sum = q[i];

    for (int k = 0; k < CHUNK; k++) {
        const float angle = samples[k].x * x[i] + samples[k].y * x[i + VOXELS] + samples[k].z;
        sum.x += samples[k].w * cosf(angle);
        sum.y += samples[k].w * sinf(angle);
    }
    q[i] = sum;
}

static void multiply(std::vector<float> *result)
{
    float *a = device_floats(SIZE * SIZE, 1), *b = device_floats(SIZE * SIZE, 2);
    float *c = device_floats(SIZE * SIZE, 3);
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (int i = 0; i < ROUNDS; i++)
        gemm<<<dim3(SIZE / TILE, SIZE / TILE), dim3(TILE, TILE), 0, stream>>>(a, b, c);
    CHECK(cudaMemcpyAsync(result->data(), c, SIZE * SIZE * 4, cudaMemcpyDeviceToHost, stream));
    CHECK(cudaStreamSynchronize(stream));
}

static void reconstruct(std::vector<float2> *result)
{
    float *x = device_floats(2 * VOXELS, 4);
    float2 *q = device_alloc<float2>(VOXELS);
    std::vector<float4> chunk(CHUNK);
    cudaStream_t stream;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    CHECK(cudaMemsetAsync(q, 0, VOXELS * sizeof(float2), stream));
    for (int i = 0; i < ROUNDS; i++) {
        fill_f32(&chunk[0].x, 4 * CHUNK, 10 + i);
        CHECK(cudaMemcpyToSymbolAsync(samples, chunk.data(), CHUNK * sizeof(float4), 0,
                                      cudaMemcpyHostToDevice, stream));
        compute_q<<<VOXELS / 128, 128, 0, stream>>>(x, q);
    }
    CHECK(cudaMemcpyAsync(result->data(), q, VOXELS * 8, cudaMemcpyDeviceToHost, stream));
    CHECK(cudaStreamSynchronize(stream));
}

int main()
{
    std::vector<float> c(SIZE * SIZE);
    std::vector<float2> q(VOXELS);

    CHECK(cudaFree(0));
    std::thread first(multiply, &c), second(reconstruct, &q);
    first.join();
    second.join();
    show("c", c.data(), c.size() * sizeof(float));
    show("q", q.data(), q.size() * sizeof(float2));
    return 0;
}
