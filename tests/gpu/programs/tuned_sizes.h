/* SPDX-License-Identifier: MIT
 *
 * tuned_sizes.h - long launches again and again, alone: `auto` tries slices smaller than a wave with
 * them. The blocks of the second kernel wait for one that natively is resident beside them, so parts
 * of a wave get stuck and have to be let go; then others come, and the first kernel goes on beside
 * them. For devices of different speed: ROUNDS makes a launch long.
 */
#ifndef TESTS_GPU_TUNED_SIZES_H
#define TESTS_GPU_TUNED_SIZES_H

#include "check.h"
#include <thread>
#include <vector>

/* A recurrence that the compiler can't shorten. */
template <int ROUNDS> CHECK_BOTH uint32_t long_work(uint32_t x)
{
    for (int i = 0; i < ROUNDS; i++)
        x = mix32(x + i);
    return x;
}

template <int BLOCK, int ROUNDS> __global__ void alone(uint32_t *out, uint32_t salt)
{
    const uint32_t i = blockIdx.x * BLOCK + threadIdx.x;
    out[i] += long_work<ROUNDS>(mix32(i) + salt);
}

/* Waits for the last block of the first half of a wave. */
template <int BLOCK, int ROUNDS>
__global__ void together(uint32_t *out, volatile uint32_t *come, uint32_t first, uint32_t turn)
{
    const uint32_t i = blockIdx.x * BLOCK + threadIdx.x;
    const uint32_t x = long_work<ROUNDS>(mix32(i) + turn);
    if (blockIdx.x == first - 1)
        *come = turn;
    while (*come < turn)
        continue;
    out[i] ^= x;
}

/* What every launch did to some of the words, once more on the host. 0, or 3 if one is wrong. */
template <int ROUNDS>
static int verify(const uint32_t *out, const uint32_t *second, size_t n, uint32_t launches)
{
    std::vector<uint32_t> got(2 * n), begun(2 * n);
    CHECK(cudaMemcpy(&got[0], out, n * 4, cudaMemcpyDeviceToHost));
    CHECK(cudaMemcpy(&got[n], second, n * 4, cudaMemcpyDeviceToHost));
    fill_u32(&begun[0], n, 1);
    fill_u32(&begun[n], n, 2);
    for (size_t i = 0; i < n; i += n / 29) {
        uint32_t sum = 0, all = 0;
        for (uint32_t k = 1; k <= launches; k++) {
            const uint32_t x = long_work<ROUNDS>(mix32((uint32_t)i) + k);
            sum += x;
            all ^= x;
        }
        if (got[i] == begun[i] + 2 * sum && got[n + i] == (begun[n + i] ^ all) + sum)
            continue;
        printf("word %zu is wrong\n", i);
        return 3;
    }
    return 0;
}

template <int BLOCK, int ROUNDS> static int tuned_sizes(uint32_t launches)
{
    enum { WAVES = 4 };
    const auto first = alone<BLOCK, ROUNDS>;
    const auto then = together<BLOCK, ROUNDS>;
    int n_sm, per_sm;
    cudaStream_t stream, other;

    CHECK(cudaDeviceGetAttribute(&n_sm, cudaDevAttrMultiProcessorCount, 0));
    CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_sm, then, BLOCK, 0));
    /* Half of what fits: room is left for what other processes or streams have there. */
    const uint32_t wave = n_sm * per_sm, half = wave / 2;
    const size_t n = (size_t)WAVES * wave * BLOCK;
    uint32_t *out = device_words(n, 1), *second = device_words(n, 2);
    uint32_t *come = device_alloc<uint32_t>(1);
    CHECK(cudaMemset(come, 0, 4));
    CHECK(cudaDeviceSynchronize());
    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    CHECK(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
    for (uint32_t k = 1; k <= launches; k++)
        first<<<WAVES * wave, BLOCK, 0, stream>>>(out, k);
    CHECK(cudaStreamSynchronize(stream));
    for (uint32_t k = 1; k <= launches; k++)
        then<<<WAVES * wave, BLOCK, 0, stream>>>(second, come, half, k);
    CHECK(cudaStreamSynchronize(stream));
    std::thread beside([&] {
        for (uint32_t k = 1; k <= launches; k++)
            first<<<WAVES * wave, BLOCK, 0, other>>>(second, k);
        CHECK(cudaStreamSynchronize(other));
    });
    for (uint32_t k = 1; k <= launches; k++)
        first<<<WAVES * wave, BLOCK, 0, stream>>>(out, k);
    beside.join();
    CHECK(cudaStreamSynchronize(stream));
    show_device("alone", out, n * 4);
    show_device("together", second, n * 4);
    return verify<ROUNDS>(out, second, n, launches);
}

#endif
