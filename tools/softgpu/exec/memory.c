/* SPDX-License-Identifier: MIT
 *
 * memory.c - from the addresses of PTX to host memory, checked.
 *
 * What the device owns is asked of exec_memory.check and remembered per instruction in a small
 * cache until something is freed; the program's own globals and heap are known here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/softgpu/exec/block.h"
#include "tools/softgpu/exec/lanes.h"

/* The global variable around an address. */
static bool find_global(const struct exec_program *program, uint64_t address, uint64_t ret_range[2])
{
    size_t low = 0, high = program->n_globals;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct exec_range *range = &program->ranges[middle];
        if (address < range->start) {
            high = middle;
        } else if (address >= range->end) {
            low = middle + 1;
        } else {
            ret_range[0] = range->start;
            ret_range[1] = range->end;
            return true;
        }
    }
    return false;
}

static bool covers(const uint64_t range[2], uint64_t address, size_t bytes)
{
    return address >= range[0] && address < range[1] && bytes <= range[1] - address;
}

static bool find_range(const struct exec_block *block, uint64_t address, size_t bytes, bool write,
                       uint64_t ret_range[2])
{
    const struct exec_memory *memory = block->launch.memory;

    if (find_global(block->program, address, ret_range) ||
        heap_find(block->program->heap, address, ret_range))
        return covers(ret_range, address, bytes);
    if (!memory->check)
        return false;
    ret_range[0] = address;
    ret_range[1] = address + bytes;
    return memory->check(memory->arg, address, bytes, write, ret_range) == 0;
}

/* Is [low, high) allowed? What is learned is kept for the instruction, with the generations of
 * before the question. */
static bool range_allowed(struct exec_block *block, const struct insn *in, uint64_t low,
                          uint64_t high, bool write)
{
    const struct exec_range_cache *known = memory_known(block, in, write);
    const uint64_t *generation = (const uint64_t *)block->launch.memory->generation;
    struct exec_range_cache found = {
        .generation = generation ? __atomic_load_n(generation, __ATOMIC_ACQUIRE) : 0,
        .heap_generation = __atomic_load_n(block->heap_generation, __ATOMIC_ACQUIRE),
        .writable = write,
    };
    uint64_t range[2];

    if (known && low >= known->start && high <= known->end)
        return true;
    if (high < low || !find_range(block, low, high - low, write, range))
        return false;
    found.start = range[0];
    found.end = range[1];
    block->ranges[in->line % EXEC_RANGES] = found;
    return true;
}

static void bad_address(struct exec_warp *warp, const struct insn *in, unsigned lane,
                        uint64_t address, unsigned bytes, const char *where)
{
    warp_fault(warp, in, EXEC_FAULT_ADDRESS, lane, address,
               "invalid access of %u bytes at 0x%llx (%s)", bytes, (unsigned long long)address,
               where);
}

/* The bounds of a small space and where it begins for a lane. */
static uint8_t *space_start(struct exec_warp *warp, enum exec_space space, unsigned lane,
                            uint64_t *ret_bytes)
{
    struct exec_block *block = warp->block;

    switch (space) {
    case SPACE_SHARED:
        *ret_bytes = block->shared_bytes;
        return block->shared;
    case SPACE_PARAM:
        *ret_bytes = block->func->kernel.param_bytes;
        return block->params;
    default:
        *ret_bytes = block->local_bytes;
        return warp_local(warp, lane);
    }
}

static const char *space_name(enum exec_space space)
{
    return space == SPACE_SHARED ? "shared" : space == SPACE_PARAM ? "param" : "local";
}

/* In the shared memory of another block of the cluster. */
static uint8_t *peer_shared(struct exec_warp *warp, const struct insn *in, unsigned lane,
                            uint64_t address, size_t bytes)
{
    const struct exec_block *block = warp->block, *peer;
    uint64_t rank = (address >> CLUSTER_RANK_SHIFT) - 1, offset = address & ~CLUSTER_RANK_MASK;

    if (rank >= block->n_peers) {
        bad_address(warp, in, lane, address, bytes, "shared");
        return NULL;
    }
    peer = block->peers[rank];
    if (peer->n_exited == peer->n_threads) {
        warp_fault(warp, in, EXEC_FAULT_TRAP, lane, address,
                   "shared memory of block %llu of the cluster, which has ended",
                   (unsigned long long)rank);
        return NULL;
    }
    if (offset >= peer->shared_bytes || bytes > peer->shared_bytes - offset) {
        bad_address(warp, in, lane, address, bytes, "shared memory of another block");
        return NULL;
    }
    return peer->shared + offset;
}

/* One lane, not the window of host addresses. NULL: faulted. */
static uint8_t *small_space(struct exec_warp *warp, const struct insn *in, unsigned lane,
                            enum exec_space space, uint64_t address, size_t bytes, unsigned access)
{
    uint64_t size;
    uint8_t *start = space_start(warp, space, lane, &size);

    if (space == SPACE_SHARED && address >> CLUSTER_RANK_SHIFT)
        return peer_shared(warp, in, lane, address, bytes);
    if (address >= size || bytes > size - address ||
        (space == SPACE_PARAM && (access & ACCESS_WRITE))) {
        bad_address(warp, in, lane, address, bytes, space_name(space));
        return NULL;
    }
    if (space == SPACE_SHARED && warp->block->race_words)
        race_access(warp, in, lane, address, bytes, access);
    return start + address;
}

uint8_t *memory_at(struct exec_warp *warp, const struct insn *in, unsigned lane, uint64_t address,
                   size_t bytes, unsigned access)
{
    uint64_t window = address >> WINDOW_SHIFT, low = address & ((UINT64_C(1) << WINDOW_SHIFT) - 1);

    if (!bytes)
        return warp->block->params;
    if (window == WINDOW_SHARED >> WINDOW_SHIFT)
        return small_space(warp, in, lane, SPACE_SHARED, low, bytes, access);
    if (window == WINDOW_LOCAL >> WINDOW_SHIFT)
        return small_space(warp, in, lane, SPACE_LOCAL, low, bytes, access);
    if (window == WINDOW_PARAM >> WINDOW_SHIFT)
        return small_space(warp, in, lane, SPACE_PARAM, low, bytes, access);
    if (!range_allowed(warp->block, in, address, address + bytes, access & ACCESS_WRITE)) {
        bad_address(warp, in, lane, address, bytes, "global");
        return NULL;
    }
    return (uint8_t *)(uintptr_t)address;
}

bool memory_string(struct exec_warp *warp, const struct insn *in, unsigned lane, uint64_t address,
                   char *ret_text, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        const uint8_t *at = memory_at(warp, in, lane, address + i, 1, ACCESS_READ);
        if (!at)
            return false;
        ret_text[i] = (char)*at;
        if (!*at)
            return true;
    }
    ret_text[size - 1] = 0;
    return true;
}

static bool misaligned(struct exec_warp *warp, const struct insn *in, uint32_t mask, unsigned bytes,
                       const uint64_t *address)
{
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned lane = __builtin_ctz(m);
        if (address[lane] & (bytes - 1))
            warp_fault(warp, in, EXEC_FAULT_MISALIGNED, lane, address[lane],
                       "address 0x%llx is not a multiple of %u", (unsigned long long)address[lane],
                       bytes);
    }
    return warp->block->faulted;
}

struct span {
    uint64_t low, high, bits; /* of the addresses: least, greatest, all or-ed */
};

static struct span span_of(uint32_t mask, const uint64_t *address)
{
    struct span span = {.low = UINT64_MAX};

    EACH_LANE(mask, uint64_t at = address[l]; span.low = at < span.low ? at : span.low;
              span.high = at > span.high ? at : span.high; span.bits |= at);
    return span;
}

static bool translate_each(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                           enum exec_space space, unsigned access, unsigned bytes,
                           const uint64_t *address, uint8_t **ret_at)
{
    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned lane = __builtin_ctz(m);
        ret_at[lane] = space == SPACE_SHARED || space == SPACE_LOCAL || space == SPACE_PARAM
                           ? small_space(warp, in, lane, space, address[lane], bytes, access)
                           : memory_at(warp, in, lane, address[lane], bytes, access);
        if (!ret_at[lane])
            return false;
    }
    return true;
}

bool memory_translate(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                      enum exec_space space, unsigned access, unsigned bytes,
                      const uint64_t address[EXEC_WARP_LANES], uint8_t *ret_at[EXEC_WARP_LANES])
{
    struct exec_block *block = warp->block;
    struct span span = span_of(mask, address);
    bool fits = false;

    if ((span.bits & (bytes - 1)) && misaligned(warp, in, mask, bytes, address))
        return false;
    if (space <= SPACE_CONST) {
        if (!(span.bits >> WINDOW_SHIFT) &&
            range_allowed(block, in, span.low, span.high + bytes, access & ACCESS_WRITE)) {
            EACH_LANE(mask, ret_at[l] = (uint8_t *)(uintptr_t)address[l]);
            return true;
        }
        return translate_each(warp, in, mask, space, access, bytes, address, ret_at);
    }
    if (space == SPACE_SHARED && !block->race_words) {
        fits = span.high < block->shared_bytes && bytes <= block->shared_bytes - span.high;
        if (fits)
            EACH_LANE(mask, ret_at[l] = block->shared + address[l]);
    } else if (space == SPACE_LOCAL) {
        uint8_t *local = warp_local(warp, 0);
        fits = span.high < block->local_bytes && bytes <= block->local_bytes - span.high;
        if (fits)
            EACH_LANE(mask, ret_at[l] = local + (size_t)block->local_bytes * l + address[l]);
    }
    return fits || translate_each(warp, in, mask, space, access, bytes, address, ret_at);
}
