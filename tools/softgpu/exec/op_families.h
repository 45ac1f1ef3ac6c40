/* SPDX-License-Identifier: MIT
 *
 * op_families.h - opcodes such as add exist for integers, floats and halves: the row of ops.def
 * leads to op_arith.c, which hands on by type to these.
 */
#ifndef SOFTGPU_EXEC_OP_FAMILIES_H
#define SOFTGPU_EXEC_OP_FAMILIES_H

#include "tools/softgpu/exec/decode.h"

int int_add(struct decoder *dc);
int int_sub(struct decoder *dc);
int int_mul(struct decoder *dc);
int int_mad(struct decoder *dc);
int int_madc(struct decoder *dc);
int int_div(struct decoder *dc);
int int_min(struct decoder *dc);
int int_max(struct decoder *dc);
int int_neg(struct decoder *dc);
int int_abs(struct decoder *dc);

int float_add(struct decoder *dc);
int float_sub(struct decoder *dc);
int float_mul(struct decoder *dc);
int float_fma(struct decoder *dc);
int float_div(struct decoder *dc);
int float_min(struct decoder *dc);
int float_max(struct decoder *dc);
int float_neg(struct decoder *dc);
int float_abs(struct decoder *dc);

int half_add(struct decoder *dc);
int half_sub(struct decoder *dc);
int half_mul(struct decoder *dc);
int half_fma(struct decoder *dc);
int half_min(struct decoder *dc);
int half_max(struct decoder *dc);
int half_neg(struct decoder *dc);
int half_abs(struct decoder *dc);

#endif
