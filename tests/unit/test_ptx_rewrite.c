/* SPDX-License-Identifier: MIT
 *
 * test_ptx_rewrite.c - the rewriter's interface: what the result says, texts without NUL, and
 * memory that runs out at any moment. What is rewritten how is in tests/ptx.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/ptx.h"

static const char text[] = ".version 8.7\n"
                           ".target sm_90a\n"
                           ".address_size 64\n"
                           ".func f() { .reg .b32 %r; mov.u32 %r, %ctaid.x; ret; }\n"
                           ".entry a(.param .u64 p, .param .u8 c) { call f; ret; }\n"
                           ".entry b() { .reg .b32 %r; mov.u32 %r, %envreg1; ret; }\n";

static unsigned long n_allocations, failing_allocation; /* 0: none fails */

static bool fails(void)
{
    return ++n_allocations == failing_allocation;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__real_strndup(const char *string, size_t n);
char *__wrap_strndup(const char *string, size_t n);
int __real_vasprintf(char **ret, const char *format, va_list arguments);
int __wrap_vasprintf(char **ret, const char *format, va_list arguments);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, n, size);
}

char *__wrap_strndup(const char *string, size_t n)
{
    return fails() ? NULL : __real_strndup(string, n);
}

int __wrap_vasprintf(char **ret, const char *format, va_list arguments)
{
    return fails() ? -1 : __real_vasprintf(ret, format, arguments);
}

static void test_result(void **state)
{
    struct ptx_result result;
    struct ptx_error error;
    const struct ptx_kernel *a, *b;

    (void)state;
    assert_int_equal(ptx_rewrite(text, sizeof(text) - 1, NULL, &result, &error), 0);
    assert_string_equal(result.target, "sm_90a");
    assert_int_equal(result.version, 87);
    assert_false(result.debug);
    assert_int_equal(result.n_kernels, 2);
    a = &result.kernels[0];
    assert_string_equal(a->name, "a");
    assert_true(a->has_twin);
    assert_null(a->reason);
    assert_int_equal(a->line, 5);
    assert_int_equal(a->column, 8);
    assert_int_equal(a->n_params, 2);
    assert_int_equal(a->params[1].offset_bytes, 8);
    assert_int_equal(a->params[1].size_bytes, 1);
    assert_int_equal(a->param_bytes, 9);
    assert_int_equal(a->twin_tail_bytes, 12);
    b = &result.kernels[1];
    assert_false(b->has_twin);
    assert_non_null(b->reason);
    assert_int_equal(b->line, 6);
    assert_int_equal(result.size_bytes, strlen(result.text));
    ptx_result_finish(&result);
    assert_null(result.text);
    ptx_result_finish(&result);
    ptx_result_finish(NULL);
}

/* The output does not depend on what lies behind the text, NUL or not. */
static void test_bounds(void **state)
{
    struct ptx_result with, without;
    struct ptx_error error;
    size_t size = sizeof(text) - 1;
    char *exact = malloc(size), *longer = malloc(size + 20);

    (void)state;
    memcpy(exact, text, size);
    memcpy(longer, text, size);
    memcpy(longer + size, "\0.frobnicate \"/*", 17);
    assert_int_equal(ptx_rewrite(exact, size, NULL, &without, &error), 0);
    assert_int_equal(ptx_rewrite(longer, size + 17, NULL, &with, &error), 0);
    assert_string_equal(with.text, without.text);
    ptx_result_finish(&with);
    ptx_result_finish(&without);
    free(exact);
    free(longer);
}

static void test_empty(void **state)
{
    struct ptx_result result;
    struct ptx_error error;

    (void)state;
    assert_int_equal(ptx_rewrite(NULL, 0, NULL, &result, &error), -EINVAL);
    assert_int_equal(error.line, 1);
    assert_int_equal(error.column, 1);
}

static bool wants_only(void *arg, const char *name)
{
    return strcmp(name, arg) == 0;
}

static void test_wants(void **state)
{
    struct ptx_options options = {.wants = wants_only, .arg = "none"};
    struct ptx_result result;
    struct ptx_error error;

    (void)state;
    assert_int_equal(ptx_rewrite(text, sizeof(text) - 1, &options, &result, &error), 0);
    assert_null(result.text);
    assert_string_equal(result.kernels[0].reason, "excluded by SLIVER_SLICE");
    ptx_result_finish(&result);
    options.arg = "a";
    assert_int_equal(ptx_rewrite(text, sizeof(text) - 1, &options, &result, &error), 0);
    assert_true(result.kernels[0].has_twin);
    assert_string_equal(result.kernels[1].reason, "excluded by SLIVER_SLICE");
    ptx_result_finish(&result);
}

/* Large alignments depend on the device, not on what the text was written for. */
static void test_arch(void **state)
{
    static const char aligned[] = ".version 8.7\n.target sm_75\n"
                                  ".entry k(.param .u8 a, .param .align 64 .b8 m[128]) { ret; }";
    static const struct {
        unsigned arch;
        uint32_t offset_bytes; /* 0: not known */
    } expected[] = {{0, 32},  {61, 64},  {75, 32},  {89, 32},
                    {90, 48}, {100, 64}, {121, 64}, {300, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        struct ptx_options options = {.arch = expected[i].arch};
        struct ptx_result result;
        struct ptx_error error;
        assert_int_equal(ptx_rewrite(aligned, sizeof(aligned) - 1, &options, &result, &error), 0);
        assert_int_equal(result.kernels[0].has_twin, expected[i].offset_bytes != 0);
        if (expected[i].offset_bytes)
            assert_int_equal(result.kernels[0].params[1].offset_bytes, expected[i].offset_bytes);
        ptx_result_finish(&result);
    }
}

/* Each allocation fails once: -ENOMEM, nothing leaks, the result is not touched. */
static void test_no_memory(void **state)
{
    int r = -ENOMEM;

    (void)state;
    for (unsigned long n = 1; r != 0; n++) {
        struct ptx_result result = {.version = 4711};
        struct ptx_error error;
        n_allocations = 0;
        failing_allocation = n;
        r = ptx_rewrite(text, sizeof(text) - 1, NULL, &result, &error);
        failing_allocation = 0;
        if (r == 0) {
            assert_true(n > 20);
            ptx_result_finish(&result);
        } else {
            assert_int_equal(r, -ENOMEM);
            assert_int_equal(result.version, 4711);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_result), cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_empty),  cmocka_unit_test(test_wants),
        cmocka_unit_test(test_arch),   cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
