/* SPDX-License-Identifier: MIT
 *
 * memory.c - the map of ranges, a sorted array; and the arena, filled next-fit.
 *
 * Next-fit (the search for room begins where the last one ended) is what makes a freed address come
 * back late. A gap of ALIGN bytes stays behind every range, so that running over the end is seen.
 */
#include "tools/softgpu/device/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGN        512ull
#define ARENA_FACTOR 8 /* addresses reserved for each byte of memory: room to age in */

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct memory_range *ranges; /* by start, disjoint */
static size_t n_ranges, cap_ranges;
static uint64_t arena, arena_end, cursor;
static uint64_t used_bytes, total_bytes, last_id;
static _Atomic uint64_t generation = 1;

int memory_init(uint64_t bytes)
{
    uint64_t room = bytes * ARENA_FACTOR;
    void *at = MAP_FAILED;

    for (; room >= bytes && at == MAP_FAILED; room /= 2) {
        at = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                  -1, 0);
        if (at != MAP_FAILED)
            break;
    }
    if (at == MAP_FAILED)
        return -ENOMEM;
    /* Most of it is never touched: keep it out of core files, huge pages and children's page
     * tables. */
    madvise(at, room, MADV_DONTDUMP);
    arena = cursor = (uint64_t)(uintptr_t)at;
    arena_end = arena + room;
    total_bytes = bytes;
    return 0;
}

/* The first range that ends behind address. */
static size_t index_of(uint64_t address)
{
    size_t low = 0, high = n_ranges;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (ranges[middle].start + ranges[middle].size_bytes <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int insert(const struct memory_range *range)
{
    size_t i = index_of(range->start);

    if (i < n_ranges && ranges[i].start < range->start + range->size_bytes)
        return -EEXIST;
    if (n_ranges == cap_ranges) {
        size_t cap = cap_ranges ? 2 * cap_ranges : 64;
        struct memory_range *more = realloc(ranges, cap * sizeof(*more));

        if (!more)
            return -ENOMEM;
        ranges = more;
        cap_ranges = cap;
    }
    memmove(&ranges[i + 1], &ranges[i], (n_ranges - i) * sizeof(*ranges));
    ranges[i] = *range;
    ranges[i].id = ++last_id;
    n_ranges++;
    return 0;
}

/* Room for bytes in [from, to), or 0. */
static uint64_t find_room(uint64_t from, uint64_t to, uint64_t bytes)
{
    for (size_t i = index_of(from); from + bytes <= to; i++) {
        uint64_t next = i < n_ranges && ranges[i].start < to ? ranges[i].start : to;

        if (from + bytes <= next)
            return from;
        if (next == to)
            break;
        from = (ranges[i].start + ranges[i].size_bytes + 2 * ALIGN - 1) & ~(ALIGN - 1);
    }
    return 0;
}

static bool counts(enum memory_kind kind)
{
    return kind & (MEMORY_DEVICE | MEMORY_MANAGED);
}

int memory_alloc(enum memory_kind kind, size_t bytes, unsigned flags, void *owner,
                 uint64_t *ret_start)
{
    struct memory_range range = {.size_bytes = bytes, .kind = kind, .flags = flags, .owner = owner};
    uint64_t room = (bytes + 2 * ALIGN - 1) & ~(ALIGN - 1);
    int r = -ENOMEM;

    if (!bytes || bytes > arena_end - arena)
        return bytes ? -ENOMEM : -EINVAL;
    pthread_rwlock_wrlock(&lock);
    if (counts(kind) && bytes > total_bytes - used_bytes)
        goto out;
    range.start = find_room(cursor, arena_end, room);
    if (!range.start)
        range.start = find_room(arena, arena_end, room);
    if (!range.start)
        goto out;
    r = insert(&range);
    if (r)
        goto out;
    cursor = range.start + room;
    if (counts(kind))
        used_bytes += bytes;
    *ret_start = range.start;
out:
    pthread_rwlock_unlock(&lock);
    return r;
}

/* Gives the pages that no neighbour shares back to the system: they read as zero from then on. */
static void drop_pages(const struct memory_range *range)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t first = (range->start + page - 1) & ~(page - 1);
    uint64_t end = (range->start + range->size_bytes) & ~(page - 1);

    if (range->start >= arena && range->start < arena_end && first < end)
        madvise((void *)(uintptr_t)first, end - first, MADV_DONTNEED);
}

static void remove_at(size_t i)
{
    if (counts(ranges[i].kind))
        used_bytes -= ranges[i].size_bytes;
    drop_pages(&ranges[i]);
    n_ranges--;
    memmove(&ranges[i], &ranges[i + 1], (n_ranges - i) * sizeof(*ranges));
    atomic_fetch_add_explicit(&generation, 1, memory_order_release);
}

int memory_free(uint64_t start, unsigned kinds)
{
    int r = -EINVAL;
    size_t i;

    pthread_rwlock_wrlock(&lock);
    i = index_of(start);
    if (i < n_ranges && ranges[i].start == start && (ranges[i].kind & kinds)) {
        remove_at(i);
        r = 0;
    }
    pthread_rwlock_unlock(&lock);
    return r;
}

int memory_add(const struct memory_range *range)
{
    int r;

    if (!range->size_bytes || range->start + range->size_bytes < range->start)
        return -EINVAL;
    pthread_rwlock_wrlock(&lock);
    r = insert(range);
    pthread_rwlock_unlock(&lock);
    return r;
}

int memory_remove(uint64_t start, enum memory_kind kind)
{
    return memory_free(start, kind);
}

void memory_remove_owner(const void *owner)
{
    pthread_rwlock_wrlock(&lock);
    for (size_t i = n_ranges; i-- > 0;)
        if (ranges[i].owner == owner)
            remove_at(i);
    pthread_rwlock_unlock(&lock);
}

bool memory_find(uint64_t address, struct memory_range *ret_range)
{
    bool found;
    size_t i;

    pthread_rwlock_rdlock(&lock);
    i = index_of(address);
    found = i < n_ranges && ranges[i].start <= address;
    if (found)
        *ret_range = ranges[i];
    pthread_rwlock_unlock(&lock);
    return found;
}

bool memory_holds(uint64_t start, size_t bytes, unsigned kinds)
{
    struct memory_range range;

    return memory_find(start, &range) && (range.kind & kinds) &&
           bytes <= range.size_bytes - (start - range.start);
}

void memory_usage(uint64_t *ret_used_bytes, uint64_t *ret_total_bytes)
{
    pthread_rwlock_rdlock(&lock);
    *ret_used_bytes = used_bytes;
    *ret_total_bytes = total_bytes;
    pthread_rwlock_unlock(&lock);
}

static int check(void *arg, uint64_t address, size_t bytes, bool write, uint64_t ret_range[2])
{
    struct memory_range range;

    (void)arg;
    if (!memory_find(address, &range) || bytes > range.size_bytes - (address - range.start) ||
        (write && range.read_only))
        return -EFAULT;
    ret_range[0] = range.start;
    ret_range[1] = range.start + range.size_bytes;
    return 0;
}

const struct exec_memory memory_exec = {.check = check, .generation = &generation};
