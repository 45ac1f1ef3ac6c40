/* SPDX-License-Identifier: MIT
 *
 * wall.c - the engine of real time: each of several threads takes the next copy or the next block.
 *
 * A block that yields goes to the end of the line, so that all resident blocks move on and one that
 * spins for another can't keep it from running.
 */
#include "tools/softgpu/device/device_internal.h"

#include <time.h>

#define POLL_NS                                                                                    \
    50000 /* how often words that streams wait for are looked at when nothing else is on */

static bool run_job(void)
{
    struct task *task = queue_pop(&device.jobs);

    if (!task)
        return false;
    task->state = TASK_RUNNING;
    task->start_ns = device_now_ns();
    device_unlock();
    work_move_memory(&task->work);
    device_lock();
    task_finish(task);
    device_pump();
    return true;
}

static bool run_block(void)
{
    struct resident *resident = sm_take();
    uint64_t costs[EXEC_CLUSTER_BLOCKS];

    if (!resident)
        return false;
    if (device_run_cluster(resident, costs) == EXEC_YIELDED)
        sm_requeue(resident);
    else
        sm_release(resident);
    device_pump();
    return true;
}

static void wait_for_work(void)
{
    uint64_t wait_ns = device.values.first ? POLL_NS : UINT64_MAX;
    struct timespec until;

    if (device.timers.first) {
        uint64_t now_ns = device_now_ns(), due_ns = device.timers.first->due_ns;
        uint64_t timer_ns = due_ns > now_ns ? due_ns - now_ns : 0;

        if (timer_ns < wait_ns)
            wait_ns = timer_ns;
    }
    if (wait_ns == UINT64_MAX) {
        pthread_cond_wait(&device.work, &device.lock);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    wait_ns += (uint64_t)until.tv_nsec;
    until.tv_sec += (time_t)(wait_ns / 1000000000u);
    until.tv_nsec = (long)(wait_ns % 1000000000u);
    pthread_cond_timedwait(&device.work, &device.lock, &until);
}

void *wall_main(void *arg)
{
    (void)arg;
    device_lock();
    for (;;) {
        device_fire_timers();
        device_poll_values();
        if (!run_job() && !run_block())
            wait_for_work();
    }
    return NULL;
}
