/* SPDX-License-Identifier: MIT
 *
 * op_cvt8.c - conversions between pairs of floats: of 8 bits (e4m3, e5m2), and of f32 or f16.
 *
 * e5m2 is the upper half of an f16. e4m3 has no infinity, and one NaN of each sign. What is too
 * large becomes the largest number, which is what .satfinite says; it is not optional.
 */
#include <errno.h>

#include "tools/softgpu/exec/half.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/op_families.h"

#define NAN_8     0x7fu
#define MOST_E4M3 0x7eu
#define MOST_E5M2 0x7bu

/* insn.mode: the type of 8 bits. insn.flags: */
#define RELU 1u

static uint8_t round_e4m3(double x)
{
    /* The format with one bit more of exponent counts it from 2^-15, e4m3 from 2^-7. */
    uint32_t bits = half_round(x * 0x1p-8, 4, 5, ROUND_RN, 0), size = bits & 0xff;

    return (uint8_t)((bits >> 8) << 7 | (size < MOST_E4M3 ? size : MOST_E4M3));
}

static uint8_t round_e5m2(double x)
{
    uint32_t bits = half_round(x, 3, 5, ROUND_RN, 0), size = bits & 0x7f;

    return (uint8_t)((bits & 0x80) | (size < MOST_E5M2 ? size : MOST_E5M2));
}

static uint16_t narrow(const struct insn *in, float x)
{
    if (x != x)
        return NAN_8;
    if ((in->flags & RELU) && x <= 0) /* -0 too */
        x = 0;
    return in->mode == T_E4M3X2 ? round_e4m3(x) : round_e5m2(x);
}

static uint16_t widen(const struct insn *in, uint8_t x)
{
    uint32_t sign = x >> 7, size = x & 0x7f;

    if (size > (in->mode == T_E4M3X2 ? MOST_E4M3 : 0x7cu))
        return F16_NAN;
    if ((in->flags & RELU) && sign)
        return 0;
    if (in->mode == T_E5M2X2)
        return (uint16_t)(x << 8);
    return (uint16_t)(sign << 15 | f16_round(f16_value((uint16_t)(size << 7)) * 0x1p8, ROUND_RN));
}

/* The first operand goes into the high half. */
HANDLER(narrow_f32)
{
    const lane_f32 *a = LANES(lane_f32, 1), *b = LANES(lane_f32, 2);
    lane_u16 *d = LANES(lane_u16, 0);

    EACH_LANE(mask, d[l] = (uint16_t)(narrow(in, a[l]) << 8 | narrow(in, b[l])));
}

HANDLER(narrow_f16)
{
    const lane_u32 *a = LANES(lane_u32, 1);
    lane_u16 *d = LANES(lane_u16, 0);

    EACH_LANE(mask, d[l] = (uint16_t)(narrow(in, f16_value((uint16_t)(a[l] >> 16))) << 8 |
                                      narrow(in, f16_value((uint16_t)a[l]))));
}

HANDLER(widen_f16)
{
    const lane_u16 *a = LANES(lane_u16, 1);
    lane_u32 *d = LANES(lane_u32, 0);

    EACH_LANE(mask,
              d[l] = (uint32_t)widen(in, (uint8_t)(a[l] >> 8)) << 16 | widen(in, (uint8_t)a[l]));
}

static bool is_8(enum exec_type type)
{
    return type == T_E4M3X2 || type == T_E5M2X2;
}

int cvt_eighths(struct decoder *dc, enum exec_type to, enum exec_type from, bool relu,
                bool satfinite)
{
    const struct operand *operands = dc->st->operands;
    bool narrows = is_8(to);
    unsigned n = narrows && from == T_F32 ? 3 : 2;
    int r;

    if (narrows ? from != T_F32 && from != T_F16X2 : to != T_F16X2)
        return decode_fail(dc, -ENOTSUP, "from .%s to .%s is not supported", exec_types[from].text,
                           exec_types[to].text);
    if (dc->in->rounding != ROUND_RN || satfinite != narrows || dc->st->n_operands != n)
        return decode_fail(dc, -EINVAL, "takes .rn, .satfinite to 8 bits, %u operands", n);
    dc->in->fn = !narrows ? widen_f16 : from == T_F32 ? narrow_f32 : narrow_f16;
    dc->in->mode = (uint8_t)(narrows ? to : from);
    dc->in->flags = relu ? RELU : 0;
    r = decode_result(dc, 0, &operands[0], to);
    for (unsigned i = 1; i < n && r == 0; i++)
        r = decode_source(dc, i, &operands[i], from);
    return r;
}
