/* SPDX-License-Identifier: MIT
 *
 * device.c - starting tasks whose turn has come, timers, host functions, and waiting.
 */
#include "tools/softgpu/device/device_internal.h"
#include "tools/softgpu/device/memory.h"
#include "tools/softgpu/device/quiet.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLL_SPENDS 20 /* of an answer of NOT_READY; see struct host_time */

struct device device = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t device_now_ns(void)
{
    if (device.options.virtual_clock)
        return atomic_load_explicit(&device.virtual_ns, memory_order_relaxed);
    return monotonic_ns() - device.started_ns;
}

const struct options *device_options(void)
{
    return &device.options;
}

const struct sm_limits *device_limits(void)
{
    return device.limits;
}

void device_lock(void)
{
    pthread_mutex_lock(&device.lock);
}

void device_unlock(void)
{
    pthread_mutex_unlock(&device.lock);
}

void device_kick(void)
{
    pthread_cond_signal(&device.work);
}

static void start(struct task *task)
{
    bool failed = task->domain->fault.kind != EXEC_FAULT_NONE;

    if (task->delay_ns && !failed) {
        uint64_t due_ns = device_now_ns() + task->delay_ns;

        task->delay_ns = 0;
        task->state = TASK_TIMED;
        device_set_timer(task, due_ns);
        return;
    }
    if (task->work.kind == WORK_HOST && (!failed || task->work.host.even_failed)) {
        task->state = TASK_QUEUED;
        queue_push(&device.hosts, task);
        pthread_cond_signal(&device.host_work);
        return;
    }
    if (failed) {
        task_finish(task);
        return;
    }
    if (!connection_may_start(task))
        return;
    switch (task->work.kind) {
    case WORK_KERNEL:
        sm_enqueue(task);
        connection_leave(task);
        break;
    case WORK_COPY:
    case WORK_FILL:
        task->state = TASK_QUEUED;
        queue_push(&device.jobs, task);
        device_kick();
        break;
    case WORK_WAIT_VALUE:
        if (work_value_reached(&task->work.value)) {
            task_finish(task);
            break;
        }
        task->state = TASK_QUEUED;
        queue_push(&device.values, task);
        device_kick();
        break;
    case WORK_WRITE_VALUE:
        work_value_write(&task->work.value);
        task_finish(task);
        break;
    default:
        task_finish(task);
    }
}

void device_pump(void)
{
    struct task *task;

    while ((task = queue_pop(&device.ready)))
        start(task);
}

/* By thread, each thread's in its order: what several threads do at one moment of virtual time must
 * not depend on who came first in real time. */
static void insert_arrival(struct task *task)
{
    struct task *before = device.arrivals.last;

    while (before && (before->thread > task->thread ||
                      (before->thread == task->thread && before->seq > task->seq)))
        before = before->queue_prev;
    queue_insert(&device.arrivals, before, task);
}

static void begin_or_end(struct task *task)
{
    if (task->state == TASK_RUNNING)
        task_finish(task);
    else
        start(task);
}

void device_arrive(struct task *task)
{
    if (device.options.virtual_clock) {
        task->thread = gettid();
        insert_arrival(task);
        device_kick();
        return;
    }
    begin_or_end(task);
    device_pump();
}

bool device_admit(void)
{
    bool any = device.arrivals.first;
    struct task *task;

    while ((task = queue_pop(&device.arrivals))) {
        begin_or_end(task);
        device_pump();
    }
    return any;
}

void device_set_timer(struct task *task, uint64_t due_ns)
{
    struct task *before = device.timers.last;

    task->due_ns = due_ns;
    while (before && before->due_ns > due_ns)
        before = before->queue_prev;
    queue_insert(&device.timers, before, task);
    device_kick();
}

void device_fire_timers(void)
{
    while (device.timers.first && device.timers.first->due_ns <= device_now_ns())
        begin_or_end(queue_pop(&device.timers));
    device_pump();
}

void device_poll_values(void)
{
    struct task *next;

    for (struct task *task = device.values.first; task; task = next) {
        next = task->queue_next;
        if (work_value_reached(&task->work.value)) {
            queue_remove(&device.values, task);
            task_finish(task);
        }
    }
    device_pump();
}

static int create_cluster(struct resident *resident)
{
    uint32_t sms[EXEC_CLUSTER_BLOCKS];
    unsigned n = 0;

    for (const struct resident *member = resident; member; member = member->next_member)
        sms[n++] = member->sm;
    return exec_cluster_create(&resident->kernel->work.kernel, resident->index, sms,
                               &resident->cluster);
}

static enum exec_status run_unlocked(struct resident *resident, uint64_t *ret_costs,
                                     struct exec_fault *ret_fault)
{
    int r = 0;

    if (!resident->cluster)
        r = create_cluster(resident);
    if (r) {
        *ret_fault = (struct exec_fault){.kind = EXEC_FAULT_STACK};
        snprintf(ret_fault->message, sizeof(ret_fault->message), "no host memory for a block: %s",
                 strerror(-r));
        return EXEC_FAULT;
    }
    return exec_cluster_run(resident->cluster, device.options.quantum, ret_costs, ret_fault);
}

/* Puts the kernel's name before the fault's own words. */
static void name_fault(struct exec_fault *fault, const struct exec_kernel *kernel)
{
    char text[sizeof(fault->message)];

    snprintf(text, sizeof(text), "%.70s: %.80s", kernel->name, fault->message);
    memcpy(fault->message, text, sizeof(text));
}

enum exec_status device_run_cluster(struct resident *resident, uint64_t *ret_costs)
{
    struct domain *domain = resident->kernel->domain;
    struct exec_fault fault = {0};
    enum exec_status status;

    memset(ret_costs, 0, resident->n_members * sizeof(*ret_costs));
    if (domain->fault.kind != EXEC_FAULT_NONE)
        return EXEC_DONE;
    device_unlock();
    status = run_unlocked(resident, ret_costs, &fault);
    device_lock();
    if (status == EXEC_FAULT) {
        name_fault(&fault, resident->kernel->work.kernel.kernel);
        domain_fail(domain, &fault);
    }
    return status;
}

static void *host_main(void *arg)
{
    struct task *task;

    (void)arg;
    device_lock();
    for (;;) {
        while (!(task = queue_pop(&device.hosts)))
            pthread_cond_wait(&device.host_work, &device.lock);
        task->state = TASK_RUNNING;
        task->start_ns = device_now_ns();
        int error = (int)task->domain->fault.kind;

        device_unlock();
        if (device.host)
            device.host->enter();
        task->work.host.call(task->work.host.arg, error);
        if (device.host)
            device.host->leave();
        device_lock();
        device_arrive(task);
    }
    return NULL;
}

/* The device's threads take no signal meant for the program. */
static int start_thread(void *(*body)(void *), const char *name)
{
    pthread_t thread;
    sigset_t all, old;
    int r;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    r = pthread_create(&thread, NULL, body, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (r)
        return -r;
    pthread_setname_np(thread, name);
    pthread_detach(thread);
    return 0;
}

static void init_cond(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

static const struct host_time_device for_host = {
    .now_ns = device_now_ns, .kick = device_kick, .quiet = quiet_wait};

/* libsoftgpu_time.so, if it was preloaded. */
static const struct host_time *attach_host(void)
{
    host_time_attach_fn *attach;
    void *symbol = dlsym(RTLD_DEFAULT, HOST_TIME_ATTACH);

    memcpy(&attach, &symbol, sizeof(attach));
    return attach ? attach(&for_host) : NULL;
}

int device_start(const struct options *options)
{
    uint64_t engines = options->virtual_clock ? 1 : options->threads;
    int r;

    device.options = *options;
    device.limits = sm_limits_of((unsigned)options->cc);
    device.n_connections = connections_of(getenv("CUDA_DEVICE_MAX_CONNECTIONS"));
    device.started_ns = monotonic_ns();
    device.host = options->virtual_clock ? attach_host() : NULL;
    init_cond(&device.work);
    init_cond(&device.host_work);
    init_cond(&device.done);
    r = memory_init(options->memory_mib << 20);
    if (!r)
        r = sm_init((unsigned)options->sms, device.limits);
    if (!r)
        r = start_thread(host_main, "softgpu-host");
    for (uint64_t i = 0; !r && i < engines; i++)
        r = start_thread(options->virtual_clock ? virtual_main : wall_main, "softgpu-sm");
    return r;
}

void device_answer_not_ready(void)
{
    const struct timespec moment = {.tv_nsec = 200000};

    if (device.host)
        device.host->spend(POLL_SPENDS);
    else if (device.options.virtual_clock)
        nanosleep(&moment, NULL);
}

void device_wake_waiters(void)
{
    pthread_cond_broadcast(&device.done);
    if (device.host)
        device.host->wake(&device.done);
}

static void wait_for_done(void)
{
    if (!device.host) {
        pthread_cond_wait(&device.done, &device.lock);
        return;
    }
    device.host->prepare(&device.done, UINT64_MAX);
    device_unlock();
    device.host->commit();
    device_lock();
}

/* With the wall clock, a copy that nobody has taken yet is done by the one who waits for it. */
static bool help(struct task *task)
{
    if (device.options.virtual_clock || task->state != TASK_QUEUED ||
        (task->work.kind != WORK_COPY && task->work.kind != WORK_FILL))
        return false;
    queue_remove(&device.jobs, task);
    task->state = TASK_RUNNING;
    task->start_ns = device_now_ns();
    device_unlock();
    work_move_memory(&task->work);
    device_lock();
    task_finish(task);
    device_pump();
    return true;
}

void device_wait_task(struct task *task)
{
    task_ref(task);
    if (task)
        while (task->state != TASK_DONE && !help(task))
            wait_for_done();
    task_unref(task);
}

void device_wait_domain(struct domain *domain)
{
    uint64_t last = device.last_seq;

    while (domain->first && domain->first->seq <= last)
        wait_for_done();
}
