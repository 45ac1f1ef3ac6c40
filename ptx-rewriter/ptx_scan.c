/* SPDX-License-Identifier: MIT
 *
 * ptx_scan.c - finds in each function the reads of the grid position, the calls, the addresses
 * taken, and what makes slicing impossible. Which operands ptxas 13.0 takes special registers for:
 * the last operand of mov and cvt, and elements of brace lists of any instruction. Elsewhere they
 * are an unknown use, and the kernel stays whole.
 */
#include "ptx-rewriter/ptx_analyze.h"

#include <string.h>

struct scan {
    struct ptx_analysis *analysis;
    const struct ptx_module *module;
    struct ptx_use *use; /* of the function in hand */
    uint32_t statement;
};

/* The first one found is the one reported. */
static void set_hazard(struct scan *scan, const char *format, uint32_t token)
{
    if (!scan->use->hazard.format)
        scan->use->hazard = (struct ptx_hazard){format, token, token};
}

bool ptx_is_harmless(const struct ptx_module *module, uint32_t function)
{
    static const char *const harmless[] = {"vprintf", "malloc", "free", "__assertfail", NULL};

    return ptx_word_in(module, module->functions.items[function].name, harmless);
}

/* The device runtime's functions that launch, or prepare to: cudaLaunchDeviceV2,
 * __cudaCDP2GetParameterBufferV2 ... */
static bool is_device_launch(const struct ptx_module *module, uint32_t function)
{
    const struct ptx_token *token = ptx_token_at(module, module->functions.items[function].name);
    const char *name = module->text + token->offset;
    bool is_runtime = (token->length > 4 && memcmp(name, "cuda", 4) == 0) ||
                      (token->length > 9 && memcmp(name, "__cudaCDP", 9) == 0);

    return is_runtime && (memmem(name, token->length, "Launch", 6) ||
                          memmem(name, token->length, "GetParameterBuffer", 18));
}

static int add_site(struct scan *scan, struct ptx_site site)
{
    struct ptx_sites *sites = &scan->analysis->sites;

    if (ptx_vec_reserve(sites) < 0)
        return -ENOMEM;
    site.statement = scan->statement;
    sites->items[sites->n++] = site;
    scan->use->n_sites++;
    return 0;
}

/* .x or .r ...; PTX_WHOLE for none, -1 for what we do not know. */
static int read_component(const struct ptx_module *module, uint32_t at)
{
    static const char *const names[] = {".x", ".y", ".z", ".w", ".r", ".g", ".b", ".a"};

    if (ptx_kind_at(module, at) != PTX_DOT_WORD)
        return PTX_WHOLE;
    for (int i = 0; i < 8; i++) {
        if (ptx_word_at(module, at, names[i]))
            return i % 4;
    }
    return -1;
}

/* How the instruction in hand takes its operands. */
struct form {
    bool is_mov, is_cvt, is_call, is_branch;
    bool is_half;      /* the last type suffix is of 16 bits */
    uint32_t operands; /* the token behind the opcode */
};

static struct form read_form(const struct ptx_module *module, uint32_t opcode)
{
    static const char *const halves[] = {".u16", ".s16", ".b16", NULL};
    struct form form = {.is_mov = ptx_word_at(module, opcode, "mov"),
                        .is_cvt = ptx_word_at(module, opcode, "cvt"),
                        .is_call = ptx_word_at(module, opcode, "call"),
                        .is_branch = ptx_word_at(module, opcode, "bra") ||
                                     ptx_word_at(module, opcode, "brx"),
                        .operands = opcode + 1};

    while (ptx_kind_at(module, form.operands) == PTX_DOT_WORD)
        form.is_half = ptx_word_in(module, form.operands++, halves);
    return form;
}

/* A read of one of the four registers; depth is that of braces around it. */
static int scan_read(struct scan *scan, const struct form *form, enum ptx_meaning meaning,
                     uint32_t at, unsigned depth)
{
    const struct ptx_module *module = scan->module;
    int component = read_component(module, at + 1);
    uint32_t end = component == PTX_WHOLE ? at + 1 : at + 2;
    uint32_t before = ptx_kind_at(module, at - 1), behind = ptx_kind_at(module, end);
    bool in_list = depth > 0 && (before == '{' || before == ',') &&
                   (behind == ',' || behind == '}') && component != PTX_WHOLE &&
                   !(form->is_mov && form->is_half);
    bool is_source = depth == 0 && before == ',' && behind == ';' &&
                     (form->is_mov || (form->is_cvt && component != PTX_WHOLE));

    if (component < 0 || (!in_list && !is_source)) {
        set_hazard(scan, "reads %.*s in a way we do not know", at);
        return 0;
    }
    if (meaning >= PTX_CLUSTERID &&
        ptx_names_find(&scan->analysis->names, "%cluster_nctaid", 15)->hidden > 0) {
        set_hazard(scan, "reads %.*s where %%cluster_nctaid is hidden", at);
        return 0;
    }
    if (component == PTX_W)
        return 0;
    scan->use->reads = true;
    return add_site(scan, (struct ptx_site){.token = at,
                                            .end = end,
                                            .is_half = form->is_mov && form->is_half,
                                            .reg = meaning - PTX_CTAID,
                                            .component = component});
}

static int scan_word(struct scan *scan, const struct form *form, uint32_t at, unsigned depth)
{
    uint32_t function;
    enum ptx_meaning meaning =
        ptx_names_look_up(&scan->analysis->names, scan->module, at, &function);

    switch (meaning) {
    case PTX_CTAID:
    case PTX_NCTAID:
    case PTX_CLUSTERID:
    case PTX_NCLUSTERID:
        return scan_read(scan, form, meaning, at, depth);
    case PTX_GRIDID:
        set_hazard(scan, "reads %.*s", at);
        return 0;
    case PTX_ENVREG:
        set_hazard(scan, "reads %.*s, as grid-wide synchronisation does", at);
        return 0;
    case PTX_FUNCTION:
        scan->analysis->uses[function].address_taken = true;
        return 0;
    default:
        return 0;
    }
}

/* From a ( to its ). Returns the token behind, or the end of the statement. */
static uint32_t skip_list(const struct ptx_module *module, uint32_t at, uint32_t end)
{
    while (at < end && ptx_kind_at(module, at) != ')')
        at++;
    return at < end ? at + 1 : end;
}

static int scan_direct_call(struct scan *scan, uint32_t target, uint32_t callee)
{
    const struct ptx_module *module = scan->module;

    if (!module->functions.items[callee].body_open) {
        if (is_device_launch(module, callee))
            set_hazard(scan, "launches kernels from the device by %.*s", target);
        else if (!ptx_is_harmless(module, callee))
            set_hazard(scan, "calls %.*s, which has no body here", target);
    }
    return add_site(
        scan,
        (struct ptx_site){.token = target, .end = target + 1, .is_call = true, .callee = callee});
}

/* call [(result),] TARGET [, (arguments)] [, PROTOTYPE]; only a call through a pointer has a
 * prototype or list of targets. */
static int scan_call(struct scan *scan, const struct form *form, uint32_t end)
{
    const struct ptx_module *module = scan->module;
    uint32_t target = form->operands, last, callee;
    int r = 0;

    if (ptx_kind_at(module, target) == '(') {
        target = skip_list(module, target, end);
        if (ptx_kind_at(module, target) == ',')
            target++;
    }
    last = target + 1;
    if (target < end && ptx_kind_at(module, last) == ',' && ptx_kind_at(module, last + 1) == '(')
        last = skip_list(module, last + 1, end);
    if (target >= end || ptx_kind_at(module, target) != PTX_WORD) {
        set_hazard(scan, "has a %.*s we do not know", form->operands - 1);
        return 0;
    }
    for (uint32_t at = form->operands; r == 0 && at < end; at++) {
        if (at != target && ptx_kind_at(module, at) == PTX_WORD)
            r = scan_word(scan, form, at, 0);
    }
    if (r < 0)
        return r;
    if (last < end && ptx_kind_at(module, last) == ';' &&
        ptx_names_look_up(&scan->analysis->names, module, target, &callee) == PTX_FUNCTION)
        return scan_direct_call(scan, target, callee);
    if (!scan->use->pointer_call)
        scan->use->pointer_call = target;
    return 0;
}

static int scan_instruction(struct scan *scan, const struct ptx_statement *statement)
{
    const struct ptx_module *module = scan->module;
    struct form form = read_form(module, statement->opcode);
    unsigned depth = 0;
    int r = 0;

    if (form.is_branch)
        return 0;
    if (form.is_call)
        return scan_call(scan, &form, statement->end);
    if (ptx_word_at(module, statement->opcode, "clusterlaunchcontrol"))
        set_hazard(scan, "takes blocks by %.*s", statement->opcode);
    for (uint32_t at = form.operands; r == 0 && at < statement->end; at++) {
        uint32_t kind = ptx_kind_at(module, at);
        depth += (kind == '{') - (kind == '}');
        if (kind == PTX_WORD)
            r = scan_word(scan, &form, at, depth);
    }
    return r;
}

/* Functions named in tokens that are no instruction: initial values, .calltargets. */
static void scan_addresses(struct ptx_analysis *analysis, uint32_t first, uint32_t end)
{
    uint32_t function;

    for (uint32_t at = first; at < end; at++) {
        if (ptx_names_look_up(&analysis->names, analysis->module, at, &function) == PTX_FUNCTION)
            analysis->uses[function].address_taken = true;
    }
}

static uint32_t find_initial_value(const struct ptx_module *module, uint32_t first, uint32_t end)
{
    while (first < end && ptx_kind_at(module, first) != '=')
        first++;
    return first;
}

/* Variables that live longer than a launch would be there twice, in the original and the twin. */
static int scan_declaration(struct scan *scan, const struct ptx_statement *statement)
{
    static const char *const harmless[] = {".reg",  ".local",  ".shared", ".param",
                                           ".sreg", ".extern", NULL};
    const struct ptx_module *module = scan->module;

    if (!scan->use->own_variable && !ptx_word_in(module, statement->first, harmless))
        scan->use->own_variable = statement->first;
    scan_addresses(scan->analysis, find_initial_value(module, statement->first, statement->end),
                   statement->end);
    return ptx_names_declare(&scan->analysis->names, module, statement->first, statement->end);
}

static int scan_statement(struct scan *scan, const struct ptx_statement *statement)
{
    switch (statement->kind) {
    case PTX_SCOPE_OPEN:
        return ptx_names_open_scope(&scan->analysis->names);
    case PTX_SCOPE_CLOSE:
        ptx_names_close_scope(&scan->analysis->names);
        return 0;
    case PTX_DECLARATION:
        return scan_declaration(scan, statement);
    case PTX_INSTRUCTION:
        return scan_instruction(scan, statement);
    case PTX_DIRECTIVE:
        if (ptx_word_at(scan->module, statement->first, ".calltargets"))
            scan_addresses(scan->analysis, statement->first, statement->end);
        return 0;
    case PTX_LABEL:
        return 0;
    }
    return 0;
}

/* Parameters and results are in the scope of the function, its own name is not. */
static int declare_head(struct scan *scan, const struct ptx_function *function)
{
    struct ptx_names *names = &scan->analysis->names;
    int r = ptx_names_declare(names, scan->module, function->keyword, function->name);

    if (r == 0)
        r = ptx_names_declare(names, scan->module, function->name + 1, function->body_open);
    return r;
}

static int scan_function(struct scan *scan, const struct ptx_function *function)
{
    int r = ptx_names_open_scope(&scan->analysis->names);

    scan->use->first_site = scan->analysis->sites.n;
    if (r == 0)
        r = declare_head(scan, function);
    for (uint32_t i = 0; r == 0 && i < function->n_statements; i++) {
        scan->statement = function->first_statement + i;
        r = scan_statement(scan, &scan->module->statements.items[scan->statement]);
    }
    if (r == 0)
        ptx_names_close_scope(&scan->analysis->names);
    return r;
}

int ptx_scan(struct ptx_analysis *analysis)
{
    const struct ptx_module *module = analysis->module;
    struct scan scan = {.analysis = analysis, .module = module};
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < module->functions.n; i++) {
        scan.use = &analysis->uses[i];
        if (module->functions.items[i].body_open)
            r = scan_function(&scan, &module->functions.items[i]);
    }
    for (uint32_t i = 0; r == 0 && i < module->globals.n; i++) {
        const struct ptx_statement *global = &module->globals.items[i];
        if (global->kind == PTX_DECLARATION)
            scan_addresses(analysis, find_initial_value(module, global->first, global->end),
                           global->end);
    }
    return r;
}
