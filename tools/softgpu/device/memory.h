/* SPDX-License-Identifier: MIT
 *
 * memory.h - the device's memory: one map of every range that the device may touch.
 *
 * Device addresses are host addresses. Device, pinned and managed memory comes from one reserved
 * arena, where freed addresses are reused as late as possible, so that a stale pointer is found
 * out; registered host memory and the globals of modules are entered where they are. Bounds are
 * exact to the byte asked for. Any thread; one reader-writer lock, taken last of all locks.
 */
#ifndef SOFTGPU_DEVICE_MEMORY_H
#define SOFTGPU_DEVICE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/softgpu/exec.h"

enum memory_kind {
    MEMORY_DEVICE = 1,
    MEMORY_PINNED = 2,
    MEMORY_MANAGED = 4,
    MEMORY_REGISTERED = 8, /* host memory of the program */
    MEMORY_GLOBAL = 16,    /* a variable of a module */
};

struct memory_range {
    uint64_t start;
    size_t size_bytes;
    enum memory_kind kind;
    unsigned flags; /* as given by the caller */
    void *owner;    /* as given by the caller: a context or a pool */
    uint64_t id;    /* unique */
    bool read_only;
};

/* Reserves the arena. bytes is the limit on device and managed memory together. 0 or -ENOMEM. */
int memory_init(uint64_t bytes);

/* kind is MEMORY_DEVICE, _PINNED or _MANAGED. Aligned to 512 bytes. -ENOMEM over the limit. */
int memory_alloc(enum memory_kind kind, size_t bytes, unsigned flags, void *owner,
                 uint64_t *ret_start);
/* start as memory_alloc gave it and of one of the kinds, else -EINVAL. */
int memory_free(uint64_t start, unsigned kinds);

/* Memory that others own. -EEXIST if it overlaps what is known. */
int memory_add(const struct memory_range *range);
int memory_remove(uint64_t start, enum memory_kind kind);

/* Forgets every range of this owner, freeing those of the arena. */
void memory_remove_owner(const void *owner);

/* The range that holds address. */
bool memory_find(uint64_t address, struct memory_range *ret_range);
/* Does one range of these kinds hold all of [start, start + bytes)? */
bool memory_holds(uint64_t start, size_t bytes, unsigned kinds);

void memory_usage(uint64_t *ret_used_bytes, uint64_t *ret_total_bytes);

/* The interpreter's view. */
extern const struct exec_memory memory_exec;

#endif
