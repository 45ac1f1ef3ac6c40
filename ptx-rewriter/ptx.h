/* SPDX-License-Identifier: MIT
 *
 * ptx.h - PTX text in, PTX text with the twins and a report out.
 *
 * On the way of a launch: the shim hands over the text it took from an image, and hands what comes
 * back to the driver. Pure: no CUDA header, no global state, any thread.
 */
#ifndef PTX_REWRITER_PTX_H
#define PTX_REWRITER_PTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The twin of entry NAME is the entry PTX_TWIN_PREFIX NAME in the same module. Its parameters are
 * the original's followed by struct ptx_twin_tail at twin_tail_bytes. */
#define PTX_TWIN_PREFIX "__sliver_twin_"

/* What the twin reads after the original parameters: where its slice begins in the whole grid, and
 * the whole grid, both in blocks. The twin shows the kernel ctaid = %ctaid + offset and nctaid =
 * grid. 24 bytes, 4-byte aligned, in PTX six consecutive .u32 parameters. */
struct ptx_twin_tail {
    uint32_t offset_blocks[3];
    uint32_t grid_blocks[3];
};

struct ptx_param {
    uint32_t offset_bytes;
    uint32_t size_bytes;
};

struct ptx_kernel {
    char *name;               /* as in the file, mangled */
    bool has_twin;            /* the output has its twin */
    char *reason;             /* why not, in a few words; NULL if has_twin */
    unsigned line, column;    /* of the entry's name, or of what the reason is about; from 1 */
    struct ptx_param *params; /* of the original */
    size_t n_params;
    uint32_t param_bytes;     /* of the original: end of its last parameter */
    uint32_t twin_tail_bytes; /* offset of struct ptx_twin_tail: param_bytes rounded up to 4 */
    uint32_t cluster[3];      /* .reqnctapercluster, 0 where not given */
};

struct ptx_error {
    unsigned line, column; /* from 1; 0 when it is about no place */
    char message[200];     /* without place and newline */
};

struct ptx_options {
    /* Does the user want this kernel sliced? Kernels it says no to get no twin, with the reason
     * "excluded by SLIVER_SLICE". NULL: every kernel. */
    bool (*wants)(void *arg, const char *name);
    void *arg;
    /* The text will be linked with other code, where a call through a pointer may lead. */
    bool is_linked;
    /* Compute capability x 10 of the device it will run on, 0 for that of its .target. Parameters
     * that are aligned to more than 16 bytes (tensor maps) lie elsewhere on other architectures. */
    unsigned arch;
};

struct ptx_result {
    char *text;        /* NUL-terminated; NULL if no kernel got a twin: use the input as it is */
    size_t size_bytes; /* without the NUL */
    struct ptx_kernel *kernels; /* every .entry with a body, in file order */
    size_t n_kernels;
    char target[32];  /* e.g. "sm_90a" */
    bool debug;       /* .target ..., debug */
    unsigned version; /* .version 8.7 -> 87 */
};

/* The text need not end in NUL. Returns 0 and fills ret_result (release with ptx_result_finish), or
 * -EINVAL with ret_error set when it is not PTX we understand as a whole, or -ENOMEM. Never crashes
 * or hangs, whatever the bytes; time is O(size * log size), memory O(size). */
int ptx_rewrite(const char *text, size_t size_bytes, const struct ptx_options *options,
                struct ptx_result *ret_result, struct ptx_error *ret_error);

void ptx_result_finish(struct ptx_result *result);

#endif
