/* SPDX-License-Identifier: MIT
 *
 * module.h - code on its way into a context: images to PTX, PTX to programs, programs to modules.
 */
#ifndef SOFTGPU_DRIVER_MODULE_H
#define SOFTGPU_DRIVER_MODULE_H

#include "tools/softgpu/driver/driver.h"

/* PTX texts that make one program. */
struct texts {
    char **texts; /* each malloc'd */
    size_t *sizes;
    size_t n;
};

/* Adds a copy of PTX, or the PTX that a fatbin, wrapper or linked image holds for this device.
 * INVALID_IMAGE, NO_BINARY_FOR_GPU, OUT_OF_MEMORY. size_bytes may be IMAGE_SIZE_UNKNOWN. */
CUresult texts_add_image(struct texts *texts, const void *image, size_t size_bytes);
CUresult texts_add_file(struct texts *texts, const char *path);
void texts_finish(struct texts *texts);

/* Where JIT options want their output; the options that change code generation don't apply here. */
struct jit_log {
    char *error_log;
    size_t *error_bytes; /* room on the way in (as the option's value), used on the way out */
    size_t room;
    void **size_value;
    void **info_size_value;
};
CUresult jit_log_read(struct jit_log *log, unsigned n, const CUjit_option *options, void **values);

/* Parses and links. INVALID_PTX, NOT_FOUND ... with line and message in the log. */
CUresult program_make(const struct texts *texts, const struct jit_log *log,
                      struct exec_program **ret_program);

/* Takes the program over on success. */
CUresult module_create(struct CUctx_st *ctx, struct CUlib_st *library, struct exec_program *program,
                       struct CUmod_st **ret_module);
/* The context must be idle. */
void module_destroy(struct CUmod_st *module);
struct CUfunc_st *module_find(struct CUmod_st *module, const char *name);
/* A variable's address and size; from then on the memory map knows it. NOT_FOUND. */
CUresult module_global(struct CUmod_st *module, const char *name, CUdeviceptr *ret,
                       size_t *ret_bytes);

/* A library's kernel, and the library: code that belongs to no context until it is used in one. */
struct CUkern_st {
    struct CUlib_st *library;
    const char *name;
    const struct exec_kernel *info;    /* of the library's first program */
    struct function_settings settings; /* made before a context has the kernel */
};

struct CUlib_st {
    struct texts texts;
    struct exec_program *program; /* the first: its module's, once there is one */
    bool program_taken;
    struct CUkern_st *kernels;
    size_t n_kernels;
};

/* The library's module in ctx, made if need be. */
CUresult library_module(struct CUlib_st *library, struct CUctx_st *ctx,
                        struct CUmod_st **ret_module);

#endif
