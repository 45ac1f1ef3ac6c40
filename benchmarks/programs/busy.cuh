/* SPDX-License-Identifier: MIT
 *
 * busy.cuh - blocks that compute for a set time and then count themselves, by the time at which
 * they end if wanted. A block whose threads did not all come to the right result is not counted, so
 * the counts tell both how much was done and whether it was done right.
 */
#ifndef BENCHMARKS_BUSY_CUH
#define BENCHMARKS_BUSY_CUH

#include "application.cuh"

enum { BUSY_THREADS = 256, BUSY_FACTOR = 1664525, BUSY_SUMMAND = 1013904223 };

/* Rounds of a linear congruential generator: arithmetic only, always as long, nothing to shorten.
 */
__host__ __device__ static inline uint32_t busy_spin(uint32_t x, int rounds)
{
    for (int i = 0; i < rounds; i++)
        x = x * BUSY_FACTOR + BUSY_SUMMAND;
    return x;
}

/* The same for any number of rounds, by squaring. */
static inline uint32_t busy_spin_reference(uint32_t x, uint64_t rounds)
{
    uint32_t factor = BUSY_FACTOR, summand = BUSY_SUMMAND;

    for (; rounds > 0; rounds >>= 1) {
        if (rounds & 1)
            x = x * factor + summand;
        summand += factor * summand;
        factor *= factor;
    }
    return x;
}

/* Where blocks are counted: in buckets of time since *zero_ns (device memory), later ones in the
 * last; with one bucket no clock is read. */
struct busy_ledger {
    unsigned long long *blocks;
    const unsigned long long *zero_ns;
    unsigned long long bucket_ns;
    unsigned n_buckets;
};

__device__ static inline unsigned long long busy_clock_ns(void)
{
    unsigned long long ns;

    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(ns)::"memory");
    return ns;
}

__global__ static void busy(struct busy_ledger ledger, int rounds, uint32_t wanted)
{
    const int right = __syncthreads_and(busy_spin(1, rounds) == wanted);
    unsigned long long bucket = 0;

    if (threadIdx.x != 0 || !right)
        return;
    if (ledger.n_buckets > 1)
        bucket = (busy_clock_ns() - *ledger.zero_ns) / ledger.bucket_ns;
    atomicAdd(&ledger.blocks[min(bucket, (unsigned long long)ledger.n_buckets - 1)], 1ull);
}

static inline void busy_launch(struct busy_ledger ledger, int blocks, int threads, int rounds,
                               cudaStream_t stream)
{
    busy<<<blocks, threads, 0, stream>>>(ledger, rounds, busy_spin_reference(1, rounds));
}

/* Rounds for blocks of so many microseconds with the device full. */
static inline int busy_calibrate(double block_us)
{
    enum { ROUNDS = 10000, LAUNCHES = 10, TIMES = 5 };
    const int wave = device_wave_blocks(busy, BUSY_THREADS);
    cudaStream_t stream = device_stream();
    buffer<unsigned long long> count(1);
    cudaEvent_t begin, end;
    float ms = 0;

    CHECK(cudaEventCreate(&begin));
    CHECK(cudaEventCreate(&end));
    for (int i = 0; i < TIMES; i++) { /* the first ones find a device that has yet to speed up */
        CHECK(cudaEventRecord(begin, stream));
        for (int k = 0; k < LAUNCHES; k++)
            busy_launch({count.device, NULL, 1, 1}, wave, BUSY_THREADS, ROUNDS, stream);
        CHECK(cudaEventRecord(end, stream));
        CHECK(cudaEventSynchronize(end));
        CHECK(cudaEventElapsedTime(&ms, begin, end));
    }
    CHECK(cudaEventDestroy(begin));
    CHECK(cudaEventDestroy(end));
    CHECK(cudaStreamDestroy(stream));
    return (int)(ROUNDS * block_us / (ms * 1000.0 / LAUNCHES)) + 1;
}

/* Grids of busy blocks as an application. */
struct busy_application : application {
    const int rounds;
    buffer<unsigned long long> count;

    busy_application(int n_blocks, int n_rounds) : rounds(n_rounds), count(1)
    {
        name = "busy";
        main_launches = 1;
        grid = dim3(n_blocks);
        wave_blocks = device_wave_blocks(busy, BUSY_THREADS);
    }
    void copy_in(cudaStream_t stream) override
    {
        count.zero(stream);
    }
    void launch(cudaStream_t stream) override
    {
        busy_launch({count.device, NULL, 1, 1}, grid.x, BUSY_THREADS, rounds, stream);
    }
    void copy_out(cudaStream_t stream) override
    {
        count.copy_out(stream);
    }
    bool is_right(int passes) const override
    {
        return count.host[0] == (unsigned long long)blocks() * passes;
    }
    uint64_t checksum() const override
    {
        return data_checksum(DATA_CHECKSUM_START, count.host, count.bytes());
    }
};

#endif
