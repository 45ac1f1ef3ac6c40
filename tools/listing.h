/* SPDX-License-Identifier: MIT
 *
 * listing.h - what `sliver inspect` knows about a file: its images, and for each kernel whether it
 * can be sliced, by the same code that the preloaded library uses.
 */
#ifndef TOOLS_LISTING_H
#define TOOLS_LISTING_H

#include "ptx-rewriter/image_scan.h"
#include "ptx-rewriter/ptx.h"

struct listing_kernel {
    char *name;
    char *reason;          /* why it stays whole; NULL: can be sliced */
    unsigned line, column; /* in the PTX, of its name or of the reason; 0: has no place */
};

struct listing_image {
    struct image_found found;
    const struct image_entry *ptx; /* taken for the device, or NULL */
    const char *reason;            /* when ptx is NULL: why */
    struct ptx_error error;        /* message[0]: the PTX is not understood */
    bool linked; /* from the file's relocatable images, where its kernels are listed */
    struct listing_kernel *kernels;
    size_t n_kernels;
};

struct listing {
    struct listing_image *images;
    size_t n_images;
};

/* cc: the device's compute capability x 10; 0: for each image the highest it has code for. Borrows
 * the bytes until listing_finish, which is due whatever is returned: 0, -EINVAL (not such a file,
 * or damaged behind the images listed), or -ENOMEM. */
int listing_make(const void *bytes, size_t size_bytes, unsigned cc, struct listing *ret_listing);
void listing_finish(struct listing *listing);

#endif
