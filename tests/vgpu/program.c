/* SPDX-License-Identifier: MIT
 *
 * program.c - see program.h. One loop: threads that are ready do their next step, the scheduler
 * looks, time moves to whatever comes next.
 */
#include "tests/vgpu/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEVER      UINT64_MAX
#define NOT_YET    ((struct vspan){NEVER, NEVER})
#define STALLED_NS 20000000000u /* longer than any of the programs */

struct kernel_shape *program_shape(uint32_t wave_blocks, struct slice_size rule)
{
    const struct grid3 one = {1, 1, 1};
    struct kernel *kernel = kernel_create("k", &rule, NULL);
    return kernel ? kernel_add_shape(kernel, one, 0, one, wave_blocks) : NULL;
}

struct kernel_shape *program_known_shape(uint32_t wave_blocks, struct slice_size rule,
                                         uint64_t wave_ns)
{
    struct kernel_shape *shape = program_shape(wave_blocks, rule);
    atomic_store(&shape->wave_ns, wave_ns);
    atomic_store(&shape->samples, 10);
    atomic_store(&shape->proven, true);
    return shape;
}

void program_shape_free(struct kernel_shape *shape)
{
    kernel_unref(shape->kernel);
}

void program_init(struct program *p, const struct vgpu_config *gpu,
                  const struct sched_config *config, unsigned n_threads)
{
    memset(p, 0, sizeof(*p));
    p->vgpu = vgpu_create(gpu);
    p->host_ns = 2000;
    if (sched_create(config, &vgpu_ops, p->vgpu, &p->sched))
        abort();
    p->domain = sched_domain_create(p->sched);
    p->n_threads = n_threads;
    for (unsigned i = 0; i < n_threads; i++) {
        p->threads[i].client = sched_client_create(p->sched, "thread");
        p->threads[i].steps = calloc(1024, sizeof(struct step));
        if (!p->threads[i].client || !p->threads[i].steps)
            abort();
    }
    for (unsigned i = 0; i < MAX_EVENTS; i++)
        p->events[i] = vevent_create(p->vgpu);
}

unsigned program_add_stream(struct program *p, enum sched_queue_kind kind)
{
    unsigned i = p->n_streams++;
    p->kinds[i] = kind;
    p->streams[i] = vstream_create(p->vgpu, kind);
    p->queues[i] = sched_queue_create(p->domain, kind, p->streams[i], 0);
    return i;
}

struct step *program_add_step(struct program *p, unsigned thread, enum step_kind kind,
                              unsigned stream)
{
    struct thread *t = &p->threads[thread];
    if (t->n_steps == 1024)
        abort();
    struct step *step = &t->steps[t->n_steps++];
    step->kind = kind;
    step->stream = stream;
    step->program = p;
    step->span = step->launch.span = NOT_YET;
    return step;
}

struct step *program_add_launch(struct program *p, unsigned thread, unsigned stream,
                                struct kernel_shape *shape, struct grid3 grid, uint64_t block_ns)
{
    struct step *step = program_add_step(p, thread, STEP_LAUNCH, stream);
    step->launch.launch.shape = shape;
    step->launch.launch.grid = grid;
    step->launch.launch.stream = p->streams[stream];
    step->launch.block_ns = block_ns;
    step->launch.client = thread;
    step->launch.n_run = calloc(grid3_count(grid), 1);
    if (!step->launch.n_run)
        abort();
    return step;
}

void program_finish(struct program *p)
{
    sched_destroy(p->sched);
    for (unsigned i = 0; i < p->n_threads; i++) {
        for (unsigned j = 0; j < p->threads[i].n_steps; j++)
            free(p->threads[i].steps[j].launch.n_run);
        free(p->threads[i].steps);
    }
    vgpu_destroy(p->vgpu);
}

/* Puts what is not a launch on its stream. */
static int run_call(struct call *call)
{
    struct step *step = (struct step *)((char *)call - offsetof(struct step, call));
    struct program *p = step->program;
    struct vstream *stream = p->streams[step->stream];
    switch (step->kind) {
    case STEP_COPY:
        vstream_copy(stream, step->ns, &step->span);
        break;
    case STEP_RECORD:
        vstream_record(stream, p->events[step->event], &step->span);
        break;
    case STEP_WAIT:
        vstream_wait(stream, p->events[step->event], &step->span);
        break;
    case STEP_WAIT_HOST:
        vstream_wait_host(stream, &p->words[step->word], &step->span);
        break;
    default:
        abort();
    }
    return 0;
}

static bool come_again(struct program *p, struct step *step)
{
    if (!step->waits)
        sched_set_waiting(p->sched, ++p->n_waiting);
    step->waits = true;
    return false;
}

/* As the shim does it. false: the thread has to wait and come again. */
static bool put_call(struct program *p, struct step *step)
{
    struct sched_queue *queue = p->queues[step->stream];
    struct sched_ticket after = {NULL, 0}, ticket = {NULL, 0};
    if (step->kind == STEP_WAIT)
        after = p->tickets[step->event];
    step->call.run = run_call;
    if (p->native)
        return run_call(&step->call) == 0;
    if (!sched_queue_busy(queue) && sched_ticket_passed(after))
        run_call(&step->call);
    else if (step->defer)
        sched_defer(queue, &step->call, after, &ticket);
    else
        return come_again(p, step);
    if (step->waits)
        sched_set_waiting(p->sched, --p->n_waiting);
    step->waits = false;
    if (step->kind == STEP_RECORD)
        p->tickets[step->event] = ticket;
    return true;
}

static bool put_launch(struct program *p, struct thread *thread, struct step *step)
{
    struct launch *launch = &step->launch.launch;
    struct sched_queue *queue = p->queues[step->stream];
    const struct sched_ticket none = {NULL, 0};
    if (p->native) {
        vstream_launch(p->streams[step->stream], &step->launch);
        return true;
    }
    switch (sched_admit(p->sched, thread->client, launch->shape, launch->grid)) {
    case ADMIT_DIRECT:
        vstream_launch(p->streams[step->stream], &step->launch);
        break;
    case ADMIT_DIRECT_MARK:
        vstream_launch(p->streams[step->stream], &step->launch);
        sched_mark_direct(p->sched, thread->client, queue);
        break;
    case ADMIT_QUEUE:
        step->error = sched_submit(queue, thread->client, launch, none);
        break;
    }
    return true;
}

static bool is_done(const struct step *step)
{
    if (step->kind == STEP_LAUNCH)
        return step->error || step->launch.error || step->launch.span.end_ns != NEVER;
    return step->span.end_ns != NEVER;
}

static bool all_done_on(const struct program *p, unsigned stream)
{
    for (unsigned i = 0; i < p->n_threads; i++)
        for (unsigned j = 0; j < p->threads[i].n_steps; j++) {
            const struct step *step = &p->threads[i].steps[j];
            if (step->order && step->stream == stream && step->kind <= STEP_WAIT_HOST &&
                !is_done(step))
                return false;
        }
    return true;
}

static bool do_step(struct program *p, struct thread *thread, struct step *step)
{
    switch (step->kind) {
    case STEP_LAUNCH:
        return put_launch(p, thread, step);
    case STEP_HOST_WRITE:
        p->words[step->word] = true;
        return true;
    case STEP_SYNC:
        return !sched_queue_busy(p->queues[step->stream]) && all_done_on(p, step->stream);
    case STEP_PAUSE:
        thread->ready_ns += step->ns;
        return true;
    default:
        return put_call(p, step);
    }
}

/* A looping thread uses a launch again when it is done and given back. */
static bool ready_again(const struct thread *thread, const struct step *step)
{
    if (!step->order)
        return true;
    bool queued = step->launch.launch.client != NULL;
    (void)thread;
    return is_done(step) && (!queued || step->launch.n_retired);
}

static void reset_launch(struct step *step)
{
    struct vlaunch *launch = &step->launch;
    launch->span = NOT_YET;
    launch->n_begun = launch->n_ended = 0;
    launch->n_retired = 0;
    launch->launch.client = NULL;
    launch->launch.whole = step->whole;
}

/* The next step of a thread; false: it can't go on now. */
static bool run_thread(struct program *p, struct thread *thread)
{
    uint64_t now = vgpu_now(p->vgpu);
    if (thread->loop && thread->at == thread->n_steps)
        thread->at = 0;
    if (thread->at == thread->n_steps || thread->ready_ns > now)
        return false;
    struct step *step = &thread->steps[thread->at];
    if (thread->loop && !ready_again(thread, step))
        return false;
    if (!step->order)
        step->whole = step->launch.launch.whole;
    if (thread->loop)
        reset_launch(step);
    uint64_t before = step->order;
    if (step->kind <= STEP_WAIT_HOST)
        step->order = ++p->n_issued;
    step->issued_ns = now;
    thread->ready_ns = now + p->host_ns;
    if (p->host_delay_ns)
        thread->ready_ns += (uint64_t)rand_r(&p->host_seed) % p->host_delay_ns;
    if (!do_step(p, thread, step)) {
        step->order = before;
        thread->ready_ns = now;
        return false;
    }
    thread->at++;
    return true;
}

static bool run_threads(struct program *p)
{
    bool any = false;
    for (unsigned i = 0; i < p->n_threads; i++)
        any |= run_thread(p, &p->threads[i]);
    return any;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_thread(const struct program *p)
{
    uint64_t next_ns = NEVER, now = vgpu_now(p->vgpu);
    for (unsigned i = 0; i < p->n_threads; i++)
        if (p->threads[i].ready_ns > now)
            next_ns = min_u64(next_ns, p->threads[i].ready_ns);
    return next_ns;
}

static bool all_over(const struct program *p)
{
    for (unsigned i = 0; i < p->n_threads; i++) {
        const struct thread *thread = &p->threads[i];
        if (thread->at < thread->n_steps)
            return false;
        for (unsigned j = 0; j < thread->n_steps; j++) {
            const struct step *step = &thread->steps[j];
            if (step->kind <= STEP_WAIT_HOST && !is_done(step))
                return false;
            bool queued = step->kind == STEP_LAUNCH && step->launch.launch.client;
            if (queued && !step->launch.n_retired)
                return false;
        }
    }
    return true;
}

/* To stderr, for whoever has a seed that fails. */
static void print_threads(const struct program *p)
{
    static const char *const names[] = {"launch",    "copy",       "record", "wait",
                                        "wait_host", "host_write", "sync",   "pause"};
    for (unsigned i = 0; i < p->n_threads; i++) {
        const struct thread *thread = &p->threads[i];
        fprintf(stderr, "thread %u at step %u of %u\n", i, thread->at, thread->n_steps);
        for (unsigned j = 0; j <= thread->at && j < thread->n_steps; j++) {
            const struct step *step = &thread->steps[j];
            if (!is_done(step))
                fprintf(stderr, "  step %u: %s on stream %u (kind %d)\n", j, names[step->kind],
                        step->stream, p->kinds[step->stream]);
            if (!is_done(step) && step->kind == STEP_LAUNCH)
                fprintf(stderr, "    %p %s: %lu of %lu blocks begun, %lu ended, waits %d for %p\n",
                        (void *)step, step->launch.launch.client ? "queued" : "direct",
                        (unsigned long)step->launch.n_begun,
                        (unsigned long)grid3_count(step->launch.launch.grid),
                        (unsigned long)step->launch.n_ended, step->launch.wait,
                        (const void *)step->launch.other);
        }
    }
}

const char *program_run(struct program *p, uint64_t for_ns)
{
    uint64_t begin_ns = vgpu_now(p->vgpu), look_ns = begin_ns;
    uint64_t until_ns = for_ns < NEVER - begin_ns ? begin_ns + for_ns : NEVER;
    while (!all_over(p)) {
        uint64_t now = vgpu_now(p->vgpu);
        if (now >= until_ns)
            return NULL;
        if (now - begin_ns > STALLED_NS)
            return p->quiet ? "it hangs" : (print_threads(p), "it does not come to an end");
        while (run_threads(p))
            look_ns = now;
        if (now >= look_ns) {
            look_ns = sched_pump(p->sched);
            look_ns = look_ns == NEVER ? NEVER : look_ns + p->look_delay_ns;
            look_ns = look_ns <= now ? now + 1 : look_ns;
            p->n_looks++;
        }
        uint64_t next_ns = min_u64(min_u64(look_ns, vgpu_next(p->vgpu)), next_thread(p));
        if (next_ns == NEVER && (run_threads(p) || all_over(p)))
            continue;
        if (next_ns == NEVER && !p->quiet && getenv("SCHED_SEED"))
            print_threads(p);
        if (next_ns == NEVER)
            return "nothing will ever happen again, and it is not over";
        vgpu_advance(p->vgpu, min_u64(next_ns, until_ns));
    }
    return NULL;
}

static struct vspan span_of(const struct step *step)
{
    return step->kind == STEP_LAUNCH ? step->launch.span : step->span;
}

static bool kinds_wait(enum sched_queue_kind a, enum sched_queue_kind b)
{
    return (a == QUEUE_LEGACY && b == QUEUE_BLOCKING) || (a == QUEUE_BLOCKING && b == QUEUE_LEGACY);
}

/* Must b come after a? What was refused has no place in the order. */
static bool ordered(const struct program *p, const struct step *a, const struct step *b)
{
    if (a->error || a->launch.error)
        return false;
    if (!a->order || !b->order || a->order >= b->order)
        return false;
    return a->stream == b->stream || kinds_wait(p->kinds[a->stream], p->kinds[b->stream]) ||
           (a->kind == STEP_RECORD && b->kind == STEP_WAIT && a->event == b->event);
}

static const char *check_order(const struct program *p, const struct step *b)
{
    for (unsigned i = 0; i < p->n_threads; i++) {
        for (unsigned j = 0; j < p->threads[i].n_steps; j++) {
            const struct step *a = &p->threads[i].steps[j];
            if (ordered(p, a, b) && a->kind <= STEP_WAIT_HOST &&
                (span_of(a).end_ns > span_of(b).begin_ns))
                return "something began before what it is ordered behind had ended";
        }
    }
    return NULL;
}

static const char *check_blocks(const struct vlaunch *launch)
{
    uint64_t n = grid3_count(launch->launch.grid);
    for (uint64_t i = 0; i < n; i++)
        if (launch->n_run[i] != 1)
            return launch->n_run[i] ? "a block ran twice" : "a block did not run";
    return launch->n_ended == n ? NULL : "a block did not end";
}

const char *program_check(const struct program *p)
{
    const char *broken = NULL;
    for (unsigned i = 0; i < p->n_threads && !broken; i++) {
        for (unsigned j = 0; j < p->threads[i].n_steps && !broken; j++) {
            const struct step *step = &p->threads[i].steps[j];
            bool failed = step->error || step->launch.error;
            if (step->kind <= STEP_WAIT_HOST && !failed)
                broken = check_order(p, step);
            if (step->kind == STEP_LAUNCH && !failed && !broken)
                broken = check_blocks(&step->launch);
        }
    }
    if (!broken && sched_held)
        broken = "something is still held";
    return broken;
}
