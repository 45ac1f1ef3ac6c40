/* SPDX-License-Identifier: MIT
 *
 * ptx_parse_function.c - the head of an .entry or .func: its name, its parameters, its performance
 * directives.
 */
#include "ptx-rewriter/ptx_parse.h"

#include <string.h>

/* Each type is aligned to its size. */
static const struct {
    const char *name;
    uint32_t bytes;
} types[] = {
    {".b8", 1},  {".u8", 1},  {".s8", 1},  {".b16", 2},   {".u16", 2}, {".s16", 2},
    {".f16", 2}, {".b32", 4}, {".u32", 4}, {".s32", 4},   {".f32", 4}, {".b64", 8},
    {".u64", 8}, {".s64", 8}, {".f64", 8}, {".b128", 16},
};

static uint32_t type_bytes(const struct ptx_module *module, uint32_t at)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (ptx_word_at(module, at, types[i].name))
            return types[i].bytes;
    }
    return 0;
}

/* A number in a declaration; too large a one reads as UINT32_MAX, what is no number as 0. */
static uint32_t small_integer(const struct ptx_module *module, uint32_t at)
{
    const struct ptx_token *token = ptx_token_at(module, at);
    uint64_t value = 0;
    int r;

    if (token->kind != PTX_INTEGER)
        return 0;
    r = ptx_token_integer(module->text, token, &value, NULL);
    if (r == -EINVAL)
        return 0;
    return r == -ERANGE || value > UINT32_MAX ? UINT32_MAX : value;
}

/* What the tokens of one parameter say. */
struct shape {
    uint32_t name;
    uint32_t type_bytes, align_bytes;
    uint64_t elements;
    bool no_size; /* name[] */
};

/* One array dimension, from its [ to its ]. */
static uint32_t read_dimension(const struct ptx_module *module, uint32_t at, struct shape *shape)
{
    uint32_t size = small_integer(module, at + 1);

    if (ptx_kind_at(module, at + 1) == ']') {
        shape->no_size = true;
        return at + 1;
    }
    if (ptx_kind_at(module, at + 2) != ']')
        size = 0;
    shape->elements = size && shape->elements <= UINT32_MAX / size ? shape->elements * size : 0;
    return at + 1;
}

/* An .align counts before the type only: behind it, it is about what a pointer points to (.ptr), or
 * ptxas ignores it. A type's own alignment can't be lessened. */
static void read_shape(const struct ptx_module *module, uint32_t first, uint32_t end,
                       struct shape *ret_shape)
{
    uint32_t align = 0;

    *ret_shape = (struct shape){.elements = 1};
    for (uint32_t at = first; at < end; at++) {
        if (ptx_kind_at(module, at) == PTX_WORD)
            ret_shape->name = at;
        else if (ptx_kind_at(module, at) == '[')
            at = read_dimension(module, at, ret_shape);
        else if (!ret_shape->type_bytes && ptx_word_at(module, at, ".align"))
            align = small_integer(module, at + 1);
        else if (!ret_shape->type_bytes)
            ret_shape->type_bytes = type_bytes(module, at);
    }
    ret_shape->align_bytes = align > ret_shape->type_bytes ? align : ret_shape->type_bytes;
}

/* 0 if it is unknown or absurd. */
static uint32_t shape_bytes(const struct shape *shape)
{
    uint64_t bytes = shape->elements * shape->type_bytes;

    return bytes < UINT32_MAX / 2 ? bytes : 0;
}

static int add_parameter(struct ptx_parser *parser, struct ptx_function *function, uint32_t first)
{
    struct ptx_parameters *parameters = &parser->module->parameters;
    struct shape shape;

    read_shape(parser->module, first, parser->at, &shape);
    if (!shape.name)
        return ptx_expected(parser, "the parameter's name before it");
    function->is_variadic |= shape.no_size;
    if (ptx_vec_reserve(parameters) < 0)
        return -ENOMEM;
    parameters->items[parameters->n++] =
        (struct ptx_parameter){.name = shape.name,
                               .align_bytes = shape.align_bytes,
                               .size_bytes = shape.no_size ? 0 : shape_bytes(&shape)};
    function->n_parameters++;
    return 0;
}

int ptx_parse_parameters(struct ptx_parser *parser, struct ptx_function *function)
{
    const struct ptx_module *module = parser->module;
    uint32_t first, kind;
    int r;

    function->open = parser->at++;
    function->first_parameter = module->parameters.n;
    while (ptx_kind_at(module, parser->at) != ')' || function->n_parameters > 0) {
        first = parser->at;
        while ((kind = ptx_kind_at(module, parser->at)) != ',' && kind != ')') {
            if (kind == PTX_END || kind == '{' || kind == ';')
                return ptx_expected(parser, "')'");
            parser->at++;
        }
        r = add_parameter(parser, function, first);
        if (r < 0)
            return r;
        if (kind == ')')
            break;
        parser->at++;
    }
    function->close = parser->at++;
    return 0;
}

/* From a ( to behind its ), nested ones counted. */
static int skip_parentheses(struct ptx_parser *parser)
{
    const struct ptx_module *module = parser->module;
    unsigned depth = 0;

    do {
        uint32_t kind = ptx_kind_at(module, parser->at);
        if (kind == PTX_END || kind == '{' || kind == ';')
            return ptx_expected(parser, "')'");
        depth += (kind == '(') - (kind == ')');
        parser->at++;
    } while (depth > 0);
    return 0;
}

/* Up to three numbers; those left out are 1. */
static void read_cluster(const struct ptx_parser *parser, struct ptx_function *function)
{
    uint32_t at = parser->at + 1;

    for (unsigned axis = 0; axis < 3; axis++)
        function->cluster[axis] = 1;
    for (unsigned axis = 0; axis < 3; axis++, at += 2) {
        if (ptx_kind_at(parser->module, at) != PTX_INTEGER)
            break;
        function->cluster[axis] = small_integer(parser->module, at);
        if (ptx_kind_at(parser->module, at + 1) != ',')
            break;
    }
}

/* Performance directives, up to the { of the body or the ; of a declaration. */
static int parse_directives(struct ptx_parser *parser, struct ptx_function *function)
{
    const struct ptx_module *module = parser->module;
    uint32_t kind;

    while ((kind = ptx_kind_at(module, parser->at)) != '{' && kind != ';') {
        if (kind != PTX_DOT_WORD && kind != PTX_INTEGER && kind != ',')
            return ptx_expected(parser, "a directive or '{' or ';'");
        if (ptx_word_at(module, parser->at, ".entry") || ptx_word_at(module, parser->at, ".func"))
            return ptx_expected(parser, "'{' or ';'");
        if (ptx_word_at(module, parser->at, ".pragma")) {
            int r = ptx_skip_statement(parser);
            if (r < 0)
                return r;
            continue;
        }
        if (ptx_word_at(module, parser->at, ".reqnctapercluster"))
            read_cluster(parser, function);
        if (ptx_word_at(module, parser->at, ".blocksareclusters"))
            function->blocks_are_clusters = true;
        parser->at++;
    }
    return 0;
}

/* .entry|.func [.attribute(...)] [(results)] NAME [(parameters)] directives */
static int parse_head(struct ptx_parser *parser, struct ptx_function *function)
{
    const struct ptx_module *module = parser->module;
    int r = 0;

    if (ptx_word_at(module, parser->at, ".attribute")) {
        function->attribute = parser->at++;
        if (ptx_kind_at(module, parser->at) == '(')
            r = skip_parentheses(parser);
        function->attribute_end = parser->at;
    }
    if (r == 0 && !function->is_entry && ptx_kind_at(module, parser->at) == '(')
        r = skip_parentheses(parser);
    function->name = parser->at;
    if (r == 0)
        r = ptx_take(parser, PTX_WORD, "the function's name");
    if (r == 0 && ptx_kind_at(module, parser->at) == '(')
        r = ptx_parse_parameters(parser, function);
    return r < 0 ? r : parse_directives(parser, function);
}

int ptx_parse_function(struct ptx_parser *parser, uint32_t first)
{
    struct ptx_module *module = parser->module;
    struct ptx_function function = {.first = first, .keyword = parser->at};
    int r;

    function.is_entry = ptx_word_at(module, parser->at++, ".entry");
    r = parse_head(parser, &function);
    if (r < 0)
        return r;
    if (ptx_kind_at(module, parser->at) == '{')
        r = ptx_parse_body(parser, &function);
    else
        parser->at++;
    if (r < 0)
        return r;
    function.end = parser->at;
    if (ptx_vec_reserve(&module->functions) < 0)
        return -ENOMEM;
    module->functions.items[module->functions.n++] = function;
    return 0;
}
