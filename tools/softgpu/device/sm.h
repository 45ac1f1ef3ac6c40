/* SPDX-License-Identifier: MIT
 *
 * sm.h - the multiprocessors: what a block needs of one, what fits, and which block goes where
 * next.
 *
 * Kernels whose turn has come stand in one line for each priority. Only the head of the line of the
 * highest priority hands out blocks, each to the multiprocessor with the fewest threads that has
 * room; the next kernel begins when the head has no block left (the rules that T. Amert and others
 * measured on a Jetson, "GPU Scheduling on the NVIDIA TX2: Hidden Details Revealed", RTSS 2017).
 * Functions that take a task or a resident want the device's lock held.
 */
#ifndef SOFTGPU_DEVICE_SM_H
#define SOFTGPU_DEVICE_SM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/softgpu/exec.h"

struct domain;
struct task;

/* Of one compute capability. The limits of a block are the same for all: 1024 threads, 48 KiB of
 * shared memory unless the kernel asked for up to shared_optin_bytes. */
struct sm_limits {
    unsigned cc; /* x 10 */
    unsigned max_threads, max_blocks, registers;
    size_t shared_bytes, shared_optin_bytes, shared_reserved_bytes;
};

/* What one block occupies. */
struct sm_need {
    unsigned threads, registers;
    size_t shared_bytes;
};

/* One block on a multiprocessor. The blocks of a cluster come and go together and are run as one:
 * the one of rank 0 leads, and stands for all of them wherever a resident is asked for or handed
 * over. */
struct resident {
    struct task *kernel;
    unsigned sm;
    struct resident *leader, *next_member;
    struct resident *queue_next;
    /* of the leader */
    uint32_t index[3];
    unsigned n_members;
    struct exec_cluster *cluster; /* created by whoever runs it first */
    /* Virtual time: cycles until the part that has been run is over; and of the leader, of how many
     * members it is not, and whether that was the last one. */
    struct resident *prev, *next;
    double left_cycles;
    unsigned n_timed;
    bool ended;
};

const struct sm_limits *sm_limits_of(unsigned cc);
/* The most threads a block of the kernel may have: as it was compiled, or as any block. */
unsigned sm_max_threads(const struct exec_kernel *kernel);
struct sm_need sm_need_of(const struct sm_limits *limits, const struct exec_kernel *kernel,
                          unsigned threads, size_t dynamic_shared_bytes);
/* How many blocks of this need fit on one empty multiprocessor; 0 when one doesn't. */
unsigned sm_fits(const struct sm_limits *limits, const struct sm_need *need);

int sm_init(unsigned n_sms, const struct sm_limits *limits);
/* The kernel's turn has come. It is finished with task_finish when its last block is. */
void sm_enqueue(struct task *kernel);
/* Next block to run, or NULL. The caller runs it and hands it back to sm_requeue or sm_release. */
struct resident *sm_take(void);
void sm_requeue(struct resident *resident);
void sm_release(struct resident *resident);
/* No block of this domain's kernels is handed out any more. */
void sm_drop(struct domain *domain);
/* Virtual time: a part has been run, with the cycles of each member; how long until the first
 * resident's part is over (UINT64_MAX: nothing is timed); and let that time pass, putting those
 * that are over in line again or releasing them. Residents share their multiprocessor by warps;
 * fewer warps than saturate leave it partly idle. */
void sm_time(struct resident *resident, const uint64_t *cycles, bool ended);
uint64_t sm_next_ns(void);
void sm_advance(uint64_t ns);

#endif
