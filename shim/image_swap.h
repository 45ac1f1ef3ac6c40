/* SPDX-License-Identifier: MIT
 *
 * image_swap.h - from the program's image to the one with the twins.
 *
 * Takes the PTX out of what the program loads, has it rewritten (or finds the result in the cache)
 * and holds what to give the driver instead. Replacing the image, rather than loading a second one,
 * is what keeps globals and constants single. No locks; any thread.
 */
#ifndef SHIM_IMAGE_SWAP_H
#define SHIM_IMAGE_SWAP_H

#include "ptx-rewriter/image.h"
#include "ptx-rewriter/ptx.h"
#include "shim/driver.h"

struct image_swap {
    void *image; /* PTX text with a NUL, or a cubin; NULL: the program's own image has the twins */
    size_t image_bytes;               /* of text without the NUL */
    struct image_build_options build; /* how text must be compiled */
    bool is_ptx;
    void *machine_code; /* of image_swap_compile */
    struct ptx_kernel *kernels;
    size_t n_kernels;
};

/* size_bytes may be IMAGE_SIZE_UNKNOWN. NULL if the image is left alone, with ret_reason (static
 * text) saying why. */
struct image_swap *image_swap_create(const void *image, size_t size_bytes, const char **ret_reason);
void image_swap_destroy(struct image_swap *swap);

/* If the image is PTX that the driver would compile anew at every start: is there
 * swap->machine_code to load in its place? Only for a program that gives no options of its own and
 * so does not see the difference. The PTX stays what to load when the driver refuses it. */
bool image_swap_compile(struct image_swap *swap);

/* One part of what is linked at run time: rewritten for that. 0, -EINVAL (not PTX we understand) or
 * -ENOMEM. Without a twin ret_result->text is NULL: use the text as it is. */
int image_swap_rewrite_part(const char *text, size_t size_bytes, struct ptx_result *ret_result);

struct image_swap *image_swap_alloc(void); /* empty; NULL: no memory */
/* Takes the part's kernels over; false: no memory, and they stay the part's. */
bool image_swap_append(struct image_swap *swap, struct ptx_result *part);

#endif
