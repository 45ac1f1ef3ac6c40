/* SPDX-License-Identifier: MIT
 *
 * op_families.h - opcodes such as add exist for integers, floats and halves: the row of ops.def
 * leads to op_arith.c, which hands on by type to these.
 */
#ifndef SOFTGPU_EXEC_OP_FAMILIES_H
#define SOFTGPU_EXEC_OP_FAMILIES_H

#include "tools/softgpu/exec/decode.h"

int EXEC_OP(int_add)(struct decoder *dc);
int EXEC_OP(int_sub)(struct decoder *dc);
int EXEC_OP(int_mul)(struct decoder *dc);
int EXEC_OP(int_mad)(struct decoder *dc);
int EXEC_OP(int_madc)(struct decoder *dc);
int EXEC_OP(int_div)(struct decoder *dc);
int EXEC_OP(int_min)(struct decoder *dc);
int EXEC_OP(int_max)(struct decoder *dc);
int EXEC_OP(int_neg)(struct decoder *dc);
int EXEC_OP(int_abs)(struct decoder *dc);

int EXEC_OP(float_add)(struct decoder *dc);
int EXEC_OP(float_sub)(struct decoder *dc);
int EXEC_OP(float_mul)(struct decoder *dc);
int EXEC_OP(float_fma)(struct decoder *dc);
int EXEC_OP(float_div)(struct decoder *dc);
int EXEC_OP(float_min)(struct decoder *dc);
int EXEC_OP(float_max)(struct decoder *dc);
int EXEC_OP(float_neg)(struct decoder *dc);
int EXEC_OP(float_abs)(struct decoder *dc);

int half_add(struct decoder *dc);
int half_sub(struct decoder *dc);
int half_mul(struct decoder *dc);
int half_fma(struct decoder *dc);
int half_min(struct decoder *dc);
int half_max(struct decoder *dc);
int half_neg(struct decoder *dc);
int half_abs(struct decoder *dc);

/* cvt from or to two floats of 8 bits; the modifiers have been taken. */
int cvt_eighths(struct decoder *dc, enum exec_type to, enum exec_type from, bool relu,
                bool satfinite);

#endif
