/* SPDX-License-Identifier: MIT
 *
 * operands.h - the operands of a statement, from tokens; what they mean is the decoder's business.
 */
#ifndef SOFTGPU_EXEC_OPERANDS_H
#define SOFTGPU_EXEC_OPERANDS_H

#include "tools/softgpu/exec/decode.h"

/* All operands up to the ';' into dc->st. */
int operands_read(struct decoder *dc);

/* One that is a register, name or constant. */
int operand_read_simple(struct decoder *dc, struct operand *ret_operand);

#endif
