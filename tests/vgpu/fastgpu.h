/* SPDX-License-Identifier: MIT
 *
 * fastgpu.h - a GPU in real time for tests with threads: one device that serves what it is given
 * in order, at so many nanoseconds a block. Any thread. It checks that gpu_ops come one at a time
 * and that what was submitted to a stream came in the order of its numbers.
 */
#ifndef TESTS_VGPU_FASTGPU_H
#define TESTS_VGPU_FASTGPU_H

#include <pthread.h>

#include "sched/sched.h"

struct fast_gpu {
    pthread_mutex_t lock;
    uint64_t busy_until_ns;
    _Atomic unsigned in_ops;
    _Atomic uint64_t n_launches, n_retired, n_slices, n_calls, n_marks, n_dropped, n_errors;
};

struct fast_stream {
    uint64_t end_ns; /* under the gpu's lock */
    uint64_t last_number;
    uint64_t n_issued; /* the test's */
};

struct fast_launch {
    struct launch launch; /* first */
    uint64_t number;      /* in its stream; 0: not checked */
    uint32_t block_ns;
};

struct fast_call {
    struct call call; /* first */
    struct fast_gpu *gpu;
    struct fast_stream *stream;
    uint64_t number;
};

extern const struct gpu_ops fast_gpu_ops;

void fast_gpu_init(struct fast_gpu *gpu);
uint64_t fast_gpu_now(void *gpu);
/* A launch that goes straight, and a call's turn. */
void fast_gpu_direct(struct fast_gpu *gpu, struct fast_launch *launch);
int fast_call_run(struct call *call);

#endif
