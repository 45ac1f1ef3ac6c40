/* SPDX-License-Identifier: MIT
 *
 * test_image_scan.c - the images in programs, objects and archives, sound and damaged.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ar.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image_scan.h"
#include "tests/unit/image_build.h"

/* A line for each image found: MEMBER SECTION [relocatable] KIND ENTRIES; stops at the n-th. */
struct report {
    char text[1024];
    unsigned n, stop_at;
};

static int describe(void *arg, const struct image_found *found)
{
    static const char *const kinds[] = {"unknown", "ptx", "elf", "fatbin", "wrapper", "lto"};
    struct report *report = arg;
    size_t at = strlen(report->text);
    struct image image = found->image;

    snprintf(report->text + at, sizeof(report->text) - at, "%.*s %s%s %s %zu\n",
             (int)found->member_bytes, found->member ? found->member : "",
             found->section ? found->section : "-", found->relocatable ? " relocatable" : "",
             kinds[image.kind], image.n_entries);
    image_finish(&image);
    return ++report->n == report->stop_at ? 99 : 0;
}

static void expect_report(const void *bytes, size_t size, int error, const char *text)
{
    struct report report = {0};

    assert_int_equal(image_scan(bytes, size, describe, &report), error);
    assert_string_equal(report.text, text);
}

static void expect_file(const char *name, const char *text)
{
    size_t size;
    uint8_t *bytes = image_build_read(name, &size);

    expect_report(bytes, size, 0, text);
    free(bytes);
}

static void test_files(void **state)
{
    (void)state;
    expect_file("library.so", " .nv_fatbin fatbin 2\n");
    expect_file("unit.o", " __nv_relfatbin relocatable fatbin 2\n");
    expect_file("units.a", "unit.o __nv_relfatbin relocatable fatbin 2\n"
                           "unit_with_a_long_name.o __nv_relfatbin relocatable fatbin 2\n");
    expect_file("archs.fatbin", " - fatbin 7\n");
    expect_file("cuda12.cubin", " - elf 1\n");
    expect_file("scale.ptx", " - ptx 1\n");
}

static void test_stops_when_told(void **state)
{
    size_t size;
    uint8_t *bytes = image_build_read("units.a", &size);
    struct report report = {.stop_at = 1};

    (void)state;
    assert_int_equal(image_scan(bytes, size, describe, &report), 99);
    assert_int_equal(report.n, 1);
    free(bytes);
}

struct archive {
    char bytes[65536];
    size_t size;
};

static void add_member(struct archive *archive, const char *name, const void *content, size_t n)
{
    char header[sizeof(struct ar_hdr) + 1];

    if (archive->size == 0)
        archive->size = (size_t)sprintf(archive->bytes, ARMAG);
    snprintf(header, sizeof(header), "%-16s%-12d%-6d%-6d%-8o%-10zu" ARFMAG, name, 0, 0, 0, 0644, n);
    memcpy(archive->bytes + archive->size, header, sizeof(struct ar_hdr));
    archive->size += sizeof(struct ar_hdr);
    memcpy(archive->bytes + archive->size, content, n);
    archive->size += n;
    if (n % 2)
        archive->bytes[archive->size++] = '\n';
}

static void test_archive_names(void **state)
{
    static const char long_names[] = "first_long_name.o/\nlast_long_name.o/";
    static struct archive archive;
    size_t size, with_name_bytes;
    uint8_t *fatbin = image_build_read("plain.fatbin", &size);
    char *with_name = calloc(1, size + 12);

    (void)state;
    assert_non_null(with_name);
    memcpy(with_name, "bsd name.o", 10);
    memcpy(with_name + 12, fatbin, size);
    with_name_bytes = size + 12;
    archive.size = 0;
    add_member(&archive, "/", "symbols", 7);
    add_member(&archive, "/SYM64/", "symbols", 7);
    add_member(&archive, "//", long_names, strlen(long_names));
    add_member(&archive, "notes.txt/", "no image", 8);
    add_member(&archive, "empty.o/", "", 0);
    add_member(&archive, "/0", fatbin, size);
    add_member(&archive, "/19", fatbin, size);
    add_member(&archive, "/999", fatbin, size);
    add_member(&archive, "a b.o/", fatbin, size);
    add_member(&archive, "sixteen_bytes.o/", fatbin, size);
    add_member(&archive, "#1/12", with_name, with_name_bytes);
    expect_report(archive.bytes, archive.size, 0,
                  "first_long_name.o - fatbin 1\nlast_long_name.o - fatbin 1\n - fatbin 1\n"
                  "a b.o - fatbin 1\nsixteen_bytes.o - fatbin 1\nbsd name.o - fatbin 1\n");
    archive.size = 0;
    add_member(&archive, "#1/999", "x", 1);
    expect_report(archive.bytes, archive.size, -EINVAL, "");
    free(with_name);
    free(fatbin);
}

static void test_nothing_there(void **state)
{
    (void)state;
    expect_report(ARMAG, SARMAG, 0, "");
    expect_report("", 0, -EINVAL, "");
    expect_report("#!/bin/sh\n", 10, -EINVAL, "");
}

/* The sound images before the damage are still reported. */
static void test_damaged_member(void **state)
{
    static struct archive archive;
    size_t size;
    uint8_t *fatbin = image_build_read("plain.fatbin", &size);

    (void)state;
    archive.size = 0;
    add_member(&archive, "good.o/", fatbin, size);
    add_member(&archive, "cut.o/", fatbin, size - 8);
    expect_report(archive.bytes, archive.size, -EINVAL, "good.o - fatbin 1\n");
    free(fatbin);
}

static int count(void *arg, const struct image_found *found)
{
    struct image image = found->image;
    (void)arg;
    image_finish(&image);
    return 0;
}

static void test_cut_and_flipped(void **state)
{
    static const char *const names[] = {"library.so", "unit.o", "units.a"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t size;
        uint8_t *bytes = image_build_read(names[i], &size);
        for (size_t cut = 0; cut < size; cut += cut < 256 || size - cut < 256 ? 1 : 61) {
            uint8_t *copy = malloc(cut ? cut : 1);
            assert_non_null(copy);
            memcpy(copy, bytes, cut);
            image_scan(copy, cut, count, NULL);
            free(copy);
        }
        for (size_t bit = 0; bit < 8 * size; bit += bit < 1024 ? 1 : 17) {
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            image_scan(bytes, size, count, NULL);
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),          cmocka_unit_test(test_stops_when_told),
        cmocka_unit_test(test_archive_names),  cmocka_unit_test(test_nothing_there),
        cmocka_unit_test(test_damaged_member), cmocka_unit_test(test_cut_and_flipped),
    };
    return cmocka_run_group_tests_name("image_scan", tests, NULL, NULL);
}
