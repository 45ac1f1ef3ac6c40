/* SPDX-License-Identifier: MIT
 *
 * test_memory.c - the map of ranges against a plain list, at random; exact bounds; late reuse.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/softgpu/device/memory.h"

#define LIMIT (64ull << 20)

static uint64_t seed = 12345;

static uint64_t next(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 33;
}

static void test_bounds(void **state)
{
    struct memory_range range;
    uint64_t at, ends[2];

    (void)state;
    assert_int_equal(memory_alloc(MEMORY_DEVICE, 1000, 5, state, &at), 0);
    assert_int_equal(at % 512, 0);
    assert_true(memory_find(at + 999, &range));
    assert_true(range.start == at && range.size_bytes == 1000 && range.flags == 5);
    assert_false(memory_find(at + 1000, &range));
    assert_false(memory_find(at - 1, &range));
    assert_true(memory_holds(at, 1000, MEMORY_DEVICE));
    assert_false(memory_holds(at, 1001, MEMORY_DEVICE));
    assert_false(memory_holds(at, 1, MEMORY_PINNED));
    assert_int_equal(memory_exec.check(NULL, at + 996, 4, true, ends), 0);
    assert_true(ends[0] == at && ends[1] == at + 1000);
    assert_int_equal(memory_exec.check(NULL, at + 997, 4, true, ends), -EFAULT);
    assert_int_equal(memory_exec.check(NULL, at, SIZE_MAX, false, ends), -EFAULT);
    assert_int_equal(memory_free(at + 1, MEMORY_DEVICE), -EINVAL);
    assert_int_equal(memory_free(at, MEMORY_PINNED), -EINVAL);
    assert_int_equal(memory_free(at, MEMORY_DEVICE), 0);
    assert_int_equal(memory_exec.check(NULL, at, 1, false, ends), -EFAULT);
}

static void test_added_ranges(void **state)
{
    static char bytes[4096];
    struct memory_range range = {.start = (uint64_t)(uintptr_t)bytes + 100,
                                 .size_bytes = 1000,
                                 .kind = MEMORY_REGISTERED,
                                 .owner = bytes,
                                 .read_only = true};
    uint64_t ends[2], start = range.start;

    (void)state;
    assert_int_equal(memory_add(&range), 0);
    assert_int_equal(memory_add(&range), -EEXIST);
    range.start = start - 50;
    assert_int_equal(memory_add(&range), -EEXIST);
    range.start = start + 999;
    assert_int_equal(memory_add(&range), -EEXIST);
    range.start = start + 1000;
    assert_int_equal(memory_add(&range), 0);
    assert_int_equal(memory_exec.check(NULL, start, 4, false, ends), 0);
    assert_int_equal(memory_exec.check(NULL, start, 4, true, ends), -EFAULT);
    assert_int_equal(memory_exec.check(NULL, start + 998, 4, false, ends), -EFAULT);
    range.start = UINT64_MAX - 10;
    assert_int_equal(memory_add(&range), -EINVAL);
    memory_remove_owner(bytes);
    assert_int_equal(memory_remove(start, MEMORY_REGISTERED), -EINVAL);
}

static void test_limit(void **state)
{
    uint64_t used, total, at, pinned;

    (void)state;
    memory_usage(&used, &total);
    assert_true(used == 0 && total == LIMIT);
    assert_int_equal(memory_alloc(MEMORY_DEVICE, LIMIT, 0, NULL, &at), 0);
    assert_int_equal(memory_alloc(MEMORY_MANAGED, 1, 0, NULL, &pinned), -ENOMEM);
    assert_int_equal(memory_alloc(MEMORY_PINNED, 1, 0, NULL, &pinned), 0);
    assert_int_equal(memory_free(pinned, MEMORY_PINNED), 0);
    assert_int_equal(memory_free(at, MEMORY_DEVICE), 0);
    assert_int_equal(memory_alloc(MEMORY_DEVICE, 0, 0, NULL, &at), -EINVAL);
    assert_int_equal(memory_alloc(MEMORY_DEVICE, SIZE_MAX, 0, NULL, &at), -ENOMEM);
}

/* A freed address does not come back while there is other room. */
static void test_late_reuse(void **state)
{
    uint64_t first, at;

    (void)state;
    assert_int_equal(memory_alloc(MEMORY_DEVICE, 4096, 0, NULL, &first), 0);
    assert_int_equal(memory_free(first, MEMORY_DEVICE), 0);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(memory_alloc(MEMORY_DEVICE, 4096, 0, NULL, &at), 0);
        assert_true(at != first);
        assert_int_equal(memory_free(at, MEMORY_DEVICE), 0);
    }
}

struct model {
    uint64_t start, size;
};

static void check_model(const struct model *model, size_t n, uint64_t start, uint64_t size)
{
    for (size_t i = 0; i < n; i++)
        if (model[i].size)
            assert_true(start + size <= model[i].start || model[i].start + model[i].size <= start);
}

static void test_random(void **state)
{
    enum { SLOTS = 200, STEPS = 20000 };
    static struct model model[SLOTS];
    struct memory_range range;
    const uint64_t *generation = (const uint64_t *)memory_exec.generation;

    (void)state;
    printf("seed %llu\n", (unsigned long long)seed);
    for (int step = 0; step < STEPS; step++) {
        struct model *m = &model[next() % SLOTS];
        uint64_t before = *generation;

        if (m->size) {
            assert_true(memory_find(m->start + next() % m->size, &range));
            assert_true(range.start == m->start && range.size_bytes == m->size);
            assert_int_equal(memory_free(m->start, MEMORY_DEVICE | MEMORY_PINNED), 0);
            assert_true(*generation != before);
            m->size = 0;
        } else {
            uint64_t size = 1 + next() % (next() % 10 ? 2000 : 200000), at;
            enum memory_kind kind = next() % 2 ? MEMORY_DEVICE : MEMORY_PINNED;

            assert_int_equal(memory_alloc(kind, size, 0, NULL, &at), 0);
            check_model(model, SLOTS, at, size);
            *m = (struct model){at, size};
        }
    }
    for (int i = 0; i < SLOTS; i++)
        if (model[i].size)
            memory_free(model[i].start, MEMORY_DEVICE | MEMORY_PINNED);
}

static int init(void **state)
{
    (void)state;
    return memory_init(LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit),        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_added_ranges), cmocka_unit_test(test_late_reuse),
        cmocka_unit_test(test_random),
    };

    return cmocka_run_group_tests(tests, init, NULL);
}
