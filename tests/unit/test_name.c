/* SPDX-License-Identifier: MIT
 *
 * test_name.c - kernels' names: what nvcc and g++ make, compared with c++filt's text (less the
 * return type); hostile bytes end in time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "slicer/name.h"

static const struct {
    const char *mangled, *full, *scoped, *plain;
} cases[] = {
    {"saxpy", "saxpy", "saxpy", "saxpy"},
    {"", "", "", ""},
    {"_Z5saxpyifPKfPf", "saxpy(int, float, float const*, float*)", "saxpy", "saxpy"},
    {"_Z5emptyv", "empty()", "empty", "empty"},
    {"_ZN2la4gemmIfLi8EEEvPT_", "la::gemm<float, 8>(float*)", "la::gemm<float, 8>", "gemm"},
    {"_Z11ComputeQGPUiiPfS_S_S_S_", "ComputeQGPU(int, int, float*, float*, float*, float*, float*)",
     "ComputeQGPU", "ComputeQGPU"},
    {"_ZN12_GLOBAL__N_11kEPi", "(anonymous namespace)::k(int*)", "(anonymous namespace)::k", "k"},
    {"_ZL3fooPf", "foo(float*)", "foo", "foo"},
    {"_Z1kN1a1bE", "k(a::b)", "k", "k"},
    {"_Z1kN1a1bES0_NS_1cE", "k(a::b, a::b, a::c)", "k", "k"},
    {"_Z1kI1SIiEEvT_", "k<S<int> >(S<int>)", "k<S<int> >", "k"},
    {"_Z1kILb1ELj3ELm7ELln5EEvv", "k<true, 3u, 7ul, -5l>()", "k<true, 3u, 7ul, -5l>", "k"},
    {"_Z1kIL1E2EEvv", "k<(E)2>()", "k<(E)2>", "k"},
    {"_Z1kIJifEEvDpT_", "k<int, float>(int, float)", "k<int, float>", "k"},
    {"_Z1kSt4pairIifE", "k(std::pair<int, float>)", "k", "k"},
    {"_ZN2at6native13reduce_kernelILi512ELi1ENS0_8ReduceOpIfNS0_7MeanOpsIfEEEEEEvT1_",
     "at::native::reduce_kernel<512, 1, at::native::ReduceOp<float, at::native::MeanOps<float> > "
     ">(at::native::ReduceOp<float, at::native::MeanOps<float> >)",
     "at::native::reduce_kernel<512, 1, at::native::ReduceOp<float, at::native::MeanOps<float> > >",
     "reduce_kernel"},
    /* A lambda's type is not read: the plain name still is. */
    {"_Z5applyIZ4mainEUlfE_EvT_Pf", "", "_Z5applyIZ4mainEUlfE_EvT_Pf", "apply"},
    {"_Z1kPFvvE", "", "k", "k"},
    {"_Z", "", "_Z", "_Z"},
    {"_Z99k", "", "_Z99k", "_Z99k"},
    {"_ZN1kS99_E", "", "_ZN1kS99_E", "k"},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kernel_name name;
        kernel_name_read(cases[i].mangled, &name);
        assert_string_equal(name.full, cases[i].full);
        assert_string_equal(name.scoped, cases[i].scoped);
        assert_string_equal(name.plain, cases[i].plain);
    }
}

/* Substitutions that double the text each time must not grow without bound. */
static void test_growth_bounded(void **state)
{
    char text[2048] = "_Z1kI1aIiiEE";
    struct kernel_name name;
    (void)state;
    strcpy(text, "_Z1k1aIiiE");
    for (char digit = '1'; digit <= '9'; digit++) {
        char more[] = "1bIS0_S0_E";
        more[4] = digit;
        strcat(text, more);
    }
    kernel_name_read(text, &name);
    assert_string_equal(name.plain, "k");
}

static void test_depth_bounded(void **state)
{
    static char text[100000];
    struct kernel_name name;
    (void)state;
    memset(text, 'P', sizeof(text) - 1);
    memcpy(text, "_Z1k", 4);
    kernel_name_read(text, &name);
    assert_string_equal(name.full, "");
    assert_string_equal(name.scoped, "k");
}

static void test_random_bytes(void **state)
{
    static const char letters[] = "NSTIELPRKJDXZ_0123456789abifvtk";
    char text[64];
    struct kernel_name name;
    (void)state;
    srand(7);
    for (int round = 0; round < 20000; round++) {
        size_t n = 2 + (size_t)rand() % 60;
        memcpy(text, "_Z", 2);
        for (size_t i = 2; i < n; i++)
            text[i] = letters[(size_t)rand() % (sizeof(letters) - 1)];
        text[n] = '\0';
        kernel_name_read(text, &name);
        assert_true(strlen(name.full) < sizeof(name.full));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_growth_bounded),
        cmocka_unit_test(test_depth_bounded),
        cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
