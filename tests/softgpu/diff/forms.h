/* SPDX-License-Identifier: MIT
 *
 * forms.h - the instruction forms of forms.def: each a kernel in PTX and operands for it. A form,
 * its text and its operands are the same in every run and on every machine.
 */
#ifndef SOFTGPU_DIFF_FORMS_H
#define SOFTGPU_DIFF_FORMS_H

#include <stddef.h>
#include <stdint.h>

#define DIFF_THREADS 128u
#define DIFF_BLOCKS  16u
#define DIFF_N       (DIFF_THREADS * DIFF_BLOCKS)
#define DIFF_SCRATCH 16u /* bytes of global memory of a thread */

enum diff_check {
    CHECK_EXACT,
    CHECK_ULPS,
    CHECK_HALF_ULPS,
    CHECK_HIGH_WORD,
    CHECK_ABSOLUTE,
    CHECK_RELATIVE,
    CHECK_LOGARITHM,
};

struct form {
    char *name; /* its instructions */
    char result[8], sources[3][12];
    unsigned n_sources;
    unsigned result_bytes;
    enum diff_check check;
    double allowed;
};

/* All forms; free with forms_free. NULL: no memory. */
struct form *forms_all(size_t *ret_n);
void forms_free(struct form *forms, size_t n);

/* The kernel k(out, scratch, a, b, c) of a form: out and sources are arrays of 64-bit words, one
 * for a thread. Free the text. */
char *form_text(const struct form *form);

/* DIFF_N operands of source i. */
void form_operands(const struct form *form, unsigned i, uint64_t ret_values[DIFF_N]);

#endif
