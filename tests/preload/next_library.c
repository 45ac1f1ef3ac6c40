/* SPDX-License-Identifier: MIT
 *
 * next_library.c - an ordinary interposer: getppid is counted and passed on by RTLD_NEXT.
 */
#include "next_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static int calls;

EXPORT pid_t getppid(void)
{
    pid_t (*real)(void) = (pid_t(*)(void))dlsym(RTLD_NEXT, "getppid");
    calls++;
    return real ? real() : -1;
}

EXPORT int puts(const char *text)
{
    int (*real)(const char *) = (int (*)(const char *))dlvsym(RTLD_NEXT, "puts", "GLIBC_2.2.5");
    if (!real)
        real = (int (*)(const char *))dlsym(RTLD_NEXT, "puts");
    return real(text);
}

EXPORT int next_calls(void)
{
    return calls;
}

EXPORT const char *next_puts_owner(void)
{
    Dl_info info;
    return dladdr(dlsym(RTLD_NEXT, "puts"), &info) ? info.dli_fname : "nothing";
}

EXPORT int cuMemFree_v2(void *pointer);
EXPORT int cuMemFree_v2(void *pointer)
{
    int (*real)(void *) = (int (*)(void *))dlsym(RTLD_NEXT, "cuMemFree_v2");
    calls++;
    return real(pointer);
}

EXPORT void *next_look(const char *symbol)
{
    void *volatile found = dlsym(RTLD_NEXT, symbol); /* no tail call: this library is to ask */
    return found;
}
