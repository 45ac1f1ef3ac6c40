/* SPDX-License-Identifier: MIT
 *
 * op_mem.c - loads and stores of all spaces, widths and vectors; prefetches, which do nothing.
 *
 * An access goes through memory_translate, which checks it. The register may be wider than what is
 * loaded, then the value is extended. Ordered accesses (volatile, relaxed, acquire ...) are done
 * with the CPU's own atomic loads and stores.
 */
#include <errno.h>
#include <string.h>

#include "tools/softgpu/exec/addresses.h"
#include "tools/softgpu/exec/lanes.h"
#include "tools/softgpu/exec/mbarrier.h"
#include "tools/softgpu/exec/ops.h"

#define ORDERED 8u /* insn.flags: by the CPU's atomic accesses */

/* Memory is shared with blocks on other threads: races are the program's own, as on a GPU. */
#define NO_TSAN __attribute__((no_sanitize("thread")))

/* A vector that other threads look at while it is written (decoupled look-back keeps flag and value
 * in one) is moved by one instruction, as the hardware does. bytes: 2 to 16, at is a multiple of
 * it. */
typedef long long whole_16 __attribute__((vector_size(16), may_alias));

NO_TSAN static void load_whole(const uint8_t *at, uint8_t *to, size_t bytes)
{
    if (bytes == 16)
        *(whole_16 *)to = *(const volatile whole_16 *)at;
    else if (bytes == 8)
        *(lane_u64 *)to = *(const volatile lane_u64 *)at;
    else if (bytes == 4)
        *(lane_u32 *)to = *(const volatile lane_u32 *)at;
    else
        *(lane_u16 *)to = *(const volatile lane_u16 *)at;
}

NO_TSAN static void store_whole(uint8_t *at, const uint8_t *from, size_t bytes)
{
    if (bytes == 16)
        *(volatile whole_16 *)at = *(const whole_16 *)from;
    else if (bytes == 8)
        *(volatile lane_u64 *)at = *(const lane_u64 *)from;
    else if (bytes == 4)
        *(volatile lane_u32 *)at = *(const lane_u32 *)from;
    else
        *(volatile lane_u16 *)at = *(const lane_u16 *)from;
}

#define LOAD(name, treg, tmem)                                                                     \
    NO_TSAN HANDLER(load_##name)                                                                   \
    {                                                                                              \
        uint8_t *at[EXEC_WARP_LANES], at_once[EXEC_WARP_LANES][16] __attribute__((aligned(16)));   \
        unsigned n = in->vec;                                                                      \
        if (!addresses_of(warp, in, mask, sizeof(tmem) * n, ACCESS_READ, at))                      \
            return;                                                                                \
        if (in->flags & ORDERED)                                                                   \
            __atomic_thread_fence(__ATOMIC_SEQ_CST);                                               \
        if ((in->flags & ORDERED) && n > 1)                                                        \
            EACH_LANE(mask, load_whole(at[l], at_once[l], sizeof(tmem) * n); at[l] = at_once[l]);  \
        for (unsigned i = 0; i < n; i++) {                                                         \
            treg *d = LANES(treg, i);                                                              \
            EACH_LANE(mask, d[l] = (treg)((const tmem *)at[l])[i]);                                \
        }                                                                                          \
        if (in->flags & ORDERED)                                                                   \
            __atomic_thread_fence(__ATOMIC_SEQ_CST);                                               \
    }
#define LOADS(name, treg8, treg16, treg32, treg64)                                                 \
    LOAD(name##8_16, lane_u16, treg8)                                                              \
    LOAD(name##8_32, lane_u32, treg8)                                                              \
    LOAD(name##8_64, lane_u64, treg8)                                                              \
    LOAD(name##16_16, lane_u16, treg16)                                                            \
    LOAD(name##16_32, lane_u32, treg16)                                                            \
    LOAD(name##16_64, lane_u64, treg16)                                                            \
    LOAD(name##32_32, lane_u32, treg32)                                                            \
    LOAD(name##32_64, lane_u64, treg32)                                                            \
    LOAD(name##64_64, lane_u64, treg64)
LOADS(u, lane_u8, lane_u16, lane_u32, lane_u64)
LOADS(s, lane_s8, lane_s16, lane_s32, lane_s64)

#define STORE(name, treg, tmem)                                                                    \
    NO_TSAN HANDLER(store_##name)                                                                  \
    {                                                                                              \
        uint8_t *at[EXEC_WARP_LANES], at_once[EXEC_WARP_LANES][16] __attribute__((aligned(16)));   \
        unsigned n = in->vec;                                                                      \
        if (!addresses_of(warp, in, mask, sizeof(tmem) * n, ACCESS_WRITE, at))                     \
            return;                                                                                \
        bool whole = (in->flags & ORDERED) && n > 1;                                               \
        if (in->flags & ORDERED)                                                                   \
            __atomic_thread_fence(__ATOMIC_SEQ_CST);                                               \
        for (unsigned i = 0; i < n; i++) {                                                         \
            const treg *d = LANES(treg, i);                                                        \
            EACH_LANE(mask, ((tmem *)(whole ? at_once[l] : at[l]))[i] = (tmem)d[l]);               \
        }                                                                                          \
        if (whole)                                                                                 \
            EACH_LANE(mask, store_whole(at[l], at_once[l], sizeof(tmem) * n));                     \
        if (in->flags & ORDERED)                                                                   \
            __atomic_thread_fence(__ATOMIC_SEQ_CST);                                               \
    }
STORE(8_16, lane_u16, lane_u8)
STORE(8_32, lane_u32, lane_u8)
STORE(8_64, lane_u64, lane_u8)
STORE(16_16, lane_u16, lane_u16)
STORE(16_32, lane_u32, lane_u16)
STORE(16_64, lane_u64, lane_u16)
STORE(32_32, lane_u32, lane_u32)
STORE(32_64, lane_u64, lane_u32)
STORE(64_64, lane_u64, lane_u64)

/* 16 bytes at once, in a register of 128 bits; their memory may be no better aligned than for two.
 */
HANDLER(load_128)
{
    uint8_t *at[EXEC_WARP_LANES], *d = LANES(uint8_t, 0);

    if (addresses_of(warp, in, mask, 16, ACCESS_READ, at))
        EACH_LANE(mask, memcpy(d + 16 * l, at[l], 16));
}

HANDLER(store_128)
{
    uint8_t *at[EXEC_WARP_LANES], *d = LANES(uint8_t, 0);

    if (addresses_of(warp, in, mask, 16, ACCESS_WRITE, at))
        EACH_LANE(mask, memcpy(at[l], d + 16 * l, 16));
}

/* A parameter of the kernel: the same for all lanes, and known to be inside. */
#define LOAD_PARAM(name, treg, tmem)                                                               \
    HANDLER(param_##name)                                                                          \
    {                                                                                              \
        const tmem *at = (const tmem *)(warp->block->params + in->imm);                            \
        for (unsigned i = 0; i < in->vec; i++) {                                                   \
            treg *d = LANES(treg, i);                                                              \
            treg value = (treg)at[i];                                                              \
            EACH_LANE(mask, d[l] = value);                                                         \
        }                                                                                          \
    }
LOAD_PARAM(32, lane_u32, lane_u32)
LOAD_PARAM(64, lane_u64, lane_u64)

/* By bytes in memory and in the register, as powers of two. */
#define BY_WIDTH(prefix)                                                                           \
    {                                                                                              \
        {NULL, prefix##8_16, prefix##8_32, prefix##8_64},                                          \
            {NULL, prefix##16_16, prefix##16_32, prefix##16_64},                                   \
            {NULL, NULL, prefix##32_32, prefix##32_64}, {NULL, NULL, NULL, prefix##64_64},         \
    }
static const exec_fn loads_u[4][4] = BY_WIDTH(load_u);
static const exec_fn loads_s[4][4] = BY_WIDTH(load_s);
static const exec_fn stores[4][4] = BY_WIDTH(store_);

static exec_fn choose(bool is_load, enum exec_type type, unsigned reg)
{
    unsigned memory = __builtin_ctz(type_bytes(type)), wide = __builtin_ctz(reg);

    if (memory == 4 || wide == 4)
        return memory != wide ? NULL : is_load ? load_128 : store_128;
    if (!is_load)
        return stores[memory][wide];
    return type_kind(type) == KIND_SIGNED ? loads_s[memory][wide] : loads_u[memory][wide];
}

/* Modifiers that say how, not what. */
static void take_hints(struct decoder *dc)
{
    decode_take(dc, MOD_WEAK);
    decode_take_one(dc, MOD_CTA, MOD_SYS);
    for (enum mod mod = MOD_CA; mod <= MOD_EVICT_NORMAL; mod++)
        decode_take(dc, mod);
    if (decode_take_one(dc, MOD_VOLATILE, MOD_MMIO) >= 0)
        dc->in->flags |= ORDERED;
}

/* Elements of op[0] ...: one operand, or a vector of n. */
static int take_elements(struct decoder *dc, const struct operand *operand, bool is_load,
                         enum exec_type type, unsigned n, unsigned *ret_reg)
{
    int r = 0;

    *ret_reg = reg_bytes(type);
    if (n == 1 && operand->kind != OPERAND_VECTOR)
        return is_load ? decode_wide_result(dc, 0, operand, type, ret_reg)
                       : decode_wide_source(dc, 0, operand, type, ret_reg);
    if (operand->kind != OPERAND_VECTOR || operand->count != n)
        return decode_fail(dc, -EINVAL, "vector of %u elements expected", n);
    for (unsigned i = 0; i < n && r == 0; i++) {
        const struct operand *element = &dc->st->pool[operand->first + i];
        unsigned reg;
        r = is_load ? decode_wide_result(dc, i, element, type, &reg)
                    : decode_wide_source(dc, i, element, type, &reg);
        if (element->kind == OPERAND_REG && r == 0) {
            if (*ret_reg != reg && i > 0 && dc->st->pool[operand->first].kind == OPERAND_REG)
                return decode_fail(dc, -EINVAL, "elements of different sizes");
            *ret_reg = reg;
        }
    }
    return r;
}

static unsigned take_vector(struct decoder *dc)
{
    return decode_take(dc, MOD_V2) ? 2 : decode_take(dc, MOD_V4) ? 4 : 1;
}

/* A whole parameter of 4 or 8 bytes, at a place known now. */
static bool is_plain_param(const struct decoder *dc, unsigned reg, enum exec_type type)
{
    const struct operand *address = &dc->st->operands[1];
    const struct exec_func *func = &dc->builder->funcs.at[dc->func];
    uint64_t size = dc->builder->func_builds.at[dc->func].params_bytes;
    unsigned bytes = type_bytes(type) * dc->in->vec;
    uint64_t at;

    if (!func->is_entry || address->kind != OPERAND_ADDRESS || !address->count ||
        dc->st->pool[address->first].kind != OPERAND_VARIABLE || reg != type_bytes(type) ||
        (reg != 4 && reg != 8))
        return false;
    at = dc->builder->variables.at[dc->st->pool[address->first].index].address + dc->in->imm;
    return at <= size && bytes <= size - at && at % bytes == 0;
}

static int finish_access(struct decoder *dc, bool is_load, enum exec_type type, unsigned reg,
                         int space)
{
    struct insn *in = dc->in;

    in->fn = choose(is_load, type, reg);
    in->mode = (uint8_t)space;
    if (!in->fn)
        return decode_fail(dc, -ENOTSUP, "no such combination of type and register");
    if (is_load && space == SPACE_PARAM && is_plain_param(dc, reg, type)) {
        const struct operand *base = &dc->st->pool[dc->st->operands[1].first];
        in->imm += (int64_t)dc->builder->variables.at[base->index].address;
        in->op[ADDRESS_OPERAND] = EXEC_NO_SLOT;
        in->fn = reg == 4 ? param_32 : param_64;
    }
    return 0;
}

static int access(struct decoder *dc, bool is_load)
{
    const struct operand *operands = dc->st->operands;
    const struct operand *value = &operands[is_load ? 0 : 1], *address = &operands[is_load ? 1 : 0];
    bool hint = decode_take(dc, MOD_L2_CACHE_HINT);
    enum exec_type type = decode_type(dc);
    unsigned reg;
    int space, r;

    take_hints(dc);
    if (type == T_NONE || type == T_PRED)
        return decode_fail(dc, -EINVAL, "type missing");
    if (dc->st->n_operands != (hint ? 3 : 2))
        return decode_fail(dc, -EINVAL, "wrong number of operands");
    dc->in->vec = take_vector(dc);
    if (type_bytes(type) * dc->in->vec > 16)
        return decode_fail(dc, -ENOTSUP, "vectors of more than 16 bytes are not supported");
    r = addresses_take(dc, ADDRESS_OPERAND, address, &space);
    if (r == 0 && !is_load && space == SPACE_CONST)
        r = decode_fail(dc, -EINVAL, "constants can't be stored to");
    if (r == 0)
        r = take_elements(dc, value, is_load, type, dc->in->vec, &reg);
    return r < 0 ? r : finish_access(dc, is_load, type, reg, space);
}

int EXEC_OP(op_ld)(struct decoder *dc)
{
    return access(dc, true);
}

int EXEC_OP(op_st)(struct decoder *dc)
{
    if (decode_take(dc, MOD_ASYNC))
        return decode_store_async(dc);
    return access(dc, false);
}

/* --- what needs no doing --- */

HANDLER(nothing)
{
    (void)warp;
    (void)in;
    (void)mask;
}

int EXEC_OP(op_prefetch)(struct decoder *dc)
{
    for (enum mod mod = MOD_GLOBAL; mod <= MOD_GENERIC; mod++)
        decode_take(dc, mod);
    for (enum mod mod = MOD_CA; mod <= MOD_EVICT_NORMAL; mod++)
        decode_take(dc, mod);
    dc->in->fn = nothing;
    return 0;
}
