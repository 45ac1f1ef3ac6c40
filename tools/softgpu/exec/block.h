/* SPDX-License-Identifier: MIT
 *
 * block.h - what the parts of the interpreter ask of a running block: faults, barriers, the
 * addresses behind an access. Used by handlers, on the thread that runs the block.
 */
#ifndef SOFTGPU_EXEC_BLOCK_H
#define SOFTGPU_EXEC_BLOCK_H

#include <stdarg.h>

#include "tools/softgpu/exec/warp.h"

/* Notes the first fault of a block; nothing runs after it. */
void block_fault(struct exec_block *block, uint32_t thread, unsigned line,
                 enum exec_fault_kind kind, uint64_t address, const char *format, va_list args);

/* Threads have exited: barriers may be complete now. */
void block_exited(struct exec_block *block, uint32_t n);

/* The special registers of a warp, filled into its AREA_WARP. 0 or -ENOMEM. */
int specials_init(struct exec_warp *warp);
void specials_finish(struct exec_warp *warp);

/* %clock64: cycles since the device began; this block's own included. */
uint64_t block_clock(const struct exec_block *block);

/* --- barriers (barrier.c) --- */

int barriers_init(struct exec_block *block);
void barriers_finish(struct exec_block *block);

struct barrier_use {
    uint32_t id, threads; /* threads 0: the whole block */
    bool wait;            /* else arrive only */
    uint32_t values;      /* predicate of each lane, for reductions */
};

/* The lanes come to a barrier. They are parked if they wait; what completes goes on. */
void barrier_arrive(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                    const struct barrier_use *use);

/* Completes what can be, after threads exited. */
void barriers_look(struct exec_block *block);

/* --- clusters (cluster.c) --- */

/* The lanes arrive at, wait for the barrier of the cluster; a lane that waits has arrived before.
 */
void cluster_arrive(struct exec_warp *warp, const struct insn *in, uint32_t mask);
void cluster_wait(struct exec_warp *warp, const struct insn *in, uint32_t mask);
/* Completes it if that can be, after threads exited. */
void cluster_look(struct exec_block *block);

/* Addresses of shared memory name the block that they belong to in their bits 24 to 31: 0 the
 * thread's own, else one more than its rank. */
#define CLUSTER_RANK_SHIFT 24
#define CLUSTER_RANK_MASK  (UINT64_C(0xff) << CLUSTER_RANK_SHIFT)

/* Threads are left and none can run: the block faults. */
void block_deadlock(struct exec_block *block);

/* --- memory (memory.c) --- */

enum exec_space {
    SPACE_GENERIC,
    SPACE_GLOBAL,
    SPACE_CONST,
    SPACE_SHARED,
    SPACE_LOCAL,
    SPACE_PARAM, /* of the kernel */
};

enum exec_access { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_ATOMIC = 4 };

/* The range that the instruction found last time, if it still is as it was; else NULL. */
static inline const struct exec_range_cache *memory_known(const struct exec_block *block,
                                                          const struct insn *in, bool write)
{
    const struct exec_range_cache *cache = &block->ranges[in->line % EXEC_RANGES];
    const uint64_t *generation = (const uint64_t *)block->launch.memory->generation;
    uint64_t now = generation ? __atomic_load_n(generation, __ATOMIC_ACQUIRE) : 0;

    return cache->generation == now && (cache->writable || !write) && cache->end &&
                   cache->heap_generation ==
                       __atomic_load_n(block->heap_generation, __ATOMIC_ACQUIRE)
               ? cache
               : NULL;
}

/* The host addresses behind an access of bytes at each lane's address, which are checked. False:
 * the block has faulted. bytes: a power of two, also the alignment asked for. */
bool memory_translate(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                      enum exec_space space, unsigned access, unsigned bytes,
                      const uint64_t address[EXEC_WARP_LANES], uint8_t *ret_at[EXEC_WARP_LANES]);

/* As above for one lane and any size, with no alignment; NULL: faulted. */
uint8_t *memory_at(struct exec_warp *warp, const struct insn *in, unsigned lane, uint64_t address,
                   size_t bytes, unsigned access);

/* Reads a string of at most size - 1 bytes, up to its NUL. False: faulted. */
bool memory_string(struct exec_warp *warp, const struct insn *in, unsigned lane, uint64_t address,
                   char *ret_text, size_t size);

/* --- the race check (race.c) --- */

int race_init(struct exec_block *block);
void race_access(struct exec_warp *warp, const struct insn *in, unsigned lane, uint32_t offset,
                 unsigned bytes, unsigned access);

/* --- the heap of device code (heap.c), any thread --- */

struct exec_heap *heap_create(void);
void heap_destroy(struct exec_heap *heap);
/* Moved on by each free; atomic. */
const uint64_t *heap_generation(const struct exec_heap *heap);
uint64_t heap_malloc(struct exec_heap *heap, uint64_t bytes);
bool heap_free(struct exec_heap *heap, uint64_t address); /* false: no such allocation */
bool heap_find(struct exec_heap *heap, uint64_t address, uint64_t ret_range[2]);

#endif
