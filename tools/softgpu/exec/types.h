/* SPDX-License-Identifier: MIT
 *
 * types.h - the types of PTX as the interpreter sees them, one row each: keyword, bytes of one
 * value, kind. A register of any type lives in a slot: its value in each of a warp's 32 lanes, one
 * after the other; a predicate is one 32-bit word with a bit per lane.
 */
#ifndef SOFTGPU_EXEC_TYPES_H
#define SOFTGPU_EXEC_TYPES_H

#include <stdint.h>

#define EXEC_WARP_LANES 32u
#define EXEC_ALL_LANES  0xffffffffu

enum exec_kind { KIND_BITS, KIND_UNSIGNED, KIND_SIGNED, KIND_FLOAT, KIND_PRED };

#define EXEC_TYPES(X)                                                                              \
    X(B8, "b8", 1, BITS)                                                                           \
    X(B16, "b16", 2, BITS)                                                                         \
    X(B32, "b32", 4, BITS)                                                                         \
    X(B64, "b64", 8, BITS)                                                                         \
    X(B128, "b128", 16, BITS)                                                                      \
    X(U8, "u8", 1, UNSIGNED)                                                                       \
    X(U16, "u16", 2, UNSIGNED)                                                                     \
    X(U32, "u32", 4, UNSIGNED)                                                                     \
    X(U64, "u64", 8, UNSIGNED)                                                                     \
    X(S8, "s8", 1, SIGNED)                                                                         \
    X(S16, "s16", 2, SIGNED)                                                                       \
    X(S32, "s32", 4, SIGNED)                                                                       \
    X(S64, "s64", 8, SIGNED)                                                                       \
    X(U16X2, "u16x2", 4, UNSIGNED)                                                                 \
    X(S16X2, "s16x2", 4, SIGNED)                                                                   \
    X(F16, "f16", 2, FLOAT)                                                                        \
    X(F16X2, "f16x2", 4, FLOAT)                                                                    \
    X(BF16, "bf16", 2, FLOAT)                                                                      \
    X(BF16X2, "bf16x2", 4, FLOAT)                                                                  \
    X(E4M3X2, "e4m3x2", 2, FLOAT)                                                                  \
    X(E5M2X2, "e5m2x2", 2, FLOAT)                                                                  \
    X(TF32, "tf32", 4, FLOAT)                                                                      \
    X(F32, "f32", 4, FLOAT)                                                                        \
    X(F64, "f64", 8, FLOAT)                                                                        \
    X(PRED, "pred", 4, PRED)

enum exec_type {
#define X(name, text, bytes, kind) T_##name,
    EXEC_TYPES(X)
#undef X
        T_COUNT,
    T_NONE = T_COUNT,
};

struct exec_type_info {
    const char *text;
    uint8_t bytes;
    uint8_t kind; /* enum exec_kind */
};

extern const struct exec_type_info exec_types[T_COUNT];

static inline unsigned type_bytes(enum exec_type type)
{
    return exec_types[type].bytes;
}

static inline enum exec_kind type_kind(enum exec_type type)
{
    return (enum exec_kind)exec_types[type].kind;
}

#endif
