/* SPDX-License-Identifier: MIT
 *
 * run_exec.c - forms on the interpreter.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/softgpu/diff/run.h"
#include "tools/softgpu/exec.h"

struct state {
    uint64_t out[DIFF_N], sources[3][DIFF_N];
    uint8_t scratch[DIFF_N * DIFF_SCRATCH];
};

static int check(void *arg, uint64_t address, size_t bytes, bool write, uint64_t ret_range[2])
{
    uint64_t start = (uintptr_t)arg, end = start + sizeof(struct state);

    (void)write;
    if (address < start || address >= end || bytes > end - address)
        return -EFAULT;
    ret_range[0] = start;
    ret_range[1] = end;
    return 0;
}

static void *open_state(void)
{
    return aligned_alloc(64, (sizeof(struct state) + 63) & ~(size_t)63);
}

static bool run_blocks(const struct exec_launch *launch, char *ret_message, size_t size)
{
    struct exec_fault fault = {0};
    bool ok = true;

    for (uint32_t i = 0; i < DIFF_BLOCKS && ok; i++) {
        const uint32_t index[3] = {i, 0, 0};
        struct exec_block *block;
        uint64_t cost;
        ok = exec_block_create(launch, index, 0, &block) == 0 &&
             exec_block_run(block, UINT64_MAX, &cost, &fault) == EXEC_DONE;
        if (ok)
            exec_block_destroy(block);
    }
    if (!ok)
        snprintf(ret_message, size, "%s", fault.message);
    return ok;
}

static bool run(void *arg, const struct form *form, const char *text, uint64_t results[DIFF_N],
                char *ret_message, size_t size)
{
    struct state *state = arg;
    const void *params[5] = {state->out, state->scratch, state->sources[0], state->sources[1],
                             state->sources[2]};
    const struct exec_memory memory = {.check = check, .arg = state};
    struct exec_launch launch = {.grid = {DIFF_BLOCKS, 1, 1},
                                 .threads = {DIFF_THREADS, 1, 1},
                                 .cluster = {1, 1, 1},
                                 .params = params,
                                 .memory = &memory,
                                 .n_sms = 1};
    struct exec_program *program;
    struct exec_error error;
    size_t bytes = strlen(text);
    bool ok;

    if (exec_program_create(&text, &bytes, 1, &program, &error) < 0) {
        snprintf(ret_message, size, "line %u: %s", error.line, error.message);
        return false;
    }
    memset(state, 0, sizeof(*state));
    for (unsigned i = 0; i < form->n_sources; i++)
        form_operands(form, i, state->sources[i]);
    launch.kernel = exec_find_kernel(program, "k");
    ok = run_blocks(&launch, ret_message, size);
    memcpy(results, state->out, sizeof(state->out));
    exec_program_destroy(program);
    return ok;
}

const struct diff_device diff_exec = {open_state, free, run};
