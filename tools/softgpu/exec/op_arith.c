/* SPDX-License-Identifier: MIT
 *
 * op_arith.c - opcodes that exist for several kinds of types, handed on by type.
 */
#include <errno.h>

#include "tools/softgpu/exec/op_families.h"
#include "tools/softgpu/exec/ops.h"

typedef int (*decode_fn)(struct decoder *dc);

static int by_type(struct decoder *dc, decode_fn integer, decode_fn real, decode_fn half)
{
    enum exec_type type = decode_type(dc);
    decode_fn decode = integer;

    if (type == T_F32 || type == T_F64)
        decode = real;
    else if (type == T_F16 || type == T_F16X2 || type == T_BF16 || type == T_BF16X2)
        decode = half;
    if (type == T_NONE)
        return decode_fail(dc, -EINVAL, "type missing");
    return decode ? decode(dc) : decode_fail(dc, -ENOTSUP, "not supported for this type");
}

/* Operands of one type: result and n sources. */
static int same_type(struct decoder *dc, unsigned n)
{
    int r = 0;

    if (dc->st->n_operands != n + 1)
        return decode_fail(dc, -EINVAL, "takes %u operands", n + 1);
    for (unsigned i = 0; i <= n && r == 0; i++)
        r = i ? decode_source(dc, i, &dc->st->operands[i], decode_type(dc))
              : decode_result(dc, 0, &dc->st->operands[0], decode_type(dc));
    return r;
}

int EXEC_OP(op_add)(struct decoder *dc)
{
    return by_type(dc, EXEC_OP(int_add), EXEC_OP(float_add), half_add);
}

int EXEC_OP(op_sub)(struct decoder *dc)
{
    return by_type(dc, EXEC_OP(int_sub), EXEC_OP(float_sub), half_sub);
}

static int real_mul(struct decoder *dc)
{
    int r = same_type(dc, 2);

    return r < 0 ? r : EXEC_OP(float_mul)(dc);
}

static int short_mul(struct decoder *dc)
{
    int r = same_type(dc, 2);

    return r < 0 ? r : half_mul(dc);
}

int EXEC_OP(op_mul)(struct decoder *dc)
{
    return by_type(dc, EXEC_OP(int_mul), real_mul, short_mul);
}

static int real_mad(struct decoder *dc)
{
    int r = same_type(dc, 3);

    return r < 0 ? r : EXEC_OP(float_fma)(dc);
}

int EXEC_OP(op_mad)(struct decoder *dc)
{
    return by_type(dc, EXEC_OP(int_mad), real_mad, NULL);
}

int EXEC_OP(op_fma)(struct decoder *dc)
{
    return by_type(dc, NULL, EXEC_OP(float_fma), half_fma);
}

int EXEC_OP(op_div)(struct decoder *dc)
{
    return by_type(dc, EXEC_OP(int_div), EXEC_OP(float_div), NULL);
}

int EXEC_OP(op_min)(struct decoder *dc)
{
    return by_type(dc, EXEC_OP(int_min), EXEC_OP(float_min), half_min);
}

int EXEC_OP(op_max)(struct decoder *dc)
{
    return by_type(dc, EXEC_OP(int_max), EXEC_OP(float_max), half_max);
}

int EXEC_OP(op_neg)(struct decoder *dc)
{
    return by_type(dc, EXEC_OP(int_neg), EXEC_OP(float_neg), half_neg);
}

int EXEC_OP(op_abs)(struct decoder *dc)
{
    return by_type(dc, EXEC_OP(int_abs), EXEC_OP(float_abs), half_abs);
}
