// SPDX-License-Identifier: MIT
//
// One thread, 40 streams, launches dealt out in turn; each stream's launches depend on one another
// through its own buffer, copies on the stream pick up intermediate states.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *rotate_blocks*
#include "check.h"

enum { STREAMS = 40, BLOCKS = 37, BLOCK = 96, N = BLOCKS * BLOCK, ROUNDS = 6 };

// Block b reads the part of block b + 1 of the other half.
__global__ void rotate_blocks(uint32_t *to, const uint32_t *from, uint32_t salt)
{
    const unsigned next = (blockIdx.x + 1) % gridDim.x;

    to[blockIdx.x * BLOCK + threadIdx.x] =
        mix32(from[next * BLOCK + (threadIdx.x + 5) % BLOCK] + salt) + blockIdx.x;
}

int main()
{
    static uint32_t middle[STREAMS][N];
    cudaStream_t streams[STREAMS];
    uint32_t *buffers[STREAMS], *host;

    CHECK(cudaMallocHost((void **)&host, sizeof(middle)));
    for (uint32_t s = 0; s < STREAMS; s++) {
        CHECK(cudaStreamCreate(&streams[s]));
        buffers[s] = device_words(2 * N, s);
    }
    for (int r = 0; r < ROUNDS; r++) {
        for (uint32_t s = 0; s < STREAMS; s++) {
            uint32_t *from = buffers[s] + (r % 2 ? N : 0), *to = buffers[s] + (r % 2 ? 0 : N);
            rotate_blocks<<<BLOCKS, BLOCK, 0, streams[s]>>>(to, from, s * 100 + r);
            if (r == ROUNDS / 2)
                CHECK(cudaMemcpyAsync(host + s * N, to, N * 4, cudaMemcpyDeviceToHost, streams[s]));
        }
    }
    CHECK(cudaDeviceSynchronize());
    memcpy(middle, host, sizeof(middle));
    show("middle", middle, sizeof(middle));
    for (uint32_t s = 0; s < STREAMS; s++) {
        show_device("stream", buffers[s], 2 * N * 4);
        CHECK(cudaStreamDestroy(streams[s]));
    }
    return 0;
}
