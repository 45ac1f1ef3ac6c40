/* SPDX-License-Identifier: MIT
 *
 * mbarrier.h - the word of an mbarrier: 64 bits in shared memory, arrivals it still waits for (bits
 * 0 to 19), those of a whole phase (20 to 39), bytes that were announced and have not come (40 to
 * 61, signed), and the phase (63). A cluster runs on one thread, so that plain accesses do.
 */
#ifndef SOFTGPU_EXEC_MBARRIER_H
#define SOFTGPU_EXEC_MBARRIER_H

#include "tools/softgpu/exec/decode.h"

#define MBARRIER_PHASE      (UINT64_C(1) << 63)
#define MBARRIER_COUNT_MASK UINT64_C(0xfffff)
#define MBARRIER_TX_SHIFT   40
#define MBARRIER_TX_MASK    (UINT64_C(0x3fffff) << MBARRIER_TX_SHIFT)

static inline uint64_t mbarrier_pending_of(uint64_t word)
{
    return word & MBARRIER_COUNT_MASK;
}

static inline uint64_t mbarrier_expected_of(uint64_t word)
{
    return word >> 20 & MBARRIER_COUNT_MASK;
}

static inline uint64_t mbarrier_with_counts(uint64_t word, uint64_t pending, uint64_t expected)
{
    return (word & (MBARRIER_PHASE | MBARRIER_TX_MASK)) | (pending & MBARRIER_COUNT_MASK) |
           (expected & MBARRIER_COUNT_MASK) << 20;
}

static inline uint64_t mbarrier_add_tx(uint64_t word, int64_t bytes)
{
    return (word & ~MBARRIER_TX_MASK) |
           ((word + ((uint64_t)bytes << MBARRIER_TX_SHIFT)) & MBARRIER_TX_MASK);
}

/* The next phase begins when nothing is missing any more. */
static inline uint64_t mbarrier_finish_phase(uint64_t word)
{
    if (mbarrier_pending_of(word) || (word & MBARRIER_TX_MASK))
        return word;
    return mbarrier_with_counts(word ^ MBARRIER_PHASE, mbarrier_expected_of(word),
                                mbarrier_expected_of(word));
}

/* op[] of the mbarrier that is told of bytes when an instruction has moved them. */
#define COMPLETION_OPERAND 8

/* Takes its address, in .shared::cluster, with no offset. Uses bit 7 of insn.flags. */
int mbarrier_take_completion(struct decoder *dc, const struct operand *operand);
/* Tells it of bytes for each lane. False: faulted. */
bool mbarrier_complete(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                       const uint32_t bytes[EXEC_WARP_LANES]);

/* cp.async.bulk, whose first words have been taken; st.async. */
int decode_bulk(struct decoder *dc);
int decode_store_async(struct decoder *dc);

#endif
