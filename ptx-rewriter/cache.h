/* SPDX-License-Identifier: MIT
 *
 * cache.h - results kept on disk, so that a second start pays nothing for rewriting and compiling.
 *
 * One file per result in one folder, named by a 128-bit key, written to a temporary name and
 * renamed; each carries its own checksum. Several processes may share the folder. A damaged,
 * truncated or foreign file reads as a miss and is removed. Kept below a size in bytes by removing
 * what was used least recently. Any thread; no lock is taken, no file stays open, nothing is held
 * across a fork.
 */
#ifndef PTX_REWRITER_CACHE_H
#define PTX_REWRITER_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct cache;

struct cache_key {
    uint64_t lo, hi;
};

/* Mixes bytes into the key; start from the zero key. Not cryptographic. Two calls are not the same
 * as one with both their bytes. */
void cache_key_mix(struct cache_key *key, const void *bytes, size_t size_bytes);

/* Makes the folder (mode 0700) with its parents when missing. Returns 0 or -errno; -EPERM if it
 * belongs to somebody else or others may write to it, since what is in it will be run. */
int cache_create(const char *folder, uint64_t max_bytes, struct cache **ret_cache);
void cache_destroy(struct cache *cache);

/* 0 and a malloc'd copy, or -ENOENT (miss), or -errno. */
int cache_get(struct cache *cache, const struct cache_key *key, void **ret_bytes,
              size_t *ret_size_bytes);
/* 0 or -errno; the cache is then as before. Too large a result (over max_bytes / 4) is -E2BIG.
 * While several processes put at once the folder may exceed max_bytes by what they are putting. */
int cache_put(struct cache *cache, const struct cache_key *key, const void *bytes,
              size_t size_bytes);

#endif
