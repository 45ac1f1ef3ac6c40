// SPDX-License-Identifier: MIT
//
// Constant memory rewritten between launches, from pinned memory and from the device, by four
// streams that each own a part of it; nothing waits in between.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *use_part*
#include "check.h"

enum { STREAMS = 4, PART = 128, BLOCKS = 150, BLOCK = 128, N = BLOCKS * BLOCK, ROUNDS = 8 };

__constant__ uint32_t parts[STREAMS][PART];
__constant__ struct {
    uint32_t scale;
    uint8_t bytes[5];
} fixed = {3, {1, 2, 3, 4, 5}};

__global__ void use_part(uint32_t *v, int part)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = v[i];

    for (int k = 0; k < PART; k++)
        x = mix32(x + parts[part][(k + blockIdx.x) % PART]);
    v[i] = x * fixed.scale + fixed.bytes[blockIdx.x % 5];
}

int main()
{
    uint32_t *v[STREAMS], *source = device_words(STREAMS * ROUNDS * PART, 9), *pinned;
    cudaStream_t streams[STREAMS];

    CHECK(cudaMallocHost((void **)&pinned, STREAMS * ROUNDS * PART * 4));
    fill_u32(pinned, STREAMS * ROUNDS * PART, 7);
    for (uint32_t s = 0; s < STREAMS; s++) {
        v[s] = device_words(N, s);
        CHECK(cudaStreamCreateWithFlags(&streams[s], cudaStreamNonBlocking));
    }
    for (int r = 0; r < ROUNDS; r++) {
        for (int s = 0; s < STREAMS; s++) {
            const size_t from = (size_t)(r * STREAMS + s) * PART;
            if (r % 2)
                CHECK(cudaMemcpyToSymbolAsync(parts, pinned + from, PART * 4, s * PART * 4,
                                              cudaMemcpyHostToDevice, streams[s]));
            else
                CHECK(cudaMemcpyToSymbolAsync(parts, source + from, PART * 4, s * PART * 4,
                                              cudaMemcpyDeviceToDevice, streams[s]));
            use_part<<<BLOCKS, BLOCK, 0, streams[s]>>>(v[s], s);
        }
    }
    for (int s = 0; s < STREAMS; s++)
        show_device("v", v[s], N * 4);
    return 0;
}
