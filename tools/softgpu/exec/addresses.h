/* SPDX-License-Identifier: MIT
 *
 * addresses.h - the address operand of memory instructions: how it is decoded, and its lanes.
 */
#ifndef SOFTGPU_EXEC_ADDRESSES_H
#define SOFTGPU_EXEC_ADDRESSES_H

#include "tools/softgpu/exec/decode.h"
#include "tools/softgpu/exec/lanes.h"

/* op[] of the address register; values are in those before it. */
#define ADDRESS_OPERAND 4

/* Takes the space modifier and the address: op[index], imm, flags; ret_space: enum exec_space. */
int addresses_take(struct decoder *dc, unsigned index, const struct operand *operand,
                   int *ret_space);

/* The checked host addresses of an access of so many bytes. False: faulted. */
bool addresses_translate(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                         unsigned bytes, unsigned access, uint8_t *ret_at[EXEC_WARP_LANES]);

/* Where addresses of the access may be for all of them to be right without more questions: from
 * ret_start, ret_size bytes, which begin at ret_host. False: not known. */
static inline bool addresses_window(const struct exec_warp *warp, const struct insn *in,
                                    unsigned access, uint64_t *ret_start, uint64_t *ret_size,
                                    uint8_t **ret_host)
{
    const struct exec_block *block = warp->block;
    const struct exec_range_cache *known;

    if (in->mode == SPACE_SHARED) {
        *ret_start = 0;
        *ret_size = block->shared_bytes;
        *ret_host = block->shared;
        return !block->race_words;
    }
    known = in->mode <= SPACE_CONST ? memory_known(block, in, access & ACCESS_WRITE) : NULL;
    if (!known)
        return false;
    *ret_start = known->start;
    *ret_size = known->end - known->start;
    *ret_host = (uint8_t *)(uintptr_t)known->start;
    return true;
}

/* The same, in vector code for the usual case: all lanes, in a range that is known. */
static inline bool addresses_of(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                                unsigned bytes, unsigned access, uint8_t *ret_at[EXEC_WARP_LANES])
{
    uint64_t start, size, bad = 0, offset = (uint64_t)in->imm;
    uint8_t *first;
    uintptr_t host; /* addresses that are found wrong later may be anywhere */

    if (mask != EXEC_ALL_LANES || (in->flags & ADDRESS_FRAME) ||
        !addresses_window(warp, in, access, &start, &size, &first) || size < bytes)
        return addresses_translate(warp, in, mask, bytes, access, ret_at);
    host = (uintptr_t)first;
    size -= bytes;
    offset -= start;
    if (in->flags & ADDRESS_32) {
        const lane_u32 *a = LANES(lane_u32, ADDRESS_OPERAND);
        uint32_t most = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX, wrong = 0;
        if (in->mode != SPACE_SHARED)
            return addresses_translate(warp, in, mask, bytes, access, ret_at);
        EACH_LANE(mask, uint32_t at = a[l] + (uint32_t)offset;
                  wrong |= (uint32_t)(at > most) | (at & (bytes - 1));
                  ret_at[l] = (uint8_t *)(host + at));
        bad = wrong;
    } else {
        const lane_u64 *a = LANES(lane_u64, ADDRESS_OPERAND);
        EACH_LANE(mask, uint64_t at = a[l] + offset;
                  bad |= (uint64_t)(at > size) | ((at + start) & (bytes - 1));
                  ret_at[l] = (uint8_t *)(host + at));
    }
    return !bad || addresses_translate(warp, in, mask, bytes, access, ret_at);
}

#endif
