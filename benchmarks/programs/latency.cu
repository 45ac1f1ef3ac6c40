/* SPDX-License-Identifier: MIT
 *
 * latency - a thread with a deadline beside threads with all the work in the world. Every period
 * the first one launches its short kernels and a copy to the host and waits for them; the others
 * loop grids of SGEMM, or of blocks of a set length, and wait every so many. Prints the times of
 * the jobs alone and beside the others, and what the others got done meanwhile.
 */
#include "busy.cuh"
#include "sgemm.cuh"
#include <atomic>
#include <memory>
#include <pthread.h>
#include <thread>

enum { SHORT_BLOCKS = 64, SHORT_THREADS = 256 };

static int jobs = 500, warmup = 20, kernels = 20, n_others = 1, waves = 4, depth = 4, rounds = 0;
static int short_rounds = 2000, priorities = 0, alone = 1, points = 200;
static double period_ms = 4, block_us = 0;
static bool device_clock;
static std::atomic<bool> stop;
static std::atomic<long> others_done; /* launches that have ended */
static pthread_barrier_t meeting;

__global__ void short_kernel(uint32_t *v, int n_rounds)
{
    const int i = blockIdx.x * SHORT_THREADS + threadIdx.x;

    v[i] = busy_spin(v[i], n_rounds);
}

static cudaStream_t make_stream(bool urgent)
{
    int least, greatest;
    cudaStream_t stream;

    if (!priorities)
        return device_stream();
    CHECK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
    CHECK(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, urgent ? greatest : least));
    return stream;
}

/* One of the others. Its first launches warm it up before the jobs begin. */
static void work(application *app)
{
    cudaStream_t stream = make_stream(false);
    int passes = 0;

    pthread_setname_np(pthread_self(), "best-effort");
    app->copy_in(stream);
    do {
        for (int i = 0; i < depth; i++)
            app->launch(stream);
        CHECK(cudaStreamSynchronize(stream));
        passes += depth;
        others_done += depth;
        if (passes == depth)
            pthread_barrier_wait(&meeting);
    } while (!stop);
    app->copy_out(stream);
    CHECK(cudaStreamSynchronize(stream));
    application_verify(*app, passes);
    CHECK(cudaStreamDestroy(stream));
}

/* Times of n jobs. A job that is late by more than a period moves the next ones: they never pile
 * up. */
static std::vector<double> do_jobs(int n, cudaStream_t stream, buffer<uint32_t> &v)
{
    const uint64_t period_ns = (uint64_t)(period_ms * 1e6);
    stopwatch watch(device_clock);
    uint64_t next = now_ns();
    std::vector<double> ms;

    for (int j = 0; j < n; j++) {
        next += period_ns;
        if (period_ns != 0)
            sleep_until(next);
        watch.start();
        for (int k = 0; k < kernels; k++)
            short_kernel<<<SHORT_BLOCKS, SHORT_THREADS, 0, stream>>>(v.device, short_rounds);
        v.copy_out(stream);
        CHECK(cudaStreamSynchronize(stream));
        ms.push_back(watch.stop_ms());
        if (now_ns() > next + period_ns)
            next = now_ns();
    }
    return ms;
}

/* All values after so many jobs on the values 0, 1, ... */
static void verify(const buffer<uint32_t> &v, int n_jobs)
{
    const uint64_t all_rounds = (uint64_t)n_jobs * (uint64_t)kernels * (uint64_t)short_rounds;

    for (size_t i = 0; i < v.n; i++) {
        if (v.host[i] == busy_spin_reference((uint32_t)i, all_rounds))
            continue;
        fprintf(stderr, "value %zu: wrong result\n", i);
        exit(EXIT_WRONG);
    }
}

/* The distribution as its quantiles: the least, then evenly spaced ranks, the greatest last. */
static void report(const char *how, std::vector<double> ms, double measured_ms, long done,
                   const application *other, const buffer<uint32_t> &v)
{
    std::vector<double> sorted;
    const size_t n = ms.size(), n_points = n < (size_t)points ? n : (size_t)points;

    json_begin("latency");
    json_text("how", how);
    json_count("jobs", (long long)n);
    json_number("period_ms", period_ms);
    json_number("p50_ms", percentile(ms.data(), n, 0.5));
    json_number("p90_ms", percentile(ms.data(), n, 0.9));
    json_number("p99_ms", percentile(ms.data(), n, 0.99));
    json_number("max_ms", percentile(ms.data(), n, 1));
    for (size_t i = 0; i < n_points; i++)
        sorted.push_back(ms[n_points > 1 ? i * (n - 1) / (n_points - 1) : 0]);
    json_numbers("latencies_ms", sorted.data(), n_points);
    json_number("measured_ms", measured_ms);
    json_count("others", other ? n_others : 0);
    if (other) {
        json_text("others_kernel", other->name);
        json_count("others_grid_blocks", other->blocks());
        json_count("others_wave_blocks", other->wave_blocks);
        json_count("others_rounds", rounds);
    }
    json_number("others_launches_per_s", (double)done * 1e3 / measured_ms);
    json_number("others_blocks_per_s",
                (double)done * (other ? (double)other->blocks() : 0) * 1e3 / measured_ms);
    json_checksum(data_checksum(DATA_CHECKSUM_START, v.host, v.bytes()));
    json_end();
}

static std::unique_ptr<application> make_other(struct sgemm_shape shape)
{
    if (rounds == 0 && block_us == 0)
        return std::make_unique<sgemm_application>(shape);
    if (rounds == 0)
        rounds = busy_calibrate(block_us);
    return std::make_unique<busy_application>(waves * device_wave_blocks(busy, BUSY_THREADS),
                                              rounds);
}

static void run(struct sgemm_shape shape)
{
    cudaStream_t stream = make_stream(true);
    buffer<uint32_t> v(SHORT_BLOCKS * SHORT_THREADS);
    std::vector<std::unique_ptr<application>> others;
    std::vector<std::thread> threads;
    stopwatch watch(device_clock);

    for (size_t i = 0; i < v.n; i++)
        v.host[i] = (uint32_t)i;
    v.copy_in(stream);
    CHECK(cudaStreamSynchronize(stream));
    do_jobs(warmup, stream, v);
    if (alone) {
        watch.start();
        const std::vector<double> ms = do_jobs(jobs, stream, v);
        report("alone", ms, watch.stop_ms(), 0, NULL, v);
    }
    if (n_others == 0) {
        verify(v, warmup + alone * jobs);
        return;
    }
    for (int i = 0; i < n_others; i++)
        others.push_back(make_other(shape));
    pthread_barrier_init(&meeting, NULL, (unsigned)n_others + 1);
    for (int i = 0; i < n_others; i++)
        threads.emplace_back(work, others[(size_t)i].get());
    pthread_barrier_wait(&meeting);
    const long before = others_done;
    watch.start();
    const std::vector<double> ms = do_jobs(jobs, stream, v);
    const double measured_ms = watch.stop_ms();
    const long done = others_done - before;
    stop = true;
    for (std::thread &thread : threads)
        thread.join();
    CHECK(cudaGetLastError());
    verify(v, warmup + (alone ? 2 : 1) * jobs);
    report("beside", ms, measured_ms, done, others[0].get(), v);
}

int main(int argc, char **argv)
{
    const char *size = "4096", *clock = "host";
    const struct argument table[] = {
        {"jobs", "N", "jobs timed", ARGUMENT_INT, &jobs, 1, 1000000},
        {"warmup", "N", "jobs before that", ARGUMENT_INT, &warmup, 0, 1000000},
        {"kernels", "N", "short kernels in a job", ARGUMENT_INT, &kernels, 1, 10000},
        {"short-rounds", "N", "length of a short kernel", ARGUMENT_INT, &short_rounds, 1, 1 << 24},
        {"period-ms", "TIME", "from job to job; 0: at once", ARGUMENT_DOUBLE, &period_ms, 0, 1e6},
        {"others", "N", "best-effort threads; 0: jobs alone only", ARGUMENT_INT, &n_others, 0, 64},
        {"size", SGEMM_SIZES, "their product", ARGUMENT_TEXT, &size, 0, 0},
        {"block-us", "TIME", "not SGEMM but blocks so long; 0: SGEMM", ARGUMENT_DOUBLE, &block_us,
         0, 1e6},
        {"rounds", "N", "the same by rounds", ARGUMENT_INT, &rounds, 0, 1 << 30},
        {"waves", "N", "waves of such blocks in a grid", ARGUMENT_INT, &waves, 1, 4096},
        {"depth", "N", "launches until they wait", ARGUMENT_INT, &depth, 1, 1 << 20},
        {"priorities", "0|1", "streams of greatest and least priority", ARGUMENT_INT, &priorities,
         0, 1},
        {"alone", "0|1", "time the jobs alone first", ARGUMENT_INT, &alone, 0, 1},
        {"points", "N", "times printed at most", ARGUMENT_INT, &points, 1, 1000000},
        {"clock", STOPWATCH_CLOCKS, "whose time", ARGUMENT_TEXT, &clock, 0, 0},
    };

    ARGUMENTS_PARSE(argc, argv, "Times jobs beside best-effort threads.", table);
    device_clock = arguments_choice("clock", clock, STOPWATCH_CLOCKS) == 1;
    const struct sgemm_shape shape = sgemm_parse("size", size);
    device_require();
    run(shape);
    return 0;
}
