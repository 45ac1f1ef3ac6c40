/* SPDX-License-Identifier: MIT
 *
 * builtins.c - vprintf, __assertfail, malloc and free, called like functions with their arguments
 * in the caller's .param memory.
 */
#include "tools/softgpu/exec/builtins.h"

#include <stdio.h>
#include <string.h>

static const struct {
    unsigned n_args, bytes[5], result_bytes;
} shapes[] = {
    [BUILTIN_VPRINTF] = {2, {8, 8}, 4},
    [BUILTIN_ASSERTFAIL] = {5, {8, 8, 4, 8, 8}, 0},
    [BUILTIN_MALLOC] = {1, {8}, 8},
    [BUILTIN_FREE] = {1, {8}, 0},
};

bool builtin_check(enum exec_builtin builtin, const struct exec_call_site *site)
{
    if (site->args.n != shapes[builtin].n_args || site->results.n > 1)
        return false;
    for (size_t i = 0; i < site->args.n; i++) {
        if (site->args.at[i].slot != EXEC_NO_SLOT ||
            site->args.at[i].bytes != shapes[builtin].bytes[i])
            return false;
    }
    return !site->results.n || (site->results.at[0].slot == EXEC_NO_SLOT &&
                                site->results.at[0].bytes == shapes[builtin].result_bytes);
}

static uint64_t argument(const struct exec_warp *warp, const struct exec_call_site *site,
                         unsigned lane, unsigned i)
{
    const struct exec_place *place = &site->args.at[i];
    uint64_t value = 0;

    memcpy(&value, warp_local(warp, lane) + warp->frame->local_base + place->offset, place->bytes);
    return value;
}

static void set_result(const struct exec_warp *warp, const struct exec_call_site *site,
                       unsigned lane, uint64_t value)
{
    const struct exec_place *place = &site->results.at[0];

    if (site->results.n)
        memcpy(warp_local(warp, lane) + warp->frame->local_base + place->offset, &value,
               place->bytes);
}

static void fail_assertion(struct exec_warp *warp, const struct insn *in, unsigned lane,
                           const struct exec_call_site *site)
{
    const struct exec_launch *launch = &warp->block->launch;
    const uint32_t *block = warp->block->index, *size = launch->threads;
    uint32_t thread = warp_thread(warp, lane);
    char condition[256], file[256], function[256], text[1024];
    int n;

    if (!memory_string(warp, in, lane, argument(warp, site, lane, 0), condition,
                       sizeof(condition)) ||
        !memory_string(warp, in, lane, argument(warp, site, lane, 1), file, sizeof(file)) ||
        !memory_string(warp, in, lane, argument(warp, site, lane, 3), function, sizeof(function)))
        return;
    n = snprintf(text, sizeof(text),
                 "%s:%u: %s: block: [%u,%u,%u], thread: [%u,%u,%u] Assertion `%s` failed.\n", file,
                 (unsigned)argument(warp, site, lane, 2), function, block[0], block[1], block[2],
                 thread % size[0], thread / size[0] % size[1], thread / size[0] / size[1],
                 condition);
    if (launch->print)
        launch->print(launch->print_arg, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text));
    warp_fault(warp, in, EXEC_FAULT_ASSERT, lane, 0, "assertion `%.100s` failed", condition);
}

static void call_one(struct exec_warp *warp, const struct insn *in, unsigned lane,
                     enum exec_builtin builtin, const struct exec_call_site *site)
{
    struct exec_heap *heap = warp->block->program->heap;
    uint64_t first = argument(warp, site, lane, 0);
    int n;

    switch (builtin) {
    case BUILTIN_VPRINTF:
        n = print_format(warp, in, lane, first, argument(warp, site, lane, 1));
        set_result(warp, site, lane, (uint64_t)n);
        break;
    case BUILTIN_ASSERTFAIL:
        fail_assertion(warp, in, lane, site);
        break;
    case BUILTIN_MALLOC:
        set_result(warp, site, lane, heap_malloc(heap, first));
        break;
    case BUILTIN_FREE:
        if (!heap_free(heap, first))
            warp_fault(warp, in, EXEC_FAULT_TRAP, lane, first,
                       "free of 0x%llx, which is not allocated", (unsigned long long)first);
        break;
    case BUILTIN_NONE:
        break;
    }
}

void builtin_call(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                  enum exec_builtin builtin, const struct exec_call_site *site)
{
    for (; mask && !warp->block->faulted; mask &= mask - 1)
        call_one(warp, in, __builtin_ctz(mask), builtin, site);
}
