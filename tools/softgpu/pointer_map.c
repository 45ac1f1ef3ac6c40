/* SPDX-License-Identifier: MIT
 *
 * pointer_map.c - open addressing with linear probing, never more than half full.
 */
#include "tools/softgpu/pointer_map.h"

#include <errno.h>
#include <stdlib.h>

/* The slot of the key, or the free one where the search for it ends. A removed key keeps its slot,
 * with value 0, until the table grows. */
static struct pointer_slot *find(const struct pointer_map *map, const void *key)
{
    size_t i = (uintptr_t)key / 8 * 0x9e3779b97f4a7c15u >> 20;

    for (;; i++) {
        struct pointer_slot *slot = &map->slots[i & (map->n_slots - 1)];

        if (!slot->key || slot->key == key)
            return slot;
    }
}

static int grow(struct pointer_map *map)
{
    struct pointer_map more = {.n_slots = 64};
    size_t n_live = 0;

    for (size_t i = 0; i < map->n_slots; i++)
        n_live += map->slots[i].value != 0;
    while (more.n_slots < 4 * (n_live + 1))
        more.n_slots *= 2;
    more.slots = calloc(more.n_slots, sizeof(*more.slots));
    if (!more.slots)
        return -ENOMEM;
    more.n_used = n_live;
    for (size_t i = 0; i < map->n_slots; i++)
        if (map->slots[i].value)
            *find(&more, map->slots[i].key) = map->slots[i];
    free(map->slots);
    *map = more;
    return 0;
}

int pointer_map_put(struct pointer_map *map, const void *key, uintptr_t value)
{
    struct pointer_slot *slot;

    if (2 * (map->n_used + 1) > map->n_slots && grow(map))
        return -ENOMEM;
    slot = find(map, key);
    map->n_used += !slot->key;
    *slot = (struct pointer_slot){key, value};
    return 0;
}

uintptr_t pointer_map_get(const struct pointer_map *map, const void *key)
{
    return map->n_slots && key ? find(map, key)->value : 0;
}

void pointer_map_remove(struct pointer_map *map, const void *key)
{
    if (map->n_slots && key)
        find(map, key)->value = 0;
}
