/* SPDX-License-Identifier: MIT
 *
 * ptx_layout.h - where the parameters of an entry lie in its parameter block.
 *
 * Pure, any thread.
 */
#ifndef PTX_REWRITER_PTX_LAYOUT_H
#define PTX_REWRITER_PTX_LAYOUT_H

#include "ptx-rewriter/ptx.h"
#include "ptx-rewriter/ptx_parse.h"

/* Fills one item per parameter, and the end of the last. arch: compute capability x 10 of the
 * device, which matters for parameters aligned to more than 16 bytes: they are aligned in the
 * constant bank, in which the block begins at an odd place. False if a size is unknown, or such an
 * alignment meets a device that we don't know. */
bool ptx_lay_out(const struct ptx_module *module, const struct ptx_function *function,
                 unsigned arch, struct ptx_param *ret_params, uint32_t *ret_bytes);

/* Bytes that the parameters may take (PTX ISA, "Kernel Function Parameters"). */
uint32_t ptx_layout_room(unsigned version, unsigned arch);

#endif
