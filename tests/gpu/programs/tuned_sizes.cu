// SPDX-License-Identifier: MIT
//
// Long launches again and again, alone: `auto` tries slices smaller than a wave with them. The blocks of
// the second kernel wait for one that natively is resident beside them, so parts of a wave get stuck
// and have to be let go; then others come, and the first kernel goes on beside them.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// modes: auto-*
// timeout: 120
#include "check.h"
#include <thread>

enum { BLOCK = 256, LAUNCHES = 12, WAVES = 4, ROUNDS = 12000 };

// Some milliseconds a wave, by a recurrence that the compiler can't shorten.
__device__ uint32_t long_work(uint32_t x)
{
    for (int i = 0; i < ROUNDS; i++)
        x = mix32(x + i);
    return x;
}

__global__ void alone(uint32_t *out, uint32_t salt)
{
    const uint32_t i = blockIdx.x * BLOCK + threadIdx.x;
    out[i] += long_work(mix32(i) + salt);
}

// Waits for the last block of the first half of a wave.
__global__ void together(uint32_t *out, volatile uint32_t *come, uint32_t first, uint32_t turn)
{
    const uint32_t i = blockIdx.x * BLOCK + threadIdx.x;
    const uint32_t x = long_work(mix32(i) + turn);
    if (blockIdx.x == first - 1)
        *come = turn;
    while (*come < turn)
        continue;
    out[i] ^= x;
}

int main()
{
    int n_sm, per_sm;
    cudaStream_t stream, other;

    CHECK(cudaDeviceGetAttribute(&n_sm, cudaDevAttrMultiProcessorCount, 0));
    CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_sm, together, BLOCK, 0));
    // Half of what fits: room is left for what other processes or streams have there.
    const uint32_t wave = n_sm * per_sm, half = wave / 2;
    const size_t n = (size_t)WAVES * wave * BLOCK;
    uint32_t *out = device_words(n, 1), *second = device_words(n, 2), *come = device_alloc<uint32_t>(1);
    CHECK(cudaMemset(come, 0, 4));
    CHECK(cudaDeviceSynchronize());
    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    CHECK(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
    for (uint32_t k = 1; k <= LAUNCHES; k++)
        alone<<<WAVES * wave, BLOCK, 0, stream>>>(out, k);
    CHECK(cudaStreamSynchronize(stream));
    for (uint32_t k = 1; k <= LAUNCHES; k++)
        together<<<WAVES * wave, BLOCK, 0, stream>>>(second, come, half, k);
    CHECK(cudaStreamSynchronize(stream));
    std::thread beside([&] {
        for (uint32_t k = 1; k <= LAUNCHES; k++)
            alone<<<WAVES * wave, BLOCK, 0, other>>>(second, k);
        CHECK(cudaStreamSynchronize(other));
    });
    for (uint32_t k = 1; k <= LAUNCHES; k++)
        alone<<<WAVES * wave, BLOCK, 0, stream>>>(out, k);
    beside.join();
    CHECK(cudaStreamSynchronize(stream));
    show_device("alone", out, n * 4);
    show_device("together", second, n * 4);
    return 0;
}
