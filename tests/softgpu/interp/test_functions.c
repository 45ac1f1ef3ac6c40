/* SPDX-License-Identifier: MIT
 *
 * test_functions.c - the functions of functions.h in kernels, on random and special numbers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/softgpu/interp/functions.h"
#include "tests/softgpu/interp/harness.h"

#define N 300

enum result { INT, FLOAT, DOUBLE };

struct function {
    const char *kernel;
    uint64_t (*reference)(int64_t a, int64_t b);
    enum result type;
    unsigned ulps;
};

static const struct function functions[] = {
#define FUNCTION(name, type, ulps) {"k_" #name, name, type, ulps},
    FUNCTIONS(FUNCTION)
#undef FUNCTION
};
#define N_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static uint64_t random_state = 88172645463325252u;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static int64_t special(unsigned i)
{
    static const int64_t values[] = {0,         1,         -1,        2,         7,
                                     INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, UINT32_MAX,
                                     1ll << 32, -65536,    65536,     255,       -128};

    return values[i % (sizeof(values) / sizeof(values[0]))];
}

/* Numbers of all sizes. */
static int64_t operand(unsigned i, unsigned stride)
{
    return i < 225 ? special(i / stride) : (int64_t)next_random() >> (next_random() % 60);
}

/* Distance in representable numbers; those of both signs in one order. */
static uint64_t distance(uint64_t x, uint64_t y, unsigned bits)
{
    uint64_t sign = UINT64_C(1) << (bits - 1);

    x = x & sign ? sign - (x & ~sign) : sign + x;
    y = y & sign ? sign - (y & ~sign) : sign + y;
    return x > y ? x - y : y - x;
}

static bool agrees(const struct function *function, uint64_t result, uint64_t expected)
{
    if (function->type == INT || !function->ulps)
        return result == expected;
    return distance(result, expected, function->type == FLOAT ? 32 : 64) <= function->ulps;
}

static void test_functions(void **state)
{
    struct harness *harness = harness_load(PTX_DIR "/functions.ptx");
    int64_t *a = harness_alloc(harness, N * sizeof(*a)),
            *b = harness_alloc(harness, N * sizeof(*b));
    uint64_t *out = harness_alloc(harness, N * sizeof(*out));
    unsigned wrong = 0;
    int n = N;

    (void)state;
    for (unsigned i = 0; i < N; i++) {
        a[i] = operand(i, 15);
        b[i] = operand(i, 1);
    }
    for (size_t f = 0; f < N_FUNCTIONS; f++) {
        harness_launch(harness, functions[f].kernel, 3, 128,
                       ARGS(ARG(a), ARG(b), ARG(out), ARG(n)));
        for (unsigned i = 0; i < N; i++) {
            uint64_t expected = functions[f].reference(a[i], b[i]);
            if (agrees(&functions[f], out[i], expected))
                continue;
            fprintf(stderr, "%s(%lld, %lld) = 0x%llx, not 0x%llx\n", functions[f].kernel,
                    (long long)a[i], (long long)b[i], (unsigned long long)out[i],
                    (unsigned long long)expected);
            wrong++;
            break;
        }
    }
    assert_int_equal(wrong, 0);
    harness_destroy(harness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_functions)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
