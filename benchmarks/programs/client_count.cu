/* SPDX-License-Identifier: MIT
 *
 * client_count - what a launch, and a part of one, costs with 1 to 1024 clients: threads, each with
 * a stream of its own, share out a number of launches of many small blocks. With slices of
 * --unit-blocks a launch is --slices slices; the work is the same for any number of clients.
 */
#include "busy.cuh"
#include <pthread.h>
#include <thread>

enum { THREADS = 32 };

static int n_clients = 16, slices = 64, unit_blocks = 1, launches = 1024, depth = 4, rounds = 100;
static pthread_barrier_t meeting;

static void client(int number, int n_launches, unsigned long long *done)
{
    const struct busy_ledger ledger = {done, NULL, 1, 1};
    cudaStream_t stream = device_stream();
    char name[16];

    snprintf(name, sizeof(name), "client%d", number);
    pthread_setname_np(pthread_self(), name);
    busy_launch(ledger, unit_blocks, THREADS, rounds, stream);
    CHECK(cudaStreamSynchronize(stream));
    pthread_barrier_wait(&meeting); /* all are there */
    pthread_barrier_wait(&meeting); /* the time runs */
    for (int i = 1; i <= n_launches; i++) {
        busy_launch(ledger, slices * unit_blocks, THREADS, rounds, stream);
        if (i % depth == 0 || i == n_launches)
            CHECK(cudaStreamSynchronize(stream));
    }
    pthread_barrier_wait(&meeting); /* all are done */
    CHECK(cudaStreamDestroy(stream));
}

/* Every client's blocks, each counted once. */
static void verify(const buffer<unsigned long long> &done, int each)
{
    const unsigned long long wanted = unit_blocks * (1 + (unsigned long long)each * slices);

    for (int k = 0; k < n_clients; k++) {
        if (done.host[k] == wanted)
            continue;
        fprintf(stderr, "client %d: %llu blocks, not %llu\n", k, done.host[k], wanted);
        exit(EXIT_WRONG);
    }
}

static void report(double total_ms, int each, const buffer<unsigned long long> &done)
{
    const double all = (double)each * n_clients;

    json_begin("client_count");
    json_count("clients", n_clients);
    json_count("slices", slices);
    json_count("unit_blocks", unit_blocks);
    json_count("launches", (long long)all);
    json_number("total_ms", total_ms);
    json_number("launch_ns", total_ms * 1e6 / all);
    json_number("slice_ns", total_ms * 1e6 / all / slices);
    json_number("block_ns", total_ms * 1e6 / all / slices / unit_blocks);
    json_number("launches_per_s", all * 1e3 / total_ms);
    json_checksum(data_checksum(DATA_CHECKSUM_START, done.host, done.bytes()));
    json_end();
}

int main(int argc, char **argv)
{
    const char *clock = "host";
    const struct argument table[] = {
        {"clients", "N", "threads that launch", ARGUMENT_INT, &n_clients, 1, 1024},
        {"slices", "N", "parts of a launch", ARGUMENT_INT, &slices, 1, 1 << 20},
        {"unit-blocks", "N", "blocks in a part", ARGUMENT_INT, &unit_blocks, 1, 1 << 10},
        {"launches", "N", "of all clients together, one each at least", ARGUMENT_INT, &launches, 1,
         1 << 24},
        {"depth", "N", "launches until a client waits", ARGUMENT_INT, &depth, 1, 1 << 20},
        {"rounds", "N", "length of a block", ARGUMENT_INT, &rounds, 1, 1 << 24},
        {"clock", STOPWATCH_CLOCKS, "whose time", ARGUMENT_TEXT, &clock, 0, 0},
    };
    std::vector<std::thread> threads;

    ARGUMENTS_PARSE(argc, argv, "Times launches by many clients.", table);
    const bool on_device = arguments_choice("clock", clock, STOPWATCH_CLOCKS) == 1;
    const int each = launches > n_clients ? launches / n_clients : 1;
    device_require();
    stopwatch watch(on_device);
    buffer<unsigned long long> done((size_t)n_clients);
    CHECK(cudaMemset(done.device, 0, done.bytes()));
    CHECK(cudaDeviceSynchronize());
    pthread_barrier_init(&meeting, NULL, (unsigned)n_clients + 1);
    for (int k = 0; k < n_clients; k++)
        threads.emplace_back(client, k, each, done.device + k);
    pthread_barrier_wait(&meeting);
    watch.start();
    pthread_barrier_wait(&meeting);
    pthread_barrier_wait(&meeting);
    const double total_ms = watch.stop_ms();
    for (std::thread &thread : threads)
        thread.join();
    CHECK(cudaMemcpy(done.host, done.device, done.bytes(), cudaMemcpyDeviceToHost));
    verify(done, each);
    report(total_ms, each, done);
    return 0;
}
