// SPDX-License-Identifier: MIT
//
// Programs that never block: loops on cudaStreamQuery and cudaEventQuery, of one thread over
// several streams and of several threads; each must come to an end, and what is done then is
// complete.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// expect-sliced: *work*
#include "check.h"
#include <thread>

enum { STREAMS = 5, BLOCKS = 150, BLOCK = 64, N = BLOCKS * BLOCK };

__global__ void work(uint32_t *v, uint32_t salt, uint32_t *done)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;
    uint32_t x = v[i];

    for (int k = 0; k < 500; k++)
        x = mix32(x + salt);
    v[i] = x + blockIdx.x;
    if (threadIdx.x == 0 && atomicAdd(done, 1) % gridDim.x == gridDim.x - 1)
        done[1] += 1;
}

static void poll_streams(uint32_t *const *v, uint32_t *done_host)
{
    cudaStream_t streams[STREAMS];
    cudaEvent_t events[STREAMS];
    uint32_t *done = device_alloc<uint32_t>(2 * STREAMS), *copies;
    unsigned open = (1u << STREAMS) - 1;

    CHECK(cudaMemset(done, 0, 8 * STREAMS));
    CHECK(cudaMallocHost((void **)&copies, 8 * STREAMS));
    CHECK(cudaDeviceSynchronize());
    for (uint32_t s = 0; s < STREAMS; s++) {
        CHECK(cudaStreamCreateWithFlags(&streams[s], cudaStreamNonBlocking));
        CHECK(cudaEventCreateWithFlags(&events[s], cudaEventDisableTiming));
        for (uint32_t k = 0; k <= s; k++)
            work<<<BLOCKS, BLOCK, 0, streams[s]>>>(v[s], k, done + 2 * s);
        CHECK(cudaMemcpyAsync(copies + 2 * s, done + 2 * s, 8, cudaMemcpyDeviceToHost, streams[s]));
        CHECK(cudaEventRecord(events[s], streams[s]));
    }
    for (int s = 0; open; s = (s + 1) % STREAMS) {
        const cudaError_t state = s % 2 ? cudaStreamQuery(streams[s]) : cudaEventQuery(events[s]);
        if (state == cudaErrorNotReady || !(open >> s & 1))
            continue;
        CHECK(state);
        open &= ~(1u << s);
        memcpy(done_host + 2 * s, copies + 2 * s, 8);
    }
}

int main()
{
    uint32_t *v[2][STREAMS], done[2][2 * STREAMS];

    for (uint32_t t = 0; t < 2; t++)
        for (uint32_t s = 0; s < STREAMS; s++)
            v[t][s] = device_words(N, t * 10 + s);
    std::thread first(poll_streams, v[0], done[0]), second(poll_streams, v[1], done[1]);
    first.join();
    second.join();
    for (int t = 0; t < 2; t++) {
        show("done", done[t], sizeof(done[t]));
        for (int s = 0; s < STREAMS; s++)
            show_device("v", v[t][s], N * 4);
    }
    return 0;
}
