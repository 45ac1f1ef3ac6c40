/* SPDX-License-Identifier: MIT
 *
 * image_build.c - see image_build.h. A test that runs out of memory or misses its data aborts.
 */
#include "tests/unit/image_build.h"

#include <elf.h>
#include <lz4.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static void *grow(struct image_build *build, size_t more)
{
    build->bytes = realloc(build->bytes, build->size_bytes + more);
    if (!build->bytes)
        abort();
    memset(build->bytes + build->size_bytes, 0, more);
    build->size_bytes += more;
    return build->bytes + build->size_bytes - more;
}

static void put(void *at, uint64_t value, size_t size)
{
    memcpy(at, &value, size);
}

void image_build_begin(struct image_build *build)
{
    *build = (struct image_build){0};
    uint8_t *header = grow(build, 16);
    put(header, 0xBA55ED50, 4);
    put(header + 4, 1, 2);
    put(header + 6, 16, 2);
}

static size_t compress_payload(const struct image_build_entry *entry, void *to, size_t capacity)
{
    if (entry->compression == IMAGE_LZ4)
        return (size_t)LZ4_compress_default(entry->payload, to, (int)entry->payload_bytes,
                                            (int)capacity);
    if (entry->compression == IMAGE_ZSTD)
        return ZSTD_compress(to, capacity, entry->payload, entry->payload_bytes, 3);
    memcpy(to, entry->payload, entry->payload_bytes);
    return entry->payload_bytes;
}

static uint64_t flags_of(const struct image_build_entry *entry)
{
    uint64_t flags = 0x11;

    if (entry->compression == IMAGE_LZ4)
        flags |= 0x2000;
    if (entry->compression == IMAGE_ZSTD)
        flags |= 0x8000;
    if (entry->variant == 'a')
        flags |= 0x100000;
    if (entry->variant == 'f')
        flags |= 0x200000;
    return flags;
}

void image_build_add(struct image_build *build, const struct image_build_entry *entry)
{
    size_t options_bytes = entry->options ? strlen(entry->options) : 0;
    size_t header_bytes = 64 + (entry->options ? (8 + options_bytes + 8) & ~(size_t)7 : 0);
    size_t capacity = entry->payload_bytes * 2 + 1024;
    void *payload = malloc(capacity);
    if (!payload)
        abort();
    size_t stored = compress_payload(entry, payload, capacity);
    size_t padded = (stored + 7) & ~(size_t)7;
    uint8_t *at = grow(build, header_bytes + padded);
    put(at, entry->kind, 2);
    put(at + 2, 0x101, 2);
    put(at + 4, header_bytes, 4);
    put(at + 8, padded, 8);
    put(at + 24, 0, 2); /* of PTX the .version that the driver must know, of cubins 1.8 */
    put(at + 26, 7, 2);
    put(at + 28, entry->arch, 4);
    put(at + 40, flags_of(entry), 8);
    if (entry->compression != IMAGE_PLAIN) {
        put(at + 16, stored, 4);
        put(at + 56, entry->payload_bytes, 8);
    }
    if (entry->options) {
        put(at + 20, 64, 4);
        put(at + 64, 72, 4);
        put(at + 68, options_bytes, 4);
        memcpy(at + 72, entry->options, options_bytes);
    }
    memcpy(at + header_bytes, payload, stored);
    put(build->bytes + 8, build->size_bytes - 16, 8);
    free(payload);
}

void image_build_free(struct image_build *build)
{
    free(build->bytes);
}

void image_build_cubin(uint8_t cubin[64], unsigned arch, unsigned virtual_arch)
{
    Elf64_Ehdr header = {.e_type = ET_EXEC,
                         .e_machine = 190,
                         .e_ehsize = sizeof(header),
                         .e_flags = arch | 0x500 | virtual_arch << 16};

    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_ABIVERSION] = 7;
    memcpy(cubin, &header, sizeof(header));
}

uint8_t *image_build_read(const char *name, size_t *ret_size_bytes)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", TEST_DATA, name);
    FILE *file = fopen(path, "rb");
    struct image_build build = {0};
    uint8_t block[4096];
    size_t n;

    if (!file)
        abort();
    while ((n = fread(block, 1, sizeof(block), file)) > 0)
        memcpy(grow(&build, n), block, n);
    fclose(file);
    *ret_size_bytes = build.size_bytes;
    return build.bytes;
}
