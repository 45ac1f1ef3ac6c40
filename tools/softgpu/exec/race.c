/* SPDX-License-Identifier: MIT
 *
 * race.c - the check for races on shared memory: for each byte the last thread that wrote it
 * and the last that read it, and when. Two accesses of different threads, one a write, with neither
 * a barrier of the block nor, within a warp, a warp synchronisation between them, are a race.
 * Atomics don't race with each other.
 */
#include <errno.h>
#include <stdlib.h>

#include "tools/softgpu/exec/block.h"

struct access_note {
    uint32_t thread; /* + 1; 0: none */
    uint32_t epoch, sync_epoch;
    bool lanes, warps; /* other lanes of its warp, other warps did so too */
};

struct exec_shared_word {
    struct access_note write, read, atomic;
};

int race_init(struct exec_block *block)
{
    block->race_words = calloc((size_t)block->shared_bytes + 1, sizeof(*block->race_words));
    return block->race_words ? 0 : -ENOMEM;
}

static bool is_same_warp(const struct exec_warp *warp, const struct access_note *note)
{
    return !note->warps && (note->thread - 1) / EXEC_WARP_LANES == warp->index;
}

static bool conflicts(const struct exec_warp *warp, uint32_t thread, const struct access_note *note)
{
    if (!note->thread || note->epoch != warp->block->epoch)
        return false;
    if (!is_same_warp(warp, note))
        return true;
    return (note->thread != thread + 1 || note->lanes) && note->sync_epoch == warp->sync_epoch;
}

static void note_access(const struct exec_warp *warp, uint32_t thread, struct access_note *note)
{
    bool fresh = !note->thread || note->epoch != warp->block->epoch;
    bool same_warp = !fresh && is_same_warp(warp, note);

    if (same_warp && note->sync_epoch != warp->sync_epoch)
        fresh = true;
    note->lanes = !fresh && (note->lanes || note->thread != thread + 1);
    note->warps = !fresh && !same_warp;
    note->thread = thread + 1;
    note->epoch = warp->block->epoch;
    note->sync_epoch = warp->sync_epoch;
}

static const char *find_conflict(const struct exec_warp *warp, uint32_t thread,
                                 const struct exec_shared_word *word, unsigned access)
{
    if (conflicts(warp, thread, &word->write))
        return "was written";
    if ((access & ACCESS_WRITE) && conflicts(warp, thread, &word->read))
        return "was read";
    if (!(access & ACCESS_ATOMIC) && conflicts(warp, thread, &word->atomic))
        return "was changed atomically";
    return NULL;
}

void race_access(struct exec_warp *warp, const struct insn *in, unsigned lane, uint32_t offset,
                 unsigned bytes, unsigned access)
{
    uint32_t thread = warp_thread(warp, lane);

    for (uint32_t at = offset; at < offset + bytes; at++) {
        struct exec_shared_word *word = &warp->block->race_words[at];
        const char *how = find_conflict(warp, thread, word, access);
        if (how)
            warp_fault(warp, in, EXEC_FAULT_RACE, lane, offset,
                       "shared memory at 0x%x %s by another thread since the last barrier", offset,
                       how);
        if (access & ACCESS_ATOMIC)
            note_access(warp, thread, &word->atomic);
        else if (access & ACCESS_WRITE)
            note_access(warp, thread, &word->write);
        else
            note_access(warp, thread, &word->read);
    }
}
