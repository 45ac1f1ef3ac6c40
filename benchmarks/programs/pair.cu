/* SPDX-License-Identifier: MIT
 *
 * pair - the study's experiment: SGEMM and MRI-Q on one GPU, each on a stream of its own, submitted
 * by one thread or by two. Setup 1: first all copies to the device, one application after the
 * other, then both applications' kernels, then all copies back. Setup 2: each stream has all of its
 * steps behind one another, so copies and kernels of the two overlap. Nothing is allocated in the
 * time measured.
 */
#include "mriq.cuh"
#include "sgemm.cuh"
#include <pthread.h>
#include <thread>

enum { COPY_IN, KERNELS, COPY_OUT, STEPS };
enum { APPLICATIONS = 2 };

/* An application with its stream, and when its steps began and ended there. */
struct lane {
    application *app;
    cudaStream_t stream;
    cudaEvent_t begin[STEPS], end[STEPS];
};

struct sample {
    double total_ms, copies_ms, kernels_ms, app_ms[APPLICATIONS];
};

static int setup = 1, n_threads = 1, repeats = 10, warmup = 2;
static bool device_clock;
static struct lane lanes[APPLICATIONS];
static pthread_barrier_t meeting;
static std::vector<struct sample> samples;

static void submit(const struct lane &l, int step)
{
    CHECK(cudaEventRecord(l.begin[step], l.stream));
    if (step == COPY_IN)
        l.app->copy_in(l.stream);
    else if (step == KERNELS)
        l.app->launch(l.stream);
    else
        l.app->copy_out(l.stream);
    CHECK(cudaEventRecord(l.end[step], l.stream));
}

/* A step of all applications, one after the other. */
static void take_turns(int first, int last, int step)
{
    for (int turn = 0; turn < APPLICATIONS; turn++) {
        if (turn >= first && turn < last) {
            submit(lanes[turn], step);
            CHECK(cudaStreamSynchronize(lanes[turn].stream));
        }
        pthread_barrier_wait(&meeting);
    }
}

static void wait_for(int first, int last)
{
    for (int i = first; i < last; i++)
        CHECK(cudaStreamSynchronize(lanes[i].stream));
    pthread_barrier_wait(&meeting);
}

static void run_setup_1(int first, int last)
{
    take_turns(first, last, COPY_IN);
    for (int i = first; i < last; i++)
        submit(lanes[i], KERNELS);
    wait_for(first, last);
    take_turns(first, last, COPY_OUT);
}

static void run_setup_2(int first, int last)
{
    for (int step = 0; step < STEPS; step++)
        for (int i = first; i < last; i++)
            submit(lanes[i], step);
    wait_for(first, last);
}

static double between_ms(cudaEvent_t from, cudaEvent_t to)
{
    float ms;

    CHECK(cudaEventElapsedTime(&ms, from, to));
    return ms;
}

/* copies_ms adds up each application's; kernels_ms is from the first kernel to the end of the last.
 */
static struct sample take_sample(double total_ms)
{
    const cudaEvent_t zero = lanes[0].begin[COPY_IN];
    struct sample s = {total_ms, 0, 0, {0, 0}};
    double first = INFINITY, last = -INFINITY;

    for (int i = 0; i < APPLICATIONS; i++) {
        const struct lane &l = lanes[i];
        s.copies_ms += between_ms(l.begin[COPY_IN], l.end[COPY_IN]) +
                       between_ms(l.begin[COPY_OUT], l.end[COPY_OUT]);
        s.app_ms[i] = between_ms(l.begin[KERNELS], l.end[KERNELS]);
        first = fmin(first, between_ms(zero, l.begin[KERNELS]));
        last = fmax(last, between_ms(zero, l.end[KERNELS]));
    }
    s.kernels_ms = last - first;
    return s;
}

static void print_sample(const char *program, const struct sample &s)
{
    json_begin(program);
    json_number("total_ms", s.total_ms);
    json_number("copies_ms", s.copies_ms);
    json_number("kernels_ms", s.kernels_ms);
    json_number("sgemm_ms", s.app_ms[0]);
    json_number("mriq_ms", s.app_ms[1]);
}

/* What one thread does for lanes first to last - 1. The thread of lane 0 keeps the time. */
static void drive(int first, int last)
{
    stopwatch watch(device_clock);

    if (n_threads > 1)
        pthread_setname_np(pthread_self(), lanes[first].app->name);
    for (int r = -warmup; r < repeats; r++) {
        for (int i = first; i < last; i++)
            lanes[i].app->prepare();
        pthread_barrier_wait(&meeting);
        if (first == 0)
            watch.start();
        pthread_barrier_wait(&meeting);
        (setup == 1 ? run_setup_1 : run_setup_2)(first, last);
        if (first != 0)
            continue;
        const struct sample s = take_sample(watch.stop_ms());
        if (r < 0)
            continue;
        samples.push_back(s);
        print_sample("pair", s);
        json_count("repeat", r);
        json_end();
    }
}

static double median_of(double (*member)(const struct sample &))
{
    std::vector<double> values;

    for (const struct sample &s : samples)
        values.push_back(member(s));
    return median(values.data(), values.size());
}

static void report(int scale)
{
    uint64_t sum = DATA_CHECKSUM_START;
    struct sample middle;

    middle.total_ms = median_of([](const struct sample &s) { return s.total_ms; });
    middle.copies_ms = median_of([](const struct sample &s) { return s.copies_ms; });
    middle.kernels_ms = median_of([](const struct sample &s) { return s.kernels_ms; });
    middle.app_ms[0] = median_of([](const struct sample &s) { return s.app_ms[0]; });
    middle.app_ms[1] = median_of([](const struct sample &s) { return s.app_ms[1]; });
    for (const struct lane &l : lanes) {
        application_verify(*l.app, 1);
        json_begin("pair");
        json_text("application", l.app->name);
        application_describe(*l.app);
        json_end();
        const uint64_t one = l.app->checksum();
        sum = data_checksum(sum, &one, sizeof(one));
    }
    print_sample("pair", middle);
    json_count("setup", setup);
    json_count("threads", n_threads);
    json_count("scale", scale);
    json_count("multiprocessors", device_multiprocessors());
    json_count("repeats", repeats);
    json_count("sgemm_blocks", lanes[0].app->blocks());
    json_count("mriq_blocks", lanes[1].app->blocks());
    json_checksum(sum);
    json_end();
}

static void run(application *sgemm, application *mriq)
{
    application *apps[APPLICATIONS] = {sgemm, mriq};

    for (int i = 0; i < APPLICATIONS; i++) {
        lanes[i].app = apps[i];
        lanes[i].stream = device_stream();
        for (int step = 0; step < STEPS; step++) {
            CHECK(cudaEventCreate(&lanes[i].begin[step]));
            CHECK(cudaEventCreate(&lanes[i].end[step]));
        }
    }
    pthread_barrier_init(&meeting, NULL, (unsigned)n_threads);
    if (n_threads == 1) {
        drive(0, APPLICATIONS);
    } else {
        std::thread other(drive, 1, 2);
        drive(0, 1);
        other.join();
    }
    CHECK(cudaGetLastError());
}

/* As often as there are multiprocessors, or as told: the grids of both grow so much, by columns of
 * C and by voxels, that there are as many waves as at scale 1 on a single multiprocessor. */
static int parse_scale(const char *text)
{
    int scale = 0, end = 0;

    if (strcmp(text, "auto") == 0)
        return device_multiprocessors();
    if (sscanf(text, "%d%n", &scale, &end) != 1 || text[end] != 0 || scale < 1 || scale > 1024)
        arguments_reject("scale", text, "auto or 1 to 1024");
    return scale;
}

int main(int argc, char **argv)
{
    const char *sgemm = "medium", *mriq = "large", *scale_text = "1", *clock = "host";
    const struct argument table[] = {
        {"setup", "1|2", "1: copies apart from kernels; 2: they overlap", ARGUMENT_INT, &setup, 1,
         2},
        {"threads", "1|2", "both from one thread, or each from its own", ARGUMENT_INT, &n_threads,
         1, 2},
        {"sgemm", "small|medium|MxNxK", "size of the product", ARGUMENT_TEXT, &sgemm, 0, 0},
        {"mriq", MRIQ_SIZES, "size of the image", ARGUMENT_TEXT, &mriq, 0, 0},
        {"scale", "W|auto", "grids so often larger; auto: multiprocessors", ARGUMENT_TEXT,
         &scale_text, 0, 0},
        {"repeats", "N", "times measured", ARGUMENT_INT, &repeats, 1, 100000},
        {"warmup", "N", "times before that", ARGUMENT_INT, &warmup, 0, 100000},
        {"clock", STOPWATCH_CLOCKS, "whose time", ARGUMENT_TEXT, &clock, 0, 0},
    };

    ARGUMENTS_PARSE(argc, argv, "Times SGEMM and MRI-Q side by side.", table);
    device_clock = arguments_choice("clock", clock, STOPWATCH_CLOCKS) == 1;
    struct sgemm_shape product = sgemm_parse("sgemm", sgemm);
    struct mriq_shape image = mriq_parse("mriq", mriq);
    device_require();
    const int scale = parse_scale(scale_text);
    if (!product.is_study || (long)image.voxels * scale > 1 << 30)
        arguments_reject("sgemm, --mriq", scale_text, "sizes that can be scaled so");
    product.n *= scale;
    image.voxels *= scale;
    sgemm_application first(product);
    mriq_application second(image);
    run(&first, &second);
    report(scale);
    return 0;
}
