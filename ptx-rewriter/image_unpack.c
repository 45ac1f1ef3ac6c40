/* SPDX-License-Identifier: MIT
 *
 * image_unpack.c - the payload of an entry as plain bytes.
 */
#include "ptx-rewriter/image.h"

#include <errno.h>
#include <limits.h>
#include <lz4.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { MAX_PLAIN_BYTES = 1 << 30, LZ4_MAX_RATIO = 255 };

/* Refuses claims that the stored bytes can't fulfil before memory is asked for. */
static int check_claim(const struct image_entry *entry)
{
    unsigned long long in_frame;

    if (entry->plain_bytes > MAX_PLAIN_BYTES)
        return -E2BIG;
    switch (entry->compression) {
    case IMAGE_PLAIN:
        return 0;
    case IMAGE_LZ4:
        return entry->stored_bytes <= INT_MAX &&
                       entry->plain_bytes / LZ4_MAX_RATIO <= entry->stored_bytes
                   ? 0
                   : -EINVAL;
    case IMAGE_ZSTD:
        in_frame = ZSTD_getFrameContentSize(entry->payload, entry->stored_bytes);
        return in_frame == entry->plain_bytes || in_frame == ZSTD_CONTENTSIZE_UNKNOWN ? 0 : -EINVAL;
    default:
        return -EINVAL;
    }
}

static int unpack_into(const struct image_entry *entry, char *bytes)
{
    const char *payload = (const char *)entry->payload;
    size_t unpacked;

    switch (entry->compression) {
    case IMAGE_LZ4: {
        int n =
            LZ4_decompress_safe(payload, bytes, (int)entry->stored_bytes, (int)entry->plain_bytes);
        unpacked = n < 0 ? SIZE_MAX : (size_t)n;
        break;
    }
    case IMAGE_ZSTD: /* an error is a number above all sizes */
        unpacked = ZSTD_decompress(bytes, entry->plain_bytes, payload, entry->stored_bytes);
        break;
    default:
        memcpy(bytes, payload, entry->stored_bytes);
        unpacked = entry->stored_bytes;
    }
    return unpacked == entry->plain_bytes ? 0 : -EINVAL;
}

int image_entry_unpack(const struct image_entry *entry, char **ret_bytes, size_t *ret_size_bytes)
{
    int error = check_claim(entry);

    if (error)
        return error;
    char *bytes = malloc(entry->plain_bytes + 1);
    if (!bytes)
        return -ENOMEM;
    error = unpack_into(entry, bytes);
    if (error) {
        free(bytes);
        return error;
    }
    bytes[entry->plain_bytes] = '\0';
    *ret_bytes = bytes;
    *ret_size_bytes = entry->kind == IMAGE_PTX ? strlen(bytes) : entry->plain_bytes;
    return 0;
}
