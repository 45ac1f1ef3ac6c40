/* SPDX-License-Identifier: MIT
 *
 * ptx_place.h - keeps a twin's loops where the original's stand in the lines of the instruction
 * cache.
 *
 * A twin begins with the additions of its offset, and all that follows stands so much later. On an
 * H100 that alone made MRI-Q 10 % slower (and 1.6 % faster to 24 % slower for other shifts of the
 * same code by less than a line): a GPU fetches instructions by lines of 128 bytes, which are 8
 * instructions since compute capability 7.0. So a twin begins with as many empty instructions as
 * make its shift a whole line. ptxas decides how many instructions an addition takes; what is
 * assumed here was right for 270 of 290 kernels that read one axis, and is a guess for more axes. A
 * wrong guess costs what no guess would.
 *
 * Pure, any thread.
 */
#ifndef PTX_REWRITER_PTX_PLACE_H
#define PTX_REWRITER_PTX_PLACE_H

#include "ptx-rewriter/ptx.h"

/* What is one empty instruction where all threads of a warp arrive together, as at the start of an
 * entry. ptxas makes it a NOP; PTX 6.0 and sm_70 have it. */
#define PTX_PLACE_EMPTY "bar.warp.sync -1;"

/* How many to put at the start of a twin that adds its offset on these axes (bits 0 to 2). arch as
 * in struct ptx_options, but not 0. */
unsigned ptx_place_fill(const struct ptx_kernel *kernel, unsigned axes, unsigned arch);

#endif
