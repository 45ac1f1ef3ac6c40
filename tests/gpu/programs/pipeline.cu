// SPDX-License-Identifier: MIT
//
// The usual pipeline: chunks copied in, worked on and copied out on four streams, buffers reused
// round after round with nothing but stream order and one event per buffer.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *process*
#include "check.h"

enum { STREAMS = 4, CHUNKS = 24, BLOCKS = 64, BLOCK = 128, CHUNK = BLOCKS * BLOCK };

__global__ void process(uint32_t *out, const uint32_t *in, uint32_t chunk)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = in[CHUNK - 1 - i];

    for (int k = 0; k < 300; k++)
        x = mix32(x + chunk);
    out[i] = x ^ (blockIdx.x * gridDim.x);
}

int main()
{
    uint32_t *in[STREAMS], *out[STREAMS], *staging[STREAMS], *host_in, *host_out;
    cudaStream_t streams[STREAMS];
    cudaEvent_t copied_in[STREAMS];

    CHECK(cudaMallocHost((void **)&host_in, CHUNKS * CHUNK * 4));
    CHECK(cudaMallocHost((void **)&host_out, CHUNKS * CHUNK * 4));
    memset(host_out, 0, CHUNKS * CHUNK * 4);
    fill_u32(host_in, CHUNKS * CHUNK, 1);
    for (int s = 0; s < STREAMS; s++) {
        in[s] = device_alloc<uint32_t>(CHUNK);
        out[s] = device_alloc<uint32_t>(CHUNK);
        CHECK(cudaMallocHost((void **)&staging[s], CHUNK * 4));
        CHECK(cudaStreamCreateWithFlags(&streams[s], cudaStreamNonBlocking));
        CHECK(cudaEventCreateWithFlags(&copied_in[s], cudaEventDisableTiming));
    }
    for (uint32_t c = 0; c < CHUNKS; c++) {
        const int s = (int)(c % STREAMS);
        // The staging buffer may be written again once its last copy is done, no earlier.
        CHECK(cudaEventSynchronize(copied_in[s]));
        memcpy(staging[s], host_in + c * CHUNK, CHUNK * 4);
        CHECK(cudaMemcpyAsync(in[s], staging[s], CHUNK * 4, cudaMemcpyHostToDevice, streams[s]));
        CHECK(cudaEventRecord(copied_in[s], streams[s]));
        process<<<BLOCKS, BLOCK, 0, streams[s]>>>(out[s], in[s], c);
        CHECK(cudaMemcpyAsync(host_out + c * CHUNK, out[s], CHUNK * 4, cudaMemcpyDeviceToHost,
                              streams[s]));
    }
    for (int s = 0; s < STREAMS; s++)
        CHECK(cudaStreamSynchronize(streams[s]));
    show("out", host_out, CHUNKS * CHUNK * 4);
    return 0;
}
