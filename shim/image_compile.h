/* SPDX-License-Identifier: MIT
 *
 * image_compile.h - machine code of rewritten PTX: from our cache, else by the driver's linker, and
 * then kept there.
 *
 * The driver compiles PTX that it is given to load, and keeps the result in a cache of its own,
 * under the PTX and its options: what we rewrite is the same at every start, so a second start
 * finds it there. That is the better way where it works: the program's own compiler options, error
 * logs and CUDA_FORCE_PTX_JIT mean what they always mean. We compile ourselves only
 *   - units of separate compilation, which have to be linked before they can be loaded, at each
 *     start anew (image_swap.c), and
 *   - PTX that the driver would compile at each start, because its cache is turned off, can't be
 *     written or is too small (jit_env.h). A program with machine code that its user starts with
 *     CUDA_CACHE_DISABLE=1 would otherwise pay at each start for something it never did.
 * The key holds the texts, how each is compiled, the compute capability and the driver's library by
 * name, size and date: another driver or GPU compiles anew. Any thread; no locks.
 */
#ifndef SHIM_IMAGE_COMPILE_H
#define SHIM_IMAGE_COMPILE_H

#include "ptx-rewriter/image.h"
#include "shim/driver.h"

struct image_part {
    char *text; /* PTX with a NUL */
    size_t size_bytes;
    struct image_build_options build;
};

/* Would the driver itself have it at the next start? */
bool image_compile_is_kept(size_t text_bytes);

/* For the device of the current context. The image is free()d by the caller. False if the driver
 * has no linker, no context is current or the parts don't link. */
bool image_compile(const struct image_part *parts, size_t n_parts, void **ret_image,
                   size_t *ret_size_bytes);

#endif
