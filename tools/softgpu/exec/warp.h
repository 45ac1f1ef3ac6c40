/* SPDX-License-Identifier: MIT
 *
 * warp.h - the running state: a block, its warps, and in a warp the groups of lanes that are at the
 * same place.
 *
 * Each lane has its own place in the code, as on hardware since Volta. Lanes at the same place in
 * the same call are one group and run in lockstep. Of the groups that can run, the one in the
 * deepest call and there at the lowest code index goes first, so that those behind catch up and
 * join the others where their ways meet; one that runs long while others could is made to wait its
 * turn, so that a lane may spin on another of its warp. One thread runs a block at a time; no
 * locks.
 */
#ifndef SOFTGPU_EXEC_WARP_H
#define SOFTGPU_EXEC_WARP_H

#include "tools/softgpu/exec/insn.h"
#include "tools/softgpu/exec/program.h"

/* One activation of a function, shared by the lanes that entered it together. */
struct exec_frame {
    struct exec_frame *parent; /* NULL for the kernel's own */
    const struct exec_func *func;
    uint8_t *regs;
    size_t regs_bytes;
    uint32_t live; /* lanes that are in it or in what it calls */
    uint32_t depth;
    uint32_t return_pc;
    uint32_t site;                   /* the call */
    uint32_t local_base;             /* in the thread's local memory */
    uint32_t stack[EXEC_WARP_LANES]; /* end of what each lane has allocated */
};

enum exec_group_state {
    GROUP_READY,
    GROUP_SYNC,    /* at an instruction that other lanes of the warp must reach */
    GROUP_BARRIER, /* at a barrier of the block */
};

struct exec_group {
    uint32_t mask, pc;
    struct exec_frame *frame;
    uint8_t state;
    uint8_t barrier; /* GROUP_BARRIER: which, and the instruction */
    const struct insn *barrier_insn;
    bool released;   /* may pass the synchronising instruction it stands at */
    uint32_t wanted; /* GROUP_SYNC: the lanes it waits for, itself included */
    uint64_t last_run;
};

struct exec_warp {
    uint8_t *base[4];  /* the areas of operands */
    uint32_t pc, mask; /* of the running group */
    uint32_t limit;    /* at this code index or above, look at the other groups; 0: at once */
    bool released;     /* of the running group */
    struct exec_frame *frame;
    struct exec_block *block;
    uint32_t index;           /* in the block */
    uint32_t present, exited; /* lanes */
    uint32_t carry;           /* CC.CF of each lane */
    uint32_t sync_epoch;      /* moved on by each warp synchronisation; for the race check */
    uint32_t cluster_arrived; /* lanes that came to the cluster's barrier, which is not complete */
    uint32_t cluster_owed;    /* lanes that came and have not waited yet */
    unsigned n_groups, current;
    bool promoted;         /* the running group was given a turn out of order */
    uint64_t turns, spent; /* turns given; instructions of the running turn */
    struct exec_group groups[EXEC_WARP_LANES + 1];
    struct exec_frame *root, *free_frames;
};

/* Barrier of the block: which lanes have come. */
struct exec_barrier {
    uint32_t expected; /* threads; 0: all that have not exited */
    bool in_use;
    uint32_t all_of, any_of, count; /* reduction */
    uint32_t *arrived;              /* per warp */
};

#define EXEC_BARRIERS        16
#define EXEC_CLUSTER_BARRIER EXEC_BARRIERS /* what a group waits at: that of the cluster */

/* insn.mode of a barrier: what its result is. */
enum barrier_result { BARRIER_NO_RESULT, BARRIER_AND, BARRIER_OR, BARRIER_POPC };

#define EXEC_RANGES 64

/* Shared memory that the system keeps in each block. */
#define EXEC_RESERVED_SHARED 1024u

struct exec_range_cache {
    uint64_t start, end;
    uint64_t generation; /* of exec_memory */
    uint64_t heap_generation;
    bool writable;
};

struct exec_shared_word;

struct exec_block {
    struct exec_launch launch;
    const struct exec_program *program;
    const struct exec_func *func;
    uint32_t index[3], sm;
    struct exec_block **peers; /* the blocks of the cluster by rank; alone: self */
    uint32_t n_peers;
    struct exec_block *self;
    uint32_t n_threads, n_warps, n_exited;
    uint8_t *params;
    uint8_t *shared;
    uint32_t shared_bytes, static_shared_bytes;
    uint32_t reserved_shared; /* offset of what is the system's, if the program asks for it */
    uint8_t *local;           /* local_bytes for each thread */
    uint32_t local_bytes;
    size_t frames_bytes; /* registers of all frames */
    struct exec_warp *warps;
    uint32_t next_warp;
    struct exec_barrier barriers[EXEC_BARRIERS];
    uint32_t epoch;                      /* completed barriers */
    struct exec_shared_word *race_words; /* NULL: no check */
    uint64_t cycles;                     /* of the warps, not yet reported */
    uint64_t instructions;               /* of the threads */
    bool faulted;
    bool
        stuck; /* no thread could run when it last did: only other blocks of the cluster can help */
    struct exec_fault fault;
    const uint64_t *heap_generation;
    struct exec_range_cache ranges[EXEC_RANGES];
};

/* The first of the warp's threads, and the thread of a lane, in the block. */
static inline uint32_t warp_thread(const struct exec_warp *warp, unsigned lane)
{
    return warp->index * EXEC_WARP_LANES + lane;
}

int warp_init(struct exec_warp *warp, struct exec_block *block, uint32_t index);
void warp_finish(struct exec_warp *warp);

/* Runs up to budget instructions of the warp; returns how many threads' instructions that were. 0:
 * no group can run. */
uint64_t warp_run(struct exec_warp *warp, uint64_t budget);

/* --- for handlers --- */

/* Ends the block with a fault, found in this lane of the warp at this instruction. */
void warp_fault(struct exec_warp *warp, const struct insn *in, enum exec_fault_kind kind,
                unsigned lane, uint64_t address, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* The lanes go on at pc; the rest of the group where it is. */
void warp_branch(struct exec_warp *warp, uint32_t mask, uint32_t pc);

/* The lanes leave the running group as one that waits; it stands at pc. */
struct exec_group *warp_park(struct exec_warp *warp, uint32_t mask, uint32_t pc,
                             enum exec_group_state state);

/* The lanes whose named fellows are all here may go on now: returns them. The others wait at this
 * instruction. members: per lane, which lanes must come. */
uint32_t warp_gather(struct exec_warp *warp, uint32_t mask, const uint32_t *members);

/* Enters a function: 0 and its frame, or -ENOMEM/-EOVERFLOW when the stack is full. */
int warp_enter(struct exec_warp *warp, uint32_t mask, const struct exec_func *func, uint32_t site,
               struct exec_frame **ret_frame);
/* The lanes return from their function, from the kernel: exit. */
void warp_leave(struct exec_warp *warp, uint32_t mask);
void warp_exit(struct exec_warp *warp, uint32_t mask);

/* The operand's lanes. */
static inline void *warp_slot(const struct exec_warp *warp, uint32_t operand)
{
    return warp->base[operand & EXEC_AREA_MASK] + (operand & ~EXEC_AREA_MASK);
}

/* Where the dynamic shared memory of the block begins. */
static inline uint32_t block_dynamic_shared(const struct exec_block *block)
{
    uint32_t align = block->func->dynamic_align;

    return (block->static_shared_bytes + align - 1) & ~(align - 1);
}

/* The bytes of a thread's local memory. */
static inline uint8_t *warp_local(const struct exec_warp *warp, unsigned lane)
{
    const struct exec_block *block = warp->block;

    return block->local + (size_t)block->local_bytes * warp_thread(warp, lane);
}

#endif
