/* SPDX-License-Identifier: MIT
 *
 * launch_rate - what a launch costs the thread that makes it.
 *
 *     launch_rate [--threads 1] [--blocks 1] [--seconds 1] [--sync 500]
 *
 * Each thread launches an empty kernel of so many blocks on its own non-blocking stream and waits
 * for it every so many launches, until the time is over. ns_per_launch is wall time per launch of
 * one thread, the mean over the threads.
 */
#include "bench.h"
#include <atomic>
#include <cuda_runtime.h>
#include <thread>
#include <vector>

__global__ void empty(int *unused, int a, int b)
{
    if (a + b == 0x7fffffff)
        *unused = a;
}

static std::atomic<int> ready;
static std::atomic<bool> go;

static void work(int blocks, int sync_every, double seconds, double *ret_ns_per_launch)
{
    cudaStream_t stream;
    uint64_t begin, end, n = 0;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (int i = 0; i < 2 * sync_every; i++)
        empty<<<blocks, 32, 0, stream>>>(NULL, i, 1);
    CHECK(cudaStreamSynchronize(stream));
    ready++;
    while (!go.load(std::memory_order_acquire))
        std::this_thread::yield();
    begin = now_ns();
    do {
        for (int i = 0; i < sync_every; i++)
            empty<<<blocks, 32, 0, stream>>>(NULL, i, 1);
        CHECK(cudaStreamSynchronize(stream));
        n += (uint64_t)sync_every;
        end = now_ns();
    } while ((double)(end - begin) < seconds * 1e9);
    CHECK(cudaGetLastError());
    *ret_ns_per_launch = (double)(end - begin) / (double)n;
    CHECK(cudaStreamDestroy(stream));
}

int main(int argc, char **argv)
{
    const int n_threads = (int)argument(argc, argv, "threads", 1);
    const int blocks = (int)argument(argc, argv, "blocks", 1);
    const int sync_every = (int)argument(argc, argv, "sync", 500);
    const double seconds = argument(argc, argv, "seconds", 1);
    std::vector<double> ns((size_t)n_threads);
    std::vector<std::thread> threads;
    double mean = 0, rate = 0;

    CHECK(cudaFree(NULL));
    for (int t = 0; t < n_threads; t++)
        threads.emplace_back(work, blocks, sync_every, seconds, &ns[(size_t)t]);
    while (ready < n_threads)
        std::this_thread::yield();
    go.store(true, std::memory_order_release);
    for (std::thread &thread : threads)
        thread.join();
    for (double value : ns) {
        mean += value / n_threads;
        rate += 1e9 / value;
    }
    printf("{\"program\": \"launch_rate\", \"threads\": %d, \"blocks\": %d, \"sync\": %d, "
           "\"ns_per_launch\": %.1f, \"launches_per_s\": %.0f}\n",
           n_threads, blocks, sync_every, mean, rate);
    return 0;
}
