/* SPDX-License-Identifier: MIT
 *
 * cache.c - see cache.h. A file is a header and the result; it appears under its name by rename(),
 * so that a reader sees all of it or nothing. The time of last change is the time of last use.
 * Paths rather than a kept folder descriptor: programs close descriptors that they did not open.
 */
#include "ptx-rewriter/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAGIC             "SLIVERC"
#define TEMPORARY         "put."
#define SUFFIX            ".sliver"
#define KEY_DIGITS        32
#define ABANDONED_AFTER_S 600 /* a temporary file this old was left by a process that died */

struct cache {
    uint64_t max_bytes;
    char folder[]; /* absolute */
};

struct header {
    char magic[8];
    uint32_t version, header_bytes;
    struct cache_key key;
    uint64_t size_bytes;
    struct cache_key checksum; /* of the result */
};

static void make_header(struct header *header, const struct cache_key *key, const void *bytes,
                        size_t size_bytes)
{
    *header = (struct header){.magic = MAGIC,
                              .version = 1,
                              .header_bytes = sizeof(*header),
                              .key = *key,
                              .size_bytes = size_bytes};
    cache_key_mix(&header->checksum, bytes, size_bytes);
}

/* mkdir -p, mode 0700 for what is made. */
static int make_folders(const char *folder)
{
    char path[PATH_MAX];
    size_t length = strlen(folder);

    if (length == 0)
        return -ENOENT;
    if (length >= sizeof(path))
        return -ENAMETOOLONG;
    memcpy(path, folder, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        path[i] = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return -errno;
        path[i] = folder[i];
    }
    return 0;
}

static int check_folder(const char *folder)
{
    struct stat st;

    if (stat(folder, &st) != 0)
        return -errno;
    if (!S_ISDIR(st.st_mode))
        return -ENOTDIR;
    if ((st.st_uid != geteuid() && st.st_uid != 0) || st.st_mode & (S_IWGRP | S_IWOTH))
        return -EPERM;
    return 0;
}

int cache_create(const char *folder, uint64_t max_bytes, struct cache **ret_cache)
{
    char path[PATH_MAX];
    int error = make_folders(folder);

    if (error)
        return error;
    if (!realpath(folder, path))
        return -errno;
    error = check_folder(path);
    if (error)
        return error;
    struct cache *cache = malloc(sizeof(*cache) + strlen(path) + 1);
    if (!cache)
        return -ENOMEM;
    cache->max_bytes = max_bytes;
    strcpy(cache->folder, path);
    *ret_cache = cache;
    return 0;
}

void cache_destroy(struct cache *cache)
{
    free(cache);
}

static int make_path(char path[PATH_MAX], const struct cache *cache, const char *name)
{
    int n = snprintf(path, PATH_MAX, "%s/%s", cache->folder, name);

    return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int result_path(char path[PATH_MAX], const struct cache *cache, const struct cache_key *key)
{
    char name[64];

    snprintf(name, sizeof(name), "%016" PRIx64 "%016" PRIx64 SUFFIX, key->hi, key->lo);
    return make_path(path, cache, name);
}

static int read_all(int fd, void *bytes, size_t size_bytes)
{
    for (char *at = bytes; size_bytes > 0;) {
        ssize_t n = read(fd, at, size_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EBADMSG;
        at += n;
        size_bytes -= (size_t)n;
    }
    return 0;
}

static int write_all(int fd, const void *bytes, size_t size_bytes)
{
    for (const char *at = bytes; size_bytes > 0;) {
        ssize_t n = write(fd, at, size_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        at += n;
        size_bytes -= (size_t)n;
    }
    return 0;
}

/* -EBADMSG: damaged or not ours. */
static int read_header(int fd, const struct cache_key *key, struct header *ret_header)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EBADMSG;
    int error = read_all(fd, ret_header, sizeof(*ret_header));
    if (error)
        return error;
    if (st.st_size < (off_t)sizeof(*ret_header) ||
        ret_header->size_bytes != (uint64_t)st.st_size - sizeof(*ret_header))
        return -EBADMSG;
    return memcmp(&ret_header->key, key, sizeof(*key)) == 0 ? 0 : -EBADMSG;
}

static int read_result(int fd, const struct cache_key *key, void **ret_bytes,
                       size_t *ret_size_bytes)
{
    struct header header, wanted;
    int error = read_header(fd, key, &header);

    if (error)
        return error;
    void *bytes = malloc(header.size_bytes ? header.size_bytes : 1);
    if (!bytes)
        return -ENOMEM;
    error = read_all(fd, bytes, header.size_bytes);
    if (!error) {
        make_header(&wanted, key, bytes, header.size_bytes);
        error = memcmp(&header, &wanted, sizeof(header)) == 0 ? 0 : -EBADMSG;
    }
    if (error) {
        free(bytes);
        return error;
    }
    *ret_bytes = bytes;
    *ret_size_bytes = header.size_bytes;
    return 0;
}

/* Opens nothing but a plain file, and never waits for a pipe's other end. */
static int open_result(const char *path, const struct cache_key *key, void **ret_bytes,
                       size_t *ret_size_bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        return errno == ELOOP ? -EBADMSG : -errno;
    int error = read_result(fd, key, ret_bytes, ret_size_bytes);
    if (error == 0)
        futimens(fd, NULL); /* fails in a folder that is read-only: nothing is removed there */
    close(fd);
    return error;
}

int cache_get(struct cache *cache, const struct cache_key *key, void **ret_bytes,
              size_t *ret_size_bytes)
{
    char path[PATH_MAX];
    int error = result_path(path, cache, key);

    if (!error)
        error = open_result(path, key, ret_bytes, ret_size_bytes);
    if (error != -EBADMSG)
        return error;
    /* Another process may have put a good one there meanwhile: it costs us a miss. */
    if (unlink(path) != 0 && errno == EISDIR)
        rmdir(path);
    return -ENOENT;
}

/* One file of the folder, to be removed when its turn comes. */
struct result {
    struct timespec used;
    uint64_t size_bytes;
    char name[KEY_DIGITS + sizeof(SUFFIX)];
};

static int compare_used(const void *a, const void *b)
{
    const struct result *x = a, *y = b;

    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec)
        return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

static bool is_result_name(const char *name)
{
    return strspn(name, "0123456789abcdef") == KEY_DIGITS && strcmp(name + KEY_DIGITS, SUFFIX) == 0;
}

static void remove_if_abandoned(const struct cache *cache, const char *name, const struct stat *st)
{
    char path[PATH_MAX];

    if (strncmp(name, TEMPORARY, strlen(TEMPORARY)) == 0 && S_ISREG(st->st_mode) &&
        time(NULL) - st->st_mtime > ABANDONED_AFTER_S && make_path(path, cache, name) == 0)
        unlink(path);
}

/* Lists the results in the folder; free() them. Never touches files with other names. */
static struct result *list_results(const struct cache *cache, size_t *ret_n)
{
    struct result *results = NULL;
    size_t n = 0, capacity = 0;
    DIR *folder = opendir(cache->folder);

    *ret_n = 0;
    if (!folder)
        return NULL;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat st;
        if (fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (!is_result_name(entry->d_name)) {
            remove_if_abandoned(cache, entry->d_name, &st);
            continue;
        }
        if (n == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            struct result *more = reallocarray(results, capacity, sizeof(*results));
            if (!more)
                break; /* what we have is enough to begin with */
            results = more;
        }
        results[n] = (struct result){.used = st.st_mtim, .size_bytes = (uint64_t)st.st_size};
        strcpy(results[n++].name, entry->d_name);
    }
    closedir(folder);
    *ret_n = n;
    return results;
}

/* Removes what was used least recently until the rest fits. Processes that do so at the same time
 * choose the same files. */
static void trim(const struct cache *cache)
{
    size_t n;
    struct result *results = list_results(cache, &n);
    uint64_t total = 0;
    char path[PATH_MAX];

    for (size_t i = 0; i < n; i++)
        total += results[i].size_bytes;
    if (total > cache->max_bytes)
        qsort(results, n, sizeof(*results), compare_used);
    for (size_t i = 0; i < n && total > cache->max_bytes; i++) {
        if (make_path(path, cache, results[i].name) == 0)
            unlink(path);
        total -= results[i].size_bytes;
    }
    free(results);
}

static int write_result(int fd, const struct cache_key *key, const void *bytes, size_t size_bytes)
{
    struct header header;

    make_header(&header, key, bytes, size_bytes);
    int error = write_all(fd, &header, sizeof(header));
    return error ? error : write_all(fd, bytes, size_bytes);
}

int cache_put(struct cache *cache, const struct cache_key *key, const void *bytes,
              size_t size_bytes)
{
    char path[PATH_MAX], temporary[PATH_MAX];
    int error = result_path(path, cache, key);

    if (size_bytes > cache->max_bytes / 4 ||
        sizeof(struct header) > cache->max_bytes / 4 - size_bytes)
        return -E2BIG;
    if (!error)
        error = make_path(temporary, cache, TEMPORARY "XXXXXX");
    if (error)
        return error;
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    error = write_result(fd, key, bytes, size_bytes);
    if (close(fd) != 0 && !error)
        error = -errno;
    if (!error && rename(temporary, path) != 0)
        error = -errno;
    if (error)
        unlink(temporary);
    else
        trim(cache);
    return error;
}
