/* SPDX-License-Identifier: MIT
 *
 * ptx_analyze.h - where each function reads its place in the grid or calls one that does, and why a
 * kernel can't be sliced.
 *
 * The third pass of the rewriter, over the tree of ptx_parse.h. Pure, any thread. Two steps:
 * ptx_scan.c looks into each function by itself, ptx_analyze.c carries what it found along the
 * calls.
 */
#ifndef PTX_REWRITER_PTX_ANALYZE_H
#define PTX_REWRITER_PTX_ANALYZE_H

#include "ptx-rewriter/ptx_names.h"
#include "ptx-rewriter/ptx_parse.h"

enum ptx_register { PTX_REG_CTAID, PTX_REG_NCTAID, PTX_REG_CLUSTERID, PTX_REG_NCLUSTERID };

enum { PTX_X, PTX_Y, PTX_Z, PTX_W, PTX_WHOLE };

/* A place that differs in a twin. */
struct ptx_site {
    uint32_t statement;
    uint32_t token; /* the register, or the name of the function called */
    uint32_t end;   /* behind the register and its component */
    bool is_call;
    bool is_half;      /* read into 16 bits by mov */
    uint8_t reg;       /* enum ptx_register */
    uint8_t component; /* PTX_X, PTX_Y, PTX_Z or PTX_WHOLE; .w needs no change */
    uint32_t callee;   /* function called */
};

/* Why a kernel that runs a function can't be sliced. */
struct ptx_hazard {
    const char *format; /* NULL: none; else the reason, with one %.*s for the word below */
    uint32_t token;     /* the place */
    uint32_t word;      /* the token to name */
};

struct ptx_use {
    uint32_t first_site, n_sites; /* in order of the text */
    bool reads;                   /* its place in the grid, itself or in what it calls by name */
    bool address_taken;
    bool needs_twin;       /* set by ptx_mark_twins: a function that a twin calls */
    uint32_t own_variable; /* the first token of a declaration of one that outlives the launch */
    uint32_t pointer_call; /* the token of a call through a pointer, itself or in what it calls */
    struct ptx_hazard hazard;
};

PTX_VEC(ptx_sites, struct ptx_site);

struct ptx_analysis {
    const struct ptx_module *module;
    struct ptx_names names;
    struct ptx_use *uses; /* one per function of the module */
    struct ptx_sites sites;
};

/* 0 or -ENOMEM. Borrows the module. is_linked as in struct ptx_options. Release with
 * ptx_analysis_finish in each case. */
int ptx_analyze(const struct ptx_module *module, bool is_linked, struct ptx_analysis *ret_analysis);
void ptx_analysis_finish(struct ptx_analysis *analysis);

/* Marks the functions that the twins of these entries (indexes of functions) call. 0 or -ENOMEM. */
int ptx_mark_twins(struct ptx_analysis *analysis, const uint32_t *entries, uint32_t n_entries);

/* ---- Between ptx_scan.c and ptx_analyze.c. ---- */

/* Fills the use of each function as far as it shows in its own text. 0 or -ENOMEM. */
int ptx_scan(struct ptx_analysis *analysis);

/* Is it a function without a body here that never looks at the grid, like malloc? */
bool ptx_is_harmless(const struct ptx_module *module, uint32_t function);

#endif
