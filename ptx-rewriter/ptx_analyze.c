/* SPDX-License-Identifier: MIT
 *
 * ptx_analyze.c - carries what is true of a function to those that call it by name, then decides
 * about calls through pointers: they may lead to any function whose address is taken, always to its
 * original, so none of these may look at the grid.
 */
#include "ptx-rewriter/ptx_analyze.h"

#include <string.h>

/* Who calls whom, turned round: the callers of function f are list[first[f]] up to list[first[f +
 * 1]]. */
struct callers {
    uint32_t *first, *list;
};

static void callers_finish(struct callers *callers)
{
    free(callers->first);
    free(callers->list);
}

/* Counting sort of the call sites by callee. */
static int callers_init(struct callers *callers, const struct ptx_analysis *analysis)
{
    uint32_t n = analysis->module->functions.n, *next;
    const struct ptx_site *sites = analysis->sites.items;

    callers->first = calloc((size_t)n + 2, sizeof(uint32_t));
    callers->list = calloc((size_t)analysis->sites.n + 1, sizeof(uint32_t));
    if (!callers->first || !callers->list)
        return -ENOMEM;
    next = callers->first + 1; /* while filling: where the next caller goes */
    for (uint32_t i = 0; i < analysis->sites.n; i++) {
        if (sites[i].is_call)
            next[sites[i].callee + 1]++;
    }
    for (uint32_t f = 0; f < n; f++)
        next[f + 1] += next[f];
    for (uint32_t f = 0; f < n; f++) {
        const struct ptx_use *use = &analysis->uses[f];
        for (uint32_t i = use->first_site; i < use->first_site + use->n_sites; i++) {
            if (sites[i].is_call)
                callers->list[next[sites[i].callee]++] = f;
        }
    }
    return 0;
}

/* Returns whether anything became new. */
static bool inherit(struct ptx_use *caller, const struct ptx_use *callee)
{
    bool is_new = false;

    if (callee->reads && !caller->reads)
        is_new = caller->reads = true;
    if (callee->pointer_call && !caller->pointer_call) {
        caller->pointer_call = callee->pointer_call;
        is_new = true;
    }
    if (callee->hazard.format && !caller->hazard.format) {
        caller->hazard = callee->hazard;
        is_new = true;
    }
    return is_new;
}

/* Each function is taken up again only when one of three things became true of it, so at most four
 * times in all. */
static int carry_to_callers(struct ptx_analysis *analysis, const struct callers *callers)
{
    PTX_VEC(, uint32_t) work = {0};
    int r = 0;

    for (uint32_t f = 0; r == 0 && f < analysis->module->functions.n; f++) {
        r = ptx_vec_reserve(&work);
        if (r == 0)
            work.items[work.n++] = f;
        while (r == 0 && work.n > 0) {
            uint32_t callee = work.items[--work.n];
            for (uint32_t i = callers->first[callee]; i < callers->first[callee + 1]; i++) {
                uint32_t caller = callers->list[i];
                if (!inherit(&analysis->uses[caller], &analysis->uses[callee]))
                    continue;
                r = ptx_vec_reserve(&work);
                if (r < 0)
                    break;
                work.items[work.n++] = caller;
            }
        }
    }
    free(work.items);
    return r;
}

static void set_hazard(struct ptx_use *use, const char *format, uint32_t token)
{
    if (!use->hazard.format)
        use->hazard = (struct ptx_hazard){format, token, token};
}

/* Not every function can have a twin. */
static void check_functions(struct ptx_analysis *analysis)
{
    const struct ptx_module *module = analysis->module;

    for (uint32_t f = 0; f < module->functions.n; f++) {
        const struct ptx_function *function = &module->functions.items[f];
        struct ptx_use *use = &analysis->uses[f];
        if (!function->is_entry && !use->reads)
            continue;
        if (use->own_variable) /* it would be there twice */
            set_hazard(use, "has a %.*s variable of its own", use->own_variable);
        if (!function->is_entry && function->is_variadic) /* no place for more parameters */
            set_hazard(use, "calls %.*s, which takes a variable number of parameters",
                       function->name);
    }
}

/* Why a call through a pointer is no good; the word is the function it may reach. */
static struct ptx_hazard find_pointer_hazard(const struct ptx_analysis *analysis)
{
    const struct ptx_module *module = analysis->module;

    for (uint32_t f = 0; f < module->functions.n; f++) {
        const struct ptx_function *function = &module->functions.items[f];
        const struct ptx_use *use = &analysis->uses[f];
        const char *format = NULL;
        if (!use->address_taken || function->is_entry)
            continue;
        if (!function->body_open && !ptx_is_harmless(module, f))
            format = "calls through a pointer that may reach %.*s, which has no body here";
        else if (use->reads)
            format = "calls through a pointer that may reach %.*s, which reads the grid position";
        else if (use->hazard.format)
            format = "calls through a pointer that may reach %.*s, which can't be sliced";
        if (format)
            return (struct ptx_hazard){format, 0, function->name};
    }
    return (struct ptx_hazard){0};
}

static void check_entries(struct ptx_analysis *analysis, bool is_linked)
{
    const struct ptx_module *module = analysis->module;
    const struct ptx_hazard pointer = find_pointer_hazard(analysis);

    for (uint32_t f = 0; f < module->functions.n; f++) {
        const struct ptx_function *function = &module->functions.items[f];
        struct ptx_use *use = &analysis->uses[f];
        if (!function->is_entry || use->hazard.format)
            continue;
        if (use->address_taken) {
            set_hazard(use, "%.*s is launched from the device", function->name);
        } else if (use->pointer_call && pointer.format) {
            use->hazard = pointer;
            use->hazard.token = use->pointer_call;
        } else if (use->pointer_call && is_linked) {
            set_hazard(use, "calls through the pointer %.*s, in code that is linked with other",
                       use->pointer_call);
        }
    }
}

int ptx_analyze(const struct ptx_module *module, bool is_linked, struct ptx_analysis *ret_analysis)
{
    struct callers callers = {0};
    int r;

    memset(ret_analysis, 0, sizeof(*ret_analysis));
    ret_analysis->module = module;
    r = ptx_names_init(&ret_analysis->names, module);
    if (r < 0)
        return r;
    ret_analysis->uses = calloc((size_t)module->functions.n + 1, sizeof(struct ptx_use));
    if (!ret_analysis->uses)
        return -ENOMEM;
    r = ptx_scan(ret_analysis);
    if (r == 0)
        r = callers_init(&callers, ret_analysis);
    if (r == 0)
        r = carry_to_callers(ret_analysis, &callers);
    if (r == 0) {
        check_functions(ret_analysis);
        r = carry_to_callers(ret_analysis, &callers);
    }
    if (r == 0)
        check_entries(ret_analysis, is_linked);
    callers_finish(&callers);
    return r;
}

void ptx_analysis_finish(struct ptx_analysis *analysis)
{
    ptx_names_finish(&analysis->names);
    free(analysis->uses);
    free(analysis->sites.items);
    memset(analysis, 0, sizeof(*analysis));
}

int ptx_mark_twins(struct ptx_analysis *analysis, const uint32_t *entries, uint32_t n_entries)
{
    PTX_VEC(, uint32_t) work = {0};
    int r = 0;

    for (uint32_t e = 0; r == 0 && e < n_entries; e++) {
        uint32_t function = entries[e];
        for (;;) {
            const struct ptx_use *use = &analysis->uses[function];
            for (uint32_t i = 0; r == 0 && i < use->n_sites; i++) {
                const struct ptx_site *site = &analysis->sites.items[use->first_site + i];
                if (!site->is_call || !analysis->uses[site->callee].reads ||
                    analysis->uses[site->callee].needs_twin)
                    continue;
                analysis->uses[site->callee].needs_twin = true;
                r = ptx_vec_reserve(&work);
                if (r == 0)
                    work.items[work.n++] = site->callee;
            }
            if (r < 0 || work.n == 0)
                break;
            function = work.items[--work.n];
        }
    }
    free(work.items);
    return r;
}
