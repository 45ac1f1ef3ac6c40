/* SPDX-License-Identifier: MIT
 *
 * test_softgpu_exec_half.c - short floats of the software device, against the compiler's own
 * binary16 and against bounds: each rounding gives the neighbour it must.
 */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tools/softgpu/exec/half.h"

static uint64_t state_word = 0x9e3779b97f4a7c15;

static uint64_t next_random(void)
{
    state_word ^= state_word << 13;
    state_word ^= state_word >> 7;
    state_word ^= state_word << 17;
    return state_word;
}

/* Of all sizes that matter to binary16, some halfway between two of its numbers. */
static double random_double(void)
{
    uint64_t r = next_random();
    double x = ldexp((double)(r >> 11) * 0x1p-53 + 1, (int)(r % 48) - 30);

    if (r & 1 << 6)
        x = (double)f16_value((uint16_t)(next_random() & 0x7bff)) + (r & 128 ? 0x1p-25 : 0);
    return r & 1 << 7 ? -x : x;
}

static void test_values(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        uint16_t half = (uint16_t)bits;
        float value = f16_value(half);
        if ((bits & 0x7fff) > 0x7c00) {
            assert_true(value != value);
            continue;
        }
        assert_int_equal(f16_round(value, ROUND_RN), half);
        assert_int_equal(f16_round(value, ROUND_RZ), half);
        assert_int_equal(f16_round(value, ROUND_RP), half);
    }
}

#ifdef __FLT16_MAX__
static void test_nearest(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        double x = random_double();
        _Float16 expected = (_Float16)x;
        uint16_t bits;
        memcpy(&bits, &expected, sizeof(bits));
        assert_int_equal(f16_round(x, ROUND_RN), bits);
    }
}
#else
static void test_nearest(void **state)
{
    (void)state;
    skip(); /* the compiler has no binary16 */
}
#endif

static void test_directed(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        double x = random_double();
        double down = f16_value(f16_round(x, ROUND_RM)), up = f16_value(f16_round(x, ROUND_RP));
        double zero = f16_value(f16_round(x, ROUND_RZ));
        assert_true(down <= x && x <= up && fabs(zero) <= fabs(x));
        assert_true(zero == (x < 0 ? up : down));
        assert_true(down == up || nextafter(down, up) < up);
    }
    assert_int_equal(f16_round(1e9, ROUND_RN), 0x7c00);
    assert_int_equal(f16_round(1e9, ROUND_RZ), 0x7bff);
    assert_int_equal(f16_round(-1e9, ROUND_RP), 0xfbff);
    assert_int_equal(f16_round(NAN, ROUND_RN), F16_NAN);
    assert_int_equal(f16_round(1e-30, ROUND_RP), 1);
    assert_int_equal(f16_round(-1e-30, ROUND_RZ), 0x8000);
}

static void test_bfloat(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        uint32_t bits = (uint32_t)next_random();
        float x = f32_from(bits);
        uint32_t expected = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
        if (x != x)
            continue;
        assert_int_equal(bf16_round(x, ROUND_RN), expected);
        assert_int_equal(bf16_round(x, ROUND_RZ), bits >> 16);
        assert_int_equal(half_round(x, 11, 8, ROUND_RNA, 0x3ffff) << 13,
                         (bits & 0x7f800000) == 0x7f800000 ? bits : (bits + 0x1000) & 0xffffe000);
    }
}

/* The odd sum is exact, or its last bit is set and the exact one lies next to it. */
static void test_odd(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        double x = f16_value((uint16_t)(next_random() & 0xfbff)),
               y = f16_value((uint16_t)(next_random() & 0xfbff));
        double z = f16_value((uint16_t)(next_random() & 0xfbff)), odd = half_fma_odd(x, y, z);
        long double exact = (long double)x * y + z;
        assert_true(odd == exact || (f64_bits(odd) & 1));
        assert_true(fabsl(odd - exact) <= fabsl(exact) * 0x1p-52L);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),   cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_directed), cmocka_unit_test(test_bfloat),
        cmocka_unit_test(test_odd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
