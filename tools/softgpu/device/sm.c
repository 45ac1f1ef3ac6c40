/* SPDX-License-Identifier: MIT
 *
 * sm.c - residence limits, the lines of kernels, and the placing of blocks and clusters.
 */
#include "tools/softgpu/device/sm.h"
#include "tools/softgpu/device/device_internal.h"

#include <errno.h>
#include <stdlib.h>

#define WARP          32
#define MAX_THREADS   1024 /* of a block, on every device */
#define REGISTER_UNIT 256  /* registers are given out per warp in these */
#define SHARED_UNIT   128

struct sm {
    unsigned threads, blocks, registers;
    size_t shared_bytes;
    struct resident *timed;
};

/* From the CUDA C++ Programming Guide, "Technical Specifications per Compute Capability". */
static const struct sm_limits limits_table[] = {
    {50, 2048, 32, 65536, 65536, 49152, 0},       {52, 2048, 32, 65536, 98304, 49152, 0},
    {53, 2048, 32, 65536, 65536, 49152, 0},       {61, 2048, 32, 65536, 98304, 49152, 0},
    {62, 2048, 32, 65536, 65536, 49152, 0},       {70, 2048, 32, 65536, 98304, 98304, 0},
    {75, 1024, 16, 65536, 65536, 65536, 0},       {80, 2048, 32, 65536, 167936, 166912, 1024},
    {86, 1536, 16, 65536, 102400, 101376, 1024},  {87, 1536, 16, 65536, 167936, 166912, 1024},
    {89, 1536, 24, 65536, 102400, 101376, 1024},  {90, 2048, 32, 65536, 233472, 232448, 1024},
    {100, 2048, 32, 65536, 233472, 232448, 1024}, {120, 1536, 24, 65536, 102400, 101376, 1024},
};

static const struct sm_limits *limits;
static struct sm *sms;
static unsigned n_sms;
static struct queue line; /* kernels with blocks to hand out: by priority, then by arrival */
static struct resident *run_first, *run_last;
static struct resident *residents, *spare; /* as many as can ever be resident */

const struct sm_limits *sm_limits_of(unsigned cc)
{
    const struct sm_limits *found = &limits_table[0];

    for (size_t i = 0; i < sizeof(limits_table) / sizeof(*limits_table); i++)
        if (limits_table[i].cc <= cc)
            found = &limits_table[i];
    return found;
}

unsigned sm_max_threads(const struct exec_kernel *kernel)
{
    return kernel->max_threads && kernel->max_threads < MAX_THREADS ? kernel->max_threads
                                                                    : MAX_THREADS;
}

static size_t round_up(size_t value, size_t unit)
{
    return (value + unit - 1) / unit * unit;
}

struct sm_need sm_need_of(const struct sm_limits *of, const struct exec_kernel *kernel,
                          unsigned threads, size_t dynamic_shared_bytes)
{
    size_t warps = round_up(threads, WARP) / WARP;
    size_t a_warp = round_up((size_t)kernel->registers * WARP, REGISTER_UNIT);
    size_t shared = kernel->static_shared_bytes + dynamic_shared_bytes + of->shared_reserved_bytes;
    size_t registers = warps * a_warp;

    /* The number is an estimate, which must not be what keeps a kernel from running. */
    if (registers > of->registers)
        registers = of->registers;
    return (struct sm_need){.threads = (unsigned)(warps * WARP),
                            .registers = (unsigned)registers,
                            .shared_bytes = round_up(shared, SHARED_UNIT)};
}

static bool has_room(const struct sm *sm, const struct sm_limits *of, const struct sm_need *need)
{
    return sm->blocks < of->max_blocks && need->threads <= of->max_threads - sm->threads &&
           need->registers <= of->registers - sm->registers &&
           need->shared_bytes <= of->shared_bytes - sm->shared_bytes;
}

static void occupy(struct sm *sm, const struct sm_need *need)
{
    sm->blocks++;
    sm->threads += need->threads;
    sm->registers += need->registers;
    sm->shared_bytes += need->shared_bytes;
}

unsigned sm_fits(const struct sm_limits *of, const struct sm_need *need)
{
    struct sm empty = {0};

    while (has_room(&empty, of, need))
        occupy(&empty, need);
    return empty.blocks;
}

int sm_init(unsigned count, const struct sm_limits *of)
{
    size_t n = (size_t)count * of->max_blocks;

    sms = calloc(count, sizeof(*sms));
    residents = calloc(n, sizeof(*residents));
    if (!sms || !residents) {
        free(sms);
        free(residents);
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        residents[i].queue_next = spare;
        spare = &residents[i];
    }
    n_sms = count;
    limits = of;
    return 0;
}

static struct sm *find_room(const struct sm_need *need)
{
    struct sm *best = NULL;

    for (unsigned i = 0; i < n_sms; i++)
        if (has_room(&sms[i], limits, need) && (!best || sms[i].threads < best->threads))
            best = &sms[i];
    return best;
}

static void push_run(struct resident *resident)
{
    resident->queue_next = NULL;
    *(run_last ? &run_last->queue_next : &run_first) = resident;
    run_last = resident;
}

static void vacate(struct resident *resident)
{
    const struct sm_need *need = &resident->kernel->need;
    struct sm *sm = &sms[resident->sm];

    sm->blocks--;
    sm->threads -= need->threads;
    sm->registers -= need->registers;
    sm->shared_bytes -= need->shared_bytes;
    resident->queue_next = spare;
    spare = resident;
}

/* NULL: no room. */
static struct resident *place_block(struct task *kernel)
{
    struct sm *sm = find_room(&kernel->need);
    struct resident *resident = spare;

    if (!sm)
        return NULL;
    spare = resident->queue_next;
    *resident = (struct resident){.kernel = kernel, .sm = (unsigned)(sm - sms)};
    occupy(sm, &kernel->need);
    return resident;
}

static void vacate_all(struct resident *leader)
{
    struct resident *next;

    for (struct resident *member = leader; member; member = next) {
        next = member->next_member;
        vacate(member);
    }
}

/* All blocks of a cluster, or none. */
static struct resident *place_cluster(struct task *kernel)
{
    const uint32_t *size = kernel->work.kernel.cluster;
    unsigned n = size[0] * size[1] * size[2];
    struct resident *leader = NULL, **at = &leader;

    for (unsigned i = 0; i < n; i++) {
        *at = place_block(kernel);
        if (!*at) {
            vacate_all(leader);
            return NULL;
        }
        (*at)->leader = leader;
        at = &(*at)->next_member;
    }
    leader->n_members = n;
    return leader;
}

static bool place_next(struct task *kernel)
{
    const uint32_t *grid = kernel->work.kernel.grid, *size = kernel->work.kernel.cluster;
    struct resident *leader = place_cluster(kernel);
    uint64_t n, wide = grid[0] / size[0], high = grid[1] / size[1];

    if (!leader)
        return false;
    n = kernel->next_block / leader->n_members;
    leader->index[0] = (uint32_t)(n % wide) * size[0];
    leader->index[1] = (uint32_t)(n / wide % high) * size[1];
    leader->index[2] = (uint32_t)(n / wide / high) * size[2];
    kernel->next_block += leader->n_members;
    kernel->n_resident += leader->n_members;
    push_run(leader);
    return true;
}

static void dispatch(void)
{
    struct task *head;

    while ((head = line.first)) {
        while (head->next_block < head->n_blocks)
            if (!place_next(head))
                return;
        queue_pop(&line);
        head->state = TASK_RUNNING;
    }
}

void sm_enqueue(struct task *kernel)
{
    struct task *before = line.last;

    kernel->state = TASK_QUEUED;
    kernel->start_ns = device_now_ns();
    while (before && before->priority > kernel->priority)
        before = before->queue_prev;
    queue_insert(&line, before, kernel);
    dispatch();
    device_kick();
}

struct resident *sm_take(void)
{
    struct resident *resident = run_first;

    if (resident) {
        run_first = resident->queue_next;
        if (!run_first)
            run_last = NULL;
        else
            device_kick(); /* there is more for another thread */
    }
    return resident;
}

void sm_requeue(struct resident *resident)
{
    push_run(resident);
    device_kick();
}

static void finish_if_over(struct task *kernel)
{
    if (!kernel->n_resident && kernel->next_block == kernel->n_blocks)
        task_finish(kernel);
}

void sm_release(struct resident *resident)
{
    struct task *kernel = resident->kernel;

    exec_cluster_destroy(resident->cluster);
    kernel->n_resident -= resident->n_members;
    vacate_all(resident);
    finish_if_over(kernel);
    dispatch();
    device_kick();
}

void sm_drop(struct domain *domain)
{
    struct task *next;

    for (struct task *kernel = line.first; kernel; kernel = next) {
        next = kernel->queue_next;
        if (kernel->domain != domain)
            continue;
        queue_remove(&line, kernel);
        kernel->state = TASK_RUNNING;
        kernel->next_block = kernel->n_blocks;
        finish_if_over(kernel);
    }
    dispatch();
}

/* Virtual time. A multiprocessor runs one cycle's worth of work a cycle when it holds saturate
 * warps or more, shared by warps; a block of w warps alone gets w / saturate of it. */

static unsigned warps_of(const struct resident *resident)
{
    return resident->kernel->need.threads / WARP;
}

/* Cycles a nanosecond and warp. */
static double speed(const struct sm *sm)
{
    unsigned warps = 0;

    for (struct resident *r = sm->timed; r; r = r->next)
        warps += warps_of(r);
    if (warps < device.options.saturate)
        warps = (unsigned)device.options.saturate;
    return (double)device.options.clock_mhz / 1000.0 / warps;
}

static void time_member(struct resident *resident, uint64_t cycles)
{
    struct sm *sm = &sms[resident->sm];

    resident->left_cycles = (double)(cycles ? cycles : 1);
    resident->prev = NULL;
    resident->next = sm->timed;
    if (sm->timed)
        sm->timed->prev = resident;
    sm->timed = resident;
}

void sm_time(struct resident *resident, const uint64_t *cycles, bool ended)
{
    resident->ended = ended;
    resident->n_timed = resident->n_members;
    for (struct resident *member = resident; member; member = member->next_member)
        time_member(member, *cycles++);
}

uint64_t sm_next_ns(void)
{
    double least = -1;

    for (unsigned i = 0; i < n_sms; i++) {
        double a_warp = sms[i].timed ? speed(&sms[i]) : 0;

        for (struct resident *r = sms[i].timed; r; r = r->next) {
            double ns = r->left_cycles / (a_warp * warps_of(r));

            if (least < 0 || ns < least)
                least = ns;
        }
    }
    return least < 0 ? UINT64_MAX : (uint64_t)least + 1;
}

static void end_part(struct sm *sm, struct resident *resident)
{
    struct resident *leader = resident->leader;

    *(resident->prev ? &resident->prev->next : &sm->timed) = resident->next;
    if (resident->next)
        resident->next->prev = resident->prev;
    if (--leader->n_timed)
        return;
    if (leader->ended)
        sm_release(leader);
    else
        sm_requeue(leader);
}

void sm_advance(uint64_t ns)
{
    struct resident *next;

    for (unsigned i = 0; i < n_sms; i++) {
        double a_warp = sms[i].timed ? speed(&sms[i]) : 0;

        for (struct resident *r = sms[i].timed; r; r = r->next)
            r->left_cycles -= (double)ns * a_warp * warps_of(r);
    }
    for (unsigned i = 0; i < n_sms; i++)
        for (struct resident *r = sms[i].timed; r; r = next) {
            next = r->next;
            if (r->left_cycles <= 0)
                end_part(&sms[i], r);
        }
}
