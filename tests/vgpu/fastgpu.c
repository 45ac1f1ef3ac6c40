/* SPDX-License-Identifier: MIT
 *
 * fastgpu.c - see fastgpu.h. A mark is the time at which its stream comes to it.
 */
#include "tests/vgpu/fastgpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void check(struct fast_gpu *gpu, bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "fastgpu: %s\n", what);
    gpu->n_errors++;
}

void fast_gpu_init(struct fast_gpu *gpu)
{
    *gpu = (struct fast_gpu){.lock = PTHREAD_MUTEX_INITIALIZER};
}

uint64_t fast_gpu_now(void *gpu)
{
    struct timespec now;
    (void)gpu;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void enter(struct fast_gpu *gpu)
{
    check(gpu, gpu->in_ops++ == 0, "two threads in gpu_ops");
}

static void leave(struct fast_gpu *gpu)
{
    gpu->in_ops--;
}

/* Numbers on a stream only grow; the slices of one launch have the same. */
static void come_to(struct fast_gpu *gpu, struct fast_stream *stream, uint64_t number)
{
    if (!number)
        return;
    check(gpu, number >= stream->last_number, "a stream's order is broken");
    stream->last_number = number;
}

static void run_blocks(struct fast_gpu *gpu, struct fast_launch *launch, uint64_t blocks)
{
    struct fast_stream *stream = launch->launch.stream;
    pthread_mutex_lock(&gpu->lock);
    uint64_t now = fast_gpu_now(gpu);
    come_to(gpu, stream, launch->number);
    uint64_t from = gpu->busy_until_ns > now ? gpu->busy_until_ns : now;
    gpu->busy_until_ns = stream->end_ns = from + blocks * launch->block_ns;
    pthread_mutex_unlock(&gpu->lock);
}

void fast_gpu_direct(struct fast_gpu *gpu, struct fast_launch *launch)
{
    run_blocks(gpu, launch, grid3_count(launch->launch.grid));
}

int fast_call_run(struct call *call)
{
    struct fast_call *fast = (struct fast_call *)call;
    pthread_mutex_lock(&fast->gpu->lock);
    come_to(fast->gpu, fast->stream, fast->number);
    pthread_mutex_unlock(&fast->gpu->lock);
    return 0;
}

static int op_begin(void *gpu, struct launch *launch)
{
    (void)launch;
    enter(gpu);
    leave(gpu);
    return 4;
}

static int op_submit(void *gpu, struct launch *launch, const struct slice *slice, bool whole,
                     unsigned lane)
{
    struct fast_gpu *fast = gpu;
    (void)lane;
    if (!whole)
        enter(gpu);
    run_blocks(gpu, (struct fast_launch *)launch, grid3_count(slice->extent));
    fast->n_slices++;
    if (!whole)
        leave(gpu);
    return 0;
}

static int op_spread(void *gpu, struct launch *launch, const struct slice *slices, unsigned n,
                     unsigned lane_mask)
{
    (void)lane_mask;
    for (unsigned i = 0; i < n; i++)
        op_submit(gpu, launch, &slices[i], false, 0);
    return 0;
}

static int op_join(void *gpu, struct launch *launch, unsigned lane_mask)
{
    (void)launch;
    (void)lane_mask;
    enter(gpu);
    leave(gpu);
    return 0;
}

static bool op_alone(void *gpu, struct launch *launch)
{
    (void)launch;
    enter(gpu);
    leave(gpu);
    return true;
}

/* The device always works for us. */
static int op_probe(void *gpu, void *stream, struct gpu_mark *ret_mark)
{
    struct fast_gpu *fast = gpu;
    uint64_t *end_ns = calloc(1, sizeof(*end_ns));
    (void)stream;
    if (!end_ns)
        abort();
    enter(gpu);
    *ret_mark = (struct gpu_mark){.where = end_ns};
    fast->n_marks++;
    leave(gpu);
    return 0;
}

static bool op_begun(void *gpu, struct launch *launch)
{
    (void)gpu;
    (void)launch;
    return true;
}

static int op_mark_stream(void *gpu, void *stream, struct gpu_mark *ret_mark)
{
    struct fast_gpu *fast = gpu;
    struct fast_stream *fast_stream = stream;
    uint64_t *end_ns = malloc(sizeof(*end_ns));
    if (!end_ns)
        abort();
    pthread_mutex_lock(&fast->lock);
    *end_ns = fast_stream->end_ns;
    pthread_mutex_unlock(&fast->lock);
    *ret_mark = (struct gpu_mark){.where = end_ns};
    fast->n_marks++;
    return 0;
}

static int op_mark(void *gpu, struct launch *launch, unsigned lane, struct gpu_mark *ret_mark)
{
    (void)lane;
    enter(gpu);
    int error = op_mark_stream(gpu, launch->stream, ret_mark);
    leave(gpu);
    return error;
}

static bool op_reached(void *gpu, const struct gpu_mark *mark)
{
    return fast_gpu_now(gpu) >= *(const uint64_t *)mark->where;
}

static void op_drop_mark(void *gpu, struct gpu_mark *mark)
{
    struct fast_gpu *fast = gpu;
    fast->n_dropped++;
    free(mark->where);
}

static int op_call(void *gpu, struct call *call)
{
    (void)gpu;
    return call->run(call);
}

static void op_retire_launch(void *gpu, struct launch *launch, int error)
{
    struct fast_gpu *fast = gpu;
    (void)error;
    fast->n_retired++;
    free(launch);
}

static void op_retire_call(void *gpu, struct call *call, int error)
{
    struct fast_gpu *fast = gpu;
    (void)error;
    fast->n_calls++;
    free(call);
}

const struct gpu_ops fast_gpu_ops = {
    .now_ns = fast_gpu_now,
    .begin = op_begin,
    .submit = op_submit,
    .spread = op_spread,
    .follow = op_spread,
    .join = op_join,
    .probe = op_probe,
    .open = op_alone,
    .begun = op_begun,
    .alone = op_alone,
    .mark = op_mark,
    .mark_stream = op_mark_stream,
    .reached = op_reached,
    .drop_mark = op_drop_mark,
    .call = op_call,
    .retire_launch = op_retire_launch,
    .retire_call = op_retire_call,
};
