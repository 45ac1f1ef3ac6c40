/* SPDX-License-Identifier: MIT
 *
 * image_link.h - images that the program has the driver's linker make of PTX: known again when they
 * are loaded.
 */
#ifndef SHIM_IMAGE_LINK_H
#define SHIM_IMAGE_LINK_H

#include "shim/image_swap.h"

/* Remembers, for as long as the process lives, that this image has these kernels. */
void image_link_remember(const void *image, size_t size_bytes,
                         const struct ptx_result *const *parts, size_t n_parts);
/* The kernels of an image that was remembered, with no image to swap in; NULL: never seen. */
struct image_swap *image_link_recall(const void *image, size_t size_bytes, const char **ret_reason);

#endif
