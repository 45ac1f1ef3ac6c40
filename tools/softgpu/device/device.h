/* SPDX-License-Identifier: MIT
 *
 * device.h - the one virtual device of the process: its lock, its clock, its threads.
 *
 * On the way of a launch: the driver makes a task of it; when the tasks before it are done the
 * device starts it: copies go to the threads, kernels to the multiprocessors (sm.h), host functions
 * to a thread of their own. Two engines run it: wall.c (real time, several threads) and virtual.c
 * (virtual time, one thread, repeatable). One lock guards tasks, streams, events and
 * multiprocessors; no block, copy or host function runs under it.
 */
#ifndef SOFTGPU_DEVICE_DEVICE_H
#define SOFTGPU_DEVICE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/softgpu/device/options.h"
#include "tools/softgpu/device/sm.h"
#include "tools/softgpu/device/task.h"

/* Reserves memory and starts the threads. Once; 0 or -errno. */
int device_start(const struct options *options);
const struct options *device_options(void);
const struct sm_limits *device_limits(void);
/* Since the device started, in its own clock. Any thread, no lock. */
uint64_t device_now_ns(void);

void device_lock(void);
void device_unlock(void);

/* For answers that something is not ready yet: with virtual time a moment's sleep, so that a thread
 * which keeps asking counts as one that waits. No lock. */
void device_answer_not_ready(void);

/* Lock held; let go while waiting. */
void device_wait_task(struct task *task);
/* Until everything submitted to the domain before this call is done. */
void device_wait_domain(struct domain *domain);

#endif
