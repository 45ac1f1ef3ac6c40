/* SPDX-License-Identifier: MIT
 *
 * fail_malloc.c - to be preloaded behind libsliver_hook.so: the N-th allocation that the library
 * makes fails (FAIL_ALLOCATION=N), or all from the N-th on (FAIL_ALLOCATION=N-). At exit the number
 * of them is written to the file FAIL_REPORT. Allocations of the program, the driver and libc are
 * let alone; those of strdup and the like count as their caller's.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static uintptr_t library_begin, library_end;
static long fail_at;
static int fail_on;
static atomic_long n_allocations;

static int find_library(struct dl_phdr_info *info, size_t size, void *nothing)
{
    (void)size, (void)nothing;
    if (!strstr(info->dlpi_name, "libsliver_hook.so"))
        return 0;
    library_begin = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && end > library_end)
            library_end = end;
    }
    return 1;
}

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("FAIL_ALLOCATION");
    char *end = NULL;
    fail_at = at ? strtol(at, &end, 10) : 0;
    fail_on = end && *end == '-';
    dl_iterate_phdr(find_library, NULL);
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("FAIL_REPORT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%ld\n", atomic_load(&n_allocations));
    fclose(file);
}

static int fails(void *caller)
{
    uintptr_t at = (uintptr_t)caller;
    if (at < library_begin || at >= library_end)
        return 0;
    long n = atomic_fetch_add(&n_allocations, 1) + 1;
    if (fail_at == 0 || n < fail_at || (n > fail_at && !fail_on))
        return 0;
    errno = ENOMEM;
    return 1;
}

#define CALLER __builtin_return_address(0)
#define EXPORT __attribute__((visibility("default")))

EXPORT void *malloc(size_t size)
{
    return fails(CALLER) ? NULL : __libc_malloc(size);
}

EXPORT void *calloc(size_t n, size_t size)
{
    return fails(CALLER) ? NULL : __libc_calloc(n, size);
}

EXPORT void *realloc(void *memory, size_t size)
{
    return fails(CALLER) ? NULL : __libc_realloc(memory, size);
}

EXPORT void *reallocarray(void *memory, size_t n, size_t size)
{
    size_t bytes;
    if (fails(CALLER))
        return NULL;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(memory, bytes);
}

EXPORT char *strndup(const char *text, size_t most)
{
    size_t n = strnlen(text, most);
    char *copy = fails(CALLER) ? NULL : __libc_malloc(n + 1);
    if (copy) {
        memcpy(copy, text, n);
        copy[n] = '\0';
    }
    return copy;
}

EXPORT char *strdup(const char *text)
{
    char *copy = fails(CALLER) ? NULL : __libc_malloc(strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}
