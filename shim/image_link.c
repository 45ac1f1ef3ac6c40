/* SPDX-License-Identifier: MIT
 *
 * image_link.c - see image_link.h. remembered_lock guards the list of linked images; it only grows.
 */
#include "shim/image_link.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "ptx-rewriter/cache.h"
#include "ptx-rewriter/ptx_store.h"

/* The kernels are kept packed: what is recalled belongs to whoever asked. */
struct remembered {
    struct cache_key key;
    void **parts;
    size_t *part_bytes;
    size_t n_parts;
    struct remembered *next;
};

static pthread_mutex_t remembered_lock = PTHREAD_MUTEX_INITIALIZER;
static struct remembered *remembered;

static struct cache_key key_of(const void *image, size_t size)
{
    struct cache_key key = {0};
    cache_key_mix(&key, image, size);
    return key;
}

static void entry_free(struct remembered *entry)
{
    for (size_t i = 0; entry->parts && i < entry->n_parts; i++)
        free(entry->parts[i]);
    free(entry->parts);
    free(entry->part_bytes);
    free(entry);
}

static struct remembered *entry_create(const struct ptx_result *const *parts, size_t n_parts)
{
    struct remembered *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return NULL;
    entry->parts = calloc(n_parts ? n_parts : 1, sizeof(*entry->parts));
    entry->part_bytes = calloc(n_parts ? n_parts : 1, sizeof(*entry->part_bytes));
    for (size_t i = 0; entry->parts && entry->part_bytes && i < n_parts; i++) {
        if (ptx_store_pack(parts[i], &entry->parts[i], &entry->part_bytes[i]) < 0)
            break;
        entry->n_parts = i + 1;
    }
    if (entry->n_parts == n_parts)
        return entry;
    entry_free(entry);
    return NULL;
}

void image_link_remember(const void *image, size_t size_bytes,
                         const struct ptx_result *const *parts, size_t n_parts)
{
    struct remembered *entry = entry_create(parts, n_parts);
    if (!entry)
        return; /* its kernels will be whole */
    entry->key = key_of(image, size_bytes);
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&remembered_lock);
    entry->next = remembered;
    remembered = entry;
}

static bool append_part(struct image_swap *swap, const void *bytes, size_t size)
{
    struct ptx_result part;
    if (ptx_store_unpack(bytes, size, &part) < 0)
        return false;
    bool ok = image_swap_append(swap, &part);
    ptx_result_finish(&part);
    return ok;
}

struct image_swap *image_link_recall(const void *image, size_t size_bytes, const char **ret_reason)
{
    *ret_reason = "no PTX in the image";
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&remembered_lock);
    if (!remembered || size_bytes == 0)
        return NULL;
    struct cache_key key = key_of(image, size_bytes);
    struct remembered *entry = remembered;
    while (entry && (entry->key.lo != key.lo || entry->key.hi != key.hi))
        entry = entry->next;
    struct image_swap *swap = entry ? image_swap_alloc() : NULL;
    for (size_t i = 0; swap && i < entry->n_parts; i++) {
        if (!append_part(swap, entry->parts[i], entry->part_bytes[i])) {
            image_swap_destroy(swap);
            *ret_reason = "no memory";
            swap = NULL;
        }
    }
    return swap;
}
