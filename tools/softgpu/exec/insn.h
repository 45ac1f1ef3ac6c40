/* SPDX-License-Identifier: MIT
 *
 * insn.h - the internal code: what an instruction of PTX becomes when its program is loaded.
 *
 * A handler executes it for the lanes of a mask. An operand is a slot: an offset into one of four
 * areas, so that handlers need not know registers from constants and special registers.
 */
#ifndef SOFTGPU_EXEC_INSN_H
#define SOFTGPU_EXEC_INSN_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/softgpu/exec/types.h"

struct exec_warp;
struct insn;

/* mask is never 0 and holds only lanes of the group that is running. */
typedef void (*exec_fn)(struct exec_warp *warp, const struct insn *in, uint32_t mask);

/* An operand: offset in bytes (a multiple of 4) | area. */
enum exec_area {
    AREA_FRAME, /* registers of the running function */
    AREA_CONST, /* immediates and addresses, of the program */
    AREA_WARP,  /* special registers that do not change while the block runs */
    AREA_SINK,  /* where what is written to _ goes */
};
#define EXEC_AREA_MASK 3u

#define EXEC_OPERANDS 9
#define EXEC_NO_GUARD UINT32_MAX
#define EXEC_NO_SLOT  UINT32_MAX

/* What op[] is until the operands are known. */
#define EXEC_NO_OPERANDS                                                                           \
    {                                                                                              \
        EXEC_NO_SLOT, EXEC_NO_SLOT, EXEC_NO_SLOT, EXEC_NO_SLOT, EXEC_NO_SLOT, EXEC_NO_SLOT,        \
            EXEC_NO_SLOT, EXEC_NO_SLOT, EXEC_NO_SLOT                                               \
    }

struct insn {
    exec_fn fn;
    uint32_t op[EXEC_OPERANDS];
    uint32_t guard;      /* slot of the predicate, or EXEC_NO_GUARD */
    uint32_t guard_flip; /* ~0 for @!p */
    uint32_t target;     /* branch: the code index; others: an index into a table of the program */
    int64_t imm;         /* address offset and other constants, as the handler says */
    uint32_t line;       /* of the text */
    uint16_t cost;       /* cycles of the warp */
    uint16_t defs;       /* which of op[] are written; bit per operand */
    uint8_t flags;       /* the handler's own */
    uint8_t rounding;    /* enum exec_rounding */
    uint8_t mode;        /* the handler's own */
    uint8_t vec;         /* elements of a vector access */
    uint8_t flow;        /* enum exec_flow */
    uint8_t text;        /* which text of the program the line is of */
};

/* What liveness must know about an instruction's effect on control. */
enum exec_flow {
    FLOW_NEXT,
    FLOW_BRANCH, /* to target, and on if guarded */
    FLOW_TABLE,  /* to any target of a branch table */
    FLOW_END,    /* ret, exit */
    FLOW_CALL,   /* target: the call site, which names registers too */
};

enum exec_rounding { ROUND_RN, ROUND_RZ, ROUND_RM, ROUND_RP, ROUND_RNA };

#endif
