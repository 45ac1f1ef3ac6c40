/* SPDX-License-Identifier: MIT
 *
 * cache_key.c - the 128-bit hash that names results and guards them against damage: MurmurHash3,
 * variant x64 128 (Austin Appleby, public domain), with the key so far as its seed.
 */
#include "ptx-rewriter/cache.h"

#include <string.h>

static const uint64_t c1 = 0x87c37b91114253d5, c2 = 0x4cf5ad432745937f;

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static uint64_t scramble_lo(uint64_t k)
{
    return rotate(k * c1, 31) * c2;
}

static uint64_t scramble_hi(uint64_t k)
{
    return rotate(k * c2, 33) * c1;
}

static uint64_t finish(uint64_t h)
{
    h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
    return h ^ h >> 33;
}

/* The bytes of a little-endian number, as many as there are up to 8. */
static uint64_t load(const uint8_t *bytes, size_t n)
{
    uint64_t k = 0;

    memcpy(&k, bytes, n < 8 ? n : 8);
    return k;
}

void cache_key_mix(struct cache_key *key, const void *bytes, size_t size_bytes)
{
    const uint8_t *at = bytes;
    uint64_t lo = key->lo, hi = key->hi;
    size_t left = size_bytes;

    for (; left >= 16; at += 16, left -= 16) {
        lo = (rotate(lo ^ scramble_lo(load(at, 8)), 27) + hi) * 5 + 0x52dce729;
        hi = (rotate(hi ^ scramble_hi(load(at + 8, 8)), 31) + lo) * 5 + 0x38495ab5;
    }
    if (left > 8)
        hi ^= scramble_hi(load(at + 8, left - 8));
    if (left > 0)
        lo ^= scramble_lo(load(at, left));
    lo ^= size_bytes;
    hi ^= size_bytes;
    lo += hi;
    hi += lo;
    lo = finish(lo);
    hi = finish(hi);
    lo += hi;
    hi += lo;
    *key = (struct cache_key){lo, hi};
}
