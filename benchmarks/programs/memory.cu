/* SPDX-License-Identifier: MIT
 *
 * memory - what a process with many kernels holds on the host: its resident set at the start, with
 * a context, after each kernel's first launch, after 10,000 launches and after all of them.
 */
#include "arguments.h"
#include "data.h"
#include "device.cuh"
#include "json.h"
#include <pthread.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

enum { MAX_KERNELS = 200, THREADS = 64, SOME_LAUNCHES = 10000 };
enum { WARMUP, SOME, ALL, PHASES };

static int n_kernels = MAX_KERNELS, n_threads = 1, launches = 100000, blocks = 64, depth = 100;
static pthread_barrier_t meeting;

/* One kernel for each number, with a name and code of its own. */
template <int Number> __global__ void numbered(unsigned long long *counts)
{
    if (threadIdx.x == Number % THREADS)
        atomicAdd(&counts[Number], 1ull);
}

template <int... Numbers>
static const void *numbered_address(int number, std::integer_sequence<int, Numbers...>)
{
    static const void *const all[] = {(const void *)numbered<Numbers>...};

    return all[number];
}

/* Resident pages are the second number. */
static long long resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long long size = 0, resident = 0;

    CHECK(file == NULL || fscanf(file, "%lld %lld", &size, &resident) != 2);
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}

/* Launches so many had been made when a phase ended. Kernels take turns by the number of the
 * launch. */
static int launches_until(int phase)
{
    const int limit = phase == WARMUP ? n_kernels : phase == SOME ? SOME_LAUNCHES : launches;

    return limit < launches ? limit : launches;
}

/* Every n_threads-th launch is this thread's. */
static void work(int number, unsigned long long *counts)
{
    cudaStream_t stream = device_stream();
    void *arguments[] = {&counts};

    for (int phase = 0, i = number; phase < PHASES; phase++) {
        pthread_barrier_wait(&meeting);
        for (int n = 1; i < launches_until(phase); i += n_threads, n++) {
            const void *kernel =
                numbered_address(i % n_kernels, std::make_integer_sequence<int, MAX_KERNELS>());
            CHECK(cudaLaunchKernel(kernel, dim3(blocks), dim3(THREADS), arguments, 0, stream));
            if (n % depth == 0)
                CHECK(cudaStreamSynchronize(stream));
        }
        CHECK(cudaStreamSynchronize(stream));
        pthread_barrier_wait(&meeting);
    }
    CHECK(cudaStreamDestroy(stream));
}

static void verify(const buffer<unsigned long long> &counts)
{
    for (int k = 0; k < n_kernels; k++) {
        const unsigned long long times = launches / n_kernels + (k < launches % n_kernels);
        if (counts.host[k] == times * (unsigned)blocks)
            continue;
        fprintf(stderr, "kernel %d: %llu blocks of %llu launches\n", k, counts.host[k], times);
        exit(EXIT_WRONG);
    }
}

int main(int argc, char **argv)
{
    const struct argument table[] = {
        {"kernels", "N", "that take turns", ARGUMENT_INT, &n_kernels, 1, MAX_KERNELS},
        {"launches", "N", "of all kernels together", ARGUMENT_INT, &launches, 1, 1 << 30},
        {"threads", "N", "that launch", ARGUMENT_INT, &n_threads, 1, 64},
        {"blocks", "N", "of a launch", ARGUMENT_INT, &blocks, 1, 1 << 20},
        {"depth", "N", "launches until a thread waits", ARGUMENT_INT, &depth, 1, 1 << 20},
    };
    long long in_context, after[PHASES];
    std::vector<std::thread> threads;

    ARGUMENTS_PARSE(argc, argv, "Looks at the host memory of a process with many kernels.", table);
    const long long at_start = resident_bytes();
    device_require();
    buffer<unsigned long long> counts(MAX_KERNELS);
    CHECK(cudaMemset(counts.device, 0, counts.bytes()));
    CHECK(cudaDeviceSynchronize());
    in_context = resident_bytes();
    pthread_barrier_init(&meeting, NULL, (unsigned)n_threads + 1);
    for (int t = 0; t < n_threads; t++)
        threads.emplace_back(work, t, counts.device);
    for (int phase = 0; phase < PHASES; phase++) {
        pthread_barrier_wait(&meeting); /* the phase begins */
        pthread_barrier_wait(&meeting); /* all have ended it */
        after[phase] = resident_bytes();
    }
    for (std::thread &thread : threads)
        thread.join();
    CHECK(cudaMemcpy(counts.host, counts.device, counts.bytes(), cudaMemcpyDeviceToHost));
    verify(counts);
    json_begin("memory");
    json_count("kernels", n_kernels);
    json_count("launches", launches);
    json_count("threads", n_threads);
    json_count("start_bytes", at_start);
    json_count("context_bytes", in_context);
    json_count("warm_bytes", after[WARMUP]);
    json_count("some_launches", launches_until(SOME));
    json_count("some_bytes", after[SOME]);
    json_count("end_bytes", after[ALL]);
    json_count("growth_bytes", after[ALL] - after[SOME]);
    json_checksum(data_checksum(DATA_CHECKSUM_START, counts.host, counts.bytes()));
    json_end();
    return 0;
}
