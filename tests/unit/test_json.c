/* SPDX-License-Identifier: MIT
 *
 * test_json.c - the JSON writer: layout, commas, escapes, numbers in any locale.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"

static char *text;
static size_t text_bytes;
static struct json json;

static void open_text(void)
{
    FILE *file = open_memstream(&text, &text_bytes);
    assert_non_null(file);
    json_init(&json, file);
}

static void expect_text(const char *expected)
{
    assert_int_equal(fclose(json.file), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void test_nesting(void **state)
{
    (void)state;
    open_text();
    json_object_begin(&json);
    json_field_string(&json, "name", "a");
    json_key(&json, "events");
    json_array_begin(&json);
    for (int i = 0; i < 2; i++) {
        json_object_begin(&json);
        json_field_int(&json, "i", i);
        json_key(&json, "args");
        json_array_begin(&json);
        json_bool(&json, true);
        json_null(&json);
        json_array_end(&json);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    expect_text("{\n  \"name\": \"a\",\n  \"events\": [\n    {\"i\": 0, \"args\": [true, null]},\n"
                "    {\"i\": 1, \"args\": [true, null]}\n  ]\n}\n");
}

static void test_empty(void **state)
{
    (void)state;
    open_text();
    json_array_begin(&json);
    json_array_begin(&json);
    json_array_end(&json);
    json_object_begin(&json);
    json_object_end(&json);
    json_array_end(&json);
    expect_text("[\n  [],\n  {}\n]\n");
}

/* A level that is left and entered again begins empty. */
static void test_level_reused(void **state)
{
    (void)state;
    open_text();
    json_array_begin(&json);
    for (int i = 0; i < 2; i++) {
        json_array_begin(&json);
        json_int(&json, i);
        json_array_end(&json);
    }
    json_array_end(&json);
    expect_text("[\n  [\n    0\n  ],\n  [\n    1\n  ]\n]\n");
}

static void test_escapes(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *expected;
    } cases[] = {
        {"plain", 5, "\"plain\""},
        {"a\"b\\c/", 6, "\"a\\\"b\\\\c/\""},
        {"\n\t\r\x01\x7f", 5, "\"\\n\\t\\u000d\\u0001\\u007f\""},
        {"a\0b", 3, "\"a\\u0000b\""},
        {"\xc3\xa9", 2, "\"\xc3\xa9\""},
        {"\xf0\x9f\x98\x80", 4, "\"\xf0\x9f\x98\x80\""},
        {"\xf4\x8f\xbf\xbf", 4, "\"\xf4\x8f\xbf\xbf\""},
        {"\xff"
         "a",
         2, "\"\\ufffda\""},
        {"\xc3", 1, "\"\\ufffd\""},                                  /* cut short */
        {"\xe2\x82", 2, "\"\\ufffd\\ufffd\""},                       /* cut short */
        {"\xc0\x80", 2, "\"\\ufffd\\ufffd\""},                       /* overlong */
        {"\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\""},            /* surrogate */
        {"\xf4\x90\x80\x80", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* above U+10FFFF */
        {"\xe2\x28\xa1", 3, "\"\\ufffd(\\ufffd\""},
        {"", 0, "\"\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        open_text();
        json_bytes(&json, cases[i].bytes, cases[i].n);
        expect_text(cases[i].expected);
    }
}

static void test_null_string(void **state)
{
    (void)state;
    open_text();
    json_string(&json, NULL);
    expect_text("null");
}

static void write_numbers(void)
{
    json_array_begin(&json);
    json_int(&json, INT64_MIN);
    json_uint(&json, UINT64_MAX);
    json_fixed(&json, 1234567, 3);
    json_fixed(&json, -5, 3);
    json_fixed(&json, INT64_MIN, 18);
    json_fixed(&json, 42, 0);
    json_double(&json, 0.25);
    json_double(&json, -1.5e300);
    json_double(&json, NAN);
    json_double(&json, -INFINITY);
    json_array_end(&json);
}

static const char numbers[] =
    "[\n  -9223372036854775808,\n  18446744073709551615,\n  1234.567,\n  -0.005,\n"
    "  -9.223372036854775808,\n  42,\n  0.25,\n  -1.5e+300,\n  null,\n  null\n]\n";

static void test_numbers(void **state)
{
    (void)state;
    open_text();
    write_numbers();
    expect_text(numbers);
}

static void test_numbers_in_other_locale(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    bool found = false;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!setlocale(LC_NUMERIC, names[i]))
            continue;
        found = true;
        open_text();
        write_numbers();
        setlocale(LC_NUMERIC, "C");
        expect_text(numbers);
    }
    if (!found)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_level_reused),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_null_string),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_in_other_locale),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
