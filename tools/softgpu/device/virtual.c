/* SPDX-License-Identifier: MIT
 *
 * virtual.c - the engine of virtual time: one thread, one event after the other, repeatable.
 *
 * A block's next part is run at once when it begins, its cost says when in virtual time it is over.
 * Time moves to the next such end only when nothing more can happen now: everything runnable has
 * been run, and the host has come to rest (quiet.h), so that what it submits in answer to one event
 * comes before the next. How long the host computes costs no virtual time, nor how long it sleeps,
 * unless it lives by this time, too (host_time.h): then it rests when its threads say so.
 */
#include "tools/softgpu/device/device_internal.h"
#include "tools/softgpu/device/quiet.h"

#include <time.h>

#define HOST_PATIENCE 10 /* times; only who polls memory needs it, where known calls take time */
#define POLL_NS       100000 /* real time: for words of memory, and threads that come from elsewhere */

/* One copy engine each way, as most devices have; copies inside the device and fills go by the
 * first. */
static uint64_t engine_free_ns[2];

static uint64_t bytes_of(const struct work *work)
{
    if (work->kind == WORK_COPY)
        return work->copy.width_bytes * work->copy.height * work->copy.depth;
    return work->fill.width_units * work->fill.unit_bytes * work->fill.height;
}

static bool begin_job(void)
{
    struct task *task = queue_pop(&device.jobs);
    uint64_t *free_ns, start_ns = device_now_ns();

    if (!task)
        return false;
    task->state = TASK_RUNNING;
    free_ns = &engine_free_ns[task->work.kind == WORK_COPY && task->work.copy.to_host];
    if (*free_ns > start_ns)
        start_ns = *free_ns;
    *free_ns = start_ns + device.options.launch_ns +
               bytes_of(&task->work) * 1000 / device.options.copy_mbps;
    task->start_ns = start_ns;
    device_unlock();
    work_move_memory(&task->work);
    device_lock();
    device_set_timer(task, *free_ns);
    return true;
}

static bool begin_block(void)
{
    struct resident *resident = sm_take();
    enum exec_status status;
    uint64_t costs[EXEC_CLUSTER_BLOCKS];

    if (!resident)
        return false;
    status = device_run_cluster(resident, costs);
    sm_time(resident, costs, status != EXEC_YIELDED);
    return true;
}

/* Lets go of the lock; false if something came meanwhile. */
static bool host_rests(void)
{
    if (device.host) {
        device_unlock();
        bool ran = device.host->run(HOST_PATIENCE * device.options.patience_us);
        device_lock();
        return !ran;
    }
    if (!device.host_may_act)
        return true;
    device.host_may_act = false;
    device_unlock();
    quiet_wait(device.options.patience_us);
    device_lock();
    return !device.host_may_act;
}

static void wait_for_work(void)
{
    struct timespec until;

    if (!device.values.first && !device.host) {
        pthread_cond_wait(&device.work, &device.lock);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += POLL_NS;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&device.work, &device.lock, &until);
}

static uint64_t min_ns(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t until_ns(uint64_t at_ns, uint64_t now_ns)
{
    return at_ns == UINT64_MAX ? at_ns : at_ns > now_ns ? at_ns - now_ns : 0;
}

static void advance(void)
{
    uint64_t now_ns = device_now_ns(), block_ns = sm_next_ns(), step_ns = block_ns;

    if (!host_rests() || device_admit())
        return;
    if (device.timers.first && device.timers.first->due_ns - now_ns < step_ns)
        step_ns = device.timers.first->due_ns - now_ns;
    if (device.host)
        step_ns = min_ns(step_ns, until_ns(device.host->next_deadline_ns(), now_ns));
    if (step_ns == UINT64_MAX) {
        wait_for_work();
        return;
    }
    atomic_store_explicit(&device.virtual_ns, now_ns + step_ns, memory_order_relaxed);
    sm_advance(step_ns);
    device_fire_timers();
    if (device.host)
        device.host->expire(now_ns + step_ns);
}

void *virtual_main(void *arg)
{
    (void)arg;
    device_lock();
    for (;;) {
        device_pump();
        device_poll_values();
        if (!begin_job() && !begin_block())
            advance();
    }
    return NULL;
}
