/* SPDX-License-Identifier: MIT
 *
 * groups.h - what warp.c (groups) and frames.c (activations of functions) ask of each other.
 */
#ifndef SOFTGPU_EXEC_GROUPS_H
#define SOFTGPU_EXEC_GROUPS_H

#include "tools/softgpu/exec/warp.h"

/* Lanes of the running group become a group of their own, at pc in this frame. */
struct exec_group *group_split(struct exec_warp *warp, uint32_t mask, uint32_t pc,
                               struct exec_frame *frame);

/* A frame with its registers zero; NULL: no memory. */
struct exec_frame *frame_new(struct exec_warp *warp, const struct exec_func *func);
/* Kept for reuse until the warp ends. */
void frame_free(struct exec_warp *warp, struct exec_frame *frame);

#endif
