/* SPDX-License-Identifier: MIT
 *
 * test_image_elf.c - sections, and what cubins of CUDA 12 and 13 say about themselves.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image_elf.h"
#include "tests/unit/image_build.h"

static void expect_name(void *arg, const char *name)
{
    unsigned *n = arg;
    assert_string_equal(name, "scale");
    (*n)++;
}

static void test_cubins(void **state)
{
    static const char *const names[] = {"cuda12.cubin", "cuda13.cubin"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        size_t size, end;
        uint8_t *bytes = image_build_read(names[i], &size);
        struct elf elf;
        char variant;
        unsigned n = 0;
        assert_int_equal(elf_open(bytes, size, &elf), 0);
        assert_true(cubin_check(&elf));
        assert_true(elf_extent(&elf, &end));
        assert_int_equal(end, size);
        assert_int_equal(cubin_arch(&elf, &variant), 86);
        assert_int_equal(variant, 0);
        assert_int_equal(cubin_virtual_arch(&elf), 80);
        cubin_each_kernel(&elf, expect_name, &n);
        assert_int_equal(n, 1);
        free(bytes);
    }
}

static void test_variant(void **state)
{
    uint8_t cubin[64];
    struct elf elf;
    char variant;

    (void)state;
    image_build_cubin(cubin, 90 | 0x800, 90);
    assert_int_equal(elf_open(cubin, sizeof(cubin), &elf), 0);
    assert_int_equal(cubin_arch(&elf, &variant), 90);
    assert_int_equal(variant, 'a');
    assert_int_equal(elf.n_sections, 0);
}

static void test_host_file(void **state)
{
    size_t size;
    uint8_t *bytes = image_build_read("library.so", &size);
    struct elf elf;
    struct elf_section section;
    bool found = false;

    (void)state;
    assert_int_equal(elf_open(bytes, size, &elf), 0);
    assert_false(cubin_check(&elf));
    for (size_t i = 0; i < elf.n_sections; i++) {
        assert_true(elf_section(&elf, i, &section));
        if (section.type == SHT_NOBITS)
            assert_null(section.bytes);
        found = found || strcmp(section.name, ".nvFatBinSegment") == 0;
    }
    assert_true(found);
    free(bytes);
}

/* A file with its number of sections and the index of their names in section 0. */
static void test_many_sections(void **state)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Shdr sections[2];
        char names[8];
    } file = {.header = {.e_shoff = sizeof(Elf64_Ehdr),
                         .e_shentsize = sizeof(Elf64_Shdr),
                         .e_shnum = 0,
                         .e_shstrndx = SHN_XINDEX},
              .sections = {{.sh_size = 2, .sh_link = 1},
                           {.sh_type = SHT_STRTAB,
                            .sh_name = 1,
                            .sh_offset = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Shdr),
                            .sh_size = 8}},
              .names = "\0.names"};
    struct elf elf;
    struct elf_section section;

    (void)state;
    memcpy(file.header.e_ident, ELFMAG, SELFMAG);
    file.header.e_ident[EI_CLASS] = ELFCLASS64;
    file.header.e_ident[EI_DATA] = ELFDATA2LSB;
    assert_int_equal(elf_open(&file, sizeof(file), &elf), 0);
    assert_int_equal(elf.n_sections, 2);
    assert_true(elf_section(&elf, 1, &section));
    assert_string_equal(section.name, ".names");
    assert_int_equal(section.size_bytes, 8);

    file.sections[0].sh_size = 3;
    assert_int_equal(elf_open(&file, sizeof(file), &elf), -EINVAL);
    file.sections[0].sh_size = UINT64_MAX;
    assert_int_equal(elf_open(&file, sizeof(file), &elf), -EINVAL);
    file.sections[0].sh_size = 2;
    file.sections[0].sh_link = 2;
    assert_int_equal(elf_open(&file, sizeof(file), &elf), -EINVAL);
    file.sections[0].sh_link = 1;
    file.names[7] = 'x'; /* names without an end */
    assert_int_equal(elf_open(&file, sizeof(file), &elf), -EINVAL);
}

static void test_not_ours(void **state)
{
    uint8_t cubin[64];
    struct elf elf;

    (void)state;
    for (size_t at = 0; at < 6; at++) {
        image_build_cubin(cubin, 90, 90);
        cubin[at] ^= 3; /* magic, class, byte order */
        assert_int_equal(elf_open(cubin, sizeof(cubin), &elf), -EINVAL);
    }
    image_build_cubin(cubin, 90, 90);
    assert_int_equal(elf_open(cubin, 63, &elf), -EINVAL);
}

static void ignore_name(void *arg, const char *name)
{
    (void)arg;
    assert_true(strlen(name) < 4096);
}

static void test_flipped_bits(void **state)
{
    size_t size, end;
    uint8_t *bytes = image_build_read("cuda13.cubin", &size);

    (void)state;
    for (size_t bit = 0; bit < 8 * size; bit++) {
        struct elf elf;
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (elf_open(bytes, size, &elf) == 0) {
            elf_extent(&elf, &end);
            cubin_virtual_arch(&elf);
            cubin_each_kernel(&elf, ignore_name, NULL);
        }
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cubins),    cmocka_unit_test(test_variant),
        cmocka_unit_test(test_host_file), cmocka_unit_test(test_many_sections),
        cmocka_unit_test(test_not_ours),  cmocka_unit_test(test_flipped_bits),
    };
    return cmocka_run_group_tests_name("image_elf", tests, NULL, NULL);
}
