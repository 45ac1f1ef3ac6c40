/* SPDX-License-Identifier: MIT
 *
 * check_malloc.c - a replacement of malloc (early_malloc.c), preloaded behind us, that calls dlsym
 * when the process has hardly begun, has found the real one.
 */
#include "check.h"

void check(void)
{
    __typeof__(void *(void)) *real = (void *(*)(void))dlsym(RTLD_DEFAULT, "early_malloc_real");
    CHECK(real, "early_malloc is not preloaded");
    char *volatile memory = malloc(100000); /* more than its own buffer has */
    CHECK(memory && real(), "it has not found malloc");
    CHECK(is_in(real(), "libc.so"), "it has found another malloc");
    free(memory);
}
