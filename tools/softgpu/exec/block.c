/* SPDX-License-Identifier: MIT
 *
 * block.c - one block of a launch: made, run warp by warp, destroyed.
 *
 * The warps take turns; one that spins on what another must do costs no more than its turn. When no
 * group of any warp can run and threads are left, they wait for each other and the block faults.
 */
#include "tools/softgpu/exec/block.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/softgpu/exec/specials.h"

/* Thread instructions of a warp's turn. */
#define TURN_BUDGET 65536u

/* Cycles are those of warps; a multiprocessor runs four of them at a time. */
#define WARPS_AT_A_TIME 4u

#define MAX_DYNAMIC_SHARED_BYTES (1u << 20)

/* Stack of a thread beside what its kernel declares, where calls make it grow. */
#define STACK_BYTES (64u << 10)

static void thread_index(const struct exec_block *block, uint32_t thread, uint32_t ret_index[3])
{
    const uint32_t *size = block->launch.threads;

    ret_index[0] = thread % size[0];
    ret_index[1] = thread / size[0] % size[1];
    ret_index[2] = thread / size[0] / size[1];
}

void block_fault(struct exec_block *block, uint32_t thread, unsigned line,
                 enum exec_fault_kind kind, uint64_t address, const char *format, va_list args)
{
    struct exec_fault *fault = &block->fault;

    if (block->faulted)
        return;
    block->faulted = true;
    *fault = (struct exec_fault){.kind = kind, .line = line, .address = address};
    memcpy(fault->block, block->index, sizeof(fault->block));
    thread_index(block, thread, fault->thread);
    vsnprintf(fault->message, sizeof(fault->message), format, args);
}

static void fault_at_barrier(struct exec_block *block, uint32_t thread, unsigned line,
                             const char *format, ...)
{
    va_list args;

    va_start(args, format);
    block_fault(block, thread, line, EXEC_FAULT_BARRIER, 0, format, args);
    va_end(args);
}

void block_exited(struct exec_block *block, uint32_t n)
{
    block->n_exited += n;
    barriers_look(block);
    cluster_look(block);
}

uint64_t block_clock(const struct exec_block *block)
{
    uint64_t now = block->launch.now_ns ? block->launch.now_ns(block->launch.now_arg) : 0;

    return now + block->cycles / WARPS_AT_A_TIME;
}

static int init_memory(struct exec_block *block)
{
    const struct exec_func *func = block->func;

    block->static_shared_bytes = func->kernel.static_shared_bytes;
    if (block->launch.dynamic_shared_bytes > MAX_DYNAMIC_SHARED_BYTES)
        return -EINVAL;
    block->shared_bytes =
        block_dynamic_shared(block) + (uint32_t)block->launch.dynamic_shared_bytes;
    if (specials_use_reserved(block->program)) {
        block->reserved_shared = (block->shared_bytes + 15) & ~15u;
        block->shared_bytes = block->reserved_shared + EXEC_RESERVED_SHARED;
    }
    block->local_bytes =
        (func->kernel.local_bytes + (func->grows_stack ? STACK_BYTES : 0) + 15) & ~15u;
    block->params = malloc(func->kernel.param_bytes + 1);
    block->shared = calloc(1, (size_t)block->shared_bytes + 1);
    block->local = calloc(block->n_threads, block->local_bytes ? block->local_bytes : 1);
    if (!block->params || !block->shared || !block->local)
        return -ENOMEM;
    if (func->kernel.param_bytes)
        memcpy(block->params, block->launch.params, func->kernel.param_bytes);
    return block->launch.check_races ? race_init(block) : 0;
}

static int init_warps(struct exec_block *block)
{
    int r = barriers_init(block);

    block->warps = calloc(block->n_warps, sizeof(*block->warps));
    if (!block->warps)
        return -ENOMEM;
    for (uint32_t i = 0; i < block->n_warps && r == 0; i++) {
        r = warp_init(&block->warps[i], block, i);
        if (r == 0)
            r = specials_init(&block->warps[i]);
    }
    return r;
}

int exec_block_create(const struct exec_launch *launch, const uint32_t index[3], uint32_t sm,
                      struct exec_block **ret_block)
{
    struct exec_block *block;
    uint64_t n_threads = (uint64_t)launch->threads[0] * launch->threads[1] * launch->threads[2];
    int r;

    if (!n_threads || n_threads > 1024 || !launch->kernel || !launch->memory)
        return -EINVAL;
    block = calloc(1, sizeof(*block));
    if (!block)
        return -ENOMEM;
    block->launch = *launch;
    for (unsigned i = 0; i < 3; i++) {
        if (!block->launch.cluster[i])
            block->launch.cluster[i] = 1;
    }
    block->func = exec_kernel_func(launch->kernel);
    block->program = block->func->program;
    block->heap_generation = heap_generation(block->program->heap);
    memcpy(block->index, index, sizeof(block->index));
    block->sm = sm;
    block->self = block;
    block->peers = &block->self;
    block->n_peers = 1;
    block->n_threads = n_threads;
    block->n_warps = (n_threads + EXEC_WARP_LANES - 1) / EXEC_WARP_LANES;
    r = init_memory(block);
    if (r == 0)
        r = init_warps(block);
    if (r < 0)
        exec_block_destroy(block);
    else
        *ret_block = block;
    return r;
}

void exec_block_destroy(struct exec_block *block)
{
    if (!block)
        return;
    for (uint32_t i = 0; block->warps && i < block->n_warps; i++) {
        specials_finish(&block->warps[i]);
        warp_finish(&block->warps[i]);
    }
    barriers_finish(block);
    free(block->warps);
    free(block->params);
    free(block->shared);
    free(block->local);
    free(block->race_words);
    free(block);
}

void block_deadlock(struct exec_block *block)
{
    for (uint32_t i = 0; i < block->n_warps; i++) {
        const struct exec_warp *warp = &block->warps[i];
        for (unsigned g = 0; g < warp->n_groups; g++) {
            const struct exec_group *group = &warp->groups[g];
            uint32_t thread = warp_thread(warp, __builtin_ctz(group->mask));
            bool at_barrier = group->state == GROUP_BARRIER;
            unsigned line =
                at_barrier ? group->barrier_insn->line : block->program->code[group->pc].line;
            fault_at_barrier(block, thread, line, "waits for threads that never come (%s)",
                             at_barrier ? "barrier" : "warp synchronisation");
        }
    }
}

static enum exec_status run_warps(struct exec_block *block, uint64_t budget)
{
    uint32_t idle = 0;

    block->stuck = false;
    while (block->n_exited < block->n_threads) {
        uint64_t turn = budget < TURN_BUDGET ? budget : TURN_BUDGET, used;
        if (!budget)
            return EXEC_YIELDED;
        used = warp_run(&block->warps[block->next_warp], turn);
        block->instructions += used;
        budget -= used < budget ? used : budget;
        idle = used ? 0 : idle + 1;
        if (block->faulted)
            return EXEC_FAULT;
        if (idle > block->n_warps) {
            block->stuck = block->n_peers > 1;
            if (block->stuck)
                return EXEC_YIELDED;
            block_deadlock(block);
            return EXEC_FAULT;
        }
        block->next_warp = (block->next_warp + 1) % block->n_warps;
    }
    return EXEC_DONE;
}

uint64_t exec_block_instructions(const struct exec_block *block)
{
    return block->instructions;
}

enum exec_status exec_block_run(struct exec_block *block, uint64_t budget, uint64_t *ret_cost,
                                struct exec_fault *ret_fault)
{
    enum exec_status status = block->faulted ? EXEC_FAULT : run_warps(block, budget);

    *ret_cost = block->cycles / WARPS_AT_A_TIME;
    block->cycles %= WARPS_AT_A_TIME;
    if (status == EXEC_FAULT)
        *ret_fault = block->fault;
    return status;
}
