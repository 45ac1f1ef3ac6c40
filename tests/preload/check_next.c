/* SPDX-License-Identifier: MIT
 *
 * check_next.c - RTLD_NEXT and RTLD_DEFAULT as another interposer sees them. next_library.c is
 * preloaded before and behind us; what its look-ups find must not depend on ours.
 */
#include "check.h"

#include <unistd.h>

#include "next_library.h"

/* A tracer of the driver finds us if we are behind it, else the driver itself. */
static void check_driver(__typeof__(next_look) *look)
{
    struct dummy dummy = open_dummy(RTLD_GLOBAL);
    const char *wanted = getenv("NEXT_FINDS");
    void *found = look("cuMemFree_v2");
    CHECK(wanted && is_in(found, wanted), "not in %s", wanted);
    CHECK(is_in(look("cuMemFreeHost"), wanted), "not in %s", wanted);
    int index = find_row(&dummy, "cuMemFree_v2");
    unsigned before = dummy.calls(index);
    ((any_call *)dlsym(RTLD_DEFAULT, "cuMemFree_v2"))(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    CHECK(dummy.calls(index) == before + 1, "not passed on once");
}

void check(void)
{
    __typeof__(next_calls) *calls = (__typeof__(calls))dlsym(RTLD_DEFAULT, "next_calls");
    __typeof__(next_puts_owner) *owner = (__typeof__(owner))dlsym(RTLD_DEFAULT, "next_puts_owner");
    CHECK(calls && owner, "next_library is not preloaded");
    int before = calls();
    CHECK(getppid() > 0 && calls() == before + 1, "not interposed once");
    /* In libc, or in a sanitizer's runtime before it. */
    CHECK(strstr(owner(), ".so") && !strstr(owner(), "next_library") && !strstr(owner(), "sliver"),
          "its RTLD_NEXT finds puts in %s", owner());
    check_driver((__typeof__(&next_look))dlsym(RTLD_DEFAULT, "next_look"));
    void *program = dlopen(NULL, RTLD_NOW);
    CHECK(is_in(dlsym(program, "getppid"), "next_library"), "not found by handle");
    CHECK(is_in(dlsym(RTLD_NEXT, "getppid"), "next_library"), "not behind the program");
}
