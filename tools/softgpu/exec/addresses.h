/* SPDX-License-Identifier: MIT
 *
 * addresses.h - the address operand of memory instructions: how it is decoded, and its lanes.
 */
#ifndef SOFTGPU_EXEC_ADDRESSES_H
#define SOFTGPU_EXEC_ADDRESSES_H

#include "tools/softgpu/exec/decode.h"

/* op[] of the address register; values are in those before it. */
#define ADDRESS_OPERAND 4

/* Takes the space modifier and the address: op[index], imm, flags; ret_space: enum exec_space. */
int addresses_take(struct decoder *dc, unsigned index, const struct operand *operand,
                   int *ret_space);

/* The checked host addresses of an access of so many bytes. False: faulted. */
bool addresses_translate(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                         unsigned bytes, unsigned access, uint8_t *ret_at[EXEC_WARP_LANES]);

#endif
