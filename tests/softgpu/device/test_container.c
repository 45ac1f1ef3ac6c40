/* SPDX-License-Identifier: MIT
 *
 * test_container.c - the linker's image: what goes in comes out; every damaged or cut one is
 * refused without a byte read outside. And the pointer map, against a plain array.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image.h"
#include "tools/softgpu/driver/container.h"
#include "tools/softgpu/driver/ptx_head.h"
#include "tools/softgpu/pointer_map.h"

static char *const texts[] = {".version 8.0 first", "", ".version 8.0 third"};
static const size_t sizes[] = {18, 0, 18};

static void test_round_trip(void **state)
{
    size_t bytes, text_bytes;
    const char *text;
    struct image image;
    char *file = container_make(texts, sizes, 3, &bytes);

    (void)state;
    assert_non_null(file);
    for (size_t i = 0; i < 3; i++) {
        assert_true(container_text(file, bytes, i, &text, &text_bytes));
        assert_int_equal(text_bytes, sizes[i]);
        assert_memory_equal(text, texts[i], sizes[i]);
    }
    assert_false(container_text(file, bytes, 3, &text, &text_bytes));
    /* The product's reader takes it for machine code, and finds its end without being told. */
    assert_int_equal(image_open(file, IMAGE_SIZE_UNKNOWN, &image), 0);
    assert_int_equal(image.kind, IMAGE_ELF);
    assert_int_equal(image.size_bytes, bytes);
    image_finish(&image);
    free(file);
}

/* In a copy of exactly that size, so that a sanitizer sees a step outside. */
static void read_all(const char *file, size_t bytes)
{
    char *copy = malloc(bytes ? bytes : 1);
    const char *text;
    size_t text_bytes;

    memcpy(copy, file, bytes);
    for (size_t i = 0; i < 8; i++)
        if (container_text(copy, bytes, i, &text, &text_bytes) && text_bytes)
            assert_true(text >= copy && text + text_bytes <= copy + bytes);
    free(copy);
}

static void test_damage(void **state)
{
    size_t bytes;
    char *file = container_make(texts, sizes, 3, &bytes);

    (void)state;
    for (size_t cut = 0; cut < bytes; cut++)
        read_all(file, cut);
    for (size_t at = 0; at < bytes; at++) {
        for (int bit = 0; bit < 8; bit++) {
            file[at] ^= (char)(1 << bit);
            read_all(file, bytes);
            file[at] ^= (char)(1 << bit);
        }
    }
    free(file);
}

static void test_ptx_head(void **state)
{
    static const char head[] = "// made by hand\n.version 8.7\n/* x */ .target sm_90a, debug\n"
                               ".address_size 64\n.version 1.0\n";
    struct ptx_head read = ptx_head_read(head, sizeof(head));

    (void)state;
    assert_int_equal(read.version, 87);
    assert_int_equal(read.version_line, 2);
    assert_int_equal(read.target, 90);
    assert_int_equal(read.target_line, 3);
    read = ptx_head_read(".version", 8);
    assert_int_equal(read.version | read.target, 0);
    read = ptx_head_read(".target compute_90 .version x", 29);
    assert_int_equal(read.version | read.target, 0);
    read = ptx_head_read("\"\x01", 2);
    assert_int_equal(read.version | read.target, 0);
}

static void test_pointer_map(void **state)
{
    enum { KEYS = 500 };
    static char keys[KEYS * 16];
    uintptr_t values[KEYS] = {0};
    struct pointer_map map = {0};
    uint32_t random = 9;

    (void)state;
    assert_int_equal(pointer_map_get(&map, keys), 0);
    pointer_map_remove(&map, keys);
    for (int step = 0; step < 20000; step++) {
        random = random * 1664525u + 1013904223u;
        unsigned k = (random >> 8) % KEYS;

        if (random >> 31) {
            values[k] = step + 1;
            assert_int_equal(pointer_map_put(&map, &keys[16 * k], values[k]), 0);
        } else {
            values[k] = 0;
            pointer_map_remove(&map, &keys[16 * k]);
        }
        k = (random >> 4) % KEYS;
        assert_int_equal(pointer_map_get(&map, &keys[16 * k]), values[k]);
    }
    assert_int_equal(pointer_map_get(&map, NULL), 0);
    free(map.slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_ptx_head),
        cmocka_unit_test(test_pointer_map),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
