/* SPDX-License-Identifier: MIT
 *
 * check_next.c - RTLD_NEXT and RTLD_DEFAULT as another interposer sees them. next_library.c is
 * preloaded before and behind us; what its look-ups find must not depend on ours.
 */
#include "check.h"

#include <unistd.h>

#include "next_library.h"

void check(void)
{
    __typeof__(next_calls) *calls = (__typeof__(calls))dlsym(RTLD_DEFAULT, "next_calls");
    __typeof__(next_puts_owner) *owner = (__typeof__(owner))dlsym(RTLD_DEFAULT, "next_puts_owner");
    CHECK(calls && owner, "next_library is not preloaded");
    int before = calls();
    CHECK(getppid() > 0 && calls() == before + 1, "not interposed once");
    CHECK(strstr(owner(), "libc.so"), "its RTLD_NEXT finds puts in %s", owner());
    void *program = dlopen(NULL, RTLD_NOW);
    CHECK(is_in(dlsym(program, "getppid"), "next_library"), "not found by handle");
    CHECK(is_in(dlsym(RTLD_NEXT, "getppid"), "next_library"), "not behind the program");
}
