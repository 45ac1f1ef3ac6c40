/* SPDX-License-Identifier: MIT
 *
 * ptx_head.h - may this PTX run here, going by its .version and .target? Pure.
 */
#ifndef SOFTGPU_DRIVER_PTX_HEAD_H
#define SOFTGPU_DRIVER_PTX_HEAD_H

#include <stddef.h>

struct ptx_head {
    unsigned version; /* .version 8.7 is 87; 0: none */
    unsigned target;  /* .target sm_90a is 90; 0: none */
    unsigned version_line, target_line;
};

/* Reads as far as there are no other directives; what is wrong with them is the interpreter's to
 * say. */
struct ptx_head ptx_head_read(const char *text, size_t size_bytes);

#endif
