/* SPDX-License-Identifier: MIT
 *
 * test_softgpu_exec_load.c - programs of the software device: what is refused and where, linking of
 * several texts, initial values of globals, descriptions of kernels.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tools/softgpu/exec.h"

#define HEAD ".version 8.3\n.target sm_90\n.address_size 64\n"

static int load(struct exec_program **ret_program, struct exec_error *ret_error, size_t n,
                const char *const *texts)
{
    size_t sizes[4];

    for (size_t i = 0; i < n; i++)
        sizes[i] = strlen(texts[i]);
    return exec_program_create(texts, sizes, n, ret_program, ret_error);
}

static struct exec_program *must_load(const char *text)
{
    struct exec_program *program = NULL;
    struct exec_error error = {0};
    int r = load(&program, &error, 1, &text);

    if (r < 0)
        fprintf(stderr, "line %u: %s\n", error.line, error.message);
    assert_int_equal(r, 0);
    return program;
}

static void test_refusals(void **state)
{
    static const struct {
        const char *body;
        int code;
        unsigned line;
        const char *says;
    } cases[] = {
        {"frobnicate.b32 %r1, %r2;", -ENOTSUP, 6, "frobnicate"},
        {"add.s32 %r1, %r2;", -EINVAL, 6, "add"},
        {"add.s32 %r1, %r2, %d1;", -EINVAL, 6, "operand 3"},
        {"add.s32 %r1, %r2, %r99;", -EINVAL, 6, "%r99"},
        {"add.sat.u32 %r1, %r2, %r3;", -ENOTSUP, 6, "u32"},
        {"add.wide.s32 %r1, %r2, %r3;", -ENOTSUP, 6, "wide"},
        {"\n\nmov.f32 %r1, %p1;", -EINVAL, 8, "mov"},
        {"bra nowhere;", -EINVAL, 6, "nowhere"},
        {"@%r1 bra end;", -EINVAL, 6, "predicate"},
        {"mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%r1},{%r1},{%r1},{%r1};", -ENOTSUP, 6,
         "mma"},
        {"call missing;", -EINVAL, 6, "call"},
        {"mov.u32 %r1, %no_such;", -EINVAL, 6, "%no_such"},
        {"st.const.u32 [%d1], %r1;", -EINVAL, 6, "st"},
        {"ld.global.v4.u64 {%d1,%d1,%d1,%d1}, [%d1];", -ENOTSUP, 6, "16 bytes"},
        {"{ .reg .b32 %q; } mov.b32 %q, 1;", -EINVAL, 6, "%q"},
        {"mov.u32 %r1, 1/0;", -EINVAL, 6, "zero"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[600];
        const char *texts[] = {text};
        struct exec_program *program = NULL;
        struct exec_error error = {0};
        snprintf(text, sizeof(text),
                 HEAD ".visible .entry k(.param .u64 a) {\n"
                      ".reg .b32 %%r<8>; .reg .b64 %%d<4>; .reg .pred %%p<4>;\n%s\nend: ret;\n}\n",
                 cases[i].body);
        assert_int_equal(load(&program, &error, 1, texts), cases[i].code);
        assert_int_equal(error.line, cases[i].line);
        if (!strstr(error.message, cases[i].says))
            fail_msg("'%s' does not mention '%s'", error.message, cases[i].says);
        assert_null(program);
    }
}

static void test_undefined(void **state)
{
    const char *texts[] = {HEAD ".extern .func f(.param .b32 x);\n.extern .global .u32 g;\n"
                                ".visible .entry k() { .param .b32 p; .reg .b32 %r1;\n"
                                "st.param.b32 [p], 1; call f, (p); ret; }\n"};
    const char *variable[] = {HEAD ".extern .global .u32 g;\n.visible .entry k() {\n.reg .b32 %r1; "
                                   "ld.global.u32 %r1, [g]; ret; }\n"};
    struct exec_program *program;
    struct exec_error error;

    (void)state;
    assert_int_equal(load(&program, &error, 1, texts), -ENOENT);
    assert_non_null(strstr(error.message, "'f'"));
    assert_int_equal(load(&program, &error, 1, variable), -ENOENT);
    assert_non_null(strstr(error.message, "'g'"));
}

static void test_linking(void **state)
{
    const char *texts[] = {
        HEAD ".extern .func (.param .b32 r) f(.param .b32 x);\n.extern .global .u32 g;\n"
             ".global .u32 own = 1;\n.global .u64 where = g;\n"
             ".visible .entry k() { .reg .b32 %r<3>; .param .b32 p; .param .b32 q;\n"
             "ld.global.u32 %r1, [g]; st.param.b32 [p], %r1; call (q), f, (p); ret; }\n",
        HEAD
        ".visible .global .u32 g = 7;\n.global .u32 own = 2;\n"
        ".visible .func (.param .b32 r) f(.param .b32 x) { ret; }\n.visible .entry l() { ret; }\n",
    };
    const char *twice[] = {texts[1], texts[1]};
    struct exec_program *program;
    struct exec_error error;
    const struct exec_global *g;
    uint64_t where;

    (void)state;
    assert_int_equal(load(&program, &error, 2, texts), 0);
    assert_non_null(exec_find_kernel(program, "k"));
    assert_non_null(exec_find_kernel(program, "l"));
    assert_null(exec_find_kernel(program, "f"));
    g = exec_find_global(program, "g");
    assert_int_equal(*(uint32_t *)g->address, 7);
    memcpy(&where, exec_find_global(program, "where")->address, sizeof(where));
    assert_true(where == (uintptr_t)g->address);
    exec_program_destroy(program);
    assert_int_equal(load(&program, &error, 2, twice), -EINVAL);
    assert_non_null(strstr(error.message, "twice"));
}

static void test_initial_values(void **state)
{
    struct exec_program *program = must_load(
        HEAD ".global .align 4 .b8 bytes[6] = {1, 2, -1, 0x7f};\n.global .f32 f = 0f40490FDB;\n"
             ".global .f64 d = 2.5;\n.global .f32 h = 1.5;\n.const .s16 s[] = {-5, 6, 7};\n"
             ".global .u32 m[2][3] = {{1, 2, 3}, {4, 5, 6}};\n.global .u64 p[2] = {bytes, "
             "generic(m)+8};\n"
             ".global .u64 fn = g;\n.global .b8 split[8] = {0xFF(p), 0xFF00(p), 0xFF0000(p), "
             "0xFF000000(p), 0xFF00000000(p), 0xFF0000000000(p), 0xFF000000000000(p), "
             "0xFF00000000000000(p)};\n.global .u32 e = (1 << 4) + 3 * 2;\n"
             ".func g() { ret; }\n");
    const uint8_t bytes[6] = {1, 2, 0xff, 0x7f, 0, 0};
    const int16_t shorts[3] = {-5, 6, 7};
    const uint32_t matrix[6] = {1, 2, 3, 4, 5, 6};
    const struct exec_global *p = exec_find_global(program, "p");
    uint64_t pointers[2], split, fn;
    float f, h;
    double d;

    (void)state;
#define AT(name) exec_find_global(program, name)->address
    assert_memory_equal(AT("bytes"), bytes, sizeof(bytes));
    assert_memory_equal(AT("s"), shorts, sizeof(shorts));
    assert_true(exec_find_global(program, "s")->is_const);
    assert_int_equal(exec_find_global(program, "s")->size_bytes, 6);
    assert_memory_equal(AT("m"), matrix, sizeof(matrix));
    memcpy(&f, AT("f"), 4);
    memcpy(&h, AT("h"), 4);
    memcpy(&d, AT("d"), 8);
    assert_true(f == 0x1.921fb6p+1f && d == 2.5 && h == 1.5f);
    memcpy(pointers, p->address, sizeof(pointers));
    assert_true(pointers[0] == (uintptr_t)AT("bytes"));
    assert_true(pointers[1] == (uintptr_t)AT("m") + 8);
    memcpy(&split, AT("split"), 8);
    assert_true(split == (uintptr_t)p->address);
    memcpy(&fn, AT("fn"), 8);
    assert_true(fn != 0);
    assert_int_equal(*(uint32_t *)AT("e"), 22);
    exec_program_destroy(program);
}

static void test_descriptions(void **state)
{
    struct exec_program *program = must_load(
        HEAD ".shared .align 8 .b8 all[100];\n.extern .shared .align 16 .b8 dynamic[];\n"
             ".func g() { .reg .b32 %r; mov.u32 %r, all; ret; }\n"
             ".visible .entry k(.param .u64 a, .param .align 16 .b8 s[20], .param .u8 c)\n"
             ".maxntid 8, 4, 2 .reqnctapercluster 2, 1, 1\n{ .shared .b8 more[10]; .reg .b32 %r; "
             ".local .b8 l[40];\nmov.u32 %r, more; call g; ret; }\n"
             ".visible .entry plain() .reqntid 64 { ret; }\n");
    const struct exec_kernel *k = exec_find_kernel(program, "k");
    const struct exec_kernel *plain = exec_find_kernel(program, "plain"), **all;

    (void)state;
    assert_int_equal(exec_kernels(program, &all), 2);
    assert_int_equal(k->n_params, 3);
    assert_int_equal(k->params[1][0], 16);
    assert_int_equal(k->params[1][1], 20);
    assert_int_equal(k->params[2][0], 36);
    assert_int_equal(k->param_bytes, 37);
    assert_int_equal(k->static_shared_bytes, 110);
    assert_int_equal(k->max_threads, 64);
    assert_int_equal(k->reqcluster[0], 2);
    assert_true(k->local_bytes >= 40);
    assert_true(k->registers >= 16 && k->registers <= 255);
    assert_int_equal(plain->n_params, 0);
    assert_int_equal(plain->static_shared_bytes, 0);
    assert_int_equal(plain->reqntid[0], 64);
    exec_program_destroy(program);
}

/* Old and unusual spellings. */
static void test_spellings(void **state)
{
    struct exec_program *program = must_load(
        HEAD
        "// a comment\n.file 1 \"x.cu\", 12, 34\n.section .debug { .b8 1, 2 }\n"
        ".visible .entry k ( .param .u64 .ptr .global .align 4 a )\r\n{\n"
        ".reg .v4 .f32 %v; .reg .f32 %f<3>; .reg .pred p, q; .reg .u32 x;\n"
        ".loc 1 5 3, function_name $L, inlined_at 1 2 3\n"
        "{ .reg .u32 x; L: mov.u32 x, 1; bra L2; L2: }\n{ .reg .u16 x; L: mov.u16 x, %tid .x; }\n"
        "mov.v4.f32 %v, {0f00000000, 1.0, %f1, %f2}; mov.f32 %f1, %v.x; mov.f32 %f2, %v.a;\n"
        "setp.lt.and.u32 p|q, x, 7, !q; @ !p mov.u32 x, 1+2*(3<<1);\n"
        ".pragma \"nounroll\"; LAST: ret; }\n");

    (void)state;
    assert_non_null(exec_find_kernel(program, "k"));
    exec_program_destroy(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_undefined),
        cmocka_unit_test(test_linking),      cmocka_unit_test(test_initial_values),
        cmocka_unit_test(test_descriptions), cmocka_unit_test(test_spellings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
