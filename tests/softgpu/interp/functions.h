/* SPDX-License-Identifier: MIT
 *
 * functions.h - functions of two numbers, compiled twice: by nvcc into a kernel each
 * (functions.cu), by the host's compiler as reference (test_functions.c). No contraction in either.
 * The table at the end says how far the results may differ: 0 means not at all.
 */
#ifndef SOFTGPU_TEST_FUNCTIONS_H
#define SOFTGPU_TEST_FUNCTIONS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __CUDACC__
#define FN __device__ static
#else
#define FN static
#endif

/* --- integers --- */

FN uint64_t div_s64(int64_t a, int64_t b)
{
    return b ? (uint64_t)(b == -1 ? 0 - (uint64_t)a : (uint64_t)(a / b)) : 0;
}
FN uint64_t rem_s64(int64_t a, int64_t b)
{
    return b && b != -1 ? (uint64_t)(a % b) : 0;
}
FN uint64_t div_u64(int64_t a, int64_t b)
{
    return b ? (uint64_t)a / (uint64_t)b : 0;
}
FN uint64_t rem_u64(int64_t a, int64_t b)
{
    return b ? (uint64_t)a % (uint64_t)b : 0;
}
FN uint64_t div_s32(int64_t a, int64_t b)
{
    int32_t x = (int32_t)a, y = (int32_t)b;
    return y && y != -1 ? (uint64_t)(int64_t)(x / y + x % y) : 7;
}
FN uint64_t div_const(int64_t a, int64_t b)
{
    return (uint64_t)(a / 7 + (int32_t)b / 1000 + (int16_t)a % 13 + (int64_t)((uint32_t)b / 10));
}
FN uint64_t narrow(int64_t a, int64_t b)
{
    int8_t x = (int8_t)a;
    uint8_t y = (uint8_t)b;
    int16_t z = (int16_t)(a >> 8);
    uint16_t w = (uint16_t)(b >> 16);
    return (uint64_t)((int64_t)x * y + (int64_t)z * w + (x < (int8_t)y) + (z > w));
}
FN uint64_t shifts(int64_t a, int64_t b)
{
    unsigned n = (unsigned)b & 31, m = (unsigned)b & 63;
    return ((uint32_t)a << n) + ((uint64_t)((int32_t)a >> n)) + ((uint64_t)a >> m) +
           ((uint64_t)a << m) + (uint64_t)(a >> m);
}
FN uint64_t rotate(int64_t a, int64_t b)
{
    unsigned n = (unsigned)b & 31;
    uint32_t x = (uint32_t)a;
    return n ? (x << n | x >> (32 - n)) : x;
}
FN uint64_t crc(int64_t a, int64_t b)
{
    uint32_t c = (uint32_t)b;
    for (int i = 0; i < 64; i++) {
        c ^= (uint32_t)(a >> i) & 1;
        c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
    }
    return c;
}
FN uint64_t collatz(int64_t a, int64_t b)
{
    uint64_t x = ((uint64_t)a & 0xffff) + 1, n = 0;
    (void)b;
    while (x != 1 && n < 500) {
        x = x & 1 ? 3 * x + 1 : x / 2;
        n++;
    }
    return n;
}
FN uint64_t gcd(int64_t a, int64_t b)
{
    uint64_t x = (uint64_t)a, y = (uint64_t)b;
    while (y) {
        uint64_t t = x % y;
        x = y;
        y = t;
    }
    return x;
}
FN uint64_t choose(int64_t a, int64_t b)
{
    switch ((uint64_t)a % 9) {
    case 0:
        return (uint64_t)b;
    case 1:
        return (uint64_t)b + 17;
    case 2:
        return (uint64_t)(b ^ a);
    case 3:
        return (uint64_t)b * 3;
    case 4:
        return ~(uint64_t)b;
    case 5:
        return (uint64_t)b >> 5;
    case 6: {
        uint64_t s = 0;
        for (int i = 0; i < (b & 15); i++)
            s = s * 31 + (uint64_t)i;
        return s;
    }
    case 7:
        return (uint64_t)(a > b ? a : b);
    default:
        return 99;
    }
}
FN uint64_t bits(int64_t a, int64_t b)
{
#ifdef __CUDACC__
    return (uint64_t)(__popcll((unsigned long long)a) + 100 * __clzll(b) + 10000 * __ffs((int)a)) +
           ((uint64_t)__brev((uint32_t)b) << 24);
#else
    uint32_t r = 0;
    for (int i = 0; i < 32; i++)
        r |= ((uint32_t)b >> i & 1) << (31 - i);
    return (uint64_t)(__builtin_popcountll((unsigned long long)a) +
                      100 * (b ? __builtin_clzll((unsigned long long)b) : 64) +
                      10000 * __builtin_ffs((int)a)) +
           ((uint64_t)r << 24);
#endif
}
FN uint64_t product_high(int64_t a, int64_t b)
{
#ifdef __CUDACC__
    return __umul64hi((unsigned long long)a, (unsigned long long)b) + (uint64_t)__mul64hi(a, b) +
           (uint64_t)(int64_t)__mulhi((int)a, (int)b) + __umulhi((unsigned)a, (unsigned)b);
#else
    return (uint64_t)((unsigned __int128)(uint64_t)a * (uint64_t)b >> 64) +
           (uint64_t)((__int128)a * b >> 64) +
           (uint64_t)(int64_t)(int32_t)((int64_t)(int32_t)a * (int32_t)b >> 32) +
           (uint32_t)((uint64_t)(uint32_t)a * (uint32_t)b >> 32);
#endif
}
FN uint64_t wide(int64_t a, int64_t b)
{
    unsigned __int128 x = (unsigned __int128)(uint64_t)a << 17 | (uint64_t)b,
                      y = x * (uint64_t)b + (uint64_t)a;
    return (uint64_t)(y >> 64) ^ (uint64_t)y ^ (uint64_t)(y - x);
}
FN uint64_t wide_div(int64_t a, int64_t b)
{
    unsigned __int128 x = (unsigned __int128)(uint64_t)a << 40 | (uint64_t)b;
    return b ? (uint64_t)(x / (uint64_t)b) : 1;
}
FN uint64_t local_array(int64_t a, int64_t b)
{
    uint32_t t[16];
    for (int i = 0; i < 16; i++)
        t[i] = (uint32_t)(a >> i) * 2654435761u;
    for (int i = 0; i < 16; i++)
        t[(b >> i * 2) & 15] ^= t[i];
    return t[a & 15] + ((uint64_t)t[b & 15] << 32);
}
FN uint64_t insertion_sort(int64_t a, int64_t b)
{
    int t[12];
    uint64_t h = 0;
    for (int i = 0; i < 12; i++)
        t[i] = (int)(((uint64_t)a + (uint64_t)i * (uint64_t)b) >> (i * 3));
    for (int i = 1; i < 12; i++) {
        int v = t[i], j = i;
        for (; j > 0 && t[j - 1] > v; j--)
            t[j] = t[j - 1];
        t[j] = v;
    }
    for (int i = 0; i < 12; i++)
        h = h * 1000003 + (uint64_t)(int64_t)t[i];
    return h;
}

/* --- recursion, pointers to functions --- */

#ifdef __CUDACC__
#define NOINLINE __noinline__
#else
#define NOINLINE __attribute__((noinline))
#endif
FN NOINLINE uint64_t fibonacci(unsigned n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}
FN uint64_t recursion(int64_t a, int64_t b)
{
    return fibonacci((unsigned)(a & 7) + (unsigned)(b & 3));
}
FN NOINLINE uint32_t ackermann(uint32_t m, uint32_t n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}
FN uint64_t deep(int64_t a, int64_t b)
{
    return ackermann((uint32_t)(a & 1) + 1, (uint32_t)(b & 7));
}
FN NOINLINE uint64_t twice(uint64_t x)
{
    return x * 2;
}
FN NOINLINE uint64_t thrice(uint64_t x)
{
    return x * 3 + 1;
}
FN NOINLINE uint64_t square(uint64_t x)
{
    return x * x;
}
typedef uint64_t (*step_fn)(uint64_t);
FN uint64_t pointers(int64_t a, int64_t b)
{
    step_fn steps[3] = {twice, thrice, square};
    uint64_t x = (uint64_t)b;
    for (int i = 0; i < 6; i++)
        x = steps[((uint64_t)a >> i * 3) % 3](x);
    return x;
}
struct big {
    int64_t v[5];
    char c;
    double d;
};
FN NOINLINE struct big change(struct big s, int64_t by)
{
    s.v[by & 3] = (int64_t)((uint64_t)s.v[by & 3] + (uint64_t)by);
    s.c = (char)(s.c + by);
    s.d = s.d * 2 + (double)(by & 255);
    return s;
}
FN uint64_t structs(int64_t a, int64_t b)
{
    struct big s = {{a, b, a ^ b, a & b, 5}, (char)a, 0.5};
    uint64_t h = 0;
    for (int i = 0; i < 4; i++)
        s = change(s, (b >> i * 7) & 0xfff);
    for (int i = 0; i < 5; i++)
        h = h * 31 + (uint64_t)s.v[i];
    return h + (uint64_t)(int64_t)s.c + (uint64_t)s.d;
}

/* --- floats: the bits of a and b as numbers --- */

FN float float_of(int64_t a)
{
    return (float)(int32_t)a / 65536.0f;
}
FN double double_of(int64_t a)
{
    return (double)a / 4294967296.0;
}
FN uint64_t from_float(float x)
{
    uint32_t u;
    memcpy(&u, &x, 4);
    return x == x ? u : 0x7fffffff;
}
FN uint64_t from_double(double x)
{
    uint64_t u;
    memcpy(&u, &x, 8);
    return x == x ? u : UINT64_C(0x7ff8000000000000);
}
#define FLOAT1(name, ...)                                                                          \
    FN uint64_t name(int64_t a, int64_t b)                                                         \
    {                                                                                              \
        float x = float_of(a), y = float_of(b);                                                    \
        (void)y;                                                                                   \
        return from_float(__VA_ARGS__);                                                            \
    }
#define DOUBLE1(name, ...)                                                                         \
    FN uint64_t name(int64_t a, int64_t b)                                                         \
    {                                                                                              \
        double x = double_of(a), y = double_of(b);                                                 \
        (void)y;                                                                                   \
        return from_double(__VA_ARGS__);                                                           \
    }
FLOAT1(f_arith, (x + y) * (x - y) / (y + 0.3f) + x)
FLOAT1(f_sqrt, sqrtf(fabsf(x)) + 1 / y)
FLOAT1(f_fma, fmaf(x, y, x - y))
FLOAT1(f_minmax, fminf(x, y) + 3 * fmaxf(x, -y))
FLOAT1(f_round, truncf(x) + floorf(y) + ceilf(x * 3) + rintf(y * 7) + roundf(x))
FLOAT1(f_convert, (float)(int)(x * 100) + (float)(unsigned)fabsf(y * 1000) +
                      (float)(int64_t)(x * 1e6f) + (float)a + (float)(uint64_t)b)
FLOAT1(f_mod, fmodf(x, y))
FLOAT1(f_remainder, remainderf(x, y))
FLOAT1(f_scale, ldexpf(x, (int)(b & 31) - 16) + (float)ilogbf(y))
FLOAT1(f_exp, expf(x / 2000))
FLOAT1(f_log, logf(fabsf(x) + 0.01f))
FLOAT1(f_pow, powf(fabsf(x) / 1000, y / 20000))
FLOAT1(f_sin, sinf(x / 100))
FLOAT1(f_cos, cosf(x * 1000))
FLOAT1(f_tan, tanf(x / 10000))
FLOAT1(f_atan2, atan2f(x, y))
FLOAT1(f_tanh, tanhf(x / 10000))
FLOAT1(f_erf, erff(x / 20000))
FLOAT1(f_cbrt, cbrtf(x))
FLOAT1(f_hypot, hypotf(x, y))
FLOAT1(f_lgamma, lgammaf(fabsf(x) / 1000 + 3))
DOUBLE1(d_arith, (x + y) * (x - y) / (y + 0.3) + x)
DOUBLE1(d_sqrt, sqrt(fabs(x)) + 1 / y)
DOUBLE1(d_fma, fma(x, y, x - y))
DOUBLE1(d_round, trunc(x) + floor(y) + ceil(x * 3) + rint(y * 7) + round(x))
DOUBLE1(d_convert, (double)(int)(x / 3) + (double)(unsigned)(uint32_t)b +
                       (double)(int64_t)(x * 1e3) + (double)(uint64_t)b + (float)x)
DOUBLE1(d_mod, fmod(x, y))
DOUBLE1(d_exp, exp(x / 1e8))
DOUBLE1(d_log, log(fabs(x) + 0.01))
DOUBLE1(d_pow, pow(fabs(x) / 1e8, y / 1e9))
DOUBLE1(d_sin, sin(x))
DOUBLE1(d_cos, cos(x / 1e6))
DOUBLE1(d_tan, tan(x / 1e9))
DOUBLE1(d_atan2, atan2(x, y))
DOUBLE1(d_erf, erf(x / 1e9))
DOUBLE1(d_gamma, tgamma(fabs(x) / 1e9 + 1.5))
DOUBLE1(d_cbrt, cbrt(x))
DOUBLE1(d_sinh, sinh(x / 1e9))
DOUBLE1(d_log1p, log1p(fabs(x) / 1e9))

/* FUNCTION(name, type of the result, allowed difference in units in the last place) */
/* clang-format off */
#define FUNCTIONS(FUNCTION)          \
    FUNCTION(div_s64, INT, 0)        \
    FUNCTION(rem_s64, INT, 0)        \
    FUNCTION(div_u64, INT, 0)        \
    FUNCTION(rem_u64, INT, 0)        \
    FUNCTION(div_s32, INT, 0)        \
    FUNCTION(div_const, INT, 0)      \
    FUNCTION(narrow, INT, 0)         \
    FUNCTION(shifts, INT, 0)         \
    FUNCTION(rotate, INT, 0)         \
    FUNCTION(crc, INT, 0)            \
    FUNCTION(collatz, INT, 0)        \
    FUNCTION(gcd, INT, 0)            \
    FUNCTION(choose, INT, 0)         \
    FUNCTION(bits, INT, 0)           \
    FUNCTION(product_high, INT, 0)   \
    FUNCTION(wide, INT, 0)           \
    FUNCTION(wide_div, INT, 0)       \
    FUNCTION(local_array, INT, 0)    \
    FUNCTION(insertion_sort, INT, 0) \
    FUNCTION(recursion, INT, 0)      \
    FUNCTION(deep, INT, 0)           \
    FUNCTION(pointers, INT, 0)       \
    FUNCTION(structs, INT, 0)        \
    FUNCTION(f_arith, FLOAT, 0)      \
    FUNCTION(f_sqrt, FLOAT, 0)       \
    FUNCTION(f_fma, FLOAT, 0)        \
    FUNCTION(f_minmax, FLOAT, 0)     \
    FUNCTION(f_round, FLOAT, 0)      \
    FUNCTION(f_convert, FLOAT, 0)    \
    FUNCTION(f_mod, FLOAT, 0)        \
    FUNCTION(f_remainder, FLOAT, 0)  \
    FUNCTION(f_scale, FLOAT, 0)      \
    FUNCTION(f_exp, FLOAT, 3)        \
    FUNCTION(f_log, FLOAT, 3)        \
    FUNCTION(f_pow, FLOAT, 8)        \
    FUNCTION(f_sin, FLOAT, 4)        \
    FUNCTION(f_cos, FLOAT, 4)        \
    FUNCTION(f_tan, FLOAT, 8)        \
    FUNCTION(f_atan2, FLOAT, 4)      \
    FUNCTION(f_tanh, FLOAT, 4)       \
    FUNCTION(f_erf, FLOAT, 4)        \
    FUNCTION(f_cbrt, FLOAT, 2)       \
    FUNCTION(f_hypot, FLOAT, 4)      \
    FUNCTION(f_lgamma, FLOAT, 8)     \
    FUNCTION(d_arith, DOUBLE, 0)     \
    FUNCTION(d_sqrt, DOUBLE, 0)      \
    FUNCTION(d_fma, DOUBLE, 0)       \
    FUNCTION(d_round, DOUBLE, 0)     \
    FUNCTION(d_convert, DOUBLE, 0)   \
    FUNCTION(d_mod, DOUBLE, 0)       \
    FUNCTION(d_exp, DOUBLE, 3)       \
    FUNCTION(d_log, DOUBLE, 3)       \
    FUNCTION(d_pow, DOUBLE, 4)       \
    FUNCTION(d_sin, DOUBLE, 4)       \
    FUNCTION(d_cos, DOUBLE, 4)       \
    FUNCTION(d_tan, DOUBLE, 4)       \
    FUNCTION(d_atan2, DOUBLE, 4)     \
    FUNCTION(d_erf, DOUBLE, 4)       \
    FUNCTION(d_gamma, DOUBLE, 20)    \
    FUNCTION(d_cbrt, DOUBLE, 3)      \
    FUNCTION(d_sinh, DOUBLE, 4)      \
    FUNCTION(d_log1p, DOUBLE, 3)
/* clang-format on */

#endif
