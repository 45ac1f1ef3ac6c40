/* SPDX-License-Identifier: MIT
 *
 * build.h - a program while it is being made of its texts: names, variables, functions, constants.
 *
 * module.c reads what stands outside of function bodies, body.c the bodies, decode.c and the op_*.c
 * files make instructions, slots.c gives registers their places, program.c puts it all together.
 */
#ifndef SOFTGPU_EXEC_BUILD_H
#define SOFTGPU_EXEC_BUILD_H

#include <stdlib.h>
#include <uthash.h>

#include "tools/softgpu/exec/block.h"
#include "tools/softgpu/exec/insn.h"
#include "tools/softgpu/exec/program.h"
#include "tools/softgpu/exec/text.h"

/* A growing array. vec_push gives a zeroed element, or NULL. */
#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *at;                                                                                  \
        uint32_t n, capacity;                                                                      \
    }
#define vec_push(vec)                                                                              \
    ((__typeof__((vec)->at))vec_grow((void **)&(vec)->at, &(vec)->n, &(vec)->capacity,             \
                                     sizeof(*(vec)->at)))
void *vec_grow(void **at, uint32_t *n, uint32_t *capacity, size_t bytes);

enum symbol_kind {
    SYMBOL_REG,       /* index: the first virtual register */
    SYMBOL_REG_RANGE, /* %r<count>; kept apart from the other names */
    SYMBOL_VARIABLE,  /* index into variables */
    SYMBOL_FUNC,      /* index into funcs */
    SYMBOL_LABEL,     /* index into code */
    SYMBOL_TABLE,     /* .branchtargets: index into tables */
    SYMBOL_PROTOTYPE, /* .callprototype, .calltargets */
};

struct symbol {
    const char *name;
    unsigned length;
    enum symbol_kind kind;
    uint32_t index, count;
    uint8_t elements; /* of a vector register, else 1 */
    UT_hash_handle hh;
};

struct scope {
    struct scope *parent;
    struct symbol *names, *ranges;
    struct scope *next; /* all scopes of a function, to free them */
    uint32_t local_top; /* of its function when it was opened */
};

struct variable {
    char *name;
    enum exec_space space; /* SPACE_LOCAL: of a function's frame */
    uint64_t bytes;
    uint32_t align;
    uint64_t address; /* GLOBAL, CONST: of the host; else the offset in its space */
    unsigned text;
    bool visible, is_extern, is_dynamic; /* the last: .extern .shared */
    size_t initial;                      /* token of the initialiser, 0: none */
    enum exec_type type;
};

/* A virtual register. */
struct vreg {
    enum exec_type type;
};

struct func_build {
    size_t body;          /* token of its '{', 0: declared only */
    struct scope *scope;  /* of its parameters, later of all of it */
    VEC(uint32_t) shared; /* variables it refers to */
    VEC(uint32_t) callees;
    VEC(struct vreg) vregs;
    uint64_t params_bytes; /* of an entry */
    uint32_t local_top;
};

/* A constant of AREA_CONST. */
struct pool_key {
    uint64_t bits;
    uint32_t variable; /* bits is relative to this shared variable; UINT32_MAX: none */
    uint32_t bytes;    /* of a lane; 0: a predicate */
};

struct pool_entry {
    struct pool_key key;
    uint32_t offset;
    UT_hash_handle hh;
};

/* A name used before it is known. */
struct fixup {
    uint32_t insn;
    const struct ptx_token *name;
    struct scope *scope;
    uint32_t table, slot; /* it is in a branch table; UINT32_MAX: it is in an instruction */
    bool is_table;        /* it names a table, not a label */
};

struct fixups {
    struct fixup *at;
    uint32_t n, capacity;
};

struct builder {
    struct exec_program *program;
    struct exec_error *error;
    struct text *texts;
    unsigned n_texts;
    struct scope linked;       /* names seen by all texts */
    struct scope *text_scopes; /* names of one text */
    VEC(struct variable) variables;
    VEC(struct exec_func) funcs;
    VEC(struct func_build) func_builds;
    VEC(struct insn) code;
    VEC(struct exec_call_site) sites;
    VEC(struct exec_branch_table) tables;
    struct pool_entry *pool;
    uint64_t pool_bytes;
    uint32_t dynamic_align;
};

/* --- names.c --- */

struct symbol *scope_add(struct scope *scope, const char *name, unsigned length,
                         enum symbol_kind kind, uint32_t index);
/* In this scope only, and in it and those around it. */
struct symbol *scope_find_here(const struct scope *scope, const char *name, unsigned length);
struct symbol *scope_find(const struct scope *scope, const char *name, unsigned length);
/* A register: its own name, or one of a range. Returns the symbol and its index. */
struct symbol *scope_find_reg(const struct scope *scope, const char *name, unsigned length,
                              uint32_t *ret_index);
int scope_add_range(struct scope *scope, const char *prefix, unsigned length, uint32_t first,
                    uint32_t count, unsigned elements);
void scope_finish(struct scope *scope);

/* --- module.c --- */

enum linkage { LINK_VISIBLE = 1, LINK_EXTERN = 2, LINK_WEAK = 4, LINK_COMMON = 8 };

/* Reads the declarations of a text. */
int module_read(struct builder *builder, struct text *text);

/* .file, .loc, .section, .pragma: skipped if one is next, which ret_skipped tells. */
int module_skip_remark(struct text *text, bool *ret_skipped);

/* --- variables.c --- */

/* What precedes the name in a declaration: .align, a vector, a type and what is said of pointers.
 */
struct declared {
    enum exec_type type;
    unsigned elements;     /* of a vector, else 1 */
    uint64_t align, bytes; /* of the whole, with its dimensions */
    const struct ptx_token *name;
    bool open; /* its first dimension is left to the initialiser or the launch */
};
int declared_read(struct text *text, struct declared *ret_declared);

/* Variables of a space, up to the ';'; text stands behind the space's keyword. local_top: the end
 * of the local memory of the function they are in. */
int variables_read(struct builder *builder, struct text *text, struct scope *scope,
                   enum exec_space space, unsigned linkage, uint32_t *local_top);

/* The space a directive such as .shared names, which is taken; -1: none. */
int variables_accept_space(struct text *text);

/* --- headers.c --- */

/* A function or kernel from behind .func or .entry to its ';' or '}'. */
int header_read(struct builder *builder, struct text *text, bool is_entry, unsigned linkage);

/* --- initial.c --- */

/* Gives memory to the global and constant variables, and their first values. */
int initial_allocate(struct builder *builder);
int initial_values(struct builder *builder);

/* --- body.c --- */

int body_read(struct builder *builder, uint32_t func);

/* --- slots.c --- */

/* Gives the registers of a function their slots and rewrites its code. */
int slots_assign(struct builder *builder, uint32_t func);

/* The slot of a constant; EXEC_NO_SLOT: no memory. */
uint32_t pool_slot(struct builder *builder, struct pool_key key);

/* Allocated like strndup; NULL: no memory. */
char *build_name(const char *bytes, unsigned length);

#endif
