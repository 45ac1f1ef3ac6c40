/* SPDX-License-Identifier: MIT
 *
 * op_video.c - the instructions on two halves or four bytes of a register: vadd2 ... vset4, with
 * all of their elements (no masks or selectors). The third source is added to the sum of the
 * elements with .add, and not used else.
 */
#include <errno.h>

#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/ops.h"

enum video {
    VIDEO_ADD,
    VIDEO_SUB,
    VIDEO_AVERAGE,
    VIDEO_DIFFERENCE,
    VIDEO_MIN,
    VIDEO_MAX,
    VIDEO_SET
};

/* insn.flags */
#define SIGNED_D   1u
#define SIGNED_A   2u
#define SIGNED_B   4u
#define SATURATE   8u
#define ACCUMULATE 16u

/* insn.mode: enum video; insn.vec: bits of an element; insn.target: comparison of VIDEO_SET. */

static int32_t element(uint32_t x, unsigned at, unsigned bits, bool is_signed)
{
    uint32_t high = x >> at << (32 - bits);

    return is_signed ? (int32_t)high >> (32 - bits) : (int32_t)(high >> (32 - bits));
}

static bool compare(unsigned how, int32_t x, int32_t y)
{
    switch (how + MOD_EQ) {
    case MOD_EQ:
        return x == y;
    case MOD_NE:
        return x != y;
    case MOD_LT:
        return x < y;
    case MOD_LE:
        return x <= y;
    case MOD_GT:
        return x > y;
    default:
        return x >= y;
    }
}

static int32_t apply(const struct insn *in, int32_t x, int32_t y)
{
    switch ((enum video)in->mode) {
    case VIDEO_ADD:
        return x + y;
    case VIDEO_SUB:
        return x - y;
    case VIDEO_AVERAGE:
        return (x + y + (x + y >= 0)) >> 1;
    case VIDEO_DIFFERENCE:
        return x > y ? x - y : y - x;
    case VIDEO_MIN:
        return x < y ? x : y;
    case VIDEO_MAX:
        return x > y ? x : y;
    case VIDEO_SET:
        return compare(in->target, x, y);
    }
    return 0;
}

static int32_t clamp(const struct insn *in, int32_t x)
{
    bool is_signed = in->flags & SIGNED_D;
    int32_t most = (int32_t)((1u << (in->vec - is_signed)) - 1), least = is_signed ? -most - 1 : 0;

    return x > most ? most : x < least ? least : x;
}

HANDLER(video)
{
    lane_u32 *d = LANES(lane_u32, 0);
    const lane_u32 *a = LANES(lane_u32, 1), *b = LANES(lane_u32, 2), *c = LANES(lane_u32, 3);
    unsigned bits = in->vec;

    for (uint32_t m = mask; m; m &= m - 1) {
        unsigned l = __builtin_ctz(m);
        uint32_t packed = 0, sum = c[l];
        for (unsigned at = 0; at < 32; at += bits) {
            int32_t x = apply(in, element(a[l], at, bits, in->flags & SIGNED_A),
                              element(b[l], at, bits, in->flags & SIGNED_B));
            x = in->flags & SATURATE ? clamp(in, x) : x;
            sum += (uint32_t)x;
            packed |= ((uint32_t)x & ((1u << bits) - 1)) << at;
        }
        d[l] = in->flags & ACCUMULATE ? sum : packed;
    }
}

/* Three types, of the result and of a and b; vset has only the last two. */
static int decode_video(struct decoder *dc, enum video what, unsigned bits)
{
    const struct statement *st = dc->st;
    struct insn *in = dc->in;
    unsigned first = what == VIDEO_SET ? 0 : 1;
    int r;

    if (st->n_types != first + 2 || st->n_operands != 4)
        return decode_fail(dc, -EINVAL, "takes %u types and 4 operands", first + 2);
    for (unsigned i = 0; i < st->n_types; i++) {
        if (st->types[i] != T_U32 && st->types[i] != T_S32)
            return decode_fail(dc, -EINVAL, "types must be .u32 or .s32");
    }
    in->fn = video;
    in->mode = what;
    in->vec = (uint8_t)bits;
    in->flags = (first && st->types[0] == T_S32 ? SIGNED_D : 0) |
                (st->types[first] == T_S32 ? SIGNED_A : 0) |
                (st->types[first + 1] == T_S32 ? SIGNED_B : 0) |
                (decode_take(dc, MOD_SAT) ? SATURATE : 0) |
                (decode_take(dc, MOD_ADD) ? ACCUMULATE : 0);
    r = what == VIDEO_SET ? decode_take_one(dc, MOD_EQ, MOD_GE) : 0;
    if (r < 0)
        return decode_fail(dc, -EINVAL, "comparison missing");
    in->target = (uint32_t)r;
    r = decode_result(dc, 0, &st->operands[0], T_U32);
    for (unsigned i = 1; i < 4 && r == 0; i++)
        r = decode_source(dc, i, &st->operands[i], T_U32);
    return r;
}

#define VIDEO(name, what)                                                                          \
    int op_##name##2(struct decoder * dc)                                                          \
    {                                                                                              \
        return decode_video(dc, what, 16);                                                         \
    }                                                                                              \
    int op_##name##4(struct decoder * dc)                                                          \
    {                                                                                              \
        return decode_video(dc, what, 8);                                                          \
    }
VIDEO(vadd, VIDEO_ADD)
VIDEO(vsub, VIDEO_SUB)
VIDEO(vavrg, VIDEO_AVERAGE)
VIDEO(vabsdiff, VIDEO_DIFFERENCE)
VIDEO(vmin, VIDEO_MIN)
VIDEO(vmax, VIDEO_MAX)
VIDEO(vset, VIDEO_SET)
