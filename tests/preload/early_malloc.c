/* SPDX-License-Identifier: MIT
 *
 * early_malloc.c - a replacement of malloc that looks the real one up when it is first called,
 * which is long before any constructor, and hands out of a buffer of its own meanwhile.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static _Alignas(16) char buffer[1 << 16];
static size_t used;
static void *(*real_malloc)(size_t);
static void (*real_free)(void *);
static int looking;

static void *from_buffer(size_t size)
{
    void *result = buffer + used;
    used += (size + 15) & ~(size_t)15;
    if (used > sizeof buffer)
        abort();
    return result;
}

EXPORT void *early_malloc_real(void);

EXPORT void *early_malloc_real(void)
{
    return (void *)real_malloc;
}

EXPORT void *malloc(size_t size)
{
    if (!real_malloc && !looking) {
        looking = 1;
        real_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
        real_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
        looking = 0;
    }
    return real_malloc ? real_malloc(size) : from_buffer(size);
}

EXPORT void free(void *memory)
{
    if ((uintptr_t)memory - (uintptr_t)buffer >= sizeof buffer && real_free)
        real_free(memory);
}
