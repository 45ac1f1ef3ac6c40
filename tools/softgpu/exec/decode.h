/* SPDX-License-Identifier: MIT
 *
 * decode.h - from one statement of PTX to an instruction.
 *
 * A statement is an opcode, its modifiers (a set, of which each is taken by who understands it: one
 * that nobody took is an error), its types in order, and its operands. Each row of ops.def names
 * the opcode, the function that chooses the handler, and the operands by letters: d s   result,
 * source of the first type      D S   of the last type w W   result, source of twice the first
 * type's size u U   source, result of 32 bits             p P   source, result predicate m memory
 * address                        -     the function takes it itself
 */
#ifndef SOFTGPU_EXEC_DECODE_H
#define SOFTGPU_EXEC_DECODE_H

#include "tools/softgpu/exec/build.h"

/* Modifiers: every keyword after an opcode that is no type. */
enum mod {
#define MOD(name, text) MOD_##name,
#include "tools/softgpu/exec/mods.def"
#undef MOD
    MOD_COUNT
};

enum operand_kind {
    OPERAND_NONE,
    OPERAND_REG, /* index: virtual register */
    OPERAND_CONSTANT,
    OPERAND_VARIABLE, /* index; offset */
    OPERAND_FUNC,     /* index */
    OPERAND_NAME,     /* a label or table, of the function; token */
    OPERAND_SPECIAL,  /* index: special register */
    OPERAND_VECTOR,   /* elements first .. first + count of the statement's pool */
    OPERAND_LIST,     /* likewise, in parentheses */
    OPERAND_ADDRESS,  /* [element first + offset]; count 0: offset alone */
    OPERAND_SINK,     /* _ */
};

struct operand {
    enum operand_kind kind;
    bool negated; /* !p, -x */
    uint32_t index, first, count;
    struct constant constant;
    int64_t offset;
    const struct ptx_token *token;
};

#define MAX_OPERANDS 8
#define MAX_POOL     512

struct statement {
    const char *opcode;
    unsigned opcode_length;
    uint64_t mods[(MOD_COUNT + 63) / 64];
    enum exec_type types[4];
    unsigned n_types;
    struct operand operands[MAX_OPERANDS];
    unsigned n_operands;
    bool second_result; /* d|p: operand 1 came after a '|' */
    unsigned n_pool;
    struct operand
        pool[MAX_POOL]; /* elements; what stands before it is cleared for each statement */
};

struct decoder {
    struct builder *builder;
    struct text *text;
    uint32_t func;
    struct scope *scope;
    struct statement *st;
    struct insn *in; /* fn and operands to be filled; copied into the code when complete */
    const struct op_row *row;
    struct fixups *fixups;
};

/* The name of a function in a file that is compiled twice. */
#ifdef EXEC_WIDE
#define EXEC_OP(name) name##_wide
#else
#define EXEC_OP(name) name
#endif

struct op_row {
    const char *name;
    int (*decode)(struct decoder *dc);
    const char *operands;
    uint16_t cost;
};

/* ret and what stands at the end of every function. */
void flow_ret(struct exec_warp *warp, const struct insn *in, uint32_t mask);

/* The row of an opcode, NULL: none. */
const struct op_row *decode_find(const char *name, unsigned length);

/* Fills dc->in from dc->st. 0, or a negative code with the error filled. */
int decode_statement(struct decoder *dc);

int decode_fail(struct decoder *dc, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- modifiers --- */

static inline bool decode_has(const struct decoder *dc, enum mod mod)
{
    return dc->st->mods[mod / 64] >> (mod % 64) & 1;
}

/* Is the modifier there? Marks it as understood. */
static inline bool decode_take(struct decoder *dc, enum mod mod)
{
    bool has = decode_has(dc, mod);

    dc->st->mods[mod / 64] &= ~(UINT64_C(1) << (mod % 64));
    return has;
}

/* The index of the first of n modifiers in a row of the list that is there, or -1; takes it. */
int decode_take_one(struct decoder *dc, enum mod first, enum mod last);

/* .rn .rz .rm .rp; absent if none. */
int decode_rounding(struct decoder *dc, int absent);

/* The first type, the last one. T_NONE if there is none. */
enum exec_type decode_type(const struct decoder *dc);
enum exec_type decode_last_type(const struct decoder *dc);

/* The handler of a type from a table; fails if it has none. */
int decode_pick(struct decoder *dc, const exec_fn fns[T_COUNT], enum exec_type type);

/* --- operands: each takes op[index] --- */

int decode_result(struct decoder *dc, unsigned index, const struct operand *operand,
                  enum exec_type type);
int decode_source(struct decoder *dc, unsigned index, const struct operand *operand,
                  enum exec_type type);
/* Registers that may be wider than the type, as ld, st and cvt allow; ret_bytes of the register. */
int decode_wide_result(struct decoder *dc, unsigned index, const struct operand *operand,
                       enum exec_type type, unsigned *ret_bytes);
int decode_wide_source(struct decoder *dc, unsigned index, const struct operand *operand,
                       enum exec_type type, unsigned *ret_bytes);
int decode_address(struct decoder *dc, unsigned index, const struct operand *operand,
                   int *ret_space);
/* A constant in op[index]. */
int decode_constant(struct decoder *dc, unsigned index, uint64_t bits, unsigned bytes);
/* The operand's value if it is a constant integer. */
int decode_immediate(struct decoder *dc, const struct operand *operand, uint64_t *ret_value);

/* The bytes of one lane of a register of this type: 8-bit ones take 16. */
static inline unsigned reg_bytes(enum exec_type type)
{
    return type_bytes(type) == 1 ? 2 : type_bytes(type);
}

/* insn.flags of memory instructions. */
#define ADDRESS_32    1u /* the address register has 32 bits */
#define ADDRESS_FRAME 2u /* relative to the frame's local memory */

#endif
