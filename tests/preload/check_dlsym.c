/* SPDX-License-Identifier: MIT
 *
 * check_dlsym.c - every symbol of the driver by dlsym and dlvsym, on a handle and in the default
 * scope.
 */
#include "check.h"

static void check_before_load(void)
{
    dlerror();
    CHECK(!dlsym(RTLD_DEFAULT, "cuMemFree_v2"), "found without a driver in the process");
    const char *error = dlerror();
    CHECK(error && strstr(error, "cuMemFree_v2"), "no message: %s", error ? error : "(null)");
    void *program = dlopen(NULL, RTLD_NOW);
    CHECK(!dlsym(program, "cuMemFree_v2"), "found without a driver in the process");
    CHECK(!dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD), "the look-up has loaded a driver");
    dlclose(program);
}

static void check_all(const struct dummy *dummy)
{
    for (int i = 0; dummy->row(i); i++) {
        const char *symbol = dummy->row(i)->symbol;
        void *found = dlsym(dummy->library, symbol);
        check_found(dummy, i, found, "dlsym");
        check_calls(dummy, i, found);
        CHECK(found == dlsym(RTLD_DEFAULT, symbol), "%s by RTLD_DEFAULT", symbol);
    }
}

static void check_unknown(const struct dummy *dummy)
{
    dlerror();
    CHECK(!dlsym(dummy->library, "cuNoSuchCall"), "found");
    CHECK(strstr(dlerror(), "cuNoSuchCall"), "the linker's own message is lost");
    CHECK(!dlsym(dummy->library, "cuMemFree_v9"), "found");
    CHECK(!dlsym(dummy->library, "cuMemFree_v2_ptds"), "found");
    void *future = dlsym(dummy->library, "cuFromTheFuture");
    check_future(future, "dlsym");
    CHECK(dlsym(dummy->library, "cuFromTheFuture") == future, "another address");
    int *data = dlsym(dummy->library, "cuDataOfTheFuture");
    CHECK(data && *data == 4711, "data of the driver");
}

static void check_versioned(const struct dummy *dummy)
{
    int index = find_row(dummy, "cuMemFree_v2");
    check_found(dummy, index, dlsym(dummy->library, "cuMemFree_v2"), "dlsym");
    void *found = dlvsym(dummy->library, "cuMemFree_v2", "DUMMY_1");
    CHECK(found, "%s", dlerror());
    check_found(dummy, index, found, "dlvsym");
    CHECK(!dlvsym(dummy->library, "cuMemFree_v2", "DUMMY_2"), "found");
    CHECK(!dlvsym(dummy->library, "cuNoSuchCall", "DUMMY_1"), "found");
}

void check(void)
{
    check_before_load();
    struct dummy dummy = open_dummy(RTLD_GLOBAL);
    check_all(&dummy);
    check_unknown(&dummy);
    check_versioned(&dummy);
}
