/* SPDX-License-Identifier: MIT
 *
 * pointer_map.h - a hash table from pointer to number or pointer, for handles and for the addresses
 * of host stubs. No lock of its own.
 */
#ifndef SOFTGPU_POINTER_MAP_H
#define SOFTGPU_POINTER_MAP_H

#include <stddef.h>
#include <stdint.h>

struct pointer_slot {
    const void *key;
    uintptr_t value;
};

/* Zero is an empty map. */
struct pointer_map {
    struct pointer_slot *slots;
    size_t n_slots, n_used;
};

/* key is not NULL, value not 0. Replaces what was there. 0 or -ENOMEM. */
int pointer_map_put(struct pointer_map *map, const void *key, uintptr_t value);
/* 0: not there. */
uintptr_t pointer_map_get(const struct pointer_map *map, const void *key);
void pointer_map_remove(struct pointer_map *map, const void *key);

#endif
