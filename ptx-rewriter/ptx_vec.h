/* SPDX-License-Identifier: MIT
 *
 * ptx_vec.h - arrays that grow, for the passes over PTX. One owner, no locks.
 */
#ifndef PTX_REWRITER_PTX_VEC_H
#define PTX_REWRITER_PTX_VEC_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

/* Declares struct NAME { TYPE *items; uint32_t n, cap; }; all zero is an empty one. */
#define PTX_VEC(name, type)                                                                        \
    struct name {                                                                                  \
        type *items;                                                                               \
        uint32_t n, cap;                                                                           \
    }

/* Room for one more item. 0 or -ENOMEM (then nothing has changed). */
#define ptx_vec_reserve(vec)                                                                       \
    ({                                                                                             \
        void *grown_ = ptx_vec_grow((vec)->items, (vec)->n, &(vec)->cap, sizeof(*(vec)->items));   \
        if (grown_)                                                                                \
            (vec)->items = grown_;                                                                 \
        grown_ ? 0 : -ENOMEM;                                                                      \
    })

static inline void *ptx_vec_grow(void *items, uint32_t n, uint32_t *cap, size_t item_bytes)
{
    uint32_t bigger = *cap ? *cap * 2 : 16;
    void *grown;

    if (n < *cap)
        return items;
    if (bigger < *cap)
        return NULL;
    grown = reallocarray(items, bigger, item_bytes);
    if (grown)
        *cap = bigger;
    return grown;
}

#endif
