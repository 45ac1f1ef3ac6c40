/* SPDX-License-Identifier: MIT
 *
 * test_rules.c - SLIVER_SLICE: what is read, what is refused and where, which rule wins.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "slicer/rules.h"

static void expect(const char *text, const char *name, enum slice_mode mode, uint32_t x, uint32_t y,
                   uint32_t z)
{
    struct rules *rules = NULL;
    size_t bad_at = 0;
    assert_int_equal(rules_parse(text, &rules, &bad_at), 0);
    struct slice_size size = rules_match(rules, name);
    assert_int_equal(size.mode, mode);
    assert_int_equal(size.x, x);
    assert_int_equal(size.y, y);
    assert_int_equal(size.z, z);
    rules_destroy(rules);
}

static void test_sizes(void **state)
{
    (void)state;
    expect("auto", "k", SLICE_AUTO, 1, 1, 1);
    expect("off", "k", SLICE_OFF, 1, 1, 1);
    expect("64", "k", SLICE_BLOCKS, 64, 1, 1);
    expect(" 64 ", "k", SLICE_BLOCKS, 64, 1, 1);
    expect("4294967295", "k", SLICE_BLOCKS, UINT32_MAX, 1, 1);
    expect("8x66", "k", SLICE_SHAPE, 8, 66, 1);
    expect("4x2x2", "k", SLICE_SHAPE, 4, 2, 2);
    expect("", "k", SLICE_AUTO, 1, 1, 1);
    expect(" ; ;", "k", SLICE_AUTO, 1, 1, 1);
}

static const char study[] = "*gemm*=8x33; ComputeQ*=64; *=off";

static void test_first_match_wins(void **state)
{
    (void)state;
    expect(study, "_Z5sgemmPf", SLICE_SHAPE, 8, 33, 1);
    expect(study, "_Z11ComputeQGPUiiPfS_S_S_S_", SLICE_BLOCKS, 64, 1, 1);
    expect(study, "_Z5otherv", SLICE_OFF, 1, 1, 1);
    expect("a=1;a=2", "a", SLICE_BLOCKS, 1, 1, 1);
    expect("a=1;2;*=3", "b", SLICE_BLOCKS, 2, 1, 1);
    expect("a=1", "b", SLICE_AUTO, 1, 1, 1);
}

static void test_every_name_counts(void **state)
{
    static const char mangled[] = "_ZN2la4gemmIfLi8EEEvPT_";
    (void)state;
    expect("gemm=2", mangled, SLICE_BLOCKS, 2, 1, 1);
    expect("la::*=2", mangled, SLICE_BLOCKS, 2, 1, 1);
    expect("la::gemm<float, 8>=2", mangled, SLICE_BLOCKS, 2, 1, 1);
    expect("*(float[*])=2", mangled, SLICE_BLOCKS, 2, 1, 1);
    expect("_ZN2la*=2", mangled, SLICE_BLOCKS, 2, 1, 1);
    expect("gem=2", mangled, SLICE_AUTO, 1, 1, 1);
    expect("*operator==*=2;*=3", "x operator== y", SLICE_BLOCKS, 2, 1, 1);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        size_t at;
    } cases[] = {
        {"0", 0},
        {"-1", 0},
        {"8x", 0},
        {"x8", 0},
        {"8x0", 0},
        {"1x2x3x4", 0},
        {"4294967296", 0},
        {"autox", 0},
        {"64k", 0},
        {"a=", 0},
        {"=4", 0},
        {"a=4; b=five", 5},
        {"a=4;b=5; off8", 9},
        {"8 x 8", 0},
        {"99999999999999999999", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rules *rules = NULL;
        size_t bad_at = 77;
        assert_int_equal(rules_parse(cases[i].text, &rules, &bad_at), -EINVAL);
        assert_int_equal(bad_at, cases[i].at);
        assert_null(rules);
    }
    rules_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_first_match_wins),
        cmocka_unit_test(test_every_name_counts),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
