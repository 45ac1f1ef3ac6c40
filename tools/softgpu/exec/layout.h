/* SPDX-License-Identifier: MIT
 *
 * layout.h - the last step of making a program: shared memory and stack of each kernel, the
 * constants' area, the kernels' descriptions.
 */
#ifndef SOFTGPU_EXEC_LAYOUT_H
#define SOFTGPU_EXEC_LAYOUT_H

#include "tools/softgpu/exec/build.h"

int layout_program(struct builder *builder);

#endif
