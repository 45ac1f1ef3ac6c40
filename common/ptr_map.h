/* SPDX-License-Identifier: MIT
 *
 * ptr_map.h - pointers to pointers, for the look-ups of every launch: driver handle -> our record.
 *
 * Reading is wait-free, from any thread, beside any writer, and takes no lock. Writers share an
 * internal mutex. A read that overlaps a write of the same key sees the map before or after it,
 * never another key's value. Who removes a key sees to it that nobody still uses the value: the map
 * owns neither keys nor values. Memory stays in proportion to the largest number of keys held at
 * once.
 */
#ifndef COMMON_PTR_MAP_H
#define COMMON_PTR_MAP_H

#include <pthread.h>
#include <stddef.h>

struct ptr_map_table;

struct ptr_map {
    struct ptr_map_table *_Atomic table;
    pthread_mutex_t lock; /* writers; guards n_keys */
    size_t n_keys;
};

/* 0 or -ENOMEM. */
int ptr_map_init(struct ptr_map *map);
/* When no thread uses the map any more. */
void ptr_map_finish(struct ptr_map *map);

/* The value, or NULL if the key is not there (NULL never is). */
void *ptr_map_get(const struct ptr_map *map, const void *key);

/* Adds the key or replaces its value; neither may be NULL. 0, or -ENOMEM (the map is as before). */
int ptr_map_put(struct ptr_map *map, const void *key, void *value);

/* Returns the value the key had, or NULL if it was not there. */
void *ptr_map_remove(struct ptr_map *map, const void *key);

#endif
