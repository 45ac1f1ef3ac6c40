/* SPDX-License-Identifier: MIT
 *
 * test_cache.c - results on disk: hits and misses, damage, the size bound, unusable folders, and
 * several processes at once.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ptx-rewriter/cache.h"

enum { HEADER_BYTES = 56, MAX_BYTES = 1 << 16 };

static char folder[] = "/tmp/sliver-test-cache-XXXXXX";
static struct cache *cache;

static struct cache_key key_of(unsigned n)
{
    struct cache_key key = {0};
    cache_key_mix(&key, &n, sizeof(n));
    return key;
}

/* The folder's files, one after the other; "" behind the last. */
static void next_file(DIR *dir, char path[512])
{
    struct dirent *entry;

    do
        entry = readdir(dir);
    while (entry && entry->d_name[0] == '.');
    path[0] = '\0';
    if (entry)
        snprintf(path, 512, "%s/%s", folder, entry->d_name);
}

static unsigned count_files(uint64_t *ret_bytes)
{
    DIR *dir = opendir(folder);
    char path[512];
    struct stat st;
    unsigned n = 0;

    assert_non_null(dir);
    *ret_bytes = 0;
    for (next_file(dir, path); path[0]; next_file(dir, path)) {
        if (stat(path, &st) != 0) /* a process beside us took it away */
            continue;
        *ret_bytes += (uint64_t)st.st_size;
        n++;
    }
    closedir(dir);
    return n;
}

static void remove_files(void)
{
    DIR *dir = opendir(folder);
    char path[512];

    assert_non_null(dir);
    for (next_file(dir, path); path[0]; next_file(dir, path))
        assert_true(unlink(path) == 0 || rmdir(path) == 0);
    closedir(dir);
}

/* The path of the only file. */
static void only_file(char path[512])
{
    uint64_t bytes;
    DIR *dir = opendir(folder);

    assert_non_null(dir);
    next_file(dir, path);
    closedir(dir);
    assert_int_equal(count_files(&bytes), 1);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '-'), "-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(cache_create(folder, MAX_BYTES, &cache), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    cache_destroy(cache);
    remove_files();
    return rmdir(folder);
}

static void expect_hit(struct cache_key key, const void *wanted, size_t wanted_bytes)
{
    void *bytes;
    size_t size;

    assert_int_equal(cache_get(cache, &key, &bytes, &size), 0);
    assert_int_equal(size, wanted_bytes);
    assert_memory_equal(bytes, wanted, wanted_bytes);
    free(bytes);
}

static void expect_miss(struct cache_key key)
{
    void *bytes;
    size_t size;

    assert_int_equal(cache_get(cache, &key, &bytes, &size), -ENOENT);
}

/* Reference values of MurmurHash3 x64 128 with seed 0. */
static void test_key(void **state)
{
    static const struct {
        const char *text;
        struct cache_key key;
    } cases[] = {
        {"", {0, 0}},
        {"hello", {0xcbd8a7b341bd9b02, 0x5b1e906a48ae1d19}},
        {"The quick brown fox jumps over the lazy dog", {0xe34bbc7bbc071b6c, 0x7a433ca9c49a9347}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cache_key key = {0};
        cache_key_mix(&key, cases[i].text, strlen(cases[i].text));
        assert_int_equal(key.lo, cases[i].key.lo);
        assert_int_equal(key.hi, cases[i].key.hi);
    }
}

/* Keys differ by where one part ends and the next begins. */
static void test_key_of_parts(void **state)
{
    struct cache_key a = {0}, b = {0};

    (void)state;
    cache_key_mix(&a, "ab", 2);
    cache_key_mix(&a, "c", 1);
    cache_key_mix(&b, "a", 1);
    cache_key_mix(&b, "bc", 2);
    assert_true(a.lo != b.lo && a.hi != b.hi);
}

static void test_hit_and_miss(void **state)
{
    (void)state;
    expect_miss(key_of(1));
    assert_int_equal(cache_put(cache, &(struct cache_key){1, 2}, "abc", 3), 0);
    expect_hit((struct cache_key){1, 2}, "abc", 3);
    expect_miss((struct cache_key){2, 1});
    assert_int_equal(cache_put(cache, &(struct cache_key){1, 2}, "other", 5), 0);
    expect_hit((struct cache_key){1, 2}, "other", 5);
    assert_int_equal(cache_put(cache, &(struct cache_key){2, 1}, NULL, 0), 0);
    expect_hit((struct cache_key){2, 1}, "", 0);
}

static void test_second_start(void **state)
{
    struct cache_key key = key_of(7);

    (void)state;
    assert_int_equal(cache_put(cache, &key, "kept", 4), 0);
    cache_destroy(cache);
    assert_int_equal(cache_create(folder, MAX_BYTES, &cache), 0);
    expect_hit(key, "kept", 4);
}

static void damage_byte(const char *path, off_t at)
{
    int fd = open(path, O_RDWR);
    unsigned char byte;

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void test_any_damaged_byte_is_a_miss(void **state)
{
    struct cache_key key = key_of(3);
    char path[512];
    uint64_t bytes;

    (void)state;
    for (off_t at = 0; at < HEADER_BYTES + 5; at++) {
        assert_int_equal(cache_put(cache, &key, "12345", 5), 0);
        only_file(path);
        damage_byte(path, at);
        expect_miss(key);
        assert_int_equal(count_files(&bytes), 0);
    }
}

static void test_any_other_length_is_a_miss(void **state)
{
    struct cache_key key = key_of(3);
    char path[512];
    uint64_t bytes;

    (void)state;
    for (off_t length = 0; length < HEADER_BYTES + 20; length++) {
        if (length == HEADER_BYTES + 5)
            continue;
        assert_int_equal(cache_put(cache, &key, "12345", 5), 0);
        only_file(path);
        assert_int_equal(truncate(path, length), 0);
        expect_miss(key);
        assert_int_equal(count_files(&bytes), 0);
    }
}

/* A good file under another key's name. */
static void test_foreign_name_is_a_miss(void **state)
{
    struct cache_key key = key_of(1), other = key_of(2);
    char path[512], other_path[512];

    (void)state;
    assert_int_equal(cache_put(cache, &other, "x", 1), 0);
    only_file(other_path);
    remove_files();
    assert_int_equal(cache_put(cache, &key, "x", 1), 0);
    only_file(path);
    assert_int_equal(rename(path, other_path), 0);
    expect_miss(other);
}

static void test_other_kinds_of_file_are_misses(void **state)
{
    struct cache_key key = key_of(3);
    char path[512];

    (void)state;
    assert_int_equal(cache_put(cache, &key, "12345", 5), 0);
    only_file(path);
    for (int kind = 0; kind < 3; kind++) {
        assert_int_equal(unlink(path), 0);
        int made = kind == 0   ? mkdir(path, 0700)
                   : kind == 1 ? mkfifo(path, 0600)
                               : symlink("/dev/zero", path);
        assert_int_equal(made, 0);
        expect_miss(key);
        assert_int_equal(cache_put(cache, &key, "12345", 5), 0);
        expect_hit(key, "12345", 5);
    }
}

static void test_too_large(void **state)
{
    static char bytes[MAX_BYTES];
    struct cache_key key = key_of(1);
    uint64_t used;

    (void)state;
    assert_int_equal(cache_put(cache, &key, bytes, sizeof(bytes)), -E2BIG);
    assert_int_equal(cache_put(cache, &key, bytes, MAX_BYTES / 4 - HEADER_BYTES + 1), -E2BIG);
    assert_int_equal(cache_put(cache, &key, bytes, SIZE_MAX), -E2BIG);
    assert_int_equal(count_files(&used), 0);
    assert_int_equal(cache_put(cache, &key, bytes, MAX_BYTES / 4 - HEADER_BYTES), 0);
    expect_hit(key, bytes, MAX_BYTES / 4 - HEADER_BYTES);
}

/* File times are as coarse as the kernel's tick. */
static void wait_for_tick(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 12000000}, NULL);
}

static void test_least_recently_used_goes(void **state)
{
    static const char bytes[MAX_BYTES / 4 - HEADER_BYTES] = "x";
    uint64_t used;

    (void)state;
    for (unsigned n = 0; n < 6; n++) {
        struct cache_key key = key_of(n);
        assert_int_equal(cache_put(cache, &key, bytes, sizeof(bytes)), 0);
        wait_for_tick();
        expect_hit(key_of(0), bytes, sizeof(bytes));
        wait_for_tick();
        count_files(&used);
        assert_true(used <= MAX_BYTES);
    }
    expect_miss(key_of(1));
    expect_miss(key_of(2));
    expect_hit(key_of(0), bytes, sizeof(bytes));
    for (unsigned n = 3; n < 6; n++)
        expect_hit(key_of(n), bytes, sizeof(bytes));
}

static void make_file(const char *name, int size_bytes, int age_s)
{
    char path[512];
    struct timespec times[2] = {{.tv_sec = time(NULL) - age_s}, {.tv_sec = time(NULL) - age_s}};

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, size_bytes), 0);
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

/* What dead processes left goes, what others put there stays. */
static void test_other_files(void **state)
{
    struct cache_key key = key_of(1);
    uint64_t used;

    (void)state;
    make_file("put.abcdef", 10, 3600);
    make_file("put.ghijkl", 10, 0);
    make_file("notes.txt", 10 * MAX_BYTES, 3600);
    assert_int_equal(cache_put(cache, &key, "x", 1), 0);
    assert_int_equal(count_files(&used), 3);
    expect_hit(key, "x", 1);
}

static void test_parents_are_made(void **state)
{
    char path[512], parent[512];
    struct cache *nested;
    struct stat st;

    (void)state;
    snprintf(parent, sizeof(parent), "%s/a", folder);
    snprintf(path, sizeof(path), "%s/a/b/", folder);
    assert_int_equal(cache_create(path, MAX_BYTES, &nested), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    cache_destroy(nested);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(parent), 0);
}

static void test_unusable_folders(void **state)
{
    char path[512], deep[8192];
    struct cache *none;

    (void)state;
    assert_int_equal(cache_create("", MAX_BYTES, &none), -ENOENT);
    assert_int_equal(cache_create("/proc/none/here", MAX_BYTES, &none), -ENOENT);
    make_file("file", 1, 0);
    snprintf(path, sizeof(path), "%s/file", folder);
    assert_int_equal(cache_create(path, MAX_BYTES, &none), -ENOTDIR);
    memset(deep, 'x', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    assert_int_equal(cache_create(deep, MAX_BYTES, &none), -ENAMETOOLONG);
    assert_int_equal(chmod(folder, 0770), 0);
    assert_int_equal(cache_create(folder, MAX_BYTES, &none), -EPERM);
    assert_int_equal(chmod(folder, 0700), 0);
}

static void test_folder_gone(void **state)
{
    struct cache_key key = key_of(1);

    (void)state;
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(cache_put(cache, &key, "x", 1), -ENOENT);
    expect_miss(key);
    assert_int_equal(mkdir(folder, 0700), 0);
}

/* Root writes anywhere, so somebody else tries. */
static void test_unwritable_folder(void **state)
{
    struct cache_key key = key_of(1);
    int status;

    (void)state;
    assert_int_equal(cache_put(cache, &key, "x", 1), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(1);
        _exit(cache_put(cache, &key, "y", 1) == -EACCES ? 0 : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(chmod(folder, 0700), 0);
    expect_hit(key, "x", 1);
}

enum { PROCESSES = 6, ROUNDS = 150, KEYS = 24 };

/* What belongs to key n, in one of two versions. */
static size_t make_result(char *bytes, unsigned n, unsigned version)
{
    size_t size = 500 + 300 * n;

    memset(bytes, (int)(2 * n + version), size);
    return size;
}

static bool result_is_whole(const char *bytes, size_t size, unsigned n)
{
    char wanted[MAX_BYTES / 4];

    for (unsigned version = 0; version < 2; version++)
        if (make_result(wanted, n, version) == size && memcmp(bytes, wanted, size) == 0)
            return true;
    return false;
}

static int hammer(unsigned seed)
{
    char result[MAX_BYTES / 4];

    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned n = (unsigned)rand_r(&seed) % KEYS;
        struct cache_key key = key_of(n);
        void *bytes;
        size_t size;
        int error = cache_get(cache, &key, &bytes, &size);
        if (error == 0) {
            bool whole = result_is_whole(bytes, size, n);
            free(bytes);
            if (!whole)
                return 1;
        } else if (error != -ENOENT) {
            return 2;
        }
        size = make_result(result, n, (unsigned)rand_r(&seed) % 2);
        if (rand_r(&seed) % 3 == 0 && cache_put(cache, &key, result, size) != 0)
            return 3;
    }
    return 0;
}

static void test_several_processes(void **state)
{
    pid_t children[PROCESSES];
    uint64_t used;

    (void)state;
    for (unsigned i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(hammer(i + 1));
        assert_true(children[i] > 0);
    }
    for (unsigned i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    count_files(&used);
    assert_true(used <= MAX_BYTES + PROCESSES * MAX_BYTES / 4);
    assert_int_equal(cache_put(cache, &(struct cache_key){0}, "", 0), 0);
    count_files(&used);
    assert_true(used <= MAX_BYTES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_key),
        TEST(test_key_of_parts),
        TEST(test_hit_and_miss),
        TEST(test_second_start),
        TEST(test_any_damaged_byte_is_a_miss),
        TEST(test_any_other_length_is_a_miss),
        TEST(test_foreign_name_is_a_miss),
        TEST(test_other_kinds_of_file_are_misses),
        TEST(test_too_large),
        TEST(test_least_recently_used_goes),
        TEST(test_other_files),
        TEST(test_parents_are_made),
        TEST(test_unusable_folders),
        TEST(test_folder_gone),
        TEST(test_unwritable_folder),
        TEST(test_several_processes),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
