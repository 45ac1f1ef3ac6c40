/* SPDX-License-Identifier: MIT
 *
 * fairness - who gets how much of the GPU.
 *
 *     fairness [--clients 4] [--factor 4] [--block-us 50] [--depth 4] [--seconds 3] [--warmup 1]
 *
 * Client k, a thread with its own non-blocking stream, loops grids of factor^k waves (a wave: the
 * blocks that are resident at once) and waits for them every --depth launches. All blocks are
 * alike, so blocks done in the time measured are device time. Prints each client's share, Jain's
 * index
 * ((sum x)^2 / (n sum x^2); 1 is even) and the blocks per second of all.
 */
#include "bench.h"
#include <atomic>
#include <cuda_runtime.h>
#include <pthread.h>
#include <thread>
#include <vector>

enum { BLOCK = 256, MAX_CLIENTS = 64 };

static std::atomic<int> ready;
static std::atomic<bool> stop;

/* Arithmetic only, always as long; each block counts itself at its end. */
__global__ void busy(unsigned long long *done, float *unused, int rounds)
{
    float x = (float)threadIdx.x, y = (float)blockIdx.x;

    for (int i = 0; i < rounds; i++) {
        x = x * 0.999f + y;
        y = y * 0.998f + x;
    }
    if (x + y == 12345.678f)
        *unused = x;
    __syncthreads();
    if (threadIdx.x == 0)
        atomicAdd(done, 1ull);
}

/* Rounds for blocks of so many microseconds with the device full. */
static int calibrate(int wave, double block_us, unsigned long long *done)
{
    const int rounds = 20000;
    cudaEvent_t begin, end;
    float ms = 0;

    CHECK(cudaEventCreate(&begin));
    CHECK(cudaEventCreate(&end));
    for (int i = 0; i < 5; i++) {
        CHECK(cudaEventRecord(begin));
        for (int k = 0; k < 10; k++)
            busy<<<wave, BLOCK>>>(done, NULL, rounds);
        CHECK(cudaEventRecord(end));
        CHECK(cudaEventSynchronize(end));
        CHECK(cudaEventElapsedTime(&ms, begin, end));
    }
    return (int)(rounds * block_us / (ms * 100.0)) + 1;
}

static void client(int number, unsigned long long *done, int blocks, int rounds, int depth)
{
    cudaStream_t stream;
    char name[16];

    snprintf(name, sizeof(name), "client%d", number);
    pthread_setname_np(pthread_self(), name);
    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    busy<<<1, BLOCK, 0, stream>>>(done, NULL, 1);
    CHECK(cudaStreamSynchronize(stream));
    ready++;
    for (int n = 1; !stop.load(std::memory_order_relaxed); n++) {
        busy<<<blocks, BLOCK, 0, stream>>>(done, NULL, rounds);
        if (n % depth == 0)
            CHECK(cudaStreamSynchronize(stream));
    }
    CHECK(cudaStreamSynchronize(stream));
}

/* The counters now, by a stream on which nothing else is. */
static uint64_t read_counters(unsigned long long *done, unsigned long long *host, int n,
                              cudaStream_t stream)
{
    CHECK(cudaMemcpyAsync(host, done, sizeof(*host) * (size_t)n, cudaMemcpyDeviceToHost, stream));
    CHECK(cudaStreamSynchronize(stream));
    return now_ns();
}

static void report(int n, const int *grids, int wave, double seconds,
                   const unsigned long long *before, const unsigned long long *after)
{
    double total = 0, squares = 0;

    for (int k = 0; k < n; k++) {
        const double x = (double)(after[k] - before[k]);
        total += x;
        squares += x * x;
    }
    printf("{\"program\": \"fairness\", \"wave_blocks\": %d, \"seconds\": %.3f, \"grids\": [", wave,
           seconds);
    for (int k = 0; k < n; k++)
        printf("%s%d", k ? ", " : "", grids[k]);
    printf("], \"shares\": [");
    for (int k = 0; k < n; k++)
        printf("%s%.4f", k ? ", " : "", (double)(after[k] - before[k]) / total);
    printf("], \"jain\": %.4f, \"blocks_per_s\": %.0f}\n", total * total / (n * squares),
           total / seconds);
}

int main(int argc, char **argv)
{
    const int n = (int)argument(argc, argv, "clients", 4);
    const int factor = (int)argument(argc, argv, "factor", 4);
    const int depth = (int)argument(argc, argv, "depth", 4);
    const double seconds = argument(argc, argv, "seconds", 3);
    int per_multiprocessor, multiprocessors, wave, rounds, grids[MAX_CLIENTS];
    unsigned long long *done, *host;
    std::vector<std::thread> threads;
    uint64_t begin, end;
    cudaStream_t reader;

    CHECK(n < 1 || n > MAX_CLIENTS || depth < 1);
    CHECK(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, 0));
    CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_multiprocessor, busy, BLOCK, 0));
    wave = multiprocessors * per_multiprocessor;
    CHECK(cudaMalloc((void **)&done, sizeof(*done) * MAX_CLIENTS));
    CHECK(cudaMemset(done, 0, sizeof(*done) * MAX_CLIENTS));
    CHECK(cudaMallocHost((void **)&host, 2 * sizeof(*host) * MAX_CLIENTS));
    CHECK(cudaStreamCreateWithFlags(&reader, cudaStreamNonBlocking));
    rounds = calibrate(wave, argument(argc, argv, "block-us", 50), done);
    for (int k = 0; k < n; k++) {
        grids[k] = k ? grids[k - 1] * factor : wave;
        threads.emplace_back(client, k, done + k, grids[k], rounds, depth);
    }
    while (ready < n)
        std::this_thread::yield();
    sleep_until(now_ns() + (uint64_t)(argument(argc, argv, "warmup", 1) * 1e9));
    begin = read_counters(done, host, n, reader);
    sleep_until(begin + (uint64_t)(seconds * 1e9));
    end = read_counters(done, host + MAX_CLIENTS, n, reader);
    stop = true;
    for (std::thread &thread : threads)
        thread.join();
    CHECK(cudaGetLastError());
    report(n, grids, wave, (double)(end - begin) / 1e9, host, host + MAX_CLIENTS);
    return 0;
}
