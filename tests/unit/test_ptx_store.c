/* SPDX-License-Identifier: MIT
 *
 * test_ptx_store.c - what is packed comes back; what was cut or changed is refused or at least
 * safe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/ptx_store.h"

static struct ptx_param two_params[] = {{0, 8}, {8, 4}};
static struct ptx_kernel two_kernels[] = {
    {.name = "_Z3addPfi",
     .has_twin = true,
     .line = 12,
     .column = 3,
     .params = two_params,
     .n_params = 2,
     .param_bytes = 12,
     .twin_tail_bytes = 12,
     .cluster = {2, 1, 1}},
    {.name = "whole", .reason = "reads %envreg1", .line = 40, .column = 5},
};
static const struct ptx_result example = {
    .text = ".version 8.7\n",
    .size_bytes = 13,
    .kernels = two_kernels,
    .n_kernels = 2,
    .target = "sm_90a",
    .debug = true,
    .version = 87,
};

static void comes_back(void **state)
{
    (void)state;
    void *bytes;
    size_t size;
    struct ptx_result back;
    assert_int_equal(ptx_store_pack(&example, &bytes, &size), 0);
    assert_int_equal(ptx_store_unpack(bytes, size, &back), 0);
    assert_string_equal(back.text, example.text);
    assert_int_equal(back.size_bytes, example.size_bytes);
    assert_string_equal(back.target, "sm_90a");
    assert_true(back.debug);
    assert_int_equal(back.version, 87);
    assert_int_equal(back.n_kernels, 2);
    assert_string_equal(back.kernels[0].name, "_Z3addPfi");
    assert_null(back.kernels[0].reason);
    assert_memory_equal(back.kernels[0].params, two_params, sizeof(two_params));
    assert_int_equal(back.kernels[0].cluster[0], 2);
    assert_string_equal(back.kernels[1].reason, "reads %envreg1");
    assert_false(back.kernels[1].has_twin);
    ptx_result_finish(&back);
    free(bytes);
}

static void a_result_without_text_has_none(void **state)
{
    (void)state;
    void *bytes;
    size_t size;
    struct ptx_result back, none = {.target = "sm_90"};
    assert_int_equal(ptx_store_pack(&none, &bytes, &size), 0);
    assert_int_equal(ptx_store_unpack(bytes, size, &back), 0);
    assert_null(back.text);
    assert_int_equal(back.n_kernels, 0);
    ptx_result_finish(&back);
    free(bytes);
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    void *bytes;
    size_t size;
    struct ptx_result back;
    assert_int_equal(ptx_store_pack(&example, &bytes, &size), 0);
    for (size_t cut = 0; cut < size; cut++) {
        char *copy = malloc(cut + 1); /* a block of its own, so that a sanitizer sees the end */
        memcpy(copy, bytes, cut);
        assert_int_equal(ptx_store_unpack(copy, cut, &back), -EINVAL);
        free(copy);
    }
    free(bytes);
}

static void every_changed_byte_is_safe(void **state)
{
    (void)state;
    void *bytes;
    size_t size;
    assert_int_equal(ptx_store_pack(&example, &bytes, &size), 0);
    for (size_t i = 0; i < size; i++) {
        struct ptx_result back;
        ((uint8_t *)bytes)[i] ^= 0xff;
        if (ptx_store_unpack(bytes, size, &back) == 0)
            ptx_result_finish(&back);
        ((uint8_t *)bytes)[i] ^= 0xff;
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(a_result_without_text_has_none),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_changed_byte_is_safe),
    };
    return cmocka_run_group_tests_name("ptx_store", tests, NULL, NULL);
}
