/* SPDX-License-Identifier: MIT
 *
 * check_proc.c - every call by cuGetProcAddress: both shapes, all flags, every version there ever
 * was.
 */
#include "check.h"

typedef int proc_v1(const char *, void **, int, unsigned long);
typedef int proc_v2(const char *, void **, int, unsigned long, int *);

static struct dummy dummy;
static proc_v1 *get_v1;
static proc_v2 *get_v2;

static void check_name(const char *name, int version, unsigned long flags)
{
    int index = dummy.lookup(name, version, flags), status = -1;
    void *found = NULL, *again = NULL;
    int result = get_v1(name, &found, version, flags);
    CHECK(result == get_v2(name, &again, version, flags, &status), "%s %d", name, version);
    CHECK(found == again, "%s %d %lu: the two shapes differ", name, version, flags);
    if (index < 0) {
        CHECK(!found && status == 1, "%s %d", name, version);
        return;
    }
    CHECK(result == 0 && status == 0, "%s %d", name, version);
    check_given(&dummy, index, found, dummy.proc(index), "cuGetProcAddress");
    if (!dummy.row(index)->replaced || !expect_ours())
        return;
    if (getenv("DUMMY_PROC") && !strcmp(getenv("DUMMY_PROC"), "first"))
        while (index > 0 && !strcmp(dummy.row(index - 1)->base, name))
            index--;
    CHECK(found == dlsym(dummy.library, dummy.row(index)->symbol), "%s %d %lu: not %s", name,
          version, flags, dummy.row(index)->symbol);
}

static void check_all(void)
{
    for (int i = 0; dummy.row(i); i++) {
        const struct row *row = dummy.row(i);
        for (unsigned long flags = 0; flags <= 2; flags++) {
            check_name(row->base, row->since, flags);
            check_name(row->base, row->since - 1, flags);
            check_name(row->base, row->since + 1 < DUMMY_VERSION ? row->since + 1 : row->since,
                       flags);
            check_name(row->base, DUMMY_VERSION, flags);
        }
    }
}

/* What is wrong in a question is the driver's to say. */
static void check_complaints(void)
{
    void *found = (void *)check_complaints;
    int status;
    CHECK(get_v1(NULL, &found, 13000, 0) == DUMMY_INVALID_VALUE, "null name");
    CHECK(get_v1("cuMemFree", NULL, 13000, 0) == DUMMY_INVALID_VALUE, "null result");
    CHECK(get_v2("cuMemFree", NULL, 13000, 0, NULL) == DUMMY_INVALID_VALUE, "null result");
    CHECK(get_v2("cuMemFree", &found, 13000, 9, &status) == DUMMY_INVALID_VALUE, "flags");
    CHECK(get_v2("cuMemFree", &found, DUMMY_VERSION + 10, 0, &status) == DUMMY_INVALID_VALUE,
          "a version newer than the driver");
    CHECK(found == (void *)check_complaints, "written in spite of an error");
    CHECK(get_v2("cuMemFree", &found, 13000, 0, NULL) == 0 && found, "null status");
}

void check(void)
{
    dummy = open_dummy(RTLD_LOCAL);
    unsetenv("DUMMY_PROC");
    get_v1 = (proc_v1 *)dlsym(dummy.library, "cuGetProcAddress");
    get_v2 = (proc_v2 *)dlsym(dummy.library, "cuGetProcAddress_v2");
    check_all();
    setenv("DUMMY_PROC", "own", 1);
    check_all();
    setenv("DUMMY_PROC", "first", 1);
    check_all();
    unsetenv("DUMMY_PROC");
    check_complaints();
    void *future = NULL;
    get_v1("cuFromTheFuture", &future, DUMMY_VERSION, 0);
    check_future(future, "cuGetProcAddress");
    setenv("DUMMY_NOT_FOUND_IS_SUCCESS", "1", 1);
    check_name("cuMemFree", 1000, 0);
    check_name("cuNoSuchCall", 12000, 0);
}
