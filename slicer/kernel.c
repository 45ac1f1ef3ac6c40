/* SPDX-License-Identifier: MIT
 *
 * kernel.c - see kernel.h. Shapes are a list that only grows at its head, so readers need no lock.
 */
#include "slicer/kernel.h"

#include <stdlib.h>
#include <string.h>

#include "slicer/tune.h"

struct kernel *kernel_create(const char *name, const struct slice_size *rule, const char *reason)
{
    struct kernel *kernel = calloc(1, sizeof(*kernel));
    if (!kernel)
        return NULL;
    kernel->name = strdup(name);
    if (!kernel->name) {
        free(kernel);
        return NULL;
    }
    kernel->rule = *rule;
    atomic_init(&kernel->whole_reason, reason);
    atomic_init(&kernel->refs, 1);
    return kernel;
}

struct kernel *kernel_ref(struct kernel *kernel)
{
    if (kernel)
        atomic_fetch_add_explicit(&kernel->refs, 1, memory_order_relaxed);
    return kernel;
}

static void shape_destroy(struct kernel_shape *shape)
{
    struct tune *next, *tune = atomic_load_explicit(&shape->tunes, memory_order_relaxed);
    for (; tune; tune = next) {
        next = tune->next;
        free(tune);
    }
    free(shape);
}

static void kernel_destroy(struct kernel *kernel)
{
    struct kernel_shape *next, *shape = atomic_load_explicit(&kernel->shapes, memory_order_relaxed);
    for (; shape; shape = next) {
        next = shape->next;
        shape_destroy(shape);
    }
    if (kernel->free_handles)
        kernel->free_handles(kernel->handles);
    free(kernel->name);
    free(kernel);
}

void kernel_unref(struct kernel *kernel)
{
    if (kernel && atomic_fetch_sub_explicit(&kernel->refs, 1, memory_order_acq_rel) == 1)
        kernel_destroy(kernel);
}

static bool grid3_equal(struct grid3 a, struct grid3 b)
{
    return a.x == b.x && a.y == b.y && a.z == b.z;
}

/* From first up to, not including, end. */
static struct kernel_shape *find_between(struct kernel_shape *first, const struct kernel_shape *end,
                                         const struct kernel_shape *like)
{
    for (; first != end; first = first->next)
        if (first->shared_bytes == like->shared_bytes &&
            grid3_equal(first->threads, like->threads) &&
            grid3_equal(first->cluster, like->cluster))
            return first;
    return NULL;
}

struct kernel_shape *kernel_find_shape(struct kernel *kernel, struct grid3 threads,
                                       uint32_t shared_bytes, struct grid3 cluster)
{
    const struct kernel_shape like = {
        .threads = threads, .shared_bytes = shared_bytes, .cluster = cluster};
    return find_between(atomic_load_explicit(&kernel->shapes, memory_order_acquire), NULL, &like);
}

struct kernel_shape *kernel_add_shape(struct kernel *kernel, struct grid3 threads,
                                      uint32_t shared_bytes, struct grid3 cluster,
                                      uint32_t wave_blocks)
{
    struct kernel_shape *shape = calloc(1, sizeof(*shape)), *seen = NULL;
    if (!shape)
        return NULL;
    shape->kernel = kernel;
    shape->threads = threads;
    shape->shared_bytes = shared_bytes;
    shape->cluster = cluster;
    shape->wave_blocks = wave_blocks ? wave_blocks : 1;
    struct kernel_shape *head = atomic_load_explicit(&kernel->shapes, memory_order_acquire);
    do {
        struct kernel_shape *other = find_between(head, seen, shape);
        if (other) {
            free(shape);
            return other;
        }
        seen = head;
        shape->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&kernel->shapes, &head, shape,
                                                    memory_order_acq_rel, memory_order_acquire));
    return shape;
}
