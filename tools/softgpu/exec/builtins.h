/* SPDX-License-Identifier: MIT
 *
 * builtins.h - functions that the device's system provides: vprintf, __assertfail, malloc, free.
 */
#ifndef SOFTGPU_EXEC_BUILTINS_H
#define SOFTGPU_EXEC_BUILTINS_H

#include "tools/softgpu/exec/block.h"

/* Does the call pass what the function takes, in memory? */
bool builtin_check(enum exec_builtin builtin, const struct exec_call_site *site);

void builtin_call(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                  enum exec_builtin builtin, const struct exec_call_site *site);

/* Formats as printf of device code does, with arguments as they lie in memory: each at a multiple
 * of its size, 4 or 8 bytes. Returns the number of arguments, or -1 when the format or a string
 * can't be read; the block has faulted then. */
int print_format(struct exec_warp *warp, const struct insn *in, unsigned lane, uint64_t format,
                 uint64_t arguments);

#endif
