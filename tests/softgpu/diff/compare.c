/* SPDX-License-Identifier: MIT
 *
 * compare.c - what two runs of the forms have in common. Any NaN equals any other where the type is
 * f64 or the form is an approximation; else bits must agree, or be as near as the form allows.
 */
#include "tests/softgpu/diff/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SHOWN 4

bool diff_write(FILE *out, const struct form *form, const uint64_t *results)
{
    fprintf(out, "%s\n", form->name);
    fputc(results ? 1 : 0, out);
    if (results)
        fwrite(results, sizeof(*results), DIFF_N, out);
    return !ferror(out);
}

/* 1 run, 0 refused, -1: the file does not fit. */
static int read_results(FILE *in, const struct form *form, uint64_t results[DIFF_N])
{
    char name[512];
    int ran;

    if (!fgets(name, sizeof(name), in))
        return -1;
    name[strcspn(name, "\n")] = 0;
    ran = fgetc(in);
    if (strcmp(name, form->name) != 0 || ran < 0 || ran > 1)
        return -1;
    if (ran && fread(results, sizeof(*results), DIFF_N, in) != DIFF_N)
        return -1;
    return ran;
}

static bool is_nan(uint64_t bits, unsigned bytes)
{
    if (bytes == 8)
        return (bits & INT64_MAX) > UINT64_C(0x7ff0000000000000);
    return bytes == 4 && (bits & 0x7fffffff) > 0x7f800000;
}

static double value_of(uint64_t bits, unsigned bytes)
{
    uint32_t low = (uint32_t)bits;
    float narrow;
    double wide;

    memcpy(&narrow, &low, sizeof(narrow));
    memcpy(&wide, &bits, sizeof(wide));
    return bytes == 8 ? wide : (double)narrow;
}

/* Distance in numbers of a format of so many bits. */
static double ulps(uint64_t x, uint64_t y, unsigned bits)
{
    uint64_t sign = UINT64_C(1) << (bits - 1), mask = sign | (sign - 1);
    int64_t a, b;

    x &= mask;
    y &= mask;
    a = x & sign ? -(int64_t)(x & ~sign) : (int64_t)x;
    b = y & sign ? -(int64_t)(y & ~sign) : (int64_t)y;
    return a > b ? (double)((uint64_t)a - (uint64_t)b) : (double)((uint64_t)b - (uint64_t)a);
}

static bool is_half_nan(uint16_t x, bool bf)
{
    return (x & 0x7fff) > (bf ? 0x7f80 : 0x7c00);
}

static double half_ulps(const struct form *form, uint64_t x, uint64_t y)
{
    bool bf = form->result[0] == 'b';
    double most = 0;

    for (unsigned i = 0; i < form->result_bytes / 2; i++) {
        uint16_t a = (uint16_t)(x >> 16 * i), b = (uint16_t)(y >> 16 * i);
        double far = is_half_nan(a, bf) && is_half_nan(b, bf) ? 0 : ulps(a, b, 16);
        most = far > most ? far : most;
    }
    return most;
}

/* How far apart, in the units of the form's check; 0 is equal. */
static double distance(const struct form *form, uint64_t x, uint64_t y)
{
    unsigned bytes = form->result_bytes;
    double a = value_of(x, bytes), b = value_of(y, bytes), far = fabs(a - b);

    if (x == y)
        return 0;
    if (form->check == CHECK_HALF_ULPS)
        return half_ulps(form, x, y);
    if (is_nan(x, bytes) && is_nan(y, bytes) && form->result[0] == 'f' &&
        (bytes == 8 || form->check != CHECK_EXACT))
        return 0;
    switch (form->check) {
    case CHECK_EXACT:
        return INFINITY;
    case CHECK_ULPS:
        return ulps(x, y, bytes * 8);
    case CHECK_HIGH_WORD:
        return ulps(x >> 32, y >> 32, 32);
    case CHECK_ABSOLUTE:
        return far;
    case CHECK_RELATIVE:
        return a == b ? 0 : far / fmax(fabs(a), fabs(b));
    default:
        return fmin(far, a == b ? 0 : far / fmax(fabs(a), fabs(b)));
    }
}

static void show(const struct form *form, unsigned at, uint64_t x, uint64_t y)
{
    static uint64_t values[DIFF_N];

    printf("   ");
    for (unsigned i = 0; i < form->n_sources; i++) {
        form_operands(form, i, values);
        printf(" %c=%" PRIx64, 'A' + (int)i, values[at]);
    }
    printf(": %" PRIx64 " | %" PRIx64 "\n", x, y);
}

/* Returns whether the form's results agree. */
static bool compare_form(const struct form *form, const uint64_t *a, const uint64_t *b)
{
    double most = 0;
    unsigned wrong = 0;

    for (unsigned i = 0; i < DIFF_N; i++) {
        double far = distance(form, a[i], b[i]);
        wrong += !(far <= form->allowed);
        if (far > most || far != far)
            most = far;
    }
    if (wrong || form->check != CHECK_EXACT)
        printf("%s %s: %u of %u wrong, greatest difference %g, allowed %g\n",
               wrong ? "DIFFERS" : "close", form->name, wrong, DIFF_N, most, form->allowed);
    for (unsigned i = 0, shown = 0; i < DIFF_N && shown < MAX_SHOWN && wrong; i++) {
        if (distance(form, a[i], b[i]) <= form->allowed)
            continue;
        show(form, i, a[i], b[i]);
        shown++;
    }
    return !wrong;
}

int diff_compare(const char *path_a, const char *path_b)
{
    static uint64_t a[DIFF_N], b[DIFF_N];
    size_t n, same = 0, differ = 0, only_a = 0, only_b = 0, neither = 0;
    struct form *forms = forms_all(&n);
    FILE *in_a = fopen(path_a, "r"), *in_b = fopen(path_b, "r");

    if (!forms || !in_a || !in_b)
        return 2;
    for (size_t i = 0; i < n; i++) {
        int ran_a = read_results(in_a, &forms[i], a), ran_b = read_results(in_b, &forms[i], b);
        if (ran_a < 0 || ran_b < 0)
            return 2;
        if (ran_a != ran_b)
            printf("only in %s: %s\n", ran_a ? path_a : path_b, forms[i].name);
        only_a += ran_a && !ran_b;
        only_b += ran_b && !ran_a;
        neither += !ran_a && !ran_b;
        if (ran_a && ran_b && compare_form(&forms[i], a, b))
            same++;
        else if (ran_a && ran_b)
            differ++;
    }
    printf("%zu forms: %zu agree, %zu differ, %zu only in %s, %zu only in %s, %zu in neither\n", n,
           same, differ, only_a, path_a, only_b, path_b, neither);
    forms_free(forms, n);
    fclose(in_a);
    fclose(in_b);
    return differ || only_b ? 1 : 0;
}

/* FNV-1a over the results, any NaN of an f64 as one. */
static uint64_t sum_of(const struct form *form, const uint64_t *results)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    for (unsigned i = 0; i < DIFF_N; i++) {
        uint64_t x = results[i];
        if (strcmp(form->result, "f64") == 0 && is_nan(x, 8))
            x = UINT64_C(0x7ff8000000000000);
        for (unsigned b = 0; b < 8; b++)
            sum = (sum ^ (x >> 8 * b & 255)) * UINT64_C(0x100000001b3);
    }
    return sum;
}

int diff_sums(const char *path)
{
    static uint64_t results[DIFF_N];
    size_t n;
    struct form *forms = forms_all(&n);
    FILE *in = fopen(path, "r");

    if (!forms || !in)
        return 2;
    for (size_t i = 0; i < n; i++) {
        int ran = read_results(in, &forms[i], results);
        if (ran < 0)
            return 2;
        if (ran && forms[i].check == CHECK_EXACT)
            printf("%016" PRIx64 " %s\n", sum_of(&forms[i], results), forms[i].name);
    }
    forms_free(forms, n);
    fclose(in);
    return 0;
}

/* The sum of a form in the list; false: not there. The list is in the order of the forms, but may
 * lack some: it is read on from where the last one was found. */
static bool find_sum(FILE *list, const char *name, uint64_t *ret_sum)
{
    char line[512];
    long start = ftell(list);

    while (fgets(line, sizeof(line), list)) {
        line[strcspn(line, "\n")] = 0;
        if (strlen(line) > 17 && strcmp(line + 17, name) == 0) {
            *ret_sum = strtoull(line, NULL, 16);
            return true;
        }
    }
    fseek(list, start, SEEK_SET);
    return false;
}

int diff_check_sums(const char *path, const char *sums)
{
    static uint64_t results[DIFF_N];
    size_t n, same = 0, differ = 0;
    struct form *forms = forms_all(&n);
    FILE *in = fopen(path, "r"), *list = fopen(sums, "r");

    if (!forms || !in || !list)
        return 2;
    for (size_t i = 0; i < n; i++) {
        int ran = read_results(in, &forms[i], results);
        uint64_t sum;
        if (ran < 0)
            return 2;
        if (forms[i].check != CHECK_EXACT || !find_sum(list, forms[i].name, &sum))
            continue;
        if (!ran || sum_of(&forms[i], results) != sum)
            printf("differs: %s\n", forms[i].name);
        *(ran && sum_of(&forms[i], results) == sum ? &same : &differ) += 1;
    }
    printf("%zu forms as recorded, %zu not\n", same, differ);
    forms_free(forms, n);
    fclose(in);
    fclose(list);
    return differ || !same ? 1 : 0;
}
