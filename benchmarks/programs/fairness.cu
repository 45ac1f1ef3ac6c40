/* SPDX-License-Identifier: MIT
 *
 * fairness - who gets how much of the GPU, and when. Client k, a thread with its own non-blocking
 * stream, loops grids of waves x factor^k waves (a wave: the blocks that are resident at once) and
 * waits for them every so many launches. All blocks are alike, so blocks done are device time; each
 * counts itself at its end, by the device's clock. Jain's index is (sum x)^2 / (n sum x^2); 1 is
 * even.
 */
#include "busy.cuh"
#include <pthread.h>
#include <thread>

enum { MAX_CLIENTS = 64 };

static int n_clients = 4, factor = 4, waves = 1, depth = 4, rounds = 0, priorities = 0;
static double block_us = 50, seconds = 3, warmup_s = 1, bucket_ms = 10;
static int grids[MAX_CLIENTS];
static long launches[MAX_CLIENTS];
static pthread_barrier_t meeting;
static cudaEvent_t begin; /* when the clients may start */

/* zero_ns is when the buckets begin. */
__global__ void set_zero(unsigned long long *zero_ns)
{
    *zero_ns = busy_clock_ns();
}

/* With priorities, the first client's is the greatest and the last one's the least. */
static cudaStream_t client_stream(int number)
{
    int least, greatest;
    cudaStream_t stream;

    if (!priorities || n_clients == 1)
        return device_stream();
    CHECK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
    CHECK(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking,
                                       greatest + (least - greatest) * number / (n_clients - 1)));
    return stream;
}

static void client(int number, struct busy_ledger ledger)
{
    cudaStream_t stream = client_stream(number);
    cudaEvent_t now;
    float ms = 0;
    char name[16];

    snprintf(name, sizeof(name), "client%d", number);
    pthread_setname_np(pthread_self(), name);
    CHECK(cudaEventCreate(&now));
    pthread_barrier_wait(&meeting); /* all are there */
    pthread_barrier_wait(&meeting); /* the time runs */
    while (ms < (warmup_s + seconds) * 1e3) {
        for (int i = 0; i < depth; i++)
            busy_launch(ledger, grids[number], BUSY_THREADS, rounds, stream);
        launches[number] += depth;
        CHECK(cudaEventRecord(now, stream));
        CHECK(cudaEventSynchronize(now));
        CHECK(cudaEventElapsedTime(&ms, begin, now));
    }
    CHECK(cudaEventDestroy(now));
    CHECK(cudaStreamDestroy(stream));
}

/* Every launch's blocks are in some bucket. */
static void verify(const unsigned long long *blocks, int n_buckets)
{
    for (int k = 0; k < n_clients; k++) {
        unsigned long long sum = 0;
        for (int b = 0; b < n_buckets; b++)
            sum += blocks[k * n_buckets + b];
        if (sum == (unsigned long long)launches[k] * (unsigned)grids[k])
            continue;
        fprintf(stderr, "client %d: %llu blocks of %ld launches\n", k, sum, launches[k]);
        exit(EXIT_WRONG);
    }
}

static void report_client(int k, double share, const std::vector<double> &bucket_shares)
{
    json_begin("fairness");
    json_count("client", k);
    json_count("grid_blocks", grids[k]);
    json_count("launches", launches[k]);
    json_number("share", share);
    json_number("bucket_ms", bucket_ms);
    json_numbers("bucket_shares", bucket_shares.data(), bucket_shares.size());
    json_end();
}

/* Looks at buckets first to last - 1. A bucket in which no block ended has shares of 0. */
static void report(const unsigned long long *blocks, int n_buckets, int first, int last)
{
    std::vector<double> done((size_t)n_clients), in_bucket((size_t)n_buckets), shares, grid_list;
    double total = 0, squares = 0;

    for (int k = 0; k < n_clients; k++) {
        for (int b = first; b < last; b++) {
            done[k] += (double)blocks[k * n_buckets + b];
            in_bucket[b] += (double)blocks[k * n_buckets + b];
        }
        total += done[k];
        squares += done[k] * done[k];
        grid_list.push_back(grids[k]);
    }
    for (int k = 0; k < n_clients; k++) {
        std::vector<double> bucket_shares;
        for (int b = first; b < last; b++)
            bucket_shares.push_back((double)blocks[k * n_buckets + b] / fmax(in_bucket[b], 1));
        shares.push_back(done[k] / fmax(total, 1));
        report_client(k, shares[k], bucket_shares);
    }
    json_begin("fairness");
    json_count("clients", n_clients);
    json_count("wave_blocks", grids[0] / waves);
    json_count("rounds", rounds);
    json_number("measured_ms", (last - first) * bucket_ms);
    json_numbers("grids", grid_list.data(), grid_list.size());
    json_numbers("shares", shares.data(), shares.size());
    json_number("jain", total * total / fmax(n_clients * squares, 1));
    json_number("blocks_per_s", total * 1e3 / ((last - first) * bucket_ms));
    json_number("rounds_per_s", total * rounds * 1e3 / ((last - first) * bucket_ms));
    json_end();
}

static void run(buffer<unsigned long long> &blocks, int n_buckets)
{
    buffer<unsigned long long> zero_ns(1);
    cudaStream_t stream = device_stream();
    std::vector<std::thread> threads;

    CHECK(cudaEventCreate(&begin));
    pthread_barrier_init(&meeting, NULL, (unsigned)n_clients + 1);
    for (int k = 0; k < n_clients; k++) {
        grids[k] = k ? grids[k - 1] * factor : waves * device_wave_blocks(busy, BUSY_THREADS);
        threads.emplace_back(client, k,
                             busy_ledger{blocks.device + (size_t)k * n_buckets, zero_ns.device,
                                         (unsigned long long)(bucket_ms * 1e6),
                                         (unsigned)n_buckets});
    }
    blocks.zero(stream);
    pthread_barrier_wait(&meeting);
    set_zero<<<1, 1, 0, stream>>>(zero_ns.device);
    CHECK(cudaEventRecord(begin, stream));
    CHECK(cudaStreamSynchronize(stream));
    pthread_barrier_wait(&meeting);
    for (std::thread &thread : threads)
        thread.join();
    CHECK(cudaGetLastError());
    blocks.copy_out(stream);
    CHECK(cudaStreamSynchronize(stream));
}

int main(int argc, char **argv)
{
    const struct argument table[] = {
        {"clients", "N", "threads", ARGUMENT_INT, &n_clients, 1, MAX_CLIENTS},
        {"factor", "N", "a client's grids to those of the one before", ARGUMENT_INT, &factor, 1,
         64},
        {"waves", "N", "in a grid of the first client", ARGUMENT_INT, &waves, 1, 4096},
        {"block-us", "TIME", "length of a block, device full", ARGUMENT_DOUBLE, &block_us, 1, 1e6},
        {"rounds", "N", "length of a block in rounds; 0: by --block-us", ARGUMENT_INT, &rounds, 0,
         1 << 30},
        {"depth", "N", "launches until a client waits", ARGUMENT_INT, &depth, 1, 1 << 20},
        {"priorities", "0|1", "streams of falling priority", ARGUMENT_INT, &priorities, 0, 1},
        {"seconds", "TIME", "time measured", ARGUMENT_DOUBLE, &seconds, 1e-6, 3600},
        {"warmup", "TIME", "seconds before that", ARGUMENT_DOUBLE, &warmup_s, 0, 3600},
        {"bucket-ms", "TIME", "width of a bucket", ARGUMENT_DOUBLE, &bucket_ms, 1e-3, 1e6},
    };

    ARGUMENTS_PARSE(argc, argv, "Counts how much of the device each client gets.", table);
    const double first = ceil(warmup_s * 1e3 / bucket_ms);
    const double last = fmax(first + 1, floor((warmup_s + seconds) * 1e3 / bucket_ms));
    if (last > 1e6 || pow(factor, n_clients - 1) > 1e5)
        arguments_reject("bucket-ms, --factor", "so", "at most a million buckets and 10^5 waves");
    device_require();
    if (rounds == 0)
        rounds = busy_calibrate(block_us);
    buffer<unsigned long long> blocks((size_t)n_clients * ((size_t)last + 1));
    run(blocks, (int)last + 1);
    verify(blocks.host, (int)last + 1);
    report(blocks.host, (int)last + 1, (int)first, (int)last);
    return 0;
}
