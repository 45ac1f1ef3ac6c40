/* SPDX-License-Identifier: MIT
 *
 * image_text.h - is it PTX text, and for what? Looks at the head only; the rewriter's parser reads
 * the rest.
 */
#ifndef PTX_REWRITER_IMAGE_TEXT_H
#define PTX_REWRITER_IMAGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text_target {
    unsigned arch; /* 90 of sm_90a; 0 if no target stands in the head */
    char variant;  /* 'a', 'f' or 0 */
    bool debug;    /* .target sm_90, debug */
};

/* PTX begins with .version; blanks, comments and a byte order mark may precede it. Never reads past
 * the first NUL. ret_text_bytes: up to that NUL or size_bytes. */
bool text_is_ptx(const char *text, size_t size_bytes, size_t *ret_text_bytes,
                 struct text_target *ret_target);

#endif
