/* SPDX-License-Identifier: MIT
 *
 * image_link.h - images that come out of the driver's linker: made by us from separately compiled
 * PTX, or by the program, whose linked image is recognised when it is loaded.
 */
#ifndef SHIM_IMAGE_LINK_H
#define SHIM_IMAGE_LINK_H

#include "shim/image_swap.h"
#include "shim/jit_options.h"

struct image_link {
    CUlinkState state;
    struct jit_options options;
};

/* entry: any of the parts. False if the driver has no linker or no context is
 * current. */
bool image_link_start(struct image_link *ret_link, const struct image_entry *entry);
/* Compiled as the entry says. */
bool image_link_add(struct image_link *link, const char *text, size_t size_bytes,
                    const struct image_entry *entry);
/* The linked image, a copy: free() it. */
bool image_link_finish(struct image_link *link, void **ret_image, size_t *ret_size_bytes);
void image_link_abandon(struct image_link *link); /* after finish, too */

/* Remembers, for as long as the process lives, that this image has these kernels. */
void image_link_remember(const void *image, size_t size_bytes,
                         const struct ptx_result *const *parts, size_t n_parts);
/* The kernels of an image that was remembered, with no image to swap in; NULL: never seen. */
struct image_swap *image_link_recall(const void *image, size_t size_bytes, const char **ret_reason);

#endif
