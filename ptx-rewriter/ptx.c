/* SPDX-License-Identifier: MIT
 *
 * ptx.c - the rewriter as the others see it: parse, analyze, decide for each kernel, write the
 * twins between the originals.
 */
#include "ptx-rewriter/ptx.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/ptx_analyze.h"
#include "ptx-rewriter/ptx_layout.h"
#include "ptx-rewriter/ptx_parse.h"
#include "ptx-rewriter/ptx_twin.h"

struct rewrite {
    struct ptx_module module;
    struct ptx_analysis analysis;
    const struct ptx_options *options;
    struct ptx_result *result;
    uint32_t *functions; /* of each kernel of the result: its function in the module */
    bool *name_taken;    /* of each function: the text has the name of its twin already */
};

/* "sm_90a" is 90. */
static unsigned read_arch(const char *target)
{
    unsigned arch = 0;

    target += strcspn(target, "0123456789");
    for (; *target >= '0' && *target <= '9' && arch < 10000; target++)
        arch = arch * 10 + (*target - '0');
    return arch;
}

/* Of the device it will run on, as far as that is known. */
static unsigned arch_of(const struct rewrite *rewrite)
{
    unsigned arch = rewrite->options ? rewrite->options->arch : 0;
    return arch ? arch : read_arch(rewrite->result->target);
}

/* Writes why not; the place is a token's. 0 or -ENOMEM. */
static int refuse(const struct rewrite *rewrite, struct ptx_kernel *kernel, uint32_t place,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
static int refuse(const struct rewrite *rewrite, struct ptx_kernel *kernel, uint32_t place,
                  const char *format, ...)
{
    const struct ptx_token *token = ptx_token_at(&rewrite->module, place);
    va_list arguments;
    int r;

    kernel->line = token->line;
    kernel->column = token->column;
    va_start(arguments, format);
    r = vasprintf(&kernel->reason, format, arguments);
    va_end(arguments);
    if (r >= 0)
        return 0;
    kernel->reason = NULL;
    return -ENOMEM;
}

static int refuse_for_hazard(const struct rewrite *rewrite, struct ptx_kernel *kernel,
                             const struct ptx_hazard *hazard)
{
    const struct ptx_token *word = ptx_token_at(&rewrite->module, hazard->word);

    return refuse(rewrite, kernel, hazard->token, hazard->format, (int)word->length,
                  rewrite->module.text + word->offset);
}

/* Leaves kernel->reason NULL if nothing speaks against a twin. */
static int judge(const struct rewrite *rewrite, struct ptx_kernel *kernel, uint32_t index,
                 bool is_laid_out)
{
    const struct ptx_options *options = rewrite->options;
    const struct ptx_function *function = &rewrite->module.functions.items[index];
    const struct ptx_hazard *hazard = &rewrite->analysis.uses[index].hazard;
    uint32_t room = ptx_layout_room(rewrite->module.version, read_arch(rewrite->result->target));

    if (options && options->wants && !options->wants(options->arg, kernel->name))
        return refuse(rewrite, kernel, function->name, "excluded by SLIVER_SLICE");
    if (rewrite->module.version < 20)
        return refuse(rewrite, kernel, function->name, "PTX older than version 2.0");
    if (hazard->format)
        return refuse_for_hazard(rewrite, kernel, hazard);
    if (function->blocks_are_clusters)
        return refuse(rewrite, kernel, function->name, "its grid is given in clusters");
    if (!is_laid_out)
        return refuse(rewrite, kernel, function->name, "has a parameter of unknown layout");
    if (kernel->twin_tail_bytes + sizeof(struct ptx_twin_tail) > room)
        return refuse(rewrite, kernel, function->name,
                      "no room for the twin's parameters: %u of %u bytes taken",
                      kernel->param_bytes, room);
    if (rewrite->name_taken[index] || kernel->name[0] == '%')
        return refuse(rewrite, kernel, function->name,
                      "its twin can't have the name " PTX_TWIN_PREFIX "%s", kernel->name);
    return 0;
}

/* Everything that is so whether there is a twin or not. */
static int describe(const struct rewrite *rewrite, struct ptx_kernel *kernel, uint32_t index,
                    bool *ret_is_laid_out)
{
    const struct ptx_module *module = &rewrite->module;
    const struct ptx_function *function = &module->functions.items[index];
    const struct ptx_token *name = ptx_token_at(module, function->name);

    kernel->name = strndup(module->text + name->offset, name->length);
    kernel->params = calloc((size_t)function->n_parameters + 1, sizeof(kernel->params[0]));
    if (!kernel->name || !kernel->params)
        return -ENOMEM;
    kernel->line = name->line;
    kernel->column = name->column;
    kernel->n_params = function->n_parameters;
    *ret_is_laid_out =
        ptx_lay_out(module, function, arch_of(rewrite), kernel->params, &kernel->param_bytes);
    kernel->twin_tail_bytes = (kernel->param_bytes + 3) & ~3u;
    memcpy(kernel->cluster, function->cluster, sizeof(kernel->cluster));
    return 0;
}

/* Which functions' twins would have a name that the text uses already, for whatever. */
static int find_taken_names(struct rewrite *rewrite)
{
    const size_t prefix = sizeof(PTX_TWIN_PREFIX) - 1;
    const struct ptx_module *module = &rewrite->module;

    rewrite->name_taken = calloc((size_t)module->functions.n + 1, sizeof(bool));
    if (!rewrite->name_taken)
        return -ENOMEM;
    for (uint32_t i = 0; i < module->tokens.n; i++) {
        const struct ptx_token *token = ptx_token_at(module, i);
        const char *text = module->text + token->offset;
        const struct ptx_name *name;
        if (token->kind != PTX_WORD || token->length <= prefix ||
            memcmp(text, PTX_TWIN_PREFIX, prefix) != 0)
            continue;
        name = ptx_names_find(&rewrite->analysis.names, text + prefix, token->length - prefix);
        if (name && name->meaning == PTX_FUNCTION)
            rewrite->name_taken[name->function] = true;
    }
    return 0;
}

static int judge_kernels(struct rewrite *rewrite)
{
    const struct ptx_functions *functions = &rewrite->module.functions;
    struct ptx_result *result = rewrite->result;
    bool is_laid_out;
    int r = 0;

    result->kernels = calloc((size_t)functions->n + 1, sizeof(result->kernels[0]));
    rewrite->functions = calloc((size_t)functions->n + 1, sizeof(uint32_t));
    if (!result->kernels || !rewrite->functions)
        return -ENOMEM;
    for (uint32_t f = 0; r == 0 && f < functions->n; f++) {
        struct ptx_kernel *kernel = &result->kernels[result->n_kernels];
        if (!functions->items[f].is_entry || !functions->items[f].body_open)
            continue;
        rewrite->functions[result->n_kernels++] = f;
        r = describe(rewrite, kernel, f, &is_laid_out);
        if (r == 0)
            r = judge(rewrite, kernel, f, is_laid_out);
        kernel->has_twin = r == 0 && !kernel->reason;
    }
    return r;
}

/* Marks the functions that need twins. ret_any: is there a twin at all? */
static int mark_twins(struct rewrite *rewrite, bool *ret_any)
{
    const struct ptx_result *result = rewrite->result;
    uint32_t *entries = calloc(result->n_kernels + 1, sizeof(uint32_t)), n = 0;
    int r = -ENOMEM;

    if (entries) {
        for (size_t k = 0; k < result->n_kernels; k++) {
            if (result->kernels[k].has_twin)
                entries[n++] = rewrite->functions[k];
        }
        r = ptx_mark_twins(&rewrite->analysis, entries, n);
    }
    *ret_any = n > 0;
    free(entries);
    return r;
}

/* The text as it is, with declarations of twins before the first function and each twin behind its
 * original. */
static int write_text(struct rewrite *rewrite)
{
    const struct ptx_module *module = &rewrite->module;
    uint32_t cursor = ptx_token_at(module, module->functions.items[0].first)->offset;
    uint32_t size = ptx_token_at(module, module->tokens.n - 1)->offset;
    bool keeps_place = module->version >= 60 && read_arch(rewrite->result->target) >= 70;
    struct str out = STR_INIT;
    struct ptx_tag tag;
    size_t n_kernels = 0;

    ptx_choose_tag(module, &tag);
    str_add_bytes(&out, module->text, cursor);
    for (uint32_t f = 0; f < module->functions.n; f++) {
        if (rewrite->analysis.uses[f].needs_twin)
            ptx_write_twin_declaration(&out, &rewrite->analysis, &tag, f);
    }
    for (uint32_t f = 0; f < module->functions.n; f++) {
        const struct ptx_function *function = &module->functions.items[f];
        const struct ptx_token *last = ptx_token_at(module, function->end - 1);
        const struct ptx_kernel *kernel = NULL;
        bool has_twin = rewrite->analysis.uses[f].needs_twin;
        if (function->is_entry && function->body_open) {
            kernel = &rewrite->result->kernels[n_kernels++];
            has_twin = kernel->has_twin;
        }
        str_add_bytes(&out, module->text + cursor, last->offset + last->length - cursor);
        cursor = last->offset + last->length;
        if (has_twin)
            ptx_write_twin(&out, &rewrite->analysis, &tag, f, keeps_place ? kernel : NULL,
                           arch_of(rewrite));
    }
    str_add_bytes(&out, module->text + cursor, size - cursor);
    return str_take(&out, &rewrite->result->text, &rewrite->result->size_bytes);
}

static int run(struct rewrite *rewrite, const char *text, size_t size_bytes,
               struct ptx_error *ret_error)
{
    struct ptx_result *result = rewrite->result;
    const struct ptx_token *target;
    bool any = false;
    int r = ptx_parse(text, size_bytes, &rewrite->module, ret_error);

    if (r < 0)
        return r;
    target = ptx_token_at(&rewrite->module, rewrite->module.target);
    snprintf(result->target, sizeof(result->target), "%.*s", (int)target->length,
             text + target->offset);
    result->debug = rewrite->module.debug;
    result->version = rewrite->module.version;
    r = ptx_analyze(&rewrite->module, rewrite->options && rewrite->options->is_linked,
                    &rewrite->analysis);
    if (r == 0)
        r = find_taken_names(rewrite);
    if (r == 0)
        r = judge_kernels(rewrite);
    if (r == 0)
        r = mark_twins(rewrite, &any);
    return r == 0 && any ? write_text(rewrite) : r;
}

int ptx_rewrite(const char *text, size_t size_bytes, const struct ptx_options *options,
                struct ptx_result *ret_result, struct ptx_error *ret_error)
{
    struct ptx_result result = {0};
    struct rewrite rewrite = {.options = options, .result = &result};
    int r = run(&rewrite, text, size_bytes, ret_error);

    ptx_module_finish(&rewrite.module);
    ptx_analysis_finish(&rewrite.analysis);
    free(rewrite.functions);
    free(rewrite.name_taken);
    if (r < 0)
        ptx_result_finish(&result);
    else
        *ret_result = result;
    return r;
}

void ptx_result_finish(struct ptx_result *result)
{
    if (!result)
        return;
    for (size_t i = 0; i < result->n_kernels; i++) {
        free(result->kernels[i].name);
        free(result->kernels[i].reason);
        free(result->kernels[i].params);
    }
    free(result->kernels);
    free(result->text);
    memset(result, 0, sizeof(*result));
}
