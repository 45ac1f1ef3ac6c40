/* SPDX-License-Identifier: MIT
 *
 * ptr_map.c - a hash table of chains; the first cell of each chain lies in the table itself.
 *
 * A cell never leaves its chain while its table lives, so a reader can always walk on. A removed
 * cell (key NULL) is used again for any key of the same chain; its generation tells a reader
 * that came before the removal. When there are more keys than chains a table of twice the size is
 * built and published; the old one stays, unchanged, for readers still in it, until the map is
 * finished. Tables double, so all old ones together are smaller than the current one.
 */
#include "common/ptr_map.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/cleanup.h"

#define FIRST_BITS 6

struct cell {
    const void *_Atomic key;
    void *_Atomic value;
    _Atomic uint64_t generation; /* of the key: goes up by one at each removal */
    struct cell *_Atomic next;   /* set once */
};

struct ptr_map_table {
    struct ptr_map_table *older; /* retired */
    unsigned bits;
    struct cell heads[]; /* 1 << bits */
};

static struct cell *chain_of(struct ptr_map_table *table, const void *key)
{
    /* Fibonacci hashing: the upper bits of the product depend on all bits of the pointer. */
    uint64_t product = (uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15);

    return &table->heads[product >> (64 - table->bits)];
}

static struct ptr_map_table *table_create(unsigned bits, struct ptr_map_table *older)
{
    struct ptr_map_table *table =
        calloc(1, sizeof(*table) + ((size_t)1 << bits) * sizeof(table->heads[0]));

    if (table) {
        table->bits = bits;
        table->older = older;
    }
    return table;
}

static void table_destroy(struct ptr_map_table *table)
{
    for (size_t i = 0; i < (size_t)1 << table->bits; i++) {
        struct cell *cell = atomic_load_explicit(&table->heads[i].next, memory_order_relaxed);

        while (cell) {
            struct cell *next = atomic_load_explicit(&cell->next, memory_order_relaxed);

            free(cell);
            cell = next;
        }
    }
    free(table);
}

/* Writers only. The live cell of the key, or NULL; then *ret_free is a cell it may take, or NULL,
 * and *ret_last the end of its chain. */
static struct cell *find_cell(struct ptr_map_table *table, const void *key, struct cell **ret_free,
                              struct cell **ret_last)
{
    struct cell *cell = chain_of(table, key);

    for (*ret_free = NULL; cell; cell = atomic_load_explicit(&cell->next, memory_order_relaxed)) {
        const void *found = atomic_load_explicit(&cell->key, memory_order_relaxed);

        if (found == key)
            return cell;
        if (!found && !*ret_free)
            *ret_free = cell;
        *ret_last = cell;
    }
    return NULL;
}

/* Writers only; the key is not in the table. */
static int table_add(struct ptr_map_table *table, const void *key, void *value)
{
    struct cell *cell, *last, *fresh = NULL;

    find_cell(table, key, &cell, &last);
    if (!cell) {
        cell = fresh = calloc(1, sizeof(*cell));
        if (!cell)
            return -ENOMEM;
    }
    /* Release: who sees the value or the key sees the generation that the removal before it set. */
    atomic_store_explicit(&cell->value, value, memory_order_release);
    atomic_store_explicit(&cell->key, key, memory_order_release);
    if (fresh)
        atomic_store_explicit(&last->next, fresh, memory_order_release);
    return 0;
}

static int table_copy(struct ptr_map_table *from, struct ptr_map_table *to)
{
    for (size_t i = 0; i < (size_t)1 << from->bits; i++)
        for (struct cell *cell = &from->heads[i]; cell;
             cell = atomic_load_explicit(&cell->next, memory_order_relaxed)) {
            const void *key = atomic_load_explicit(&cell->key, memory_order_relaxed);

            if (key &&
                table_add(to, key, atomic_load_explicit(&cell->value, memory_order_relaxed)) < 0)
                return -ENOMEM;
        }
    return 0;
}

/* Without memory the table stays as it is and only its chains get longer. */
static struct ptr_map_table *grow(struct ptr_map *map, struct ptr_map_table *table)
{
    struct ptr_map_table *larger = table_create(table->bits + 1, table);

    if (!larger)
        return table;
    if (table_copy(table, larger) < 0) {
        table_destroy(larger);
        return table;
    }
    atomic_store_explicit(&map->table, larger, memory_order_release);
    return larger;
}

int ptr_map_init(struct ptr_map *map)
{
    struct ptr_map_table *table = table_create(FIRST_BITS, NULL);

    if (!table)
        return -ENOMEM;
    atomic_init(&map->table, table);
    pthread_mutex_init(&map->lock, NULL);
    map->n_keys = 0;
    return 0;
}

void ptr_map_finish(struct ptr_map *map)
{
    struct ptr_map_table *table;

    if (!map)
        return;
    table = atomic_load_explicit(&map->table, memory_order_relaxed);
    while (table) {
        struct ptr_map_table *older = table->older;

        table_destroy(table);
        table = older;
    }
    pthread_mutex_destroy(&map->lock);
}

void *ptr_map_get(const struct ptr_map *map, const void *key)
{
    struct ptr_map_table *table = atomic_load_explicit(&map->table, memory_order_acquire);

    if (!key)
        return NULL;
    for (struct cell *cell = chain_of(table, key); cell;
         cell = atomic_load_explicit(&cell->next, memory_order_acquire)) {
        uint64_t generation = atomic_load_explicit(&cell->generation, memory_order_acquire);
        void *value;

        if (atomic_load_explicit(&cell->key, memory_order_acquire) != key)
            continue;
        value = atomic_load_explicit(&cell->value, memory_order_acquire);
        /* Changed in between: the key was removed, or came, while we looked. For that moment it
         * was not there, which is a true answer. */
        if (atomic_load_explicit(&cell->generation, memory_order_relaxed) == generation)
            return value;
    }
    return NULL;
}

int ptr_map_put(struct ptr_map *map, const void *key, void *value)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&map->lock);
    struct ptr_map_table *table = atomic_load_explicit(&map->table, memory_order_relaxed);
    struct cell *reusable, *last, *cell = find_cell(table, key, &reusable, &last);
    int error;

    if (cell) {
        atomic_store_explicit(&cell->value, value, memory_order_release);
        return 0;
    }
    if (map->n_keys >= (size_t)1 << table->bits)
        table = grow(map, table);
    error = table_add(table, key, value);
    if (error == 0)
        map->n_keys++;
    return error;
}

void *ptr_map_remove(struct ptr_map *map, const void *key)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&map->lock);
    struct ptr_map_table *table = atomic_load_explicit(&map->table, memory_order_relaxed);
    struct cell *reusable, *last, *cell = key ? find_cell(table, key, &reusable, &last) : NULL;
    uint64_t generation;

    if (!cell)
        return NULL;
    atomic_store_explicit(&cell->key, NULL, memory_order_relaxed);
    generation = atomic_load_explicit(&cell->generation, memory_order_relaxed);
    atomic_store_explicit(&cell->generation, generation + 1, memory_order_release);
    map->n_keys--;
    return atomic_load_explicit(&cell->value, memory_order_relaxed);
}
