/* SPDX-License-Identifier: MIT
 *
 * test_image_pick.c - what the driver would take for a device, and the PTX that may stand for it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ptx-rewriter/image.h"
#include "tests/unit/image_build.h"

static const char no_ptx[] = "no PTX in the image";
static const char too_new[] = "no PTX for this device in the image";
static const char other[] = "its machine code came from other PTX than the image has";
static const char several[] = "several codes for one architecture in the image";

static const char ptx[] = ".version 9.0\n.target sm_90\n";

/* Codes in words: "80" is compute_80, "s86/80" is sm_86 compiled from compute_80, "l90" is LTO-IR;
 * 'a' and 'f' behind the architecture. */
static void build_from_words(struct image_build *build, const char *words)
{
    image_build_begin(build);
    for (char *end; *words; words = end) {
        uint8_t cubin[64];
        struct image_build_entry entry = {.kind = 1, .payload = ptx, .payload_bytes = sizeof(ptx)};
        if (*words == 's' || *words == 'l')
            entry.kind = *words++ == 's' ? 2 : 8;
        entry.arch = (unsigned)strtoul(words, &end, 10);
        if (*end == 'a' || *end == 'f')
            entry.variant = *end++;
        if (entry.kind == 2) {
            unsigned from = *end == '/' ? (unsigned)strtoul(end + 1, &end, 10) : 0;
            image_build_cubin(cubin, entry.arch, from);
            entry.payload = cubin;
            entry.payload_bytes = sizeof(cubin);
            entry.compression = from % 2 ? IMAGE_ZSTD : IMAGE_PLAIN;
        }
        image_build_add(build, &entry);
        while (*end == ' ')
            end++;
    }
}

struct pick_case {
    const char *codes;
    unsigned cc;
    unsigned arch; /* of the PTX picked; 0: none */
    char variant;
    const char *reason;
};

static void check_pick(const struct pick_case *c)
{
    struct image_build build;
    struct image image;
    const struct image_entry *entry;
    const char *reason;

    build_from_words(&build, c->codes);
    assert_int_equal(image_open(build.bytes, build.size_bytes, &image), 0);
    image_pick(&image, 0, c->cc, &entry, &reason);
    if ((entry ? entry->arch : 0) != c->arch || (entry ? entry->variant : 0) != c->variant ||
        reason != c->reason)
        if (!reason || !c->reason || strcmp(reason, c->reason) != 0)
            fail_msg("\"%s\" for %u: got %u%c, %s", c->codes, c->cc, entry ? entry->arch : 0,
                     entry && entry->variant ? entry->variant : ' ', reason ? reason : "-");
    image_finish(&image);
    image_build_free(&build);
}

static void test_pick(void **state)
{
    static const struct pick_case cases[] = {
        /* PTX alone: the highest that the device takes. */
        {"80", 90, 80, 0, NULL},
        {"80 90", 90, 90, 0, NULL},
        {"90 80", 90, 90, 0, NULL},
        {"70 80 90 100", 86, 80, 0, NULL},
        {"90", 86, 0, 0, too_new},
        {"90a", 90, 90, 'a', NULL},
        {"90a", 100, 0, 0, too_new},
        {"90a 80", 100, 80, 0, NULL},
        {"90 90a", 90, 90, 'a', NULL},
        {"90a 90", 90, 90, 'a', NULL},
        {"100f", 103, 100, 'f', NULL},
        {"100f", 110, 0, 0, too_new},
        {"100f 90", 120, 90, 0, NULL},
        {"103f", 100, 0, 0, too_new},
        {"100 100f 100a", 100, 100, 'a', NULL},
        {"100 100f 100a", 103, 100, 'f', NULL},
        {"80 80", 90, 0, 0, several},
        {"80 80 90", 90, 90, 0, NULL},
        /* No PTX. */
        {"", 90, 0, 0, no_ptx},
        {"s90/90", 90, 0, 0, no_ptx},
        {"s80/80", 90, 0, 0, no_ptx},
        {"l90", 90, 0, 0, no_ptx},
        /* Machine code is preferred; PTX stands for it if it came from there. */
        {"s90/90 90", 90, 90, 0, NULL},
        {"s80/80 80", 86, 80, 0, NULL},
        {"s86/80 80", 86, 80, 0, NULL},
        {"s86/80 86", 86, 0, 0, other},
        {"s86/80 80 86", 86, 80, 0, NULL},
        {"s86/75 75 86", 86, 75, 0, NULL},
        {"s80/80 86", 86, 0, 0, other},
        {"s80/80 s86/86 80 86", 86, 86, 0, NULL},
        {"s86/86 s80/80 80 86", 80, 80, 0, NULL},
        {"s86/80 s86/86 80 86", 86, 0, 0, several},
        {"s90 90", 90, 90, 0, NULL}, /* does not say: its own */
        {"s90 80", 90, 0, 0, other},
        {"s86/90 80 90", 86, 0, 0, other}, /* damaged */
        /* Machine code that this device does not run does not count. */
        {"s80/80 80", 90, 80, 0, NULL},
        {"s90/90 80", 86, 80, 0, NULL},
        {"s86/86 80", 80, 80, 0, NULL},
        {"s90a/90 90", 100, 90, 0, NULL},
        {"s90/90 100", 90, 0, 0, too_new},
        /* As specific as what it came from. */
        {"s90a/90 90a", 90, 90, 'a', NULL},
        {"s90a/90 90", 90, 0, 0, other},
        {"s90a/90 90 90a", 90, 90, 'a', NULL},
        {"s90/90 90a", 90, 0, 0, other},
        {"s90/90 s90a/90 90 90a", 90, 90, 'a', NULL},
        {"s103f/100 100f", 103, 100, 'f', NULL},
        {"s100f/100 100f 90", 103, 100, 'f', NULL},
        {"s100f/100 90", 110, 90, 0, NULL},
        /* Tegra runs its own machine code only. */
        {"s86/86 80", 87, 80, 0, NULL},
        {"s87/87 80 87", 87, 87, 0, NULL},
        {"s87/80 87", 87, 0, 0, other},
        {"s87/87 80", 89, 80, 0, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_pick(&cases[i]);
}

static void test_damaged_machine_code(void **state)
{
    struct image_build build;
    struct image image;
    const struct image_entry *entry;
    const char *reason;

    (void)state;
    image_build_begin(&build);
    image_build_add(&build, &(struct image_build_entry){
                                .kind = 2, .arch = 90, .payload = ptx, .payload_bytes = 8});
    image_build_add(&build, &(struct image_build_entry){
                                .kind = 1, .arch = 90, .payload = ptx, .payload_bytes = 8});
    assert_int_equal(image_open(build.bytes, build.size_bytes, &image), 0);
    image_pick(&image, 0, 90, &entry, &reason);
    assert_null(entry);
    assert_string_equal(reason, other);
    image_finish(&image);
    image_build_free(&build);
}

static void check_file(const char *name, unsigned cc, unsigned arch, char variant,
                       const char *wanted_reason)
{
    size_t size;
    uint8_t *bytes = image_build_read(name, &size);
    struct image image;
    const struct image_entry *entry;
    const char *reason;

    assert_int_equal(image_open(bytes, size, &image), 0);
    image_pick(&image, 0, cc, &entry, &reason);
    if (wanted_reason) {
        assert_null(entry);
        assert_string_equal(reason, wanted_reason);
    } else {
        assert_non_null(entry);
        assert_null(reason);
        assert_int_equal(entry->arch, arch);
        assert_int_equal(entry->variant, variant);
    }
    image_finish(&image);
    free(bytes);
}

static void test_files_of_nvcc(void **state)
{
    (void)state;
    check_file("archs.fatbin", 75, 0, 0, too_new);
    check_file("archs.fatbin", 80, 80, 0, NULL);
    check_file("archs.fatbin", 86, 80, 0, NULL); /* by the note in sm_86 */
    check_file("archs.fatbin", 90, 90, 'a', NULL);
    check_file("archs.fatbin", 100, 90, 0, NULL);
    check_file("lz4.fatbin", 80, 80, 0, NULL);
    check_file("cuda13.cubin", 86, 0, 0, no_ptx);
    check_file("scale.ptx", 90, 80, 0, NULL);
    check_file("scale.ptx", 75, 0, 0, too_new);
}

struct wrapper {
    uint32_t magic, version;
    const void *fatbin;
    const void *const *prelinked;
};

/* -rdc=true: the linked cubin has no PTX, each unit must have some. */
static void test_pick_all(void **state)
{
    static const struct {
        const char *linked, *units[2];
        size_t n;
        const char *reason;
    } cases[] = {
        {"s90/90", {"s90/90 90", "s90/90 90"}, 2, NULL},
        {"s80/80", {"s80/80 80", "80"}, 2, NULL},
        {"s90/90", {"s90/90 90", "s90/90"}, 0, no_ptx},
        {"s90/80", {"s90/80 90", "s90/90 90"}, 0, other},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct image_build linked, units[2];
        struct image image;
        const struct image_entry *picks[3];
        const char *reason;
        build_from_words(&linked, cases[i].linked);
        build_from_words(&units[0], cases[i].units[0]);
        build_from_words(&units[1], cases[i].units[1]);
        const void *prelinked[] = {units[0].bytes, units[1].bytes, NULL};
        struct wrapper wrapper = {0x466243B1, 2, linked.bytes, prelinked};
        assert_int_equal(image_open(&wrapper, IMAGE_SIZE_UNKNOWN, &image), 0);
        assert_int_equal(image_pick_all(&image, 90, picks, &reason), cases[i].n);
        for (size_t j = 0; j < cases[i].n; j++)
            assert_int_equal(picks[j]->fatbin, j + 1);
        if (cases[i].reason)
            assert_string_equal(reason, cases[i].reason);
        image_finish(&image);
        image_build_free(&linked);
        image_build_free(&units[0]);
        image_build_free(&units[1]);
    }
}

static void test_pick_all_of_one(void **state)
{
    struct image image;
    const struct image_entry *pick;
    const char *reason;

    (void)state;
    assert_int_equal(image_open(ptx, sizeof(ptx), &image), 0);
    assert_int_equal(image_pick_all(&image, 90, &pick, &reason), 1);
    assert_ptr_equal(pick, image.entries);
    assert_int_equal(image_pick_all(&image, 80, &pick, &reason), 0);
    assert_string_equal(reason, too_new);
    image_finish(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pick),
        cmocka_unit_test(test_damaged_machine_code),
        cmocka_unit_test(test_files_of_nvcc),
        cmocka_unit_test(test_pick_all),
        cmocka_unit_test(test_pick_all_of_one),
    };
    return cmocka_run_group_tests_name("image_pick", tests, NULL, NULL);
}
