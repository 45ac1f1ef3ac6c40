/* SPDX-License-Identifier: MIT
 *
 * fuzz_image.c - any bytes as an image and as a file with images: each entry is unpacked, picked
 * for a few devices, and read as a cubin.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image.h"
#include "ptx-rewriter/image_elf.h"
#include "ptx-rewriter/image_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_PLAIN_BYTES = 1 << 20 }; /* more is slow, not wrong */

static volatile size_t sink; /* so that what is read is read */

static void read_name(void *arg, const char *name)
{
    (void)arg;
    sink += strlen(name);
}

static void read_cubin(const char *bytes, size_t size)
{
    struct elf elf;
    struct elf_section section;
    size_t end;

    if (elf_open(bytes, size, &elf) != 0)
        return;
    if (elf_extent(&elf, &end) && end > size)
        abort();
    for (size_t i = 0; i < elf.n_sections; i++)
        if (elf_section(&elf, i, &section))
            sink += strlen(section.name);
    sink += cubin_virtual_arch(&elf);
    cubin_each_kernel(&elf, read_name, NULL);
}

static void read_entry(const struct image_entry *entry)
{
    struct image_build_options options;
    char *bytes;
    size_t size;

    image_entry_build_options(entry, &options);
    if (entry->plain_bytes > MAX_PLAIN_BYTES || image_entry_unpack(entry, &bytes, &size) != 0)
        return;
    if (bytes[size] != '\0' || size > entry->plain_bytes)
        abort();
    read_cubin(bytes, size);
    free(bytes);
}

static int read_image(struct image *image)
{
    static const unsigned devices[] = {75, 86, 87, 90, 103};
    const struct image_entry *pick;
    const char *reason;
    size_t plain_bytes = 0;

    for (size_t i = 0; i < image->n_entries; i++) {
        read_entry(&image->entries[i]);
        plain_bytes += image->entries[i].plain_bytes;
    }
    for (size_t i = 0; plain_bytes < MAX_PLAIN_BYTES && i < 5; i++) {
        image_pick(image, 0, devices[i], &pick, &reason);
        if (!pick == !reason) /* one of them, and not both */
            abort();
        if (pick && (pick->kind != IMAGE_PTX || pick->arch > devices[i]))
            abort();
    }
    image_finish(image);
    return 0;
}

static int read_found(void *arg, const struct image_found *found)
{
    struct image image = found->image;

    (void)arg;
    return read_image(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image image;

    if (image_open(data, size, &image) == 0) {
        if (image.size_bytes > size)
            abort();
        read_image(&image);
    }
    image_scan(data, size, read_found, NULL);
    return 0;
}
