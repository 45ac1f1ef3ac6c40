/* SPDX-License-Identifier: MIT
 *
 * application.cuh - what the programs see of a workload that copies in, computes and copies out on
 * a stream of its owner's and knows the right answer; and the measurement of one that runs alone.
 */
#ifndef BENCHMARKS_APPLICATION_CUH
#define BENCHMARKS_APPLICATION_CUH

#include "arguments.h"
#include "data.h"
#include "device.cuh"
#include "json.h"
#include <vector>

struct application {
    const char *name;
    dim3 grid;         /* of its main kernel */
    int wave_blocks;   /* blocks of that kernel that are resident at once */
    int main_launches; /* launches of it in one launch() */

    virtual ~application() = default;

    /* Puts back the inputs that copy_out overwrote, on the host. Never timed. */
    virtual void prepare()
    {
    }
    /* Each only submits. copy_in also clears what launch() adds to. */
    virtual void copy_in(cudaStream_t stream) = 0;
    virtual void launch(cudaStream_t stream) = 0;
    virtual void copy_out(cudaStream_t stream) = 0;

    /* After copy_out has ended; passes is the number of launch() since copy_in. */
    virtual bool is_right(int passes) const = 0;
    virtual uint64_t checksum() const = 0;

    long blocks() const
    {
        return (long)grid.x * grid.y * grid.z;
    }
};

static inline void application_describe(const application &app)
{
    const double grid[3] = {(double)app.grid.x, (double)app.grid.y, (double)app.grid.z};

    json_numbers("grid", grid, 3);
    json_count("blocks", app.blocks());
    json_count("wave_blocks", app.wave_blocks);
    json_number("waves", (double)app.blocks() / app.wave_blocks);
    json_count("kernel_launches", app.main_launches);
}

/* Exits if what was copied out is wrong. */
static inline void application_verify(const application &app, int passes)
{
    if (app.is_right(passes))
        return;
    fprintf(stderr, "%s: wrong result\n", app.name);
    exit(EXIT_WRONG);
}

struct alone_options {
    int repeats, warmup, launches;
    const char *clock;
};

#define ALONE_DEFAULTS                                                                             \
    {                                                                                              \
        20, 3, 1, "host"                                                                           \
    }
#define ALONE_ARGUMENTS(options)                                                                   \
    {"repeats", "N", "times measured", ARGUMENT_INT, &(options).repeats, 1, 100000},               \
        {"warmup", "N", "times before that", ARGUMENT_INT, &(options).warmup, 0, 100000},          \
        {"launches", "N", "launches in one time", ARGUMENT_INT, &(options).launches, 1, 100000},   \
    {                                                                                              \
        "clock", STOPWATCH_CLOCKS, "whose time", ARGUMENT_TEXT, &(options).clock, 0, 0             \
    }

/* The time of a launch() with the data in place, and the check of everything that was launched. */
static inline void application_run_alone(application &app, const struct alone_options &options)
{
    stopwatch watch(arguments_choice("clock", options.clock, STOPWATCH_CLOCKS) == 1);
    cudaStream_t stream = device_stream();
    std::vector<double> ms;

    app.copy_in(stream);
    CHECK(cudaStreamSynchronize(stream));
    for (int i = -options.warmup; i < options.repeats; i++) {
        watch.start();
        for (int k = 0; k < options.launches; k++)
            app.launch(stream);
        CHECK(cudaStreamSynchronize(stream));
        const double time_ms = watch.stop_ms() / options.launches;
        if (i >= 0)
            ms.push_back(time_ms);
    }
    app.copy_out(stream);
    CHECK(cudaStreamSynchronize(stream));
    CHECK(cudaGetLastError());
    application_verify(app, (options.warmup + options.repeats) * options.launches);
    json_begin(app.name);
    application_describe(app);
    json_count("repeats", options.repeats);
    json_number("median_ms", median(ms.data(), ms.size()));
    json_number("q1_ms", percentile(ms.data(), ms.size(), 0.25));
    json_number("q3_ms", percentile(ms.data(), ms.size(), 0.75));
    json_number("min_ms", ms[0]);
    json_checksum(app.checksum());
    json_end();
}

#endif
