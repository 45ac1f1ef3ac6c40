/* SPDX-License-Identifier: MIT
 *
 * ptx_place.c - see ptx_place.h.
 */
#include "ptx-rewriter/ptx_place.h"

enum { LINE_INSTRUCTIONS = 8, WORD_BYTES = 4, PAIR_BYTES = 8 };

/* One load brings a pair of words, so a word may come with the parameter before it. */
static bool comes_with_last_param(const struct ptx_kernel *kernel)
{
    return kernel->n_params > 0 && kernel->twin_tail_bytes % PAIR_BYTES != 0 &&
           kernel->params[kernel->n_params - 1].size_bytes == WORD_BYTES;
}

/* Loads of the offset that the original does not make. */
static unsigned count_loads(const struct ptx_kernel *kernel, unsigned axes)
{
    unsigned pairs = 0, n = 0;

    for (unsigned axis = 0; axis < 3; axis++) {
        unsigned pair = (kernel->twin_tail_bytes % PAIR_BYTES + axis * WORD_BYTES) / PAIR_BYTES;
        if (axes & 1u << axis)
            pairs |= 1u << pair;
    }
    for (; pairs; pairs &= pairs - 1)
        n++;
    return n - ((axes & 1) && comes_with_last_param(kernel));
}

unsigned ptx_place_fill(const struct ptx_kernel *kernel, unsigned axes, unsigned arch)
{
    unsigned shift = 0;

    for (unsigned axis = 0; axis < 3; axis++)
        shift += axes >> axis & 1; /* the additions */
    if (arch >= 90)                /* before, an addition takes its constant by itself */
        shift += count_loads(kernel, axes);
    return (LINE_INSTRUCTIONS - shift % LINE_INSTRUCTIONS) % LINE_INSTRUCTIONS;
}
