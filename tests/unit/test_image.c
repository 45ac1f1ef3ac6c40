/* SPDX-License-Identifier: MIT
 *
 * test_image.c - which kind of image, which pieces of code, and their bytes; and that cut or
 * damaged images are refused and nothing outside of them is read (run it under ASan).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image.h"
#include "tests/unit/image_build.h"

static const char ptx[] = ".version 7.0\n.target sm_80\n.address_size 64\n"
                          ".visible .entry k() { ret; }\n"
                          "// the same again and again and again and again and again\n";

/* A copy on the heap with no byte to spare, so that ASan sees the first one too many. */
static void *exact_copy(const void *bytes, size_t size_bytes)
{
    void *copy = malloc(size_bytes ? size_bytes : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size_bytes);
    return size_bytes ? realloc(copy, size_bytes) : copy;
}

static void check_text(const char *text, unsigned arch, char variant, bool debug)
{
    const size_t sizes[] = {IMAGE_SIZE_UNKNOWN, strlen(text), strlen(text) + 1};

    for (size_t i = 0; i < 3; i++) {
        size_t size = i == 0 ? strlen(text) + 1 : sizes[i];
        char *copy = exact_copy(text, size);
        struct image image;
        assert_int_equal(image_open(copy, sizes[i], &image), 0);
        assert_int_equal(image.kind, IMAGE_PTX);
        assert_int_equal(image.n_entries, 1);
        assert_int_equal(image.size_bytes, strlen(text));
        assert_int_equal(image.entries[0].arch, arch);
        assert_int_equal(image.entries[0].variant, variant);
        assert_int_equal(image.entries[0].debug, debug);
        image_finish(&image);
        free(copy);
    }
}

static void test_text(void **state)
{
    (void)state;
    check_text(ptx, 80, 0, false);
    check_text(".version 8.0 .target sm_90a", 90, 'a', false);
    check_text("\xef\xbb\xbf \t\r\n// .version in a comment\n/* and * here */.version 8.8\r\n"
               ".target sm_120f , debug //x\n",
               120, 'f', true);
    check_text(".version 6.0\n.target texmode_independent, sm_70 , map_f64_to_f32\n", 70, 0, false);
    check_text(".version", 0, 0, false);
    check_text(".version 9.0 .target sm_", 0, 0, false);
    check_text(".version 9.0 .target sm_99999999999999999999", 99999, 0, false);
}

static void test_not_an_image(void **state)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "/",
                                        "//",
                                        "/*",
                                        "/* /",
                                        "// .version",
                                        ".versio",
                                        "\x7f"
                                        "ELF",
                                        "\x50",
                                        "\xb1"
                                        "Cb",
                                        "\xef\xbb",
                                        "#!/bin/sh",
                                        "\xef\xbb\xbf"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t size = strlen(texts[i]);
        char *copy = exact_copy(texts[i], size + 1);
        struct image image;
        assert_int_equal(image_open(copy, size, &image), -EINVAL);
        assert_int_equal(image_open(copy, size + 1, &image), -EINVAL);
        free(copy);
    }
}

static void check_unpacked(const struct image_entry *entry)
{
    char *bytes;
    size_t size;

    assert_int_equal(image_entry_unpack(entry, &bytes, &size), 0);
    assert_int_equal(size, strlen(ptx));
    assert_string_equal(bytes, ptx);
    free(bytes);
}

static void add_ptx(struct image_build *build, enum image_compression compression, char variant)
{
    image_build_add(build, &(struct image_build_entry){.kind = 1,
                                                       .arch = 90,
                                                       .variant = variant,
                                                       .compression = compression,
                                                       .payload = ptx,
                                                       .payload_bytes = sizeof(ptx),
                                                       .options = "-O1"});
}

static void test_fatbin(void **state)
{
    static const char variants[] = {'a', 'f', 0};
    struct image_build build;
    struct image image;

    (void)state;
    image_build_begin(&build);
    for (enum image_compression c = IMAGE_PLAIN; c <= IMAGE_ZSTD; c++)
        add_ptx(&build, c, variants[c]);
    for (int known = 0; known < 2; known++) {
        size_t size = known ? build.size_bytes : IMAGE_SIZE_UNKNOWN;
        assert_int_equal(image_open(build.bytes, size, &image), 0);
        assert_int_equal(image.kind, IMAGE_FATBIN);
        assert_int_equal(image.size_bytes, build.size_bytes);
        assert_int_equal(image.n_fatbins, 1);
        assert_int_equal(image.n_entries, 3);
        for (enum image_compression c = IMAGE_PLAIN; c <= IMAGE_ZSTD; c++) {
            const struct image_entry *entry = &image.entries[c];
            assert_int_equal(entry->compression, c);
            assert_int_equal(entry->variant, variants[c]);
            assert_memory_equal(entry->options, "-O1", 3);
            assert_int_equal(entry->options_bytes, 3);
            check_unpacked(entry);
        }
        image_finish(&image);
    }
    image_build_free(&build);
}

static void test_empty_fatbin(void **state)
{
    struct image_build build;
    struct image image;

    (void)state;
    image_build_begin(&build);
    assert_int_equal(image_open(build.bytes, build.size_bytes, &image), 0);
    assert_int_equal(image.n_entries, 0);
    image_finish(&image);
    image_build_free(&build);
}

/* The driver passes over kinds it does not know; so do we. */
static void test_unknown_kind_is_passed_over(void **state)
{
    struct image_build build;
    struct image image;

    (void)state;
    image_build_begin(&build);
    image_build_add(&build, &(struct image_build_entry){
                                .kind = 77, .arch = 90, .payload = "x", .payload_bytes = 1});
    add_ptx(&build, IMAGE_PLAIN, 0);
    assert_int_equal(image_open(build.bytes, build.size_bytes, &image), 0);
    assert_int_equal(image.n_entries, 1);
    assert_int_equal(image.entries[0].kind, IMAGE_PTX);
    image_finish(&image);
    image_build_free(&build);
}

struct wrapper {
    uint32_t magic, version;
    const void *fatbin;
    const void *const *prelinked;
};

static void test_wrappers(void **state)
{
    static const unsigned fatbins[] = {0, 1, 1, 2};
    struct image_build first, second;
    struct image image;

    (void)state;
    image_build_begin(&first);
    add_ptx(&first, IMAGE_LZ4, 0);
    image_build_begin(&second);
    add_ptx(&second, IMAGE_ZSTD, 0);
    add_ptx(&second, IMAGE_PLAIN, 0);
    const void *prelinked[] = {second.bytes, first.bytes, NULL};
    struct wrapper wrapper = {0x466243B1, 1, first.bytes, (void *)"a file name"};
    assert_int_equal(image_open(&wrapper, IMAGE_SIZE_UNKNOWN, &image), 0);
    assert_int_equal(image.kind, IMAGE_WRAPPER);
    assert_int_equal(image.n_fatbins, 1);
    assert_int_equal(image.n_entries, 1);
    assert_int_equal(image.size_bytes, sizeof(wrapper));
    image_finish(&image);

    wrapper.version = 2;
    wrapper.prelinked = prelinked;
    assert_int_equal(image_open(&wrapper, IMAGE_SIZE_UNKNOWN, &image), 0);
    assert_int_equal(image.n_fatbins, 3);
    assert_int_equal(image.n_entries, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(image.entries[i].fatbin, fatbins[i]);
        check_unpacked(&image.entries[i]);
    }
    image_finish(&image);

    /* Its pointers are good in memory only. */
    assert_int_equal(image_open(&wrapper, sizeof(wrapper), &image), -EINVAL);
    wrapper.version = 3;
    assert_int_equal(image_open(&wrapper, IMAGE_SIZE_UNKNOWN, &image), -EINVAL);
    wrapper = (struct wrapper){0x466243B1, 2, first.bytes, NULL};
    assert_int_equal(image_open(&wrapper, IMAGE_SIZE_UNKNOWN, &image), 0);
    image_finish(&image);
    wrapper.fatbin = NULL;
    assert_int_equal(image_open(&wrapper, IMAGE_SIZE_UNKNOWN, &image), -EINVAL);
    wrapper.fatbin = ptx;
    assert_int_equal(image_open(&wrapper, IMAGE_SIZE_UNKNOWN, &image), -EINVAL);
    image_build_free(&first);
    image_build_free(&second);
}

/* What a header claims about sizes is not believed. */
static void test_false_claims(void **state)
{
    static const struct {
        enum image_compression compression;
        size_t stored_bytes, plain_bytes;
        int error;
    } cases[] = {
        {IMAGE_PLAIN, sizeof(ptx), sizeof(ptx), 0},
        {IMAGE_PLAIN, sizeof(ptx), ((size_t)1 << 30) + 1, -E2BIG},
        {IMAGE_LZ4, sizeof(ptx), (size_t)1 << 30, -EINVAL},
        {IMAGE_LZ4, sizeof(ptx), 100, -EINVAL},
        {IMAGE_LZ4, SIZE_MAX, 100, -EINVAL},
        {IMAGE_ZSTD, sizeof(ptx), (size_t)1 << 30, -EINVAL},
        {IMAGE_OTHER_COMPRESSION, sizeof(ptx), 100, -EINVAL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct image_entry entry = {.kind = IMAGE_PTX,
                                    .compression = cases[i].compression,
                                    .payload = (const uint8_t *)ptx,
                                    .stored_bytes = cases[i].stored_bytes,
                                    .plain_bytes = cases[i].plain_bytes};
        char *bytes = NULL;
        size_t size;
        assert_int_equal(image_entry_unpack(&entry, &bytes, &size), cases[i].error);
        free(bytes);
    }
}

/* A compressed entry that unpacks to more or less than its header says is damaged. */
static void test_wrong_plain_size(void **state)
{
    struct image_build build;
    struct image image;

    (void)state;
    for (enum image_compression c = IMAGE_LZ4; c <= IMAGE_ZSTD; c++) {
        image_build_begin(&build);
        add_ptx(&build, c, 0);
        for (int delta = -1; delta <= 1; delta += 2) {
            char *bytes;
            size_t size;
            assert_int_equal(image_open(build.bytes, build.size_bytes, &image), 0);
            image.entries[0].plain_bytes += (size_t)delta;
            assert_int_equal(image_entry_unpack(&image.entries[0], &bytes, &size), -EINVAL);
            image_finish(&image);
        }
        image_build_free(&build);
    }
}

static const char *const files[] = {"archs.fatbin", "lz4.fatbin",   "plain.fatbin",
                                    "cuda12.cubin", "cuda13.cubin", "scale.ptx"};
enum { N_FILES = sizeof(files) / sizeof(files[0]) };

static void unpack_all(const struct image *image)
{
    for (size_t i = 0; i < image->n_entries; i++) {
        char *bytes;
        size_t size;
        if (image->entries[i].plain_bytes < 1 << 20 &&
            image_entry_unpack(&image->entries[i], &bytes, &size) == 0)
            free(bytes);
    }
}

static void test_files_of_nvcc(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_FILES; i++) {
        size_t size;
        uint8_t *bytes = image_build_read(files[i], &size);
        struct image known, unknown;
        assert_int_equal(image_open(bytes, size, &known), 0);
        assert_int_equal(known.size_bytes, size);
        for (size_t j = 0; j < known.n_entries; j++) {
            char *plain;
            size_t plain_bytes;
            assert_int_equal(image_entry_unpack(&known.entries[j], &plain, &plain_bytes), 0);
            free(plain);
        }
        bytes = realloc(bytes, size + 1); /* text without a size ends in NUL */
        assert_non_null(bytes);
        bytes[size] = '\0';
        assert_int_equal(image_open(bytes, IMAGE_SIZE_UNKNOWN, &unknown), 0);
        assert_int_equal(unknown.size_bytes, size);
        assert_int_equal(unknown.n_entries, known.n_entries);
        image_finish(&known);
        image_finish(&unknown);
        free(bytes);
    }
}

static void test_cut_at_every_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_FILES; i++) {
        size_t size;
        uint8_t *bytes = image_build_read(files[i], &size);
        for (size_t cut = 0; cut < size; cut++) {
            uint8_t *copy = exact_copy(bytes, cut);
            struct image image;
            int error = image_open(copy, cut, &image);
            if (error == 0) {
                /* Only text may be shorter: a fatbin's header has its whole size. */
                assert_int_equal(image.kind, IMAGE_PTX);
                image_finish(&image);
            } else {
                assert_int_equal(error, -EINVAL);
            }
            free(copy);
        }
        free(bytes);
    }
}

static void test_flipped_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_FILES; i++) {
        size_t size;
        uint8_t *bytes = image_build_read(files[i], &size);
        for (size_t bit = 0; bit < 8 * size; bit += bit < 8 * 1024 ? 1 : 37) {
            uint8_t *copy = exact_copy(bytes, size);
            struct image image;
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (image_open(copy, size, &image) == 0) {
                unpack_all(&image);
                image_finish(&image);
            }
            free(copy);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_not_an_image),
        cmocka_unit_test(test_fatbin),
        cmocka_unit_test(test_empty_fatbin),
        cmocka_unit_test(test_unknown_kind_is_passed_over),
        cmocka_unit_test(test_wrappers),
        cmocka_unit_test(test_false_claims),
        cmocka_unit_test(test_wrong_plain_size),
        cmocka_unit_test(test_files_of_nvcc),
        cmocka_unit_test(test_cut_at_every_length),
        cmocka_unit_test(test_flipped_bits),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
