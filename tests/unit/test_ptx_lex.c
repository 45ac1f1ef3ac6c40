/* SPDX-License-Identifier: MIT
 *
 * test_ptx_lex.c - the tokens of PTX, each spelling that ptxas takes and those it does not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/ptx_lex.h"

/* The tokens of the text as "kind:spelling " each; exactly sized, so that ASan sees an overread. */
static int lex(const char *source, char *ret_list, size_t list_size, struct ptx_error *error)
{
    size_t size = strlen(source), used = 0;
    char *text = malloc(size ? size : 1);
    struct ptx_lexer lexer;
    struct ptx_token token;
    int r;

    memcpy(text, source, size);
    ret_list[0] = '\0';
    r = ptx_lexer_init(&lexer, text, size, error);
    while (r == 0 && (r = ptx_lexer_next(&lexer, &token, error)) == 0 && token.kind) {
        const char *kind = token.kind == PTX_WORD       ? "w"
                           : token.kind == PTX_DOT_WORD ? "d"
                           : token.kind == PTX_INTEGER  ? "i"
                           : token.kind == PTX_FLOAT    ? "f"
                           : token.kind == PTX_STRING   ? "s"
                           : token.kind > PTX_WORD      ? "2"
                                                        : "1";
        used += snprintf(ret_list + used, list_size - used, "%s%s:%.*s", used ? " " : "", kind,
                         (int)token.length, text + token.offset);
    }
    free(text);
    return r;
}

static void expect_tokens(const char *source, const char *tokens)
{
    struct ptx_error error = {0};
    char list[1000];

    assert_int_equal(lex(source, list, sizeof(list), &error), 0);
    assert_string_equal(list, tokens);
}

static void expect_error(const char *source, unsigned line, unsigned column, const char *message)
{
    struct ptx_error error = {0};
    char list[1000];

    assert_int_equal(lex(source, list, sizeof(list), &error), -EINVAL);
    assert_string_equal(error.message, message);
    assert_int_equal(error.line, line);
    assert_int_equal(error.column, column);
}

static void test_words(void **state)
{
    (void)state;
    expect_tokens("", "");
    expect_tokens("mov.u32%r1,%ctaid.x;", "w:mov d:.u32 w:%r1 1:, w:%ctaid d:.x 1:;");
    expect_tokens("%ctaid /* c */ // d\n .x", "w:%ctaid d:.x");
    expect_tokens("$L__BB0_1:_a:L:", "w:$L__BB0_1 1:: w:_a 1:: w:L 1::");
    expect_tokens("%1 7%4 7 % 4", "w:%1 i:7 w:%4 i:7 1:% i:4");
    expect_tokens("%r<10>;", "w:%r 1:< i:10 1:> 1:;");
    expect_tokens("%p|%q @ ! %p {_,a}", "w:%p 1:| w:%q 1:@ 1:! w:%p 1:{ w:_ 1:, w:a 1:}");
    expect_tokens("a<<b>>c<=d>=e==f!=g&&h||i",
                  "w:a 2:<< w:b 2:>> w:c 2:<= w:d 2:>= w:e 2:== w:f 2:!= w:g 2:&& w:h 2:|| w:i");
}

static void test_dot_words(void **state)
{
    (void)state;
    expect_tokens("ld.shared::cluster.L2::128B.v4", "w:ld d:.shared::cluster d:.L2::128B d:.v4");
    expect_tokens("tex.2d.v4.a1d", "w:tex d:.2d d:.v4 d:.a1d");
    expect_tokens("tcgen05.ld.16x32bx2.x1", "w:tcgen05 d:.ld d:.16x32bx2 d:.x1");
    expect_tokens(".warpx2::02_13 .scale_vec::1X", "d:.warpx2::02_13 d:.scale_vec::1X");
    expect_tokens("mov .u32", "w:mov d:.u32");
    expect_error("mov. u32", 1, 4, "stray character");
    expect_error("%r1\n .\nx", 2, 2, "stray character");
}

static void test_numbers(void **state)
{
    (void)state;
    expect_tokens("0 12U 0x1fU 0Xa 0b11 0777", "i:0 i:12U i:0x1fU i:0Xa i:0b11 i:0777");
    expect_tokens("1.5 1. .5 1e5 1E+5 .5e-3 8.7", "f:1.5 f:1. f:.5 f:1e5 f:1E+5 f:.5e-3 f:8.7");
    expect_tokens("0f3F800000 0D3ff0000000000000", "f:0f3F800000 f:0D3ff0000000000000");
    expect_error("0f3F80000", 1, 1, "malformed number");
    expect_error("0f3F8000000", 1, 1, "malformed number");
    expect_error("  12u", 1, 3, "malformed number");
    expect_error("0x", 1, 1, "malformed number");
    expect_error("1e", 1, 1, "malformed number");
}

static void test_comments_and_strings(void **state)
{
    (void)state;
    expect_tokens("a // }{ \xc3\xa9\r\nb\r\n/* /* \" */c", "w:a w:b w:c");
    expect_tokens("a // no newline", "w:a");
    expect_tokens(".file 1 \"a\\\"", "d:.file i:1 s:\"a\\\"");
    expect_tokens("# 1 \"x.c\"\na\n#line 7\nb", "w:a w:b");
    expect_error("a\n /* x\n\n", 2, 2, "comment without end");
    expect_error("/*/", 1, 1, "comment without end");
    expect_error("a \"b\n", 1, 3, "string without end");
    expect_error("a # b", 1, 3, "stray character");
    expect_error("\n\xc3\xa9", 2, 1, "stray character");
}

static void test_places(void **state)
{
    const char text[] = "a\r\n\"x\ny\" b\n/*\n*/\tc\0d";
    static const unsigned places[][2] = {{1, 1}, {2, 1}, {3, 4}, {5, 4}};
    struct ptx_lexer lexer;
    struct ptx_token token;
    struct ptx_error error;

    (void)state;
    assert_int_equal(ptx_lexer_init(&lexer, text, sizeof(text), &error), 0);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(ptx_lexer_next(&lexer, &token, &error), 0);
        assert_int_equal(token.line, places[i][0]);
        assert_int_equal(token.column, places[i][1]);
    }
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(ptx_lexer_next(&lexer, &token, &error), 0);
        assert_int_equal(token.kind, PTX_END);
    }
}

static struct ptx_token only_token(const char *text)
{
    struct ptx_lexer lexer;
    struct ptx_token token;
    struct ptx_error error;

    assert_int_equal(ptx_lexer_init(&lexer, text, strlen(text), &error), 0);
    assert_int_equal(ptx_lexer_next(&lexer, &token, &error), 0);
    return token;
}

static void expect_integer(const char *text, int r, uint64_t value, bool is_unsigned)
{
    struct ptx_token token = only_token(text);
    uint64_t got = 0;
    bool got_unsigned = false;

    assert_int_equal(token.kind, PTX_INTEGER);
    assert_int_equal(ptx_token_integer(text, &token, &got, &got_unsigned), r);
    if (r == -EINVAL)
        return;
    assert_int_equal(got, value);
    assert_int_equal(got_unsigned, is_unsigned);
}

static void expect_float(const char *text, uint64_t bits, bool is_single)
{
    struct ptx_token token = only_token(text);
    uint64_t got;
    bool single;

    assert_int_equal(token.kind, PTX_FLOAT);
    ptx_token_float_bits(text, &token, &got, &single);
    assert_int_equal(got, bits);
    assert_int_equal(single, is_single);
}

static void test_values(void **state)
{
    (void)state;
    expect_integer("0", 0, 0, false);
    expect_integer("12U", 0, 12, true);
    expect_integer("0x1fU", 0, 31, true);
    expect_integer("0B101", 0, 5, false);
    expect_integer("0777", 0, 511, false);
    expect_integer("18446744073709551615", 0, UINT64_MAX, false);
    expect_integer("18446744073709551616", -ERANGE, 0, false);
    expect_integer("0x1ffffffffffffffff", -ERANGE, UINT64_MAX, false);
    expect_integer("08", -EINVAL, 0, false);
    expect_integer("0b12", -EINVAL, 0, false);
    expect_float("0f3F800000", 0x3f800000, true);
    expect_float("0d3FF0000000000000", 0x3ff0000000000000, false);
    expect_float("1.5", 0x3ff8000000000000, false);
    expect_float(".5e1", 0x4014000000000000, false);
}

static void test_token_is(void **state)
{
    const char *text = ".reg";
    struct ptx_token token = only_token(text);

    (void)state;
    assert_true(ptx_token_is(text, &token, ".reg"));
    assert_false(ptx_token_is(text, &token, ".re"));
    assert_false(ptx_token_is(text, &token, ".regs"));
}

static void test_error_print(void **state)
{
    const char *text = "a\n\tb c\n";
    struct ptx_error error;
    char *out = NULL;
    size_t size;
    FILE *file = open_memstream(&out, &size);

    (void)state;
    assert_int_equal(ptx_error_at(&error, 2, 4, "odd %s", "c"), -EINVAL);
    ptx_error_print(file, "f.ptx", text, strlen(text), &error);
    ptx_error_at(&error, 0, 0, "empty");
    ptx_error_print(file, "g.ptx", text, strlen(text), &error);
    fclose(file);
    assert_string_equal(out, "f.ptx:2:4: odd c\n\tb c\n\t  ^\ng.ptx: empty\n");
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),    cmocka_unit_test(test_dot_words),
        cmocka_unit_test(test_numbers),  cmocka_unit_test(test_comments_and_strings),
        cmocka_unit_test(test_places),   cmocka_unit_test(test_values),
        cmocka_unit_test(test_token_is), cmocka_unit_test(test_error_print),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
