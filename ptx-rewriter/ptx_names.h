/* SPDX-License-Identifier: MIT
 *
 * ptx_names.h - what a word means where it stands, as far as the rewriter cares: a function of the
 * module, or a special register that tells the place in the grid; unless a declaration hides it.
 *
 * Other names are not kept: whatever isn't found here is none of our business. A range of registers
 * (%r<10>) hides nothing: at worst a kernel is left whole for it.
 */
#ifndef PTX_REWRITER_PTX_NAMES_H
#define PTX_REWRITER_PTX_NAMES_H

#include "ptx-rewriter/ptx_parse.h"

enum ptx_meaning {
    PTX_OTHER,
    PTX_CTAID, /* these four are the enum ptx_register of ptx_analyze.h, in its order */
    PTX_NCTAID,
    PTX_CLUSTERID,
    PTX_NCLUSTERID,
    PTX_CLUSTER_NCTAID,
    PTX_GRIDID,
    PTX_ENVREG,
    PTX_FUNCTION,
};

struct ptx_name {
    const char *text;
    uint32_t length;
    enum ptx_meaning meaning;
    uint32_t function; /* of PTX_FUNCTION: its definition, else its first declaration; aliases
                          followed */
    uint32_t hidden;   /* by so many declarations in scope */
};

struct ptx_names {
    struct ptx_name *items; /* sorted */
    uint32_t n;
    PTX_VEC(, struct ptx_name *) hiding; /* declarations in scope, innermost last */
    PTX_VEC(, uint32_t) scopes;          /* hiding.n at the beginning of each scope */
};

/* 0 or -ENOMEM. Borrows the module. Release with ptx_names_finish in each case. */
int ptx_names_init(struct ptx_names *ret_names, const struct ptx_module *module);
void ptx_names_finish(struct ptx_names *names);

/* The name, hidden or not; or NULL. */
struct ptx_name *ptx_names_find(const struct ptx_names *names, const char *text, uint32_t length);

/* The meaning of the token here: PTX_OTHER when hidden or unknown. ret_function (may be NULL) is
 * set for PTX_FUNCTION. */
enum ptx_meaning ptx_names_look_up(const struct ptx_names *names, const struct ptx_module *module,
                                   uint32_t token, uint32_t *ret_function);

/* 0 or -ENOMEM. */
int ptx_names_open_scope(struct ptx_names *names);
void ptx_names_close_scope(struct ptx_names *names);
/* Every word of [first, end), up to an initial value, that is not in brackets is declared. */
int ptx_names_declare(struct ptx_names *names, const struct ptx_module *module, uint32_t first,
                      uint32_t end);

#endif
