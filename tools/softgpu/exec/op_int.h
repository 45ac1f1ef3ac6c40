/* SPDX-License-Identifier: MIT
 *
 * op_int.h - what the files of integer instructions share: handlers for each size, the choice among
 * them, saturation and the carry.
 */
#ifndef SOFTGPU_EXEC_OP_INT_H
#define SOFTGPU_EXEC_OP_INT_H

#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/op_families.h"
#include "tools/softgpu/exec/ops.h"

/* Handlers name_u16 ... name_s64 of two or three operands of one type; arithmetic is unsigned where
 * it wraps. tu is the unsigned type, ts the signed one. */
#define FOR_SIZES(X, name, ...)                                                                    \
    X(name##_16, lane_u16, lane_s16, __VA_ARGS__)                                                  \
    X(name##_32, lane_u32, lane_s32, __VA_ARGS__)                                                  \
    X(name##_64, lane_u64, lane_s64, __VA_ARGS__)
#define WRAPPING(name, tu, ts, ...)  BINARY(name, tu, tu, tu, __VA_ARGS__)
#define WRAPPING3(name, tu, ts, ...) TERNARY(name, tu, tu, tu, tu, __VA_ARGS__)
#define UNSIGNED(name, tu, ts, ...)  BINARY(name##u, tu, tu, tu, __VA_ARGS__)
#define SIGNED(name, tu, ts, ...)    BINARY(name##s, ts, ts, ts, __VA_ARGS__)

#define BY_SIZE(name)                                                                              \
    [T_U16] = name##_16, [T_S16] = name##_16, [T_U32] = name##_32, [T_S32] = name##_32,            \
    [T_U64] = name##_64, [T_S64] = name##_64
#define BY_SIGN(name)                                                                              \
    [T_U16] = name##_16u, [T_S16] = name##_16s, [T_U32] = name##_32u, [T_S32] = name##_32s,        \
    [T_U64] = name##_64u, [T_S64] = name##_64s

static inline int32_t saturate(int64_t x)
{
    return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : (int32_t)x;
}
/* insn.flags: the instruction reads CC.CF, writes it. */
#define CARRY_IN  1u
#define CARRY_OUT 2u

static inline void set_carry(struct exec_warp *warp, const struct insn *in, unsigned lane,
                             bool carry)
{
    if (in->flags & CARRY_OUT)
        warp->carry = (warp->carry & ~(1u << lane)) | (uint32_t)carry << lane;
}

static inline bool carry_in(const struct exec_warp *warp, const struct insn *in, unsigned lane)
{
    return (in->flags & CARRY_IN) && (warp->carry >> lane & 1);
}

#endif
