/* SPDX-License-Identifier: MIT
 *
 * test_kernel.c - kernel records: shapes found again, added once even by many threads, all freed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "slicer/kernel.h"

static const struct slice_size automatic = {SLICE_AUTO, 1, 1, 1};
static const struct grid3 one = {1, 1, 1};

static void test_shapes(void **state)
{
    (void)state;
    struct kernel *kernel = kernel_create("k", &automatic, NULL);
    struct grid3 a = {256, 1, 1}, b = {128, 2, 1};
    assert_null(kernel_find_shape(kernel, a, 0, one));
    struct kernel_shape *shape = kernel_add_shape(kernel, a, 0, one, 264);
    assert_ptr_equal(kernel_find_shape(kernel, a, 0, one), shape);
    assert_ptr_equal(kernel_add_shape(kernel, a, 0, one, 999), shape);
    assert_int_equal(shape->wave_blocks, 264);
    assert_null(kernel_find_shape(kernel, b, 0, one));
    assert_null(kernel_find_shape(kernel, a, 4, one));
    assert_null(kernel_find_shape(kernel, a, 0, (struct grid3){2, 1, 1}));
    assert_int_equal(kernel_add_shape(kernel, b, 0, one, 0)->wave_blocks, 1);
    assert_ptr_equal(kernel_find_shape(kernel, a, 0, one), shape);
    kernel_unref(kernel);
}

static unsigned n_freed;

static void free_handles(void *handles)
{
    assert_ptr_equal(handles, &n_freed);
    n_freed++;
}

static void test_refs(void **state)
{
    (void)state;
    struct kernel *kernel = kernel_create("k", &automatic, "a reason");
    kernel->handles = &n_freed;
    kernel->free_handles = free_handles;
    assert_string_equal(kernel->whole_reason, "a reason");
    assert_ptr_equal(kernel_ref(kernel), kernel);
    kernel_unref(kernel);
    assert_int_equal(n_freed, 0);
    kernel_unref(kernel);
    assert_int_equal(n_freed, 1);
    kernel_unref(NULL);
    assert_null(kernel_ref(NULL));
}

static void *add_many(void *kernel)
{
    static _Atomic(struct kernel_shape *) first[100];
    for (uint32_t i = 0; i < 100; i++) {
        struct kernel_shape *shape = kernel_add_shape(kernel, one, i, one, 1), *none = NULL;
        if (!atomic_compare_exchange_strong(&first[i], &none, shape) && none != shape)
            return "two records of one shape";
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct kernel *kernel = kernel_create("k", &automatic, NULL);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, kernel), 0);
    for (int i = 0; i < 4; i++) {
        void *error;
        pthread_join(threads[i], &error);
        assert_null(error);
    }
    kernel_unref(kernel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_refs),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
