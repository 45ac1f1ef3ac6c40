/* SPDX-License-Identifier: MIT
 *
 * test_ptr_map.c - the map against a plain array as its model, and readers beside writers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/ptr_map.h"

#define N_KEYS 2000

/* Keys and values: key i is &keys[i]; its values are &values[i][0..3]. */
static char keys[N_KEYS];
static char values[N_KEYS][4];

static size_t key_of_value(const void *value)
{
    return (size_t)((const char *)value - &values[0][0]) / sizeof(values[0]);
}

static void an_empty_map_has_nothing(void **state)
{
    struct ptr_map map;

    (void)state;
    assert_int_equal(ptr_map_init(&map), 0);
    assert_null(ptr_map_get(&map, &keys[0]));
    assert_null(ptr_map_get(&map, NULL));
    assert_null(ptr_map_remove(&map, &keys[0]));
    assert_null(ptr_map_remove(&map, NULL));
    ptr_map_finish(&map);
}

static void random_changes_agree_with_an_array(void **state)
{
    static void *model[N_KEYS];
    unsigned seed = 1;
    struct ptr_map map;

    (void)state;
    assert_int_equal(ptr_map_init(&map), 0);
    for (int step = 0; step < 200000; step++) {
        size_t i = (size_t)rand_r(&seed) % N_KEYS;
        void *value = &values[i][rand_r(&seed) % 4];

        if (rand_r(&seed) % 3 == 0) {
            assert_ptr_equal(ptr_map_remove(&map, &keys[i]), model[i]);
            model[i] = NULL;
        } else {
            assert_int_equal(ptr_map_put(&map, &keys[i], value), 0);
            model[i] = value;
        }
        i = (size_t)rand_r(&seed) % N_KEYS;
        assert_ptr_equal(ptr_map_get(&map, &keys[i]), model[i]);
    }
    for (size_t i = 0; i < N_KEYS; i++)
        assert_ptr_equal(ptr_map_get(&map, &keys[i]), model[i]);
    ptr_map_finish(&map);
}

/* Keys come and go for long, few at a time: removed places must serve again. */
static void many_short_lived_keys_do_not_grow_the_map(void **state)
{
    struct ptr_map_table *first;
    struct ptr_map map;

    (void)state;
    assert_int_equal(ptr_map_init(&map), 0);
    first = map.table;
    for (uintptr_t i = 1; i < 100000; i++) {
        void *key = (void *)(i * 64); /* only its value counts */

        assert_int_equal(ptr_map_put(&map, key, &values[0]), 0);
        if (i > 32)
            assert_ptr_equal(ptr_map_remove(&map, (void *)((i - 32) * 64)), &values[0]);
    }
    assert_ptr_equal(map.table, first);
    ptr_map_finish(&map);
}

struct race {
    struct ptr_map map;
    atomic_bool over;
    atomic_int n_wrong;
};

/* Keys below N_FIXED stay; the others come and go. */
#define N_FIXED 8

static void *read_all_the_time(void *arg)
{
    struct race *race = arg;

    for (size_t i = 0; !atomic_load(&race->over); i = (i + 1) % N_KEYS) {
        void *value = ptr_map_get(&race->map, &keys[i]);

        if (value ? key_of_value(value) != i : i < N_FIXED)
            atomic_fetch_add(&race->n_wrong, 1);
    }
    return NULL;
}

/* Few keys at a time, so that one takes the place the last one left; then ever more of them, so
 * that the tables grow. */
static void *change_some(void *arg)
{
    struct race *race = arg;
    unsigned seed = (unsigned)(uintptr_t)&seed;

    for (size_t step = 0; step < 300000; step++) {
        size_t n_held = step < 250000 ? 2 : (step - 250000) / 100;
        size_t i = N_FIXED + (step * 7 + (size_t)rand_r(&seed) % 2) % (N_KEYS - N_FIXED);
        size_t old = N_FIXED + (i + N_KEYS - n_held) % (N_KEYS - N_FIXED);

        ptr_map_put(&race->map, &keys[i], &values[i][step % 4]);
        ptr_map_remove(&race->map, &keys[old]);
    }
    return NULL;
}

static void readers_never_see_another_keys_value(void **state)
{
    static struct race race;
    pthread_t readers[2], writers[2];

    (void)state;
    assert_int_equal(ptr_map_init(&race.map), 0);
    for (size_t i = 0; i < N_FIXED; i++)
        assert_int_equal(ptr_map_put(&race.map, &keys[i], &values[i][0]), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&readers[i], NULL, read_all_the_time, &race), 0);
        assert_int_equal(pthread_create(&writers[i], NULL, change_some, &race), 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(writers[i], NULL);
    atomic_store(&race.over, true);
    for (int i = 0; i < 2; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(race.n_wrong, 0);
    ptr_map_finish(&race.map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(random_changes_agree_with_an_array),
        cmocka_unit_test(many_short_lived_keys_do_not_grow_the_map),
        cmocka_unit_test(readers_never_see_another_keys_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
