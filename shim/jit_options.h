/* SPDX-License-Identifier: MIT
 *
 * jit_options.h - the program's options for compiling PTX joined with those its image was built
 * with, which the driver's compiler would otherwise not know.
 */
#ifndef SHIM_JIT_OPTIONS_H
#define SHIM_JIT_OPTIONS_H

#include "ptx-rewriter/image.h"
#include "shim/driver.h"

#define JIT_OPTIONS_MOST 40

struct jit_options {
    CUjit_option names[JIT_OPTIONS_MOST];
    void *values[JIT_OPTIONS_MOST];
    unsigned n;
    unsigned n_given; /* the program's, which come first */
};

/* What the program gives wins. False if there are too many. */
bool jit_options_join(struct jit_options *ret_options, unsigned n, const CUjit_option *names,
                      void *const *values, const struct image_build_options *build);
/* Some values are written by the driver (log sizes, times): hands them to the program. */
void jit_options_finish(const struct jit_options *options, void **values);

#endif
