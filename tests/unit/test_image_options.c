/* SPDX-License-Identifier: MIT
 *
 * test_image_options.c - the compiler options kept with PTX.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image.h"
#include "tests/unit/image_build.h"

static void check_options(const char *text, struct image_build_options wanted)
{
    size_t size = strlen(text);
    char *copy = malloc(size ? size : 1); /* no NUL: the record has none */
    struct image_entry entry = {.options = copy, .options_bytes = size};
    struct image_build_options got;

    assert_non_null(copy);
    memcpy(copy, text, size);
    image_entry_build_options(&entry, &got);
    free(copy);
    if (got.max_registers != wanted.max_registers || got.opt_level != wanted.opt_level ||
        got.debug != wanted.debug || got.line_info != wanted.line_info ||
        got.cache_mode != wanted.cache_mode || got.no_fma != wanted.no_fma ||
        got.foreign != wanted.foreign)
        fail_msg("\"%s\": got %d %d %d %d %d %d %d", text, got.max_registers, got.opt_level,
                 got.debug, got.line_info, got.cache_mode, got.no_fma, got.foreign);
}

static void test_options(void **state)
{
    static const struct {
        const char *text;
        struct image_build_options wanted;
    } cases[] = {
        {"", {-1, -1, false, false, -1, false, false}},
        {"   ", {-1, -1, false, false, -1, false, false}},
        {" -maxrregcount=32 ", {32, -1, false, false, -1, false, false}},
        {"--maxrregcount=40", {40, -1, false, false, -1, false, false}},
        {"-maxrregcount 255", {255, -1, false, false, -1, false, false}},
        {"-O1  -maxrregcount=32 --generate-line-info ", {32, 1, false, true, -1, false, false}},
        {" -g --dont-merge-basicblocks --return-at-end ", {-1, -1, true, false, -1, false, false}},
        {"-dlcm=cg -O0 --maxrregcount=40 -v  ", {40, 0, false, false, 1, false, false}},
        {"--opt-level 2 --def-load-cache ca -lineinfo", {-1, 2, false, true, 2, false, false}},
        {"--opt-level=3 --device-debug", {-1, 3, true, false, -1, false, false}},
        {"-O 3", {-1, 3, false, false, -1, false, false}},
        {"--compile-only  -maxrregcount=40 ", {40, -1, false, false, -1, false, false}},
        /* As CUDA 13.0's nvcc writes them. */
        {" --fmad false ", {-1, -1, false, false, -1, true, false}},
        {"-fmad=false  ", {-1, -1, false, false, -1, true, false}},
        {"--fmad true -O3", {-1, 3, false, false, -1, false, false}},
        {"-w -Werror -v  --compile-only  ", {-1, -1, false, false, -1, false, false}},
        {"-regUsageLevel=3 -func-maxrregcount 32 -O1", {-1, 1, false, false, -1, false, false}},
        {" -split-compile=2  -no-bb-merge -ret-end", {-1, -1, false, false, -1, false, false}},
        {"-m 64 -arch sm_90 -m64 -lineinfo", {-1, -1, false, true, -1, false, false}},
        /* What the driver can't be told. */
        {"-maxntid=128  -maxrregcount=40", {40, -1, false, false, -1, false, true}},
        {"-e _Z1kPi  ", {-1, -1, false, false, -1, false, true}},
        {"-sanitize=memcheck  ", {-1, -1, false, false, -1, false, true}},
        {"-dscm=cs  -flcm=cg", {-1, -1, false, false, -1, false, true}},
        {"--of-the-future", {-1, -1, false, false, -1, false, true}},
        {"-maxrregcount=archmax", {-1, -1, false, false, -1, false, true}},
        {"-maxrregcount", {-1, -1, false, false, -1, false, true}},
        {"-maxrregcount=", {-1, -1, false, false, -1, false, true}},
        {"-maxrregcount=x", {-1, -1, false, false, -1, false, true}},
        {"-maxrregcount=99999999999999999999", {-1, -1, false, false, -1, false, true}},
        {"-dlcm=cv", {-1, -1, false, false, -1, false, true}},
        {"-dlcm=zz -Ox - -- g lineinfo", {-1, -1, false, false, -1, false, true}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_options(cases[i].text, cases[i].wanted);
}

static void test_refusal(void **state)
{
    static const struct {
        const char *text;
        bool refused;
    } cases[] = {
        {"mul.rn.f32 %f1, %f2, %f3;", false},
        {"mul.f32 %f1, %f2, %f3;", true},
        {"mul.ftz.f32 %f1, %f2, %f3;", true},
        {"add.u32 %r1, %r2, %r3;\n{mul.f16 %rs1,%rs2,%rs3;}", true},
        {"mul.bf16x2 %r1, %r2, %r3;", true},
        {"mul.rz.sat.f64 %fd1, %fd2, %fd3;", false},
        {"mul.wide.u32 %rd1, %r1, 4; mul.lo.s32 %r1, %r2, %r3; mul.hi.u64 %rd1, %rd2, %rd3;",
         false},
        {"call mymul.f32; .global .f32 xmul.f32;", false},
        {"", false},
        {"mul.", false},
    };
    struct image_build_options build = {.no_fma = true};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (!image_build_refusal(&build, cases[i].text) == cases[i].refused)
            fail_msg("%s", cases[i].text);
        build.no_fma = false;
        assert_null(image_build_refusal(&build, cases[i].text));
        build.no_fma = true;
    }
    build = (struct image_build_options){.foreign = true};
    assert_non_null(image_build_refusal(&build, ""));
}

static void test_none(void **state)
{
    struct image_entry entry = {.debug = true};
    struct image_build_options got;

    (void)state;
    image_entry_build_options(&entry, &got);
    assert_true(got.debug);
    assert_int_equal(got.max_registers, -1);
}

static void test_file_of_nvcc(void **state)
{
    size_t size;
    uint8_t *bytes = image_build_read("archs.fatbin", &size);
    struct image image;
    const struct image_entry *entry;
    const char *reason;
    struct image_build_options got;

    (void)state;
    assert_int_equal(image_open(bytes, size, &image), 0);
    image_pick(&image, 0, 80, &entry, &reason);
    assert_non_null(entry);
    image_entry_build_options(entry, &got);
    assert_int_equal(got.max_registers, 32);
    assert_int_equal(got.opt_level, 2);
    assert_true(got.line_info);
    assert_false(got.debug);
    image_finish(&image);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_refusal),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_file_of_nvcc),
    };
    return cmocka_run_group_tests_name("image_options", tests, NULL, NULL);
}
