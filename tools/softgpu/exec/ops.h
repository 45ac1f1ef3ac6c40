/* SPDX-License-Identifier: MIT
 *
 * ops.h - the functions that ops.def names.
 */
#ifndef SOFTGPU_EXEC_OPS_H
#define SOFTGPU_EXEC_OPS_H

#include "tools/softgpu/exec/decode.h"

#define OP(name, decode, operands, cost) int decode(struct decoder *dc);
#define WIDE(name, decode, operands, cost)                                                         \
    int decode(struct decoder *dc), decode##_wide(struct decoder *dc);
#include "tools/softgpu/exec/ops.def"
#undef OP
#undef WIDE

/* The index of a modifier's keyword, -1: none. */
int decode_find_mod(const char *name, unsigned length);

#endif
