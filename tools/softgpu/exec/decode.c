/* SPDX-License-Identifier: MIT
 *
 * decode.c - what all instructions have in common when they are decoded: operands to slots, types
 * and modifiers taken and checked.
 */
#include "tools/softgpu/exec/decode.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/softgpu/exec/ops.h"
#include "tools/softgpu/exec/specials.h"

static const char *const mod_names[] = {
#define MOD(name, text) text,
#include "tools/softgpu/exec/mods.def"
#undef MOD
};

#define OP(name, decode, operands, cost) {#name, decode, operands, cost},
static const struct op_row plain_rows[] = {
#define WIDE OP
#include "tools/softgpu/exec/ops.def"
#undef WIDE
};

#ifdef EXEC_HAVE_WIDE
static const struct op_row wide_rows[] = {
#define WIDE(name, decode, operands, cost) {#name, decode##_wide, operands, cost},
#include "tools/softgpu/exec/ops.def"
#undef WIDE
};

static const struct op_row *choose_rows(void)
{
    bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi2");

    return has ? wide_rows : plain_rows;
}
#else
static const struct op_row *choose_rows(void)
{
    return plain_rows;
}
#endif
#undef OP

const struct op_row *decode_find(const char *name, unsigned length)
{
    const struct op_row *rows = choose_rows();

    for (size_t i = 0; i < sizeof(plain_rows) / sizeof(plain_rows[0]); i++) {
        if (rows[i].name[0] == name[0] && strlen(rows[i].name) == length &&
            memcmp(rows[i].name, name, length) == 0)
            return &rows[i];
    }
    return NULL;
}

int decode_find_mod(const char *name, unsigned length)
{
    for (unsigned i = 0; i < MOD_COUNT; i++) {
        if (strlen(mod_names[i]) == length && memcmp(mod_names[i], name, length) == 0)
            return (int)i;
    }
    return -1;
}

int decode_fail(struct decoder *dc, int code, const char *format, ...)
{
    struct exec_error *error = dc->builder->error;
    va_list args;
    int n = snprintf(error->message, sizeof(error->message),
                     "%.*s: ", (int)(dc->st->opcode_length < 40 ? dc->st->opcode_length : 40),
                     dc->st->opcode);

    va_start(args, format);
    vsnprintf(error->message + n, sizeof(error->message) - n, format, args);
    va_end(args);
    error->line = dc->in->line;
    return code;
}

int decode_take_one(struct decoder *dc, enum mod first, enum mod last)
{
    for (enum mod mod = first; mod <= last; mod++) {
        if (decode_take(dc, mod))
            return (int)(mod - first);
    }
    return -1;
}

int decode_rounding(struct decoder *dc, int absent)
{
    int rounding = decode_take_one(dc, MOD_RN, MOD_RP);

    return rounding < 0 ? absent : rounding;
}

enum exec_type decode_type(const struct decoder *dc)
{
    return dc->st->n_types ? dc->st->types[0] : T_NONE;
}

enum exec_type decode_last_type(const struct decoder *dc)
{
    return dc->st->n_types ? dc->st->types[dc->st->n_types - 1] : T_NONE;
}

int decode_pick(struct decoder *dc, const exec_fn fns[T_COUNT], enum exec_type type)
{
    if (type == T_NONE)
        return decode_fail(dc, -EINVAL, "type missing");
    if (!fns[type])
        return decode_fail(dc, -ENOTSUP, "not supported for type .%s", exec_types[type].text);
    dc->in->fn = fns[type];
    return 0;
}

static const struct vreg *vreg_of(const struct decoder *dc, const struct operand *operand)
{
    return &dc->builder->func_builds.at[dc->func].vregs.at[operand->index];
}

static int bad_operand(struct decoder *dc, unsigned index)
{
    return decode_fail(dc, -EINVAL, "operand %u does not fit the instruction", index + 1);
}

/* Registers must have the type's size; which kind of value it is does not matter, but a predicate
 * is nothing else. */
static bool is_like(const struct vreg *vreg, enum exec_type type)
{
    return (vreg->type == T_PRED) == (type == T_PRED) &&
           (type == T_PRED || reg_bytes(vreg->type) == reg_bytes(type));
}

static void set_register(struct decoder *dc, unsigned index, const struct operand *operand)
{
    dc->in->op[index] = operand->index << 2 | AREA_FRAME;
}

int decode_result(struct decoder *dc, unsigned index, const struct operand *operand,
                  enum exec_type type)
{
    if (type == T_NONE)
        return decode_fail(dc, -EINVAL, "type missing");
    dc->in->defs |= 1u << index;
    if (operand->kind == OPERAND_SINK) {
        dc->in->op[index] = AREA_SINK;
        return 0;
    }
    if (operand->kind != OPERAND_REG || !is_like(vreg_of(dc, operand), type))
        return bad_operand(dc, index);
    set_register(dc, index, operand);
    return 0;
}

int decode_wide_result(struct decoder *dc, unsigned index, const struct operand *operand,
                       enum exec_type type, unsigned *ret_bytes)
{
    enum exec_type reg;

    if (operand->kind == OPERAND_SINK) {
        *ret_bytes = reg_bytes(type);
        return decode_result(dc, index, operand, type);
    }
    if (operand->kind != OPERAND_REG)
        return bad_operand(dc, index);
    reg = vreg_of(dc, operand)->type;
    *ret_bytes = reg_bytes(reg);
    if (reg == T_PRED || *ret_bytes < type_bytes(type))
        return bad_operand(dc, index);
    dc->in->defs |= 1u << index;
    set_register(dc, index, operand);
    return 0;
}

int decode_constant(struct decoder *dc, unsigned index, uint64_t bits, unsigned bytes)
{
    struct pool_key key = {.bits = bits, .variable = UINT32_MAX, .bytes = bytes};

    dc->in->op[index] = pool_slot(dc->builder, key);
    return dc->in->op[index] == EXEC_NO_SLOT ? -ENOMEM : 0;
}

int decode_immediate(struct decoder *dc, const struct operand *operand, uint64_t *ret_value)
{
    if (operand->kind != OPERAND_CONSTANT || operand->constant.kind != CONSTANT_INTEGER)
        return decode_fail(dc, -EINVAL, "constant expected");
    *ret_value = operand->constant.bits;
    return 0;
}

static int note_shared(struct decoder *dc, uint32_t variable)
{
    struct func_build *build = &dc->builder->func_builds.at[dc->func];
    uint32_t *at;

    for (uint32_t i = 0; i < build->shared.n; i++) {
        if (build->shared.at[i] == variable)
            return 0;
    }
    at = vec_push(&build->shared);
    if (!at)
        return -ENOMEM;
    *at = variable;
    return 0;
}

/* An address that is the same for all threads, as a constant of so many bytes. */
static int variable_source(struct decoder *dc, unsigned index, const struct operand *operand,
                           unsigned bytes)
{
    const struct variable *variable = &dc->builder->variables.at[operand->index];
    struct pool_key key = {
        .bits = variable->address + operand->offset, .variable = UINT32_MAX, .bytes = bytes};

    if (variable->is_dynamic && operand->offset == 0) {
        dc->in->op[index] = special_slot(dc->builder, SPECIAL_DYNAMIC_SHARED, bytes);
        return dc->in->op[index] == EXEC_NO_SLOT ? -ENOMEM : 0;
    }
    if (variable->is_extern)
        return decode_fail(dc, variable->is_dynamic ? -ENOTSUP : -ENOENT, "'%s' is %s",
                           variable->name,
                           variable->is_dynamic ? "used with an offset" : "not defined");
    if (variable->space == SPACE_LOCAL)
        return decode_fail(dc, -ENOTSUP, "address of local '%s' as an operand", variable->name);
    if (variable->space == SPACE_SHARED) {
        key.bits = operand->offset;
        key.variable = operand->index;
        if (note_shared(dc, operand->index) < 0)
            return -ENOMEM;
    } else if (bytes != 8) {
        return bad_operand(dc, index);
    }
    dc->in->op[index] = pool_slot(dc->builder, key);
    return dc->in->op[index] == EXEC_NO_SLOT ? -ENOMEM : 0;
}

static int constant_source(struct decoder *dc, unsigned index, const struct operand *operand,
                           enum exec_type type)
{
    uint64_t bits;

    if (constant_as(&operand->constant, type, &bits) < 0)
        return bad_operand(dc, index);
    return decode_constant(dc, index, bits, type == T_PRED ? 0 : reg_bytes(type));
}

int decode_source(struct decoder *dc, unsigned index, const struct operand *operand,
                  enum exec_type type)
{
    if (type == T_NONE)
        return decode_fail(dc, -EINVAL, "type missing");
    switch (operand->kind) {
    case OPERAND_REG:
        if (!is_like(vreg_of(dc, operand), type))
            return bad_operand(dc, index);
        set_register(dc, index, operand);
        return 0;
    case OPERAND_CONSTANT:
        return constant_source(dc, index, operand, type);
    case OPERAND_SPECIAL:
        if (specials_are_dynamic(operand->index) || type == T_PRED)
            return bad_operand(dc, index);
        dc->in->op[index] = special_slot(dc->builder, operand->index, reg_bytes(type));
        return dc->in->op[index] == EXEC_NO_SLOT ? -ENOMEM : 0;
    case OPERAND_VARIABLE:
        return type_bytes(type) < 4 || type_bytes(type) > 8
                   ? bad_operand(dc, index)
                   : variable_source(dc, index, operand, type_bytes(type));
    case OPERAND_FUNC:
        if (type_bytes(type) != 8)
            return bad_operand(dc, index);
        return decode_constant(dc, index, WINDOW_CODE + FUNC_ALIGN * (operand->index + 1ull), 8);
    default:
        return bad_operand(dc, index);
    }
}

int decode_wide_source(struct decoder *dc, unsigned index, const struct operand *operand,
                       enum exec_type type, unsigned *ret_bytes)
{
    enum exec_type reg;

    *ret_bytes = reg_bytes(type);
    if (operand->kind != OPERAND_REG)
        return decode_source(dc, index, operand, type);
    reg = vreg_of(dc, operand)->type;
    *ret_bytes = reg_bytes(reg);
    if (reg == T_PRED || *ret_bytes < type_bytes(type))
        return bad_operand(dc, index);
    set_register(dc, index, operand);
    return 0;
}

/* The address of a variable: what can be known of it goes into imm. */
static int variable_address(struct decoder *dc, unsigned index, const struct operand *base,
                            int64_t offset, int *ret_space)
{
    const struct variable *variable = &dc->builder->variables.at[base->index];
    struct operand whole = *base;

    *ret_space = variable->space;
    dc->in->imm = offset;
    if (variable->space == SPACE_LOCAL) {
        dc->in->imm += variable->address + base->offset;
        dc->in->flags |= ADDRESS_FRAME;
        return decode_constant(dc, index, 0, 8);
    }
    dc->in->imm += base->offset;
    whole.offset = 0;
    return variable_source(dc, index, &whole, 8);
}

int decode_address(struct decoder *dc, unsigned index, const struct operand *operand,
                   int *ret_space)
{
    const struct operand *base = &dc->st->pool[operand->first];
    enum exec_type reg;

    *ret_space = SPACE_GENERIC;
    if (operand->kind != OPERAND_ADDRESS)
        return bad_operand(dc, index);
    dc->in->imm = operand->offset;
    if (!operand->count)
        return decode_constant(dc, index, 0, 8);
    if (base->kind == OPERAND_VARIABLE)
        return variable_address(dc, index, base, operand->offset, ret_space);
    if (base->kind != OPERAND_REG)
        return bad_operand(dc, index);
    reg = vreg_of(dc, base)->type;
    if (reg == T_PRED || (type_bytes(reg) != 4 && type_bytes(reg) != 8))
        return bad_operand(dc, index);
    if (type_bytes(reg) == 4)
        dc->in->flags |= ADDRESS_32;
    set_register(dc, index, base);
    return 0;
}

static enum exec_type twice(enum exec_type type)
{
    static const uint8_t table[T_COUNT] = {
        [T_U16] = T_U32, [T_S16] = T_S32, [T_U32] = T_U64,
        [T_S32] = T_S64, [T_B16] = T_B32, [T_B32] = T_B64,
    };

    return type != T_NONE && table[type] ? table[type] : T_NONE;
}

static int decode_operand(struct decoder *dc, char letter, unsigned index)
{
    const struct operand *operand = &dc->st->operands[index];
    int space;

    switch (letter) {
    case 'd':
        return decode_result(dc, index, operand, decode_type(dc));
    case 's':
        return decode_source(dc, index, operand, decode_type(dc));
    case 'D':
        return decode_result(dc, index, operand, decode_last_type(dc));
    case 'S':
        return decode_source(dc, index, operand, decode_last_type(dc));
    case 'w':
        return decode_source(dc, index, operand, twice(decode_type(dc)));
    case 'W':
        return decode_result(dc, index, operand, twice(decode_type(dc)));
    case 'u':
        return decode_source(dc, index, operand, T_U32);
    case 'U':
        return decode_result(dc, index, operand, T_U32);
    case 'p':
        return decode_source(dc, index, operand, T_PRED);
    case 'P':
        return decode_result(dc, index, operand, T_PRED);
    case 'm':
        return decode_address(dc, index, operand, &space);
    default:
        return 0;
    }
}

static int decode_operands(struct decoder *dc)
{
    const char *letters = dc->row->operands;
    unsigned n = dc->st->n_operands;
    int r = 0;

    if (letters[0] == '-')
        return 0;
    if (strlen(letters) != n)
        return decode_fail(dc, -EINVAL, "takes %zu operands, not %u", strlen(letters), n);
    for (unsigned i = 0; i < n && r == 0; i++) {
        if (dc->st->operands[i].negated)
            return bad_operand(dc, i);
        r = decode_operand(dc, letters[i], i);
    }
    return r;
}

/* Everything the statement said must have been understood. */
static int check_leftover(struct decoder *dc)
{
    for (unsigned i = 0; i < MOD_COUNT; i++) {
        if (decode_has(dc, (enum mod)i))
            return decode_fail(dc, -ENOTSUP, "modifier .%s is not supported here", mod_names[i]);
    }
    if (dc->st->n_types > 1 && !strpbrk(dc->row->operands, "DS-"))
        return decode_fail(dc, -EINVAL, "too many types");
    return 0;
}

int decode_statement(struct decoder *dc)
{
    int r;

    dc->row = decode_find(dc->st->opcode, dc->st->opcode_length);
    if (!dc->row)
        return decode_fail(dc, -ENOTSUP, "instruction is not supported");
    dc->in->cost = dc->row->cost;
    r = decode_operands(dc);
    if (r == 0)
        r = dc->row->decode(dc);
    return r < 0 ? r : check_leftover(dc);
}
