/* SPDX-License-Identifier: MIT
 *
 * data.h - generated inputs and checksums of outputs, the same on every machine.
 */
#ifndef BENCHMARKS_DATA_H
#define BENCHMARKS_DATA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A well mixed word for each index (the finaliser of MurmurHash3, public domain). */
static inline uint32_t data_hash(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85ebca6bu;
    x ^= x >> 13;
    x *= 0xc2b2ae35u;
    return x ^ x >> 16;
}

/* Evenly spread over [-scale / 2, scale / 2) in 24 bits, exact in single precision. */
static inline float data_float(uint32_t index, uint32_t seed, float scale)
{
    const uint32_t hash = data_hash(index + seed * 0x9e3779b9u);

    return ((float)(hash >> 8) / 16777216.0f - 0.5f) * scale;
}

static inline void data_fill(float *values, size_t n, uint32_t seed, float scale)
{
    for (size_t i = 0; i < n; i++)
        values[i] = data_float((uint32_t)i, seed, scale);
}

#define DATA_CHECKSUM_START 0xcbf29ce484222325u

/* FNV-1a over words of 8 bytes, the last one padded with zeros. */
static inline uint64_t data_checksum(uint64_t sum, const void *bytes, size_t n)
{
    const unsigned char *at = (const unsigned char *)bytes;

    for (size_t i = 0; i < n; i += 8) {
        uint64_t word = 0;
        memcpy(&word, at + i, n - i < 8 ? n - i : 8);
        sum = (sum ^ word) * 0x100000001b3u;
        sum ^= sum >> 32;
    }
    return sum;
}

#endif
