/* SPDX-License-Identifier: MIT
 *
 * task.c - tasks and their order; domains.
 */
#include "tools/softgpu/device/device_internal.h"
#include "tools/softgpu/device/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void queue_insert(struct queue *queue, struct task *before, struct task *task)
{
    task->queue_prev = before;
    task->queue_next = before ? before->queue_next : queue->first;
    *(before ? &before->queue_next : &queue->first) = task;
    *(task->queue_next ? &task->queue_next->queue_prev : &queue->last) = task;
}

void queue_push(struct queue *queue, struct task *task)
{
    queue_insert(queue, queue->last, task);
}

void queue_remove(struct queue *queue, struct task *task)
{
    *(task->queue_prev ? &task->queue_prev->queue_next : &queue->first) = task->queue_next;
    *(task->queue_next ? &task->queue_next->queue_prev : &queue->last) = task->queue_prev;
}

struct task *queue_pop(struct queue *queue)
{
    struct task *task = queue->first;

    if (task)
        queue_remove(queue, task);
    return task;
}

void domain_init(struct domain *domain)
{
    *domain = (struct domain){0};
    pthread_mutex_init(&domain->print_lock, NULL);
}

void domain_finish(struct domain *domain)
{
    pthread_mutex_destroy(&domain->print_lock);
    free(domain->print_text);
}

void domain_print(void *arg, const char *text, size_t bytes)
{
    struct domain *domain = arg;

    pthread_mutex_lock(&domain->print_lock);
    if (bytes > domain->print_cap - domain->print_bytes) {
        size_t cap = 2 * (domain->print_bytes + bytes);
        char *more = realloc(domain->print_text, cap);

        if (more) {
            domain->print_text = more;
            domain->print_cap = cap;
        }
    }
    if (bytes <= domain->print_cap - domain->print_bytes) {
        memcpy(domain->print_text + domain->print_bytes, text, bytes);
        domain->print_bytes += bytes;
    }
    pthread_mutex_unlock(&domain->print_lock);
}

void domain_flush_print(struct domain *domain)
{
    pthread_mutex_lock(&domain->print_lock);
    if (domain->print_bytes) {
        fwrite(domain->print_text, 1, domain->print_bytes, stdout);
        domain->print_bytes = 0;
    }
    pthread_mutex_unlock(&domain->print_lock);
}

static void describe(const struct domain *domain)
{
    const struct exec_fault *fault = &domain->fault;

    fprintf(
        stderr,
        "sliver softgpu: %s, block (%u,%u,%u), thread (%u,%u,%u), PTX line %u, address 0x%llx\n",
        fault->message, fault->block[0], fault->block[1], fault->block[2], fault->thread[0],
        fault->thread[1], fault->thread[2], fault->line, (unsigned long long)fault->address);
}

void domain_fail(struct domain *domain, const struct exec_fault *fault)
{
    struct task *next;

    if (domain->fault.kind != EXEC_FAULT_NONE)
        return;
    domain->fault = *fault;
    atomic_store_explicit(&domain->error, fault->kind, memory_order_release);
    if (device.options.check)
        describe(domain);
    sm_drop(domain);
    for (struct task *task = device.values.first; task; task = next) {
        next = task->queue_next;
        if (task->domain == domain) {
            queue_remove(&device.values, task);
            task_finish(task);
        }
    }
    device_pump();
}

static uint64_t now_of_launch(void *arg)
{
    (void)arg;
    return device_now_ns();
}

/* Where grid.sync() of cooperative groups keeps its count. */
static int add_workspace(struct task *task)
{
    struct memory_range range = {.start = (uint64_t)(uintptr_t)task->workspace,
                                 .size_bytes = sizeof(task->workspace),
                                 .kind = MEMORY_GLOBAL,
                                 .owner = task};

    task->workspace[0] = sizeof(task->workspace);
    task->work.kernel.grid_workspace = range.start;
    return memory_add(&range);
}

static int prepare_kernel(struct task *task, const struct domain *domain)
{
    struct exec_launch *launch = &task->work.kernel;
    unsigned threads = launch->threads[0] * launch->threads[1] * launch->threads[2];

    for (int i = 0; i < 3; i++)
        launch->cluster[i] += !launch->cluster[i];
    launch->memory = &memory_exec;
    launch->check_races = device.options.races;
    launch->n_sms = (unsigned)device.options.sms;
    launch->print = domain_print;
    launch->print_arg = (void *)domain;
    task->n_blocks = (uint64_t)launch->grid[0] * launch->grid[1] * launch->grid[2];
    task->need = sm_need_of(device.limits, launch->kernel, threads, launch->dynamic_shared_bytes);
    launch->now_ns = now_of_launch;
    if (device.options.virtual_clock)
        task->delay_ns = device.options.launch_ns;
    return task->work.cooperative ? add_workspace(task) : 0;
}

struct task *task_create(struct domain *domain, struct work *work, int priority, unsigned n_befores)
{
    struct task *task = calloc(1, sizeof(*task) + n_befores * sizeof(struct edge));

    if (!task)
        return NULL;
    task->work = *work;
    task->domain = domain;
    task->priority = priority;
    task->refs = 1;
    task->n_waits = 1; /* for its submission */
    if (work->kind == WORK_KERNEL && prepare_kernel(task, domain)) {
        free(task);
        return NULL;
    }
    return task;
}

void task_after(struct task *task, struct task *before)
{
    struct edge *edge;

    if (!before || before->state == TASK_DONE)
        return;
    edge = &task->edges[task->n_edges++];
    edge->task = task;
    edge->next = before->followers;
    before->followers = edge;
    task->n_waits++;
}

void task_submit(struct task *task, struct connection *connection)
{
    struct domain *domain = task->domain;

    task->seq = ++device.last_seq;
    if (task->work.kind == WORK_KERNEL)
        task->work.kernel.grid_id = task->seq;
    task_ref(task);
    task->prev = domain->last;
    *(domain->last ? &domain->last->next : &domain->first) = task;
    domain->last = task;
    device.host_may_act = true;
    if (connection)
        connection_enter(connection, task);
    if (!--task->n_waits)
        device_arrive(task);
}

/* Followers were entered last first: turned round, so that what was submitted first becomes ready
 * first. */
static void release_followers(struct task *task)
{
    struct edge *forward = NULL, *next;

    for (struct edge *edge = task->followers; edge; edge = next) {
        next = edge->next;
        edge->next = forward;
        forward = edge;
    }
    task->followers = NULL;
    for (struct edge *edge = forward; edge; edge = edge->next)
        if (!--edge->task->n_waits)
            queue_push(&device.ready, edge->task);
}

void task_finish(struct task *task)
{
    struct domain *domain = task->domain;

    task->state = TASK_DONE;
    task->end_ns = device_now_ns();
    if (!task->start_ns)
        task->start_ns = task->end_ns;
    *(task->prev ? &task->prev->next : &domain->first) = task->next;
    *(task->next ? &task->next->prev : &domain->last) = task->prev;
    connection_leave(task);
    release_followers(task);
    work_finish(&task->work);
    device.host_may_act = true;
    device_wake_waiters();
    task_unref(task);
}

struct task *task_ref(struct task *task)
{
    if (task)
        task->refs++;
    return task;
}

void task_unref(struct task *task)
{
    if (!task || --task->refs)
        return;
    if (task->work.cooperative)
        memory_remove_owner(task);
    work_finish(&task->work);
    free(task);
}
