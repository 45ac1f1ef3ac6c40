/* SPDX-License-Identifier: MIT
 *
 * work.c - the plain operations: copies, fills, and single words of memory.
 */
#include "tools/softgpu/device/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int work_clone(const struct work *work, struct work *ret_work)
{
    *ret_work = *work;
    if (!work->owned)
        return 0;
    ret_work->owned = malloc(work->owned_bytes ? work->owned_bytes : 1);
    if (!ret_work->owned)
        return -ENOMEM;
    memcpy(ret_work->owned, work->owned, work->owned_bytes);
    if (work->kind == WORK_KERNEL)
        ret_work->kernel.params = ret_work->owned;
    if (work->kind == WORK_HOST)
        ret_work->host.arg = ret_work->owned;
    return 0;
}

void work_finish(struct work *work)
{
    free(work->owned);
    work->owned = NULL;
}

static void copy(const struct work_copy *copy)
{
    for (size_t z = 0; z < copy->depth; z++) {
        uint64_t dst = copy->dst + z * copy->dst_slice;
        uint64_t src = copy->src + z * copy->src_slice;

        for (size_t y = 0; y < copy->height; y++)
            memmove((void *)(uintptr_t)(dst + y * copy->dst_pitch),
                    (const void *)(uintptr_t)(src + y * copy->src_pitch), copy->width_bytes);
    }
}

static void fill_row(uint64_t at, const struct work_fill *fill)
{
    void *row = (void *)(uintptr_t)at;

    switch (fill->unit_bytes) {
    case 1:
        memset(row, (int)fill->value, fill->width_units);
        break;
    case 2:
        for (size_t i = 0; i < fill->width_units; i++)
            ((uint16_t *)row)[i] = (uint16_t)fill->value;
        break;
    default:
        for (size_t i = 0; i < fill->width_units; i++)
            ((uint32_t *)row)[i] = fill->value;
    }
}

void work_move_memory(const struct work *work)
{
    if (work->kind == WORK_COPY)
        copy(&work->copy);
    else
        for (size_t y = 0; y < work->fill.height; y++)
            fill_row(work->fill.dst + y * work->fill.pitch, &work->fill);
}

/* The comparison of cuStreamWaitValue: GEQ is cyclic, the sign of the difference. */
bool work_value_reached(const struct work_value *value)
{
    const void *at = (const void *)(uintptr_t)value->address;
    uint64_t mask = value->wide ? UINT64_MAX : UINT32_MAX;
    uint64_t now = value->wide ? __atomic_load_n((const uint64_t *)at, __ATOMIC_ACQUIRE)
                               : __atomic_load_n((const uint32_t *)at, __ATOMIC_ACQUIRE);

    switch (value->compare) {
    case WORK_GEQ:
        return value->wide ? (int64_t)(now - value->value) >= 0
                           : (int32_t)((uint32_t)now - (uint32_t)value->value) >= 0;
    case WORK_EQ:
        return now == (value->value & mask);
    case WORK_AND:
        return (now & value->value & mask) != 0;
    default:
        return (~(now | value->value) & mask) != 0;
    }
}

void work_value_write(const struct work_value *value)
{
    void *at = (void *)(uintptr_t)value->address;

    if (value->wide)
        __atomic_store_n((uint64_t *)at, value->value, __ATOMIC_RELEASE);
    else
        __atomic_store_n((uint32_t *)at, (uint32_t)value->value, __ATOMIC_RELEASE);
}
