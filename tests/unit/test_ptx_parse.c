/* SPDX-License-Identifier: MIT
 *
 * test_ptx_parse.c - the tree that the parser makes of a module.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ptx-rewriter/ptx_parse.h"

static const char text[] = ".version 8.7\n"
                           ".target sm_90a, debug\n"
                           ".address_size 64\n"
                           ".global .u32 g[2] = {1, 2};\n"
                           ".extern .func (.param .b32 r) f(.param .b32 a, .param .b8 rest[]);\n"
                           ".visible .entry k(.param .align 8 .b8 s[12], .param .u16 h)\n"
                           ".maxntid 32 .reqnctapercluster 2, 3\n"
                           "{\n"
                           "    .reg .b32 %r<3>;\n"
                           "A: B: @!%p mov.u32 %r1, %ctaid.x;\n"
                           "    { .loc 1 2 3\n"
                           "    ret; }\n"
                           "}\n"
                           ".alias x, f;\n"
                           ".section .debug_str { a: .b8 1 }\n";

static struct ptx_module module;

static int set_up(void **state)
{
    struct ptx_error error;

    (void)state;
    return ptx_parse(text, sizeof(text) - 1, &module, &error);
}

static int tear_down(void **state)
{
    (void)state;
    ptx_module_finish(&module);
    ptx_module_finish(&module);
    return 0;
}

static void expect_word(uint32_t token, const char *word)
{
    if (!ptx_word_at(&module, token, word))
        fail_msg("token %u is not %s", token, word);
}

static void test_module(void **state)
{
    (void)state;
    assert_int_equal(module.version, 87);
    assert_true(module.debug);
    expect_word(module.target, "sm_90a");
    assert_int_equal(module.functions.n, 2);
    assert_int_equal(module.globals.n, 3);
    expect_word(module.globals.items[0].first, ".global");
    expect_word(module.globals.items[1].first, ".alias");
    expect_word(module.globals.items[2].first, ".section");
    assert_int_equal(ptx_kind_at(&module, module.tokens.n - 1), PTX_END);
}

static void test_declaration(void **state)
{
    const struct ptx_function *function = &module.functions.items[0];

    (void)state;
    assert_false(function->is_entry);
    assert_true(function->is_variadic);
    assert_int_equal(function->body_open, 0);
    expect_word(function->first, ".extern");
    expect_word(function->keyword, ".func");
    expect_word(function->name, "f");
    expect_word(function->end - 1, ";");
}

static void test_entry(void **state)
{
    const struct ptx_function *function = &module.functions.items[1];
    const struct ptx_parameter *parameters = module.parameters.items + function->first_parameter;

    (void)state;
    assert_true(function->is_entry);
    assert_false(function->is_variadic);
    expect_word(function->first, ".visible");
    expect_word(function->name, "k");
    expect_word(function->open, "(");
    expect_word(function->close, ")");
    expect_word(function->body_close, "}");
    assert_int_equal(function->end, function->body_close + 1);
    assert_int_equal(function->cluster[0], 2);
    assert_int_equal(function->cluster[1], 3);
    assert_int_equal(function->cluster[2], 1);
    assert_int_equal(function->n_parameters, 2);
    expect_word(parameters[0].name, "s");
    assert_int_equal(parameters[0].size_bytes, 12);
    assert_int_equal(parameters[0].align_bytes, 8);
    expect_word(parameters[1].name, "h");
    assert_int_equal(parameters[1].size_bytes, 2);
    assert_int_equal(parameters[1].align_bytes, 2);
}

static void test_statements(void **state)
{
    static const struct {
        enum ptx_statement_kind kind;
        const char *opcode, *last;
    } expected[] = {
        {PTX_DECLARATION, ".reg", ";"}, {PTX_LABEL, "A", ":"},       {PTX_LABEL, "B", ":"},
        {PTX_INSTRUCTION, "mov", ";"},  {PTX_SCOPE_OPEN, "{", "{"},  {PTX_DIRECTIVE, ".loc", "3"},
        {PTX_INSTRUCTION, "ret", ";"},  {PTX_SCOPE_CLOSE, "}", "}"},
    };
    const struct ptx_function *function = &module.functions.items[1];

    (void)state;
    assert_int_equal(function->n_statements, sizeof(expected) / sizeof(expected[0]));
    for (uint32_t i = 0; i < function->n_statements; i++) {
        const struct ptx_statement *statement =
            &module.statements.items[function->first_statement + i];
        assert_int_equal(statement->kind, expected[i].kind);
        expect_word(statement->opcode, expected[i].opcode);
        expect_word(statement->end - 1, expected[i].last);
    }
    expect_word(module.statements.items[function->first_statement + 3].first, "@");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_module),
        cmocka_unit_test(test_declaration),
        cmocka_unit_test(test_entry),
        cmocka_unit_test(test_statements),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
