/* SPDX-License-Identifier: MIT
 *
 * lanes.h - how a handler is written: the operands as arrays of 32 lanes, and the loop over the
 * lanes of a mask. The loop over a full mask is one that compilers turn into vector code: an
 * operand may be the same register as the result, never overlap it otherwise.
 */
#ifndef SOFTGPU_EXEC_LANES_H
#define SOFTGPU_EXEC_LANES_H

#include "tools/softgpu/exec/warp.h"

/* A register is read as what the instruction says it is. */
typedef uint8_t lane_u8 __attribute__((may_alias));
typedef uint16_t lane_u16 __attribute__((may_alias));
typedef uint32_t lane_u32 __attribute__((may_alias));
typedef uint64_t lane_u64 __attribute__((may_alias));
typedef int8_t lane_s8 __attribute__((may_alias));
typedef int16_t lane_s16 __attribute__((may_alias));
typedef int32_t lane_s32 __attribute__((may_alias));
typedef int64_t lane_s64 __attribute__((may_alias));
typedef float lane_f32 __attribute__((may_alias));
typedef double lane_f64 __attribute__((may_alias));
typedef unsigned __int128 lane_u128 __attribute__((may_alias));

#ifdef __clang__
#define EXEC_VECTOR_LOOP _Pragma("clang loop vectorize(assume_safety)")
#else
#define EXEC_VECTOR_LOOP _Pragma("GCC ivdep")
#endif

/* Runs the statements for each lane l of the mask. */
#define EACH_LANE(mask, ...)                                                                       \
    do {                                                                                           \
        if ((mask) == EXEC_ALL_LANES) {                                                            \
            EXEC_VECTOR_LOOP                                                                       \
            for (unsigned l = 0; l < EXEC_WARP_LANES; l++) {                                       \
                __VA_ARGS__;                                                                       \
            }                                                                                      \
        } else {                                                                                   \
            for (uint32_t lanes_ = (mask); lanes_; lanes_ &= lanes_ - 1) {                         \
                unsigned l = __builtin_ctz(lanes_);                                                \
                __VA_ARGS__;                                                                       \
            }                                                                                      \
        }                                                                                          \
    } while (0)

/* The lanes of operand i as an array. */
#define LANES(type, i) ((type *)warp_slot(warp, in->op[i]))

/* The predicate of operand i, one bit per lane. */
#define PREDICATE(i) (*(lane_u32 *)warp_slot(warp, in->op[i]))

/* Sets the bits of a predicate for the lanes of a mask. */
static inline void set_predicate(lane_u32 *predicate, uint32_t mask, uint32_t value)
{
    *predicate = (*predicate & ~mask) | (value & mask);
}

/* Handlers d = f(a), f(a, b), f(a, b, c): the expression sees the operands as x, y, z. */
#define HANDLER(name) static void name(struct exec_warp *warp, const struct insn *in, uint32_t mask)

#define UNARY(name, td, ta, ...)                                                                   \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        td *d = LANES(td, 0);                                                                      \
        const ta *a = LANES(ta, 1);                                                                \
        EACH_LANE(mask, ta x = a[l]; d[l] = (td)(__VA_ARGS__));                                    \
    }

#define BINARY(name, td, ta, tb, ...)                                                              \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        td *d = LANES(td, 0);                                                                      \
        const ta *a = LANES(ta, 1);                                                                \
        const tb *b = LANES(tb, 2);                                                                \
        EACH_LANE(mask, ta x = a[l]; tb y = b[l]; d[l] = (td)(__VA_ARGS__));                       \
    }

#define TERNARY(name, td, ta, tb, tc, ...)                                                         \
    HANDLER(name)                                                                                  \
    {                                                                                              \
        td *d = LANES(td, 0);                                                                      \
        const ta *a = LANES(ta, 1);                                                                \
        const tb *b = LANES(tb, 2);                                                                \
        const tc *c = LANES(tc, 3);                                                                \
        EACH_LANE(mask, ta x = a[l]; tb y = b[l]; tc z = c[l]; d[l] = (td)(__VA_ARGS__));          \
    }

#endif
