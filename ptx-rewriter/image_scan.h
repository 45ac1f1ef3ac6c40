/* SPDX-License-Identifier: MIT
 *
 * image_scan.h - the images in a file: a program, library or object file of the host, an archive of
 * objects, or an image alone.
 *
 * Host files keep their fatbins in the sections .nv_fatbin and __nv_relfatbin (the latter: the
 * translation units of -rdc=true, each still to be linked), one behind the other with zeros
 * between. The wrappers in .nvFatBinSegment hold addresses and say nothing in a file.
 */
#ifndef PTX_REWRITER_IMAGE_SCAN_H
#define PTX_REWRITER_IMAGE_SCAN_H

#include "ptx-rewriter/image.h"

struct image_found {
    struct image image;
    const char *section; /* of the host file, or NULL */
    const char *member;  /* of the archive, no NUL behind it, or NULL */
    size_t member_bytes;
    bool relocatable; /* from __nv_relfatbin */
};

/* Calls visit for each image in the bytes, in order. It takes over found->image (image_finish),
 * which borrows the bytes. Stops when visit returns non-zero, and returns that; else 0, also if
 * there was none; -EINVAL: not such a file, or damaged (what was sound has been visited), -ENOMEM.
 */
int image_scan(const void *bytes, size_t size_bytes,
               int (*visit)(void *arg, const struct image_found *found), void *arg);

#endif
