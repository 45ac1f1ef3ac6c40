/* SPDX-License-Identifier: MIT
 *
 * latency - a thread with a deadline beside a thread with all the work in the world.
 *
 *     latency [--period-ms 4] [--kernels 20] [--jobs 500] [--size 4096] [--depth 4]
 *             [--priorities 0] [--alone 1]
 *
 * Every period the first thread launches its short kernels and a copy to the host and waits for
 * them; the second loops SGEMM of that size. Prints the time of a job, alone and beside: median,
 * 99th percentile, maximum, and how many SGEMM were done in a second. With --priorities 1 the
 * streams are given the greatest and the least priority.
 */
#include "bench.h"
#include "kernels.cuh"
#include <atomic>
#include <cuda_runtime.h>
#include <pthread.h>
#include <thread>
#include <vector>

enum { SHORT_BLOCKS = 64, SHORT_BLOCK = 256 };

static std::atomic<bool> stop, running;
static std::atomic<long> multiplied;

__global__ void short_kernel(float *v, int rounds)
{
    const int i = blockIdx.x * SHORT_BLOCK + threadIdx.x;
    float x = v[i];

    for (int k = 0; k < rounds; k++)
        x = x * 0.999f + 0.001f;
    v[i] = x;
}

static cudaStream_t make_stream(bool urgent, bool priorities)
{
    int least, greatest;
    cudaStream_t stream;

    CHECK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
    if (priorities)
        CHECK(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking,
                                           urgent ? greatest : least));
    else
        CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    return stream;
}

static void multiply(int n, int depth, bool priorities)
{
    const size_t size = sizeof(float) * (size_t)n * (size_t)n;
    cudaStream_t stream = make_stream(false, priorities);
    float *a, *b, *c;

    pthread_setname_np(pthread_self(), "multiply");
    CHECK(cudaMalloc((void **)&a, size));
    CHECK(cudaMalloc((void **)&b, size));
    CHECK(cudaMalloc((void **)&c, size));
    CHECK(cudaMemset(a, 0, size));
    CHECK(cudaMemset(b, 0, size));
    CHECK(cudaMemset(c, 0, size));
    for (int k = 1; !stop; k++) {
        sgemm_tiled<<<dim3(n / TILE, n / TILE), SGEMM_THREADS, 0, stream>>>(a, b, c, n, 1, 0);
        if (k % depth == 0) {
            CHECK(cudaStreamSynchronize(stream));
            multiplied += depth;
            running = true;
        }
    }
    CHECK(cudaStreamSynchronize(stream));
}

static std::vector<double> urgent_jobs(int jobs, int kernels, double period_ms, cudaStream_t stream,
                                       float *v, float *host)
{
    uint64_t next = now_ns();
    std::vector<double> ms;

    for (int j = 0; j < jobs; j++) {
        next += (uint64_t)(period_ms * 1e6);
        sleep_until(next);
        const uint64_t begin = now_ns();
        for (int k = 0; k < kernels; k++)
            short_kernel<<<SHORT_BLOCKS, SHORT_BLOCK, 0, stream>>>(v, 2000);
        CHECK(cudaMemcpyAsync(host, v, sizeof(float) * SHORT_BLOCKS * SHORT_BLOCK,
                              cudaMemcpyDeviceToHost, stream));
        CHECK(cudaStreamSynchronize(stream));
        ms.push_back((double)(now_ns() - begin) / 1e6);
        if (now_ns() > next + (uint64_t)(period_ms * 1e6))
            next = now_ns(); /* late by more than a period: jobs never pile up */
    }
    return ms;
}

static void report(const char *how, std::vector<double> ms, double sgemm_per_s)
{
    printf("{\"program\": \"latency\", \"how\": \"%s\", \"jobs\": %zu, \"p50_ms\": %.3f, "
           "\"p99_ms\": %.3f, \"max_ms\": %.3f, \"sgemm_per_s\": %.1f}\n",
           how, ms.size(), percentile(ms.data(), ms.size(), 0.5),
           percentile(ms.data(), ms.size(), 0.99), percentile(ms.data(), ms.size(), 1),
           sgemm_per_s);
}

int main(int argc, char **argv)
{
    const int jobs = (int)argument(argc, argv, "jobs", 500);
    const int kernels = (int)argument(argc, argv, "kernels", 20);
    const double period_ms = argument(argc, argv, "period-ms", 4);
    const bool priorities = argument(argc, argv, "priorities", 0) != 0;
    const size_t size = sizeof(float) * SHORT_BLOCKS * SHORT_BLOCK;
    cudaStream_t stream = make_stream(true, priorities);
    std::vector<double> ms;
    float *v, *host;

    CHECK(cudaMalloc((void **)&v, size));
    CHECK(cudaMemset(v, 0, size));
    CHECK(cudaMallocHost((void **)&host, size));
    urgent_jobs(20, kernels, period_ms, stream, v, host);
    if (argument(argc, argv, "alone", 1) != 0)
        report("alone", urgent_jobs(jobs, kernels, period_ms, stream, v, host), 0);

    std::thread other(multiply, (int)argument(argc, argv, "size", 4096),
                      (int)argument(argc, argv, "depth", 4), priorities);
    while (!running)
        std::this_thread::yield();
    const long before = multiplied;
    const uint64_t begin = now_ns();
    ms = urgent_jobs(jobs, kernels, period_ms, stream, v, host);
    report("beside", ms, (double)(multiplied - before) / ((double)(now_ns() - begin) / 1e9));
    stop = true;
    other.join();
    return 0;
}
