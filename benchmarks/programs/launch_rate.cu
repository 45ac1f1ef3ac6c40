/* SPDX-License-Identifier: MIT
 *
 * launch_rate - what a launch costs the thread that makes it. Each thread launches an empty kernel
 * of so many blocks on its own non-blocking stream and waits for it every so many launches, until
 * the time is over. ns_per_launch is wall time per launch of one thread, the mean over the threads.
 */
#include "arguments.h"
#include "device.cuh"
#include "json.h"
#include <pthread.h>
#include <thread>
#include <vector>

__global__ void empty(int *unused, int a, int b)
{
    if (a + b == 0x7fffffff)
        *unused = a;
}

static pthread_barrier_t meeting;

static void work(int blocks, int sync_every, double seconds, double *ret_ns_per_launch)
{
    cudaStream_t stream;
    uint64_t begin, end, n = 0;

    CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (int i = 0; i < 2 * sync_every; i++)
        empty<<<blocks, 32, 0, stream>>>(NULL, i, 1);
    CHECK(cudaStreamSynchronize(stream));
    pthread_barrier_wait(&meeting);
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
    int n_threads = 1, blocks = 1, sync_every = 500;
    double seconds = 1, mean = 0, rate = 0;
    const struct argument table[] = {
        {"threads", "N", "that launch", ARGUMENT_INT, &n_threads, 1, 1024},
        {"blocks", "N", "of the kernel", ARGUMENT_INT, &blocks, 1, 1 << 30},
        {"sync", "N", "launches until a thread waits", ARGUMENT_INT, &sync_every, 1, 1 << 20},
        {"seconds", "TIME", "time measured", ARGUMENT_DOUBLE, &seconds, 1e-6, 3600},
    };
    std::vector<std::thread> threads;

    ARGUMENTS_PARSE(argc, argv, "Times launches of an empty kernel.", table);
    device_require();
    CHECK(cudaFree(NULL)); /* the context is there before the threads are */
    pthread_barrier_init(&meeting, NULL, (unsigned)n_threads);
    std::vector<double> ns((size_t)n_threads);
    for (int t = 0; t < n_threads; t++)
        threads.emplace_back(work, blocks, sync_every, seconds, &ns[(size_t)t]);
    for (std::thread &thread : threads)
        thread.join();
    for (double value : ns) {
        mean += value / n_threads;
        rate += 1e9 / value;
    }
    json_begin("launch_rate");
    json_count("threads", n_threads);
    json_count("blocks", blocks);
    json_count("sync", sync_every);
    json_number("ns_per_launch", mean);
    json_number("launches_per_s", rate);
    json_end();
    return 0;
}
