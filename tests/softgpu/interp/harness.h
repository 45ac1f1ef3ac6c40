/* SPDX-License-Identifier: MIT
 *
 * harness.h - runs kernels of PTX texts on the interpreter alone, block by block on the calling
 * thread: a small device with checked memory, for tests. Failures end the test program.
 */
#ifndef SOFTGPU_TEST_HARNESS_H
#define SOFTGPU_TEST_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/softgpu/exec.h"

struct harness;

/* From a file, or from text. */
struct harness *harness_load(const char *path);
struct harness *harness_text(const char *text);
void harness_destroy(struct harness *harness);

/* Device memory: guarded by the check that the interpreter asks; zeroed. */
void *harness_alloc(struct harness *harness, size_t bytes);
void harness_free(struct harness *harness, void *memory);

/* The module's variable. */
void *harness_global(struct harness *harness, const char *name, size_t *ret_bytes);

/* How a launch goes beside its grid. */
struct harness_options {
    size_t dynamic_shared_bytes;
    bool check_races;
    uint64_t budget; /* 0: without end */
    uint32_t cluster[3];
};

/* Packs parameters of a launch: up to 16, in order. */
struct harness_args {
    const void *at[16];
    unsigned n;
};
#define ARG(x) ((const void *)&(__typeof__(x)[1]){x})
#define ARGS(...)                                                                                  \
    ((struct harness_args){{__VA_ARGS__}, sizeof((const void *[]){__VA_ARGS__}) / sizeof(void *)})

/* Runs the whole grid; returns the first fault, or EXEC_FAULT_NONE. The message is kept. */
enum exec_fault_kind harness_try(struct harness *harness, const char *kernel,
                                 const uint32_t grid[3], const uint32_t block[3],
                                 struct harness_args args, const struct harness_options *options);

/* As above; a fault ends the program. */
void harness_launch(struct harness *harness, const char *kernel, uint32_t grid, uint32_t block,
                    struct harness_args args);
void harness_launch3(struct harness *harness, const char *kernel, const uint32_t grid[3],
                     const uint32_t block[3], struct harness_args args,
                     const struct harness_options *options);

/* One block, not run: the caller does. */
struct exec_block *harness_block(struct harness *harness, const struct exec_kernel *kernel,
                                 const void *params, uint32_t threads, const uint32_t index[3]);

const struct exec_fault *harness_fault(const struct harness *harness);
/* What device code printed since the last call, NUL-terminated. */
const char *harness_output(struct harness *harness);
/* Instructions of all threads so far. */
uint64_t harness_instructions(const struct harness *harness);

/* The sole kernel whose name contains this. */
const struct exec_kernel *harness_kernel(struct harness *harness, const char *part);

#endif
