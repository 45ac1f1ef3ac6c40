/* SPDX-License-Identifier: MIT
 *
 * test_str.c - the growing text: contents across growth, taking it, and the sticky error.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/str.h"

static void nothing_added_is_the_empty_text(void **state)
{
    struct str str = STR_INIT;
    _cleanup_free_ char *text = NULL;
    size_t len = 1;

    (void)state;
    assert_int_equal(str_take(&str, &text, &len), 0);
    assert_string_equal(text, "");
    assert_int_equal(len, 0);
}

static void pieces_join_in_order_across_growth(void **state)
{
    struct str str = STR_INIT;
    _cleanup_free_ char *text = NULL;
    size_t len, at = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        str_add(&str, "ab");
        str_add_char(&str, 'c');
        str_addf(&str, "%04d", i);
        assert_int_equal(strlen(str.data), str.len);
    }
    assert_int_equal(str_take(&str, &text, &len), 0);
    assert_int_equal(len, 7000);
    for (int i = 0; i < 1000; i++, at += 7) {
        assert_memory_equal(text + at, "abc", 3);
        assert_int_equal(
            strtol((char[]){text[at + 3], text[at + 4], text[at + 5], text[at + 6], 0}, NULL, 10),
            i);
    }
}

static void a_formatted_piece_may_be_longer_than_the_room(void **state)
{
    struct str str = STR_INIT;
    _cleanup_free_ char *text = NULL;
    char wide[2000];

    (void)state;
    memset(wide, 'x', sizeof(wide) - 1);
    wide[sizeof(wide) - 1] = '\0';
    str_addf(&str, "<%s>", wide);
    assert_int_equal(str_take(&str, &text, NULL), 0);
    assert_int_equal(strlen(text), sizeof(wide) + 1);
    assert_int_equal(text[sizeof(wide)], '>');
}

static void taking_leaves_it_empty_and_usable(void **state)
{
    struct str str = STR_INIT;
    char *first, *second;

    (void)state;
    str_add(&str, "one");
    assert_int_equal(str_take(&str, &first, NULL), 0);
    str_add(&str, "two");
    assert_int_equal(str_take(&str, &second, NULL), 0);
    assert_string_equal(first, "one");
    assert_string_equal(second, "two");
    free(first);
    free(second);
}

static void running_out_of_memory_sticks(void **state)
{
    struct str str = STR_INIT;
    char *text = NULL;

    (void)state;
    str_add(&str, "kept");
    str_reserve(&str, SIZE_MAX - 2);
    str_add(&str, "ignored");
    str_addf(&str, "%d", 1);
    assert_string_equal(str.data, "kept");
    assert_int_equal(str_take(&str, &text, NULL), -ENOMEM);
    assert_null(text);
    assert_null(str.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_added_is_the_empty_text),
        cmocka_unit_test(pieces_join_in_order_across_growth),
        cmocka_unit_test(a_formatted_piece_may_be_longer_than_the_room),
        cmocka_unit_test(taking_leaves_it_empty_and_usable),
        cmocka_unit_test(running_out_of_memory_sticks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
