/* SPDX-License-Identifier: MIT
 *
 * code.h - modules and libraries, the kernels in them, and the handles that mean a kernel.
 *
 * On the way of a launch: an image is loaded -> struct code with the rewriter's report; a kernel is
 * looked up
 * -> struct shim_kernel under its handle; a launch finds it by the handle.
 *
 * A kernel of a library has several handles (the CUkernel, a CUfunction per context): each has a
 * struct shim_kernel, all share one struct kernel. Records are added under codes_lock and found
 * without it; they go when the module is unloaded, behind everything held that might use them.
 */
#ifndef SHIM_CODE_H
#define SHIM_CODE_H

#include <pthread.h>

#include "common/hash.h"
#include "ptx-rewriter/ptx.h"
#include "shim/state.h"

struct image_swap; /* see image_swap.h */

enum code_kind { CODE_MODULE, CODE_LIBRARY };

/* A kernel by name in one module or library. */
struct code_kernel {
    char *name;
    struct kernel *kernel;
    bool has_twin;
    const struct ptx_param *params; /* of the original; NULL: not known from the image */
    size_t n_params;
    uint32_t twin_tail_bytes;
    struct grid3 cluster; /* fixed at compile time; 0 where not */
    UT_hash_handle hh;    /* by name */
};

struct code {
    enum code_kind kind;
    void *handle;            /* CUmodule or CUlibrary */
    struct image_swap *swap; /* what was loaded in place of the program's image; NULL: its own */
    struct code_kernel *kernels; /* by name; those of the report, then those looked up */
    struct shim_kernel *handles; /* all of its handles, by next_in_code */
    const char *reason;          /* why kernels of no report are whole; static text */
};

struct shim_kernel {
    struct kernel *kernel;
    struct code_kernel *of;
    struct code *code;
    CUfunction original; /* the handle the program has; a CUkernel for libraries */
    bool is_library_kernel;
    /* The twin's handle; NULL until first needed. Under twin_lock, read with acquire. */
    _Atomic(CUfunction) twin;
    pthread_mutex_t twin_lock;
    /* Where the parameters lie. Learned when first needed; published by a release store. */
    _Atomic(const struct ptx_param *) params;
    size_t n_params;
    uint32_t param_bytes;
    _Atomic int cache_config; /* CUfunc_cache, as the program set it last */
    struct shim_kernel *next_in_code;
};

int code_start(void); /* once; 0 or -ENOMEM */

/* After a load: the record of the new module or library. Takes swap over (NULL: the image is the
 * program's own, for `reason`). Out of memory: no record, its kernels are launched whole and
 * unscheduled. */
void code_add(enum code_kind kind, void *handle, struct image_swap *swap, const char *reason);
/* Before an unload. Nothing of it may be held. */
void code_remove(void *handle);

/* After a look-up by name: handle is known from now on. */
void code_add_kernel(void *code_handle, const char *name, CUfunction handle);
/* After cuLibraryGetModule: another handle of the same code. */
void code_add_alias(CUlibrary library, CUmodule module);
/* After cuKernelGetFunction. */
void code_add_function(CUkernel kernel, CUfunction function);

/* The record of a handle; one that was never seen is asked for its name and module. NULL: none. */
struct shim_kernel *code_find_kernel(CUfunction handle);

/* Has the driver load the kernel now. Loaded at its first launch, as is the driver's way, it would
 * wait for all that runs in the context; so nothing may be held that those wait for. */
void code_load(const struct shim_kernel *kernel);

/* The twin's handle, made ready as the original is (attributes, cache preference); NULL if there is
 * none or it can't run with so many threads per block: then the kernel is whole from now on. */
CUfunction code_twin(struct shim_kernel *kernel, uint64_t n_threads);
/* An attribute of the original was set: the twin follows. */
void code_attribute_set(CUfunction handle, CUfunction_attribute attribute, int value);
void code_cache_config_set(CUfunction handle, CUfunc_cache config);

/* Where the parameters lie, from the image or the driver. False if nobody knows. */
bool code_params(struct shim_kernel *kernel);

/* An attribute of the kernel of this handle on the current device; false if the driver won't tell.
 */
bool code_attribute(const struct shim_kernel *kernel, CUfunction handle,
                    CUfunction_attribute attribute, int *ret_value);

/* Is this kernel one of ours? */
bool code_is_twin(const char *name);

#endif
