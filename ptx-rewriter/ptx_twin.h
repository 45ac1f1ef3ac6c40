/* SPDX-License-Identifier: MIT
 *
 * ptx_twin.h - writes twins: the text of a function again, with six more parameters, each read of
 * the grid position shifted, and calls led to the twins of functions.
 *
 * The last pass of the rewriter. Pure, any thread.
 *
 * Before an instruction that reads %ctaid.x comes
 *     mov.u32 r0, %ctaid.x; ld.param.u32 r16, [offset_x]; add.u32 r0, r0, r16;
 * and r0 stands in the register's place. ptxas turns that into one addition of a constant; the sum
 * is 32 bits wide whatever the read takes of it. The registers are .b32, so that they fit where the
 * special register did. Later reads of the same component subtract the negative: with one value for
 * all of them, alive from the first to the last, the loop of the benchmarks' sgemm_tiled took 125
 * registers for 121 and 1.3 % more time.
 */
#ifndef PTX_REWRITER_PTX_TWIN_H
#define PTX_REWRITER_PTX_TWIN_H

#include "common/str.h"
#include "ptx-rewriter/ptx_analyze.h"

/* No word of the module begins with the tag, so that names made of it are new in every scope. */
struct ptx_tag {
    char text[32];
};

/* "__sliver_", or "__sliver1_" and so on. */
void ptx_choose_tag(const struct ptx_module *module, struct ptx_tag *ret_tag);

/* The twin of an entry, or of a function that needs_twin. kernel, which may be NULL, is the entry
 * whose code is to keep its place (ptx_place.h) on a device of this arch. */
void ptx_write_twin(struct str *out, const struct ptx_analysis *analysis, const struct ptx_tag *tag,
                    uint32_t function, const struct ptx_kernel *kernel, unsigned arch);

/* Its declaration, for those who call it before it is defined. */
void ptx_write_twin_declaration(struct str *out, const struct ptx_analysis *analysis,
                                const struct ptx_tag *tag, uint32_t function);

#endif
