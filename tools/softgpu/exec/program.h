/* SPDX-License-Identifier: MIT
 *
 * program.h - a loaded program: code of all functions in one array, constants, globals, kernels.
 *
 * Made by exec_program_create, then never changed except for the memory behind its globals and its
 * heap; any number of threads may run it.
 */
#ifndef SOFTGPU_EXEC_PROGRAM_H
#define SOFTGPU_EXEC_PROGRAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/softgpu/exec.h"
#include "tools/softgpu/exec/insn.h"

/* Generic addresses: below the windows they are host addresses. Bits 48 and up name the window, so
 * that no host address is in one; the low 32 bits are the address inside it. */
#define WINDOW_SHIFT  48
#define WINDOW_SHARED (UINT64_C(1) << WINDOW_SHIFT)
#define WINDOW_LOCAL  (UINT64_C(2) << WINDOW_SHIFT)
#define WINDOW_PARAM  (UINT64_C(3) << WINDOW_SHIFT)
/* A function's address is WINDOW_CODE + FUNC_ALIGN * (1 + its index). */
#define WINDOW_CODE (UINT64_C(4) << WINDOW_SHIFT)
#define FUNC_ALIGN  16u

/* One parameter or return value of a function, one argument of a call. Device functions keep
 * theirs in the local memory of the frame, at offset, or in a register. */
struct exec_place {
    uint32_t offset; /* bytes in the frame's local memory; kernels: in the parameter block */
    uint32_t bytes;
    uint32_t slot;     /* EXEC_NO_SLOT: in memory */
    bool is_predicate; /* of a slot */
};

struct exec_places {
    struct exec_place *at;
    size_t n;
};

enum exec_builtin {
    BUILTIN_NONE,
    BUILTIN_VPRINTF,
    BUILTIN_ASSERTFAIL,
    BUILTIN_MALLOC,
    BUILTIN_FREE,
};

struct exec_func {
    char *name;
    unsigned text; /* which text it came from, and is private to unless it is visible */
    bool visible, weak, is_entry, has_body;
    uint8_t builtin;      /* enum exec_builtin */
    uint32_t start, end;  /* code */
    uint32_t frame_bytes; /* registers of a warp */
    uint32_t local_bytes; /* of one thread */
    struct exec_places params, results;
    uint32_t *callees; /* indices of functions called directly */
    size_t n_callees;
    bool calls_indirect;
    unsigned pressure;           /* 32-bit registers live at once */
    uint32_t register_limits[2]; /* .maxnreg, .minnctapersm; 0: none */
    bool grows_stack;            /* calls whose depth is not known, or alloca */
    struct exec_program *program;
    struct exec_kernel kernel; /* of an entry */
    uint32_t dynamic_align;    /* of the dynamic shared memory of an entry, at least 1 */
    uint32_t (*param_table)[2];
};

/* What a call instruction says beside its target; insn.target is its index. */
struct exec_call_site {
    uint32_t func; /* index; UINT32_MAX: by pointer, in op[0] */
    struct exec_places args, results;
};

struct exec_branch_table {
    uint32_t *targets;
    size_t n;
};

struct exec_range {
    uint64_t start, end;
    void *memory; /* to be freed */
};

struct exec_heap; /* what device code got from malloc */

struct exec_program {
    struct insn *code;
    uint32_t n_code;
    struct exec_func *funcs;
    uint32_t n_funcs;
    struct exec_call_site *sites;
    uint32_t n_sites;
    struct exec_branch_table *tables;
    uint32_t n_tables;
    uint8_t *consts; /* AREA_CONST */
    struct exec_global *globals;
    size_t n_globals;
    struct exec_range *ranges; /* of the globals, ascending */
    const struct exec_kernel **kernels;
    size_t n_kernels;
    uint32_t special_bytes;  /* size of AREA_WARP */
    uint32_t *special_slots; /* of each special register, EXEC_NO_SLOT: not used */
    struct exec_heap *heap;
};

static inline const struct exec_func *exec_kernel_func(const struct exec_kernel *kernel)
{
    return (const struct exec_func *)((const char *)kernel - offsetof(struct exec_func, kernel));
}

#endif
