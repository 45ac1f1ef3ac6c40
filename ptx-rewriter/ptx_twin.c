/* SPDX-License-Identifier: MIT
 *
 * ptx_twin.c - copies the text of a function up to the next place that differs, writes what stands
 * there in the twin, and goes on.
 */
#include "ptx-rewriter/ptx_twin.h"

#include <stdio.h>
#include <string.h>

#include "ptx-rewriter/ptx_place.h"

/* The twin's registers: PREFIXr0..21 of 32 bits, PREFIXh0..15 of 16. A value of register R,
 * component C is in number R * 4 + C. */
enum { FIRST_SCRATCH = 16, N_REGISTERS = FIRST_SCRATCH + 6, N_HALVES = 16 };

static const char axes[] = "xyzw";
static const char *const tail[] = {"offset_x", "offset_y", "offset_z",
                                   "grid_x",   "grid_y",   "grid_z"};
static const char *const special[] = {"%ctaid", "%nctaid", "%clusterid", "%nclusterid"};

struct writer {
    struct str *out;
    const struct ptx_analysis *analysis;
    const struct ptx_module *module;
    const struct ptx_function *function;
    const char *tag;
    uint32_t cursor; /* bytes of the text that are dealt with */
    uint32_t summed; /* one bit for each number that was read before */
};

/* Can the text hold two words with no blank between them here? */
static bool is_word_byte(char c)
{
    return c == '_' || c == '$' || (c >= '0' && c <= '9') ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static uint32_t offset_of(const struct writer *writer, uint32_t token)
{
    return ptx_token_at(writer->module, token)->offset;
}

static uint32_t end_of(const struct writer *writer, uint32_t token)
{
    return offset_of(writer, token) + ptx_token_at(writer->module, token)->length;
}

static void copy_up_to(struct writer *writer, uint32_t offset)
{
    str_add_bytes(writer->out, writer->module->text + writer->cursor, offset - writer->cursor);
    writer->cursor = offset;
}

/* The function's twin: one name for entries, known to who launches it; a new one for others. */
static void write_name(struct writer *writer, uint32_t function)
{
    const struct ptx_function *called = &writer->module->functions.items[function];
    const struct ptx_token *name = ptx_token_at(writer->module, called->name);
    const char *text = writer->module->text + name->offset;
    bool has_percent = text[0] == '%'; /* % is for the beginning of a name only */

    if (called->is_entry)
        str_add(writer->out, PTX_TWIN_PREFIX);
    else
        str_addf(writer->out, "%s%s_", writer->tag, has_percent ? "pfunc" : "func");
    str_add_bytes(writer->out, text + has_percent, name->length - has_percent);
}

static void write_parameters(struct writer *writer)
{
    for (unsigned i = 0; i < 6; i++)
        str_addf(writer->out, "%s\n\t.param .u32 %s%s", i ? "," : "", writer->tag, tail[i]);
}

/* Everything before the body. A function's twin is for this module only, so it drops the linking
 * directives and attributes of its original. */
static void write_head(struct writer *writer, uint32_t index)
{
    const struct ptx_function *function = writer->function;

    writer->cursor = offset_of(writer, function->is_entry ? function->first : function->keyword);
    if (function->attribute) {
        copy_up_to(writer, offset_of(writer, function->attribute));
        writer->cursor = offset_of(writer, function->attribute_end);
    }
    copy_up_to(writer, offset_of(writer, function->name));
    write_name(writer, index);
    writer->cursor = end_of(writer, function->name);
    if (function->open) {
        copy_up_to(writer, end_of(writer, function->close - 1));
        str_add(writer->out, function->close > function->open + 1 ? "," : "");
        write_parameters(writer);
    } else {
        str_add(writer->out, "(");
        write_parameters(writer);
        str_add(writer->out, ")");
    }
    copy_up_to(writer, offset_of(writer, function->body_open));
}

static void write_load(struct writer *writer, unsigned number, unsigned parameter)
{
    str_addf(writer->out, "ld.param.u32 %sr%u, [%s%s];\n\t", writer->tag, number, writer->tag,
             tail[parameter]);
}

/* Divides what is in a register, offset or grid in blocks, by the cluster's size on that axis. */
static void write_division(struct writer *writer, unsigned number, unsigned axis)
{
    const uint32_t known = writer->function->cluster[axis];
    const char *tag = writer->tag;

    if (known == 1)
        return;
    if (known > 1) {
        str_addf(writer->out, "div.u32 %sr%u, %sr%u, %u;\n\t", tag, number, tag, number, known);
        return;
    }
    str_addf(writer->out, "mov.u32 %sr%u, %%cluster_nctaid.%c;\n\t", tag, FIRST_SCRATCH + 1,
             axes[axis]);
    str_addf(writer->out, "div.u32 %sr%u, %sr%u, %sr%u;\n\t", tag, number, tag, number, tag,
             FIRST_SCRATCH + 1);
}

/* Number and what was loaded. A second sum in other words: ptxas would take it for the same value
 * and keep the first for it, where it reads the original's special register again. */
static void write_sum(struct writer *writer, unsigned number, unsigned loaded)
{
    const char *tag = writer->tag, *operation = "add";

    if (writer->summed & 1u << number) {
        str_addf(writer->out, "sub.u32 %sr%u, 0, %sr%u;\n\t", tag, loaded, tag, loaded);
        operation = "sub";
    }
    writer->summed |= 1u << number;
    str_addf(writer->out, "%s.u32 %sr%u, %sr%u, %sr%u;\n\t", operation, tag, number, tag, number,
             tag, loaded);
}

/* One component of one register into its place. */
static void write_value(struct writer *writer, enum ptx_register reg, unsigned axis)
{
    const unsigned number = reg * 4 + axis;
    const char *tag = writer->tag;
    bool is_size = reg == PTX_REG_NCTAID || reg == PTX_REG_NCLUSTERID;
    bool is_cluster = reg == PTX_REG_CLUSTERID || reg == PTX_REG_NCLUSTERID;
    unsigned loaded = is_size ? number : FIRST_SCRATCH;

    if (axis == PTX_W || !is_size)
        str_addf(writer->out, "mov.u32 %sr%u, %s.%c;\n\t", tag, number, special[reg], axes[axis]);
    if (axis == PTX_W)
        return;
    write_load(writer, loaded, is_size ? 3 + axis : axis);
    if (is_cluster)
        write_division(writer, loaded, axis);
    if (!is_size)
        write_sum(writer, number, loaded);
}

/* What must come before the instruction of a site. */
static void write_preparation(struct writer *writer, const struct ptx_site *site)
{
    unsigned first = site->component == PTX_WHOLE ? PTX_X : site->component;
    unsigned last = site->component == PTX_WHOLE ? PTX_W : site->component;

    if (site->is_call) {
        for (unsigned i = 0; i < 6; i++)
            write_load(writer, FIRST_SCRATCH + i, i);
        return;
    }
    for (unsigned axis = first; axis <= last; axis++) {
        unsigned number = site->reg * 4 + axis;
        write_value(writer, site->reg, axis);
        if (site->is_half)
            str_addf(writer->out, "cvt.u16.u32 %sh%u, %sr%u;\n\t", writer->tag, number, writer->tag,
                     number);
    }
}

/* In the place of the register. */
static void write_operand(struct writer *writer, const struct ptx_site *site)
{
    const char kind = site->is_half ? 'h' : 'r';
    const unsigned first = site->reg * 4;
    const char *tag = writer->tag;

    copy_up_to(writer, offset_of(writer, site->token));
    if (site->component == PTX_WHOLE)
        str_addf(writer->out, "{%s%c%u, %s%c%u, %s%c%u, %s%c%u}", tag, kind, first, tag, kind,
                 first + 1, tag, kind, first + 2, tag, kind, first + 3);
    else
        str_addf(writer->out, "%s%c%u", tag, kind, first + site->component);
    writer->cursor = end_of(writer, site->end - 1);
}

static void write_arguments(struct writer *writer)
{
    for (unsigned i = 0; i < 6; i++)
        str_addf(writer->out, "%s%sr%u", i ? ", " : "", writer->tag, FIRST_SCRATCH + i);
}

/* The call's target, and six more arguments. */
static void write_call(struct writer *writer, const struct ptx_site *site)
{
    uint32_t at = site->token + 1;

    copy_up_to(writer, offset_of(writer, site->token));
    if (is_word_byte(writer->module->text[writer->cursor - 1]))
        str_add(writer->out, " ");
    write_name(writer, site->callee);
    writer->cursor = end_of(writer, site->token);
    if (ptx_kind_at(writer->module, at) == ';') {
        str_add(writer->out, ", (");
        write_arguments(writer);
        str_add(writer->out, ")");
        return;
    }
    at += 2; /* behind ", (" */
    while (ptx_kind_at(writer->module, at) != ')')
        at++;
    copy_up_to(writer, end_of(writer, at - 1));
    str_add(writer->out, ptx_kind_at(writer->module, at - 1) == '(' ? "" : ", ");
    write_arguments(writer);
}

/* A call of a function that doesn't look at the grid stays as it is. */
static bool site_differs(const struct writer *writer, const struct ptx_site *site)
{
    return !site->is_call || writer->analysis->uses[site->callee].reads;
}

/* The sites of one instruction, which are [first, end). */
static void write_instruction(struct writer *writer, const struct ptx_site *first,
                              const struct ptx_site *end)
{
    const struct ptx_statement *statement = &writer->module->statements.items[first->statement];
    uint32_t prepared = 0; /* one bit for each register and component */

    copy_up_to(writer, offset_of(writer, statement->first));
    for (const struct ptx_site *site = first; site < end; site++) {
        uint32_t bit = 1u << (site->reg * (PTX_WHOLE + 1) + site->component);
        if (site_differs(writer, site) && !(prepared & bit))
            write_preparation(writer, site);
        prepared |= bit;
    }
    for (const struct ptx_site *site = first; site < end; site++) {
        if (!site_differs(writer, site))
            continue;
        if (site->is_call)
            write_call(writer, site);
        else
            write_operand(writer, site);
    }
}

/* Keeps what follows in its place, where that can be told: not what divides by a cluster's size. */
static void write_fill(struct writer *writer, const struct ptx_site *site,
                       const struct ptx_site *end, const struct ptx_kernel *kernel, unsigned arch)
{
    unsigned axes = 0;

    for (; site < end; site++) {
        if (!site_differs(writer, site))
            continue;
        if (site->is_call || site->reg == PTX_REG_CLUSTERID || site->reg == PTX_REG_NCLUSTERID)
            return;
        if (site->reg == PTX_REG_CTAID)
            axes |= site->component == PTX_WHOLE ? 7 : 1u << site->component;
    }
    for (unsigned n = ptx_place_fill(kernel, axes, arch); n > 0; n--)
        str_add(writer->out, "\n\t" PTX_PLACE_EMPTY);
}

static void write_body(struct writer *writer, const struct ptx_use *use,
                       const struct ptx_kernel *kernel, unsigned arch)
{
    const struct ptx_site *site = writer->analysis->sites.items + use->first_site;
    const struct ptx_site *end = site + use->n_sites, *next;

    copy_up_to(writer, end_of(writer, writer->function->body_open));
    if (use->reads)
        str_addf(writer->out, "\n\t.reg .b32 %sr<%u>;\n\t.reg .b16 %sh<%u>;", writer->tag,
                 N_REGISTERS, writer->tag, N_HALVES);
    if (kernel)
        write_fill(writer, site, end, kernel, arch);
    for (; site < end; site = next) {
        for (next = site + 1; next < end && next->statement == site->statement;)
            next++;
        write_instruction(writer, site, next);
    }
    copy_up_to(writer, end_of(writer, writer->function->body_close));
}

static struct writer begin(struct str *out, const struct ptx_analysis *analysis,
                           const struct ptx_tag *tag, uint32_t function)
{
    return (struct writer){.out = out,
                           .analysis = analysis,
                           .module = analysis->module,
                           .function = &analysis->module->functions.items[function],
                           .tag = tag->text};
}

void ptx_write_twin(struct str *out, const struct ptx_analysis *analysis, const struct ptx_tag *tag,
                    uint32_t function, const struct ptx_kernel *kernel, unsigned arch)
{
    struct writer writer = begin(out, analysis, tag, function);

    str_add(out, "\n");
    write_head(&writer, function);
    write_body(&writer, &analysis->uses[function], kernel, arch);
}

void ptx_write_twin_declaration(struct str *out, const struct ptx_analysis *analysis,
                                const struct ptx_tag *tag, uint32_t function)
{
    struct writer writer = begin(out, analysis, tag, function);

    write_head(&writer, function);
    str_add(out, ";\n");
}

/* Of a word that begins with "__sliver" and a number, up to its _: the number, 0 if it is left out.
 * -1 for any other word. */
static long read_tag(const char *word, uint32_t length)
{
    static const char stem[] = "__sliver";
    uint32_t at = sizeof(stem) - 1;
    long number = 0;

    if (length <= at || memcmp(word, stem, at) != 0)
        return -1;
    for (; at < length && at < 17 && word[at] >= '0' && word[at] <= '9'; at++)
        number = number * 10 + (word[at] - '0');
    return at < length && word[at] == '_' ? number : -1;
}

void ptx_choose_tag(const struct ptx_module *module, struct ptx_tag *ret_tag)
{
    long highest = -1;

    for (uint32_t i = 0; i < module->tokens.n; i++) {
        const struct ptx_token *token = ptx_token_at(module, i);
        long number =
            token->kind == PTX_WORD ? read_tag(module->text + token->offset, token->length) : -1;
        highest = number > highest ? number : highest;
    }
    if (highest < 0)
        snprintf(ret_tag->text, sizeof(ret_tag->text), "__sliver_");
    else
        snprintf(ret_tag->text, sizeof(ret_tag->text), "__sliver%ld_", highest + 1);
}
