/* SPDX-License-Identifier: MIT
 *
 * heap.c - malloc and free of device code: a list of allocations under a lock. Freed memory is
 * found no more; the generation tells those who remember ranges to forget them.
 */
#include <pthread.h>
#include <stdlib.h>

#include "tools/softgpu/exec/block.h"

/* As much as a device grants by default. */
#define HEAP_BYTES ((uint64_t)8 << 20)

struct allocation {
    uint64_t start, end;
    struct allocation *next;
};

struct exec_heap {
    pthread_mutex_t lock;
    struct allocation *first;
    uint64_t used_bytes;
    uint64_t generation;
};

struct exec_heap *heap_create(void)
{
    struct exec_heap *heap = calloc(1, sizeof(*heap));

    if (heap)
        pthread_mutex_init(&heap->lock, NULL);
    return heap;
}

static void release(struct allocation *allocation)
{
    free((void *)(uintptr_t)allocation->start);
    free(allocation);
}

void heap_destroy(struct exec_heap *heap)
{
    if (!heap)
        return;
    while (heap->first) {
        struct allocation *next = heap->first->next;
        release(heap->first);
        heap->first = next;
    }
    pthread_mutex_destroy(&heap->lock);
    free(heap);
}

const uint64_t *heap_generation(const struct exec_heap *heap)
{
    return &heap->generation;
}

uint64_t heap_malloc(struct exec_heap *heap, uint64_t bytes)
{
    struct allocation *allocation;
    void *memory = NULL;

    if (!bytes || bytes > HEAP_BYTES)
        return 0;
    allocation = malloc(sizeof(*allocation));
    if (!allocation)
        return 0;
    pthread_mutex_lock(&heap->lock);
    if (bytes <= HEAP_BYTES - heap->used_bytes)
        memory = aligned_alloc(16, (bytes + 15) & ~UINT64_C(15));
    if (memory) {
        *allocation = (struct allocation){
            .start = (uintptr_t)memory, .end = (uintptr_t)memory + bytes, .next = heap->first};
        __atomic_store_n(&heap->first, allocation, __ATOMIC_RELEASE);
        heap->used_bytes += bytes;
    }
    pthread_mutex_unlock(&heap->lock);
    if (!memory)
        free(allocation);
    return (uintptr_t)memory;
}

bool heap_free(struct exec_heap *heap, uint64_t address)
{
    struct allocation *found = NULL;

    if (!address)
        return true;
    pthread_mutex_lock(&heap->lock);
    for (struct allocation **at = &heap->first; *at; at = &(*at)->next) {
        if ((*at)->start == address) {
            found = *at;
            __atomic_store_n(at, found->next, __ATOMIC_RELEASE);
            heap->used_bytes -= found->end - found->start;
            __atomic_fetch_add(&heap->generation, 1, __ATOMIC_RELEASE);
            break;
        }
    }
    pthread_mutex_unlock(&heap->lock);
    if (found)
        release(found);
    return found != NULL;
}

bool heap_find(struct exec_heap *heap, uint64_t address, uint64_t ret_range[2])
{
    bool found = false;

    if (!__atomic_load_n(&heap->first, __ATOMIC_ACQUIRE))
        return false;
    pthread_mutex_lock(&heap->lock);
    for (const struct allocation *at = heap->first; at && !found; at = at->next) {
        found = address >= at->start && address < at->end;
        if (found) {
            ret_range[0] = at->start;
            ret_range[1] = at->end;
        }
    }
    pthread_mutex_unlock(&heap->lock);
    return found;
}
