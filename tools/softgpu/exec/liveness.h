/* SPDX-License-Identifier: MIT
 *
 * liveness.h - from where to where in a function its registers are live.
 */
#ifndef SOFTGPU_EXEC_LIVENESS_H
#define SOFTGPU_EXEC_LIVENESS_H

#include "tools/softgpu/exec/decode.h"

struct interval {
    uint32_t vreg, first, last; /* instructions; first > last: not used */
};

struct liveness {
    struct builder *builder;
    const struct exec_func *func;
    const struct insn *code;
    uint32_t n; /* instructions */
    uint32_t n_vregs;
    uint32_t *block_of;    /* of each instruction */
    uint32_t *block_start; /* n_blocks + 1 entries */
    uint32_t n_blocks;
    size_t words; /* of a set of registers */
    uint64_t *in, *out, *used, *defined;
    struct interval *intervals; /* of each register */
};

/* Fills the intervals, which the caller allocated with first and last UINT32_MAX. 0 or -ENOMEM. */
int liveness_find(struct liveness *live);
void liveness_finish(struct liveness *live);

#endif
