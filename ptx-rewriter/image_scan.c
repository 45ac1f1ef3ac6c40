/* SPDX-License-Identifier: MIT
 *
 * image_scan.c - see image_scan.h. Archives are those of ar(1) with the long names of GNU or BSD.
 */
#include "ptx-rewriter/image_scan.h"

#include <ar.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/fatbin.h"
#include "ptx-rewriter/image_elf.h"

struct scan {
    int (*visit)(void *arg, const struct image_found *found);
    void *arg;
    const char *member; /* the archive's member being read */
    size_t member_bytes;
    const char *long_names; /* GNU: the member "//" */
    size_t long_names_bytes;
};

static int visit_image(struct scan *scan, const uint8_t *bytes, size_t size_bytes,
                       const char *section)
{
    struct image_found found = {.section = section,
                                .member = scan->member,
                                .member_bytes = scan->member_bytes,
                                .relocatable = section && strcmp(section, "__nv_relfatbin") == 0};
    int error = image_open(bytes, size_bytes, &found.image);

    return error ? error : scan->visit(scan->arg, &found);
}

/* Fatbins with zeros between. */
static int scan_section(struct scan *scan, const struct elf_section *section)
{
    const uint8_t *at = section->bytes, *end = at + section->size_bytes;
    size_t fatbin_bytes;
    int error = 0;

    while (!error) {
        while (at < end && *at == 0)
            at++;
        if (at == end)
            return 0;
        error = fatbin_measure(at, (size_t)(end - at), &fatbin_bytes);
        if (error)
            return error;
        error = visit_image(scan, at, fatbin_bytes, section->name);
        at += fatbin_bytes;
    }
    return error;
}

static int scan_host_file(struct scan *scan, const struct elf *elf)
{
    struct elf_section section;

    for (size_t i = 0; i < elf->n_sections; i++) {
        if (!elf_section(elf, i, &section))
            return -EINVAL;
        if (!section.bytes || (strcmp(section.name, ".nv_fatbin") != 0 &&
                               strcmp(section.name, "__nv_relfatbin") != 0))
            continue;
        int error = scan_section(scan, &section);
        if (error)
            return error;
    }
    return 0;
}

static int scan_file(struct scan *scan, const uint8_t *bytes, size_t size_bytes)
{
    struct elf elf;

    if (elf_open(bytes, size_bytes, &elf) == 0 && !cubin_check(&elf))
        return scan_host_file(scan, &elf);
    return visit_image(scan, bytes, size_bytes, NULL);
}

/* A decimal field of an archive's header: digits, then blanks. */
static bool read_number(const char *field, size_t field_bytes, size_t *ret_number)
{
    size_t i = 0;

    for (*ret_number = 0; i < field_bytes && field[i] >= '0' && field[i] <= '9'; i++)
        *ret_number = *ret_number * 10 + (size_t)(field[i] - '0');
    return i > 0;
}

static void set_long_name(struct scan *scan, size_t offset)
{
    if (offset >= scan->long_names_bytes)
        return;
    const char *name = scan->long_names + offset;
    size_t left = scan->long_names_bytes - offset;
    const char *end = memchr(name, '\n', left);

    scan->member = name;
    scan->member_bytes = end ? (size_t)(end - name) : left;
    if (scan->member_bytes && name[scan->member_bytes - 1] == '/')
        scan->member_bytes--;
}

/* Sets the member's name. Returns how many bytes of its content are name (BSD), or SIZE_MAX. */
static size_t read_member_name(struct scan *scan, const struct ar_hdr *header,
                               const uint8_t *content, size_t content_bytes)
{
    const char *name = header->ar_name;
    size_t number, n = sizeof(header->ar_name);

    scan->member = "";
    scan->member_bytes = 0;
    if (name[0] == '/' && read_number(name + 1, n - 1, &number)) {
        set_long_name(scan, number);
        return 0;
    }
    if (memcmp(name, "#1/", 3) == 0 && read_number(name + 3, n - 3, &number)) {
        if (number > content_bytes)
            return SIZE_MAX;
        scan->member = (const char *)content;
        scan->member_bytes = strnlen((const char *)content, number);
        return number;
    }
    while (n > 0 && (name[n - 1] == ' ' || name[n - 1] == '/'))
        n--;
    scan->member = name;
    scan->member_bytes = n;
    return 0;
}

/* Members that are no image and no object file are none of our business. */
static int scan_member(struct scan *scan, const struct ar_hdr *header, const uint8_t *content,
                       size_t content_bytes)
{
    if (memcmp(header->ar_name, "// ", 3) == 0) {
        scan->long_names = (const char *)content;
        scan->long_names_bytes = content_bytes;
        return 0;
    }
    if (memcmp(header->ar_name, "/ ", 2) == 0 || memcmp(header->ar_name, "/SYM64/", 7) == 0)
        return 0;
    size_t skip = read_member_name(scan, header, content, content_bytes);
    if (skip == SIZE_MAX)
        return -EINVAL;
    content += skip;
    content_bytes -= skip;
    if (content_bytes < 4 || (memcmp(content, ELFMAG, SELFMAG) != 0 &&
                              memcmp(content, &(uint32_t){FATBIN_MAGIC}, 4) != 0))
        return 0;
    return scan_file(scan, content, content_bytes);
}

static int scan_archive(struct scan *scan, const uint8_t *bytes, size_t size_bytes)
{
    size_t at = SARMAG;

    while (at < size_bytes) {
        const struct ar_hdr *header = (const void *)(bytes + at); /* of bytes only */
        size_t content_bytes;
        if (size_bytes - at < sizeof(*header) ||
            memcmp(header->ar_fmag, ARFMAG, sizeof(header->ar_fmag)) != 0 ||
            !read_number(header->ar_size, sizeof(header->ar_size), &content_bytes))
            return -EINVAL;
        at += sizeof(*header);
        if (content_bytes > size_bytes - at)
            return -EINVAL;
        int error = scan_member(scan, header, bytes + at, content_bytes);
        if (error)
            return error;
        at += content_bytes + content_bytes % 2;
    }
    return 0;
}

int image_scan(const void *bytes, size_t size_bytes,
               int (*visit)(void *arg, const struct image_found *found), void *arg)
{
    struct scan scan = {.visit = visit, .arg = arg};

    if (size_bytes >= SARMAG && memcmp(bytes, ARMAG, SARMAG) == 0)
        return scan_archive(&scan, bytes, size_bytes);
    return scan_file(&scan, bytes, size_bytes);
}
