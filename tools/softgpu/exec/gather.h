/* SPDX-License-Identifier: MIT
 *
 * gather.h - the member mask of the .sync instructions of warps.
 */
#ifndef SOFTGPU_EXEC_GATHER_H
#define SOFTGPU_EXEC_GATHER_H

#include "tools/softgpu/exec/lanes.h"

/* op[5]: the member mask. Returns the lanes that go on; their masks are copied. */
#define MEMBERS 5

static inline uint32_t gather(struct exec_warp *warp, const struct insn *in, uint32_t mask,
                              uint32_t ret_members[EXEC_WARP_LANES])
{
    const lane_u32 *members = LANES(lane_u32, MEMBERS);

    for (unsigned l = 0; l < EXEC_WARP_LANES; l++) /* a mask without its own lane has no meaning */
        ret_members[l] = members[l] | 1u << l;
    return warp_gather(warp, mask, ret_members);
}

#endif
