/* SPDX-License-Identifier: MIT
 *
 * handle.c - a hash table from address to kind of handle, open addressing, never more than half
 * full.
 */
#include "tools/softgpu/driver/handle.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct slot {
    const void *handle; /* NULL: free; GONE: was used */
    enum handle_kind kind;
};

static const char gone_mark;
#define GONE ((const void *)&gone_mark)

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct slot *slots;
static size_t n_slots, n_used; /* n_slots is a power of two; used: handles and gone ones */

/* The slot of the handle, or the free one where the search for it ends. */
static struct slot *find(const void *handle)
{
    size_t i = (uintptr_t)handle / 16 * 0x9e3779b97f4a7c15u >> 20;

    for (;; i++) {
        struct slot *slot = &slots[i & (n_slots - 1)];

        if (!slot->handle || slot->handle == handle)
            return slot;
    }
}

static int grow(void)
{
    struct slot *old = slots;
    size_t n_old = n_slots, n_live = 0;

    for (size_t i = 0; i < n_old; i++)
        n_live += old[i].handle && old[i].handle != GONE;
    n_slots = 64;
    while (n_slots < 4 * (n_live + 1))
        n_slots *= 2;
    slots = calloc(n_slots, sizeof(*slots));
    if (!slots) {
        slots = old;
        n_slots = n_old;
        return -ENOMEM;
    }
    n_used = n_live;
    for (size_t i = 0; i < n_old; i++)
        if (old[i].handle && old[i].handle != GONE)
            *find(old[i].handle) = old[i];
    free(old);
    return 0;
}

int handle_add(const void *handle, enum handle_kind kind)
{
    int r = 0;

    pthread_rwlock_wrlock(&lock);
    if (2 * (n_used + 1) > n_slots)
        r = grow();
    if (!r) {
        struct slot *slot = find(handle);

        n_used += !slot->handle;
        *slot = (struct slot){handle, kind};
    }
    pthread_rwlock_unlock(&lock);
    return r;
}

void handle_remove(const void *handle)
{
    pthread_rwlock_wrlock(&lock);
    if (n_slots) {
        struct slot *slot = find(handle);

        if (slot->handle)
            slot->handle = GONE;
    }
    pthread_rwlock_unlock(&lock);
}

bool handle_is(const void *handle, enum handle_kind kind)
{
    bool is = false;

    if (!handle)
        return false;
    pthread_rwlock_rdlock(&lock);
    if (n_slots) {
        const struct slot *slot = find(handle);

        is = slot->handle == handle && slot->kind == kind;
    }
    pthread_rwlock_unlock(&lock);
    return is;
}
