/* SPDX-License-Identifier: MIT
 *
 * fuzz_exec.c - the interpreter on any bytes: a text is loaded or refused, and a cluster of each of
 * its kernels, of one block or two, ends, faults or uses up its budget.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "tools/softgpu/exec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_BYTES 4096u
#define BUDGET      20000u
#define MAX_KERNELS 4u

static _Alignas(256) uint8_t arena[ARENA_BYTES];

static int check(void *arg, uint64_t address, size_t bytes, bool write, uint64_t ret_range[2])
{
    uint64_t start = (uintptr_t)arena;

    (void)arg;
    (void)write;
    if (address < start || address - start >= ARENA_BYTES || bytes > start + ARENA_BYTES - address)
        return -EFAULT;
    ret_range[0] = start;
    ret_range[1] = start + ARENA_BYTES;
    return 0;
}

/* Every parameter is the address of the arena, or what its bytes make of it. */
static void *make_params(const struct exec_kernel *kernel)
{
    uint64_t *params = calloc(kernel->param_bytes / 8 + 1, 8);

    for (size_t i = 0; params && i < kernel->param_bytes / 8 + 1; i++)
        params[i] = (uintptr_t)arena + (i % 4 == 3 ? 1 : 0) * UINT64_C(0x100000000);
    return params;
}

static void run(const struct exec_kernel *kernel, bool check_races, uint32_t blocks)
{
    const struct exec_memory memory = {.check = check};
    const uint32_t index[3] = {2, 0, 0};
    struct exec_launch launch = {.kernel = kernel,
                                 .grid = {4, 1, 1},
                                 .threads = {20, 2, 1},
                                 .cluster = {blocks, 1, 1},
                                 .params = make_params(kernel),
                                 .dynamic_shared_bytes = 64,
                                 .memory = &memory,
                                 .check_races = check_races,
                                 .n_sms = 2};
    uint64_t costs[EXEC_CLUSTER_BLOCKS];
    struct exec_cluster *cluster = NULL;
    struct exec_fault fault;

    if (launch.params && exec_cluster_create(&launch, index, NULL, &cluster) == 0) {
        for (unsigned i = 0; i < 4; i++) {
            if (exec_cluster_run(cluster, BUDGET, costs, &fault) != EXEC_YIELDED)
                break;
        }
    }
    exec_cluster_destroy(cluster);
    free((void *)launch.params);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const struct exec_kernel **kernels;
    struct exec_program *program;
    struct exec_error error;
    size_t n;

    if (exec_program_create(&text, &size, 1, &program, &error) < 0)
        return 0;
    n = exec_kernels(program, &kernels);
    for (size_t i = 0; i < n && i < MAX_KERNELS; i++)
        run(kernels[i], size % 2, 1 + size / 2 % 2);
    exec_program_destroy(program);
    return 0;
}
