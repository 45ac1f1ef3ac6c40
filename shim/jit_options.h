/* SPDX-License-Identifier: MIT
 *
 * jit_options.h - the program's options for compiling PTX joined with those its image was built
 * with, which the driver's compiler would otherwise not know.
 *
 * The driver also writes through them: logs into buffers, sizes and times into the values. It gets
 * copies, so that an attempt with twins that it refuses leaves nothing behind: the program's own
 * image is compiled next, and its log must be what it would be without us. (The log of an attempt
 * that succeeds names the twins where CU_JIT_LOG_VERBOSE asks for every kernel.)
 */
#ifndef SHIM_JIT_OPTIONS_H
#define SHIM_JIT_OPTIONS_H

#include "ptx-rewriter/image.h"
#include "shim/driver.h"

#define JIT_OPTIONS_MOST 40

/* A log buffer of the program and ours that stands for it. */
struct jit_log {
    unsigned index; /* of its name and value */
    void *given;
    void *copy; /* NULL: none */
    size_t bytes;
};

struct jit_options {
    CUjit_option names[JIT_OPTIONS_MOST];
    void *values[JIT_OPTIONS_MOST];
    unsigned n;
    unsigned n_given; /* the program's, which come first */
    struct jit_log logs[2];
};

/* What the program gives wins. False if there are too many; else finish it. */
bool jit_options_join(struct jit_options *ret_options, unsigned n, const CUjit_option *names,
                      void *const *values, const struct image_build_options *build);
/* From now on the driver's logs go to copies. Not for inputs of a linker, which may keep the
 * buffers for longer than the call. False: no memory; finish it all the same. */
bool jit_options_copy_logs(struct jit_options *options);
/* accepted: hands what the driver wrote to the program. */
void jit_options_finish(struct jit_options *options, void **values, bool accepted);

/* Nothing that ptxas was told. */
extern const struct image_build_options jit_options_no_build;

#endif
