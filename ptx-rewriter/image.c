/* SPDX-License-Identifier: MIT
 *
 * image.c - tells the kinds of image apart and lists the pieces of code in them. fatbin.c and
 * image_elf.c know those formats, image_text.c knows how PTX begins.
 */
#include "ptx-rewriter/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/fatbin.h"
#include "ptx-rewriter/image_elf.h"
#include "ptx-rewriter/image_text.h"

#define WRAPPER_MAGIC 0x466243B1u
#define ELF_MAGIC     0x464C457Fu

/* Stands in for an unknown size: sums with it can't overflow, addresses hardly. */
#define TRUSTED_BYTES ((size_t)1 << 40)

struct wrapper {
    uint32_t magic, version;
    const void *fatbin;
    const void *const *prelinked; /* version 2; of version 1 something else */
};

static int add_entry(struct image *image, const struct image_entry *entry)
{
    /* Grows at powers of two. */
    if ((image->n_entries & (image->n_entries - 1)) == 0) {
        size_t capacity = image->n_entries ? 2 * image->n_entries : 1;
        void *entries = reallocarray(image->entries, capacity, sizeof(*entry));
        if (!entries)
            return -ENOMEM;
        image->entries = entries;
    }
    image->entries[image->n_entries++] = *entry;
    return 0;
}

/* Begins the data with these four bytes? Reads no further than the first difference, since text of
 * unknown size may end before. */
static bool begins_with(const uint8_t *data, size_t size_bytes, uint32_t magic)
{
    if (size_bytes < sizeof(magic))
        return false;
    for (unsigned i = 0; i < sizeof(magic); i++)
        if (data[i] != (magic >> 8 * i & 0xff))
            return false;
    return true;
}

static int add_fatbin(struct image *image, const void *bytes, size_t size_bytes)
{
    size_t fatbin_bytes, at = FATBIN_HEADER_BYTES;
    struct image_entry entry;
    int more, error = fatbin_measure(bytes, size_bytes, &fatbin_bytes);

    if (error)
        return error;
    while ((more = fatbin_next(bytes, fatbin_bytes, &at, &entry)) > 0) {
        entry.fatbin = image->n_fatbins;
        if (entry.kind != IMAGE_UNKNOWN && (error = add_entry(image, &entry)) != 0)
            return error;
    }
    image->n_fatbins++;
    image->size_bytes = fatbin_bytes;
    return more;
}

static int add_wrapper(struct image *image, const uint8_t *data, size_t size_bytes)
{
    struct wrapper wrapper;

    if (size_bytes != TRUSTED_BYTES)
        return -EINVAL;
    memcpy(&wrapper, data, sizeof(wrapper));
    if ((wrapper.version != 1 && wrapper.version != 2) || !wrapper.fatbin)
        return -EINVAL;
    int error = add_fatbin(image, wrapper.fatbin, TRUSTED_BYTES);
    if (wrapper.version == 2 && wrapper.prelinked)
        for (size_t i = 0; !error && wrapper.prelinked[i]; i++)
            error = add_fatbin(image, wrapper.prelinked[i], TRUSTED_BYTES);
    image->size_bytes = sizeof(wrapper);
    return error;
}

static int add_elf(struct image *image, const uint8_t *data, size_t size_bytes)
{
    struct image_entry entry = {.kind = IMAGE_ELF, .payload = data};
    struct elf elf;
    int error = elf_open(data, size_bytes, &elf);

    if (error)
        return error;
    if (!cubin_check(&elf) || !elf_extent(&elf, &entry.stored_bytes))
        return -EINVAL;
    entry.arch = cubin_arch(&elf, &entry.variant);
    entry.plain_bytes = entry.stored_bytes;
    image->n_fatbins = 1;
    image->size_bytes = entry.stored_bytes;
    return add_entry(image, &entry);
}

static int add_text(struct image *image, const uint8_t *data, size_t size_bytes)
{
    struct image_entry entry = {.kind = IMAGE_PTX, .payload = data};
    struct text_target target;
    size_t text_bytes;

    if (!text_is_ptx((const char *)data, size_bytes, &text_bytes, &target))
        return -EINVAL;
    entry.arch = target.arch;
    entry.variant = target.variant;
    entry.debug = target.debug;
    entry.stored_bytes = entry.plain_bytes = text_bytes;
    image->n_fatbins = 1;
    image->size_bytes = text_bytes;
    return add_entry(image, &entry);
}

int image_open(const void *data, size_t size_bytes, struct image *ret_image)
{
    struct image image = {.kind = IMAGE_PTX};
    int error;

    if (size_bytes == IMAGE_SIZE_UNKNOWN)
        size_bytes = TRUSTED_BYTES;
    if (begins_with(data, size_bytes, FATBIN_MAGIC)) {
        image.kind = IMAGE_FATBIN;
        error = add_fatbin(&image, data, size_bytes);
    } else if (begins_with(data, size_bytes, WRAPPER_MAGIC)) {
        image.kind = IMAGE_WRAPPER;
        error = add_wrapper(&image, data, size_bytes);
    } else if (begins_with(data, size_bytes, ELF_MAGIC)) {
        image.kind = IMAGE_ELF;
        error = add_elf(&image, data, size_bytes);
    } else {
        error = add_text(&image, data, size_bytes);
    }
    if (error)
        image_finish(&image);
    else
        *ret_image = image;
    return error;
}

void image_forget_machine_code(struct image *image)
{
    size_t n = 0;

    if (image->kind == IMAGE_ELF)
        return;
    for (size_t i = 0; i < image->n_entries; i++)
        if (image->entries[i].kind != IMAGE_ELF)
            image->entries[n++] = image->entries[i];
    image->n_entries = n;
}

void image_finish(struct image *image)
{
    if (!image)
        return;
    free(image->entries);
    *image = (struct image){0};
}
