/* SPDX-License-Identifier: MIT
 *
 * mixed - six small programs of several kernels each, one after the other. With several threads,
 * each runs a copy of the workload on a stream of its own. A time is from the first copy in to the
 * last copy out of all threads; nothing is allocated in it.
 */
#include "mixed.h"
#include <pthread.h>
#include <thread>

#define WORKLOADS "image|reduction|stencil|sort|spmv|batched"

static std::unique_ptr<application> (*const create[])(int scale) = {
    mixed_image, mixed_reduction, mixed_stencil, mixed_sort, mixed_spmv, mixed_batched,
};
enum { N_WORKLOADS = sizeof(create) / sizeof(*create) };

static int n_threads = 1, repeats = 20, warmup = 3, scale = 1024;
static bool device_clock;
static pthread_barrier_t meeting;

static void work(application *app, int number, std::vector<double> *ret_ms)
{
    cudaStream_t stream = device_stream();
    stopwatch watch(device_clock);

    for (int r = -warmup; r < repeats; r++) {
        app->prepare();
        pthread_barrier_wait(&meeting);
        if (number == 0)
            watch.start();
        pthread_barrier_wait(&meeting);
        app->copy_in(stream);
        app->launch(stream);
        app->copy_out(stream);
        CHECK(cudaStreamSynchronize(stream));
        pthread_barrier_wait(&meeting);
        const double time_ms = number == 0 ? watch.stop_ms() : 0;
        if (number == 0 && r >= 0)
            ret_ms->push_back(time_ms);
    }
    CHECK(cudaStreamDestroy(stream));
}

struct result {
    char key[32];
    double median_ms;
};

/* Prints the workload's line and adds to the checksum. */
static struct result measure(int workload, uint64_t *checksum)
{
    std::vector<std::unique_ptr<application>> apps;
    std::vector<std::thread> others;
    std::vector<double> ms;

    for (int t = 0; t < n_threads; t++)
        apps.push_back(create[workload](scale));
    for (int t = 1; t < n_threads; t++)
        others.emplace_back(work, apps[(size_t)t].get(), t, nullptr);
    work(apps[0].get(), 0, &ms);
    for (std::thread &thread : others)
        thread.join();
    CHECK(cudaGetLastError());
    for (const std::unique_ptr<application> &app : apps) {
        const uint64_t one = app->checksum();
        application_verify(*app, 1);
        *checksum = data_checksum(*checksum, &one, sizeof(one));
    }
    struct result result = {"", median(ms.data(), ms.size())};
    snprintf(result.key, sizeof(result.key), "%s_ms", apps[0]->name);
    json_begin("mixed");
    json_text("workload", apps[0]->name);
    application_describe(*apps[0]);
    json_number("median_ms", result.median_ms);
    json_number("q1_ms", percentile(ms.data(), ms.size(), 0.25));
    json_number("q3_ms", percentile(ms.data(), ms.size(), 0.75));
    json_checksum(apps[0]->checksum());
    json_end();
    return result;
}

int main(int argc, char **argv)
{
    const char *only = "", *clock = "host";
    const struct argument table[] = {
        {"only", WORKLOADS, "not all", ARGUMENT_TEXT, &only, 0, 0},
        {"threads", "N", "that run a copy each", ARGUMENT_INT, &n_threads, 1, 64},
        {"scale", "N", "size; 1 is a few blocks a kernel", ARGUMENT_INT, &scale, 1, 16384},
        {"repeats", "N", "times measured", ARGUMENT_INT, &repeats, 1, 100000},
        {"warmup", "N", "times before that", ARGUMENT_INT, &warmup, 0, 100000},
        {"clock", STOPWATCH_CLOCKS, "whose time", ARGUMENT_TEXT, &clock, 0, 0},
    };
    uint64_t checksum = DATA_CHECKSUM_START;
    double total_ms = 0;
    std::vector<struct result> results;

    ARGUMENTS_PARSE(argc, argv, "Times six small workloads.", table);
    device_clock = arguments_choice("clock", clock, STOPWATCH_CLOCKS) == 1;
    const int one = *only ? arguments_choice("only", only, WORKLOADS) : -1;
    device_require();
    pthread_barrier_init(&meeting, NULL, (unsigned)n_threads);
    for (int i = 0; i < N_WORKLOADS; i++)
        if (one < 0 || one == i)
            results.push_back(measure(i, &checksum));
    json_begin("mixed");
    json_count("threads", n_threads);
    json_count("scale", scale);
    json_count("repeats", repeats);
    for (const struct result &r : results) {
        json_number(r.key, r.median_ms);
        total_ms += r.median_ms;
    }
    json_number("total_ms", total_ms);
    json_checksum(checksum);
    json_end();
    return 0;
}
