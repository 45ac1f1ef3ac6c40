/* SPDX-License-Identifier: MIT
 *
 * types.c - the table of types.
 */
#include "tools/softgpu/exec/types.h"

const struct exec_type_info exec_types[T_COUNT] = {
#define X(name, text, bytes, kind) [T_##name] = {text, bytes, KIND_##kind},
    EXEC_TYPES(X)
#undef X
};
