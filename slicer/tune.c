/* SPDX-License-Identifier: MIT
 *
 * tune.c - see tune.h. Records are a list that only grows at its head, as a kernel's shapes are.
 */
#include "slicer/tune.h"

#include <stdlib.h>

#define MOST_GRIDS     4     /* of a shape */
#define FIRST_ORDINARY 2     /* launches of the ordinary size before another is tried */
#define MOST_PICKS     3     /* of a size of which nothing could be learned */
#define MIN_SLICE_NS   40000 /* slices that would be shorter cost more than they can win */
#define RETRY_EVERY    128   /* launches between two that try another size again */

static unsigned parts_of_wave(enum tune_size size)
{
    switch (size) {
    case TUNE_HALF:
        return 2;
    case TUNE_QUARTER:
        return 4;
    case TUNE_EIGHTH:
        return 8;
    default:
        return 1;
    }
}

static struct tune *find_between(struct tune *first, const struct tune *end, struct grid3 grid)
{
    for (; first != end; first = first->next)
        if (first->grid.x == grid.x && first->grid.y == grid.y && first->grid.z == grid.z)
            return first;
    return NULL;
}

static struct tune *of_owner(struct tune *tune, const void *owner)
{
    return tune && tune->owner == owner ? tune : NULL;
}

static bool has_room(const struct tune *head)
{
    unsigned n = 0;
    for (; head; head = head->next)
        n++;
    return n < MOST_GRIDS;
}

struct tune *tune_find(struct kernel_shape *shape, struct grid3 grid, const void *owner)
{
    struct tune *seen = NULL, *head = atomic_load_explicit(&shape->tunes, memory_order_acquire);
    struct tune *tune = find_between(head, NULL, grid);
    if (tune || !has_room(head))
        return of_owner(tune, owner);
    tune = calloc(1, sizeof(*tune));
    if (!tune)
        return NULL;
    tune->grid = grid;
    tune->owner = owner;
    do {
        struct tune *other = find_between(head, seen, grid);
        if (other) {
            free(tune);
            return of_owner(other, owner);
        }
        seen = head;
        tune->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&shape->tunes, &head, tune,
                                                    memory_order_acq_rel, memory_order_acquire));
    return tune;
}

uint64_t tune_blocks(const struct kernel_shape *shape, enum tune_size size,
                     uint64_t ordinary_blocks)
{
    if (size == TUNE_ORDINARY)
        return ordinary_blocks;
    uint64_t blocks = shape->wave_blocks / parts_of_wave(size);
    return blocks ? blocks : 1;
}

static uint64_t rate_of(uint64_t blocks, uint64_t ns)
{
    uint64_t all_ps;
    if (!blocks || __builtin_mul_overflow(ns, (uint64_t)1000, &all_ps))
        return UINT64_MAX / 4;
    return all_ps / blocks + 1;
}

uint64_t tune_estimate_ns(const struct tune *tune, enum tune_size size, uint64_t blocks)
{
    uint64_t block_ps = tune->sizes[size].block_ps, all_ps;
    if (!block_ps)
        block_ps = tune->sizes[TUNE_ORDINARY].block_ps;
    return __builtin_mul_overflow(block_ps, blocks, &all_ps) ? UINT64_MAX / 4 : all_ps / 1000;
}

/* Smaller than the ordinary one, and not so small that launching is all that is seen of it. */
static bool is_worth_trying(const struct tune *tune, const struct kernel_shape *shape,
                            enum tune_size size, uint64_t ordinary_blocks)
{
    uint64_t blocks = tune_blocks(shape, size, ordinary_blocks);
    return blocks < ordinary_blocks &&
           tune_estimate_ns(tune, TUNE_ORDINARY, blocks) >= MIN_SLICE_NS;
}

enum tune_size tune_best(const struct tune *tune)
{
    enum tune_size best = TUNE_ORDINARY;
    uint64_t least_ps = tune->sizes[TUNE_ORDINARY].block_ps;
    least_ps -= least_ps / 16;
    for (enum tune_size size = 1; size < TUNE_SIZES && !tune->stopped; size++) {
        uint64_t block_ps = tune->sizes[size].block_ps;
        if (block_ps && block_ps < least_ps) {
            best = size;
            least_ps = block_ps;
        }
    }
    return best;
}

static enum tune_size choose(struct tune *tune, const struct kernel_shape *shape,
                             uint64_t ordinary_blocks)
{
    if (tune->stopped || tune->sizes[TUNE_ORDINARY].n_learned < FIRST_ORDINARY)
        return TUNE_ORDINARY;
    for (enum tune_size size = 1; size < TUNE_SIZES; size++)
        if (!tune->sizes[size].n_learned && tune->sizes[size].n_picked < MOST_PICKS &&
            is_worth_trying(tune, shape, size, ordinary_blocks))
            return size;
    enum tune_size again = tune->n_picked / RETRY_EVERY % TUNE_SIZES;
    if (tune->n_picked % RETRY_EVERY == 0 &&
        (again == TUNE_ORDINARY || is_worth_trying(tune, shape, again, ordinary_blocks)))
        return again;
    return tune_best(tune);
}

enum tune_size tune_pick(struct tune *tune, const struct kernel_shape *shape,
                         uint64_t ordinary_blocks)
{
    tune->n_picked++;
    enum tune_size size = choose(tune, shape, ordinary_blocks);
    tune->sizes[size].n_picked++;
    return size;
}

void tune_learn(struct tune *tune, enum tune_size size, uint64_t blocks, uint64_t ns)
{
    uint64_t seen_ps = rate_of(blocks, ns), old_ps = tune->sizes[size].block_ps;
    tune->sizes[size].block_ps = old_ps ? old_ps - old_ps / 4 + seen_ps / 4 : seen_ps;
    tune->sizes[size].n_learned++;
}

bool tune_is_poor(const struct tune *tune, uint64_t blocks, uint64_t ns)
{
    uint64_t best_ps = tune->sizes[tune_best(tune)].block_ps;
    return best_ps && rate_of(blocks, ns) > best_ps + best_ps / 2;
}

void tune_stop(struct tune *tune)
{
    tune->stopped = true;
}
