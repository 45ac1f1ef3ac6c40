/* SPDX-License-Identifier: MIT
 *
 * image_build.h - makes fatbins and cubins for tests, by the formats in fatbin.h and image_elf.h.
 */
#ifndef TESTS_IMAGE_BUILD_H
#define TESTS_IMAGE_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "ptx-rewriter/image.h"

struct image_build {
    uint8_t *bytes;
    size_t size_bytes;
};

struct image_build_entry {
    unsigned kind; /* 1 PTX, 2 cubin, 8 LTO-IR */
    unsigned arch;
    char variant;
    enum image_compression compression;
    const void *payload;
    size_t payload_bytes;
    const char *options; /* NULL: no record */
};

void image_build_begin(struct image_build *build);
void image_build_add(struct image_build *build, const struct image_build_entry *entry);
void image_build_free(struct image_build *build);

/* The shortest cubin that says what it was compiled from: 64 bytes, ABI version 7. */
void image_build_cubin(uint8_t cubin[64], unsigned arch, unsigned virtual_arch);

/* A file of tests/unit/data; free() it. */
uint8_t *image_build_read(const char *name, size_t *ret_size_bytes);

#endif
