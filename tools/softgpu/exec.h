/* SPDX-License-Identifier: MIT
 *
 * exec.h - PTX on the CPU: what the software device's driver asks of the interpreter.
 *
 * The driver side (device.h and the cu* entry points) owns memory, streams and the clock; this side
 * owns programs and runs one block at a time, to its end or until it yields, on the calling thread.
 * No global state; several threads may run blocks of one program at once.
 */
#ifndef SOFTGPU_EXEC_H
#define SOFTGPU_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a program sees of memory. Device addresses are host addresses; check() decides what is
 * allowed. */
struct exec_memory {
    /* May the range be read/written by the device? Returns 0, or -EFAULT (out of bounds or freed).
     * Called for accesses that miss the interpreter's own small cache of the last ranges seen,
     * which it forgets when *generation changes. ret_range tells the whole allocation around addr.
     */
    int (*check)(void *arg, uint64_t addr, size_t bytes, bool write, uint64_t ret_range[2]);
    const _Atomic uint64_t *generation; /* moved on by every free */
    void *arg;
};

struct exec_global {
    char *name;
    size_t size_bytes, align_bytes;
    bool is_const;
    void *address; /* allocated by the program when loaded; valid until exec_program_destroy */
};

struct exec_kernel {
    const char *name;
    size_t param_bytes;
    const uint32_t (*params)[2]; /* offset and size of each, bytes */
    size_t n_params;
    unsigned registers; /* an estimate, for occupancy */
    size_t static_shared_bytes, local_bytes;
    uint32_t max_threads, reqntid[3], reqcluster[3];
};

struct exec_program; /* one loaded module: code, globals, constants */

/* An error in the text or an instruction we do not have: line and message as a JIT log wants them.
 */
struct exec_error {
    unsigned line;
    char message[256];
};

/* n texts are linked into one program (functions and globals by name). -EINVAL syntax, -ENOTSUP an
 * unsupported instruction or directive, -ENOENT an undefined symbol, -ENOMEM; ret_error says more.
 */
int exec_program_create(const char *const *texts, const size_t *sizes, size_t n,
                        struct exec_program **ret_program, struct exec_error *ret_error);
void exec_program_destroy(struct exec_program *program);

const struct exec_kernel *exec_find_kernel(const struct exec_program *program, const char *name);
size_t exec_kernels(const struct exec_program *program, const struct exec_kernel ***ret_kernels);
const struct exec_global *exec_find_global(const struct exec_program *program, const char *name);

enum exec_status {
    EXEC_DONE,    /* every thread exited */
    EXEC_YIELDED, /* instruction budget used up (a spinning block, say): call again */
    EXEC_FAULT,   /* illegal or misaligned address, trap, assert ...: see struct exec_fault */
};

enum exec_fault_kind {
    EXEC_FAULT_NONE,
    EXEC_FAULT_ADDRESS,     /* CUDA_ERROR_ILLEGAL_ADDRESS */
    EXEC_FAULT_MISALIGNED,  /* CUDA_ERROR_MISALIGNED_ADDRESS */
    EXEC_FAULT_TRAP,        /* CUDA_ERROR_LAUNCH_FAILED */
    EXEC_FAULT_ASSERT,      /* CUDA_ERROR_ASSERT */
    EXEC_FAULT_INSTRUCTION, /* CUDA_ERROR_ILLEGAL_INSTRUCTION */
    EXEC_FAULT_STACK,       /* CUDA_ERROR_LAUNCH_FAILED, call stack overflow */
    EXEC_FAULT_BARRIER,     /* threads of a block wait at barriers that can never complete */
    EXEC_FAULT_RACE,        /* shared memory race found by the checker */
};

struct exec_fault {
    enum exec_fault_kind kind;
    uint32_t block[3], thread[3];
    unsigned line; /* of the PTX */
    uint64_t address;
    char message[160];
};

struct exec_launch {
    const struct exec_kernel *kernel;
    uint32_t grid[3], threads[3], cluster[3]; /* cluster 1,1,1 where there is none */
    bool explicit_cluster;                    /* asked for, be it of one block */
    uint64_t grid_id;
    uint64_t grid_workspace; /* of a cooperative launch: the address in %envreg1 and 2; else 0 */
    const void *params;      /* kernel->param_bytes */
    size_t dynamic_shared_bytes;
    const struct exec_memory *memory;
    bool check_races;
    unsigned n_sms;
    /* device printf text; any thread */
    void (*print)(void *arg, const char *text, size_t bytes);
    void *print_arg;
    /* nanoseconds for %globaltimer and cycles for %clock, from the device's clock */
    uint64_t (*now_ns)(void *arg);
    void *now_arg;
};

struct exec_block; /* the running state of one block: registers, shared and local memory */

int exec_block_create(const struct exec_launch *launch, const uint32_t index[3], uint32_t sm,
                      struct exec_block **ret_block);
/* Runs up to budget instructions (counted per thread). ret_cost: cycles by the cost table since the
 * last call. */
enum exec_status exec_block_run(struct exec_block *block, uint64_t budget, uint64_t *ret_cost,
                                struct exec_fault *ret_fault);
/* Instructions run so far, counted per thread. */
uint64_t exec_block_instructions(const struct exec_block *block);
void exec_block_destroy(struct exec_block *block);

/* The blocks of one cluster, from the one with rank 0 and index first on: made together, run in
 * turn by whoever calls. sms: the multiprocessor of each, NULL: 0. A launch without clusters has
 * clusters of one block. */
#define EXEC_CLUSTER_BLOCKS 16u
struct exec_cluster;
int exec_cluster_create(const struct exec_launch *launch, const uint32_t first[3],
                        const uint32_t *sms, struct exec_cluster **ret_cluster);
/* Runs each block up to the budget; ret_costs: of each. */
enum exec_status exec_cluster_run(struct exec_cluster *cluster, uint64_t budget,
                                  uint64_t *ret_costs, struct exec_fault *ret_fault);
uint64_t exec_cluster_instructions(const struct exec_cluster *cluster);
void exec_cluster_destroy(struct exec_cluster *cluster);

#endif
