/* SPDX-License-Identifier: MIT
 *
 * fatbin.c - see fatbin.h for the format. Nothing is believed before it is checked against the
 * bounds of the fatbin it stands in.
 */
#include "ptx-rewriter/fatbin.h"

#include <errno.h>
#include <string.h>

enum {
    KIND_PTX = 1,
    KIND_ELF = 2,
    KIND_LTO = 8,
    FLAG_DEBUG = 0x2,
    FLAG_LZ4 = 0x2000,
    FLAG_ZSTD = 0x8000,
    FLAG_VARIANT_A = 0x100000,
    FLAG_VARIANT_F = 0x200000,
};

struct fatbin_header {
    uint32_t magic;
    uint16_t version, header_bytes;
    uint64_t entries_bytes;
};

struct entry_header {
    uint16_t kind, unused_2;
    uint32_t header_bytes;
    uint64_t payload_bytes;
    uint32_t compressed_bytes, options_offset;
    uint16_t minor, major;
    uint32_t arch;
    uint32_t name_offset, name_bytes;
    uint64_t flags, unused_48, plain_bytes;
};

_Static_assert(sizeof(struct fatbin_header) == FATBIN_HEADER_BYTES, "as stored");
_Static_assert(sizeof(struct entry_header) == 64, "as stored");

int fatbin_measure(const void *bytes, size_t size_bytes, size_t *ret_fatbin_bytes)
{
    struct fatbin_header header;

    if (size_bytes < sizeof(header))
        return -EINVAL;
    memcpy(&header, bytes, sizeof(header));
    if (header.magic != FATBIN_MAGIC || header.version != 1 ||
        header.header_bytes != sizeof(header) || header.entries_bytes > size_bytes - sizeof(header))
        return -EINVAL;
    *ret_fatbin_bytes = sizeof(header) + header.entries_bytes;
    return 0;
}

static enum image_kind kind_of(uint16_t kind)
{
    switch (kind) {
    case KIND_PTX:
        return IMAGE_PTX;
    case KIND_ELF:
        return IMAGE_ELF;
    case KIND_LTO:
        return IMAGE_LTO;
    default:
        return IMAGE_UNKNOWN;
    }
}

static enum image_compression compression_of(const struct entry_header *header)
{
    if (header->compressed_bytes == 0)
        return IMAGE_PLAIN;
    if (header->flags & FLAG_ZSTD)
        return IMAGE_ZSTD;
    return header->flags & FLAG_LZ4 ? IMAGE_LZ4 : IMAGE_OTHER_COMPRESSION;
}

static char variant_of(uint64_t flags)
{
    if (flags & FLAG_VARIANT_A)
        return 'a';
    return flags & FLAG_VARIANT_F ? 'f' : 0;
}

/* The text of the options record, which lies in the entry's header. */
static int read_options(const uint8_t *entry, const struct entry_header *header,
                        struct image_entry *ret_entry)
{
    uint32_t record[2]; /* offset, length */

    if (header->options_offset == 0)
        return 0;
    if (header->options_offset > header->header_bytes ||
        header->header_bytes - header->options_offset < sizeof(record))
        return -EINVAL;
    memcpy(record, entry + header->options_offset, sizeof(record));
    if (record[0] > header->header_bytes || record[1] > header->header_bytes - record[0])
        return -EINVAL;
    if (record[1]) {
        ret_entry->options = (const char *)entry + record[0];
        ret_entry->options_bytes = record[1];
    }
    return 0;
}

static int read_entry(const uint8_t *entry, const struct entry_header *header,
                      struct image_entry *ret_entry)
{
    enum image_compression compression = compression_of(header);

    *ret_entry = (struct image_entry){.kind = kind_of(header->kind)};
    if (ret_entry->kind == IMAGE_UNKNOWN)
        return 0;
    if (header->compressed_bytes > header->payload_bytes)
        return -EINVAL;
    *ret_entry = (struct image_entry){
        .kind = ret_entry->kind,
        .arch = header->arch,
        .variant = variant_of(header->flags),
        .debug = header->flags & FLAG_DEBUG,
        .compression = compression,
        .payload = entry + header->header_bytes,
        .stored_bytes =
            compression == IMAGE_PLAIN ? header->payload_bytes : header->compressed_bytes,
        .plain_bytes = compression == IMAGE_PLAIN ? header->payload_bytes : header->plain_bytes,
    };
    return ret_entry->kind == IMAGE_PTX ? read_options(entry, header, ret_entry) : 0;
}

int fatbin_next(const void *fatbin, size_t fatbin_bytes, size_t *at, struct image_entry *ret_entry)
{
    const uint8_t *entry = (const uint8_t *)fatbin + *at;
    size_t left = fatbin_bytes - *at;
    struct entry_header header;

    if (left == 0)
        return 0;
    if (left < sizeof(header))
        return -EINVAL;
    memcpy(&header, entry, sizeof(header));
    if (header.header_bytes < sizeof(header) || header.header_bytes > left ||
        header.payload_bytes > left - header.header_bytes)
        return -EINVAL;
    int error = read_entry(entry, &header, ret_entry);
    if (error)
        return error;
    *at += header.header_bytes + header.payload_bytes;
    return 1;
}
