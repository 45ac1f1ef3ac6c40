/* SPDX-License-Identifier: MIT
 *
 * check_names.c - a program that does no CUDA: names that merely begin like the driver's, functions
 * of its own that have the driver's names, and no driver loaded on its behalf.
 */
#include "check.h"

#include <errno.h>
#include <unistd.h>

#define OWN(name)                                                                                  \
    __attribute__((visibility("default"))) int name(void);                                         \
    __attribute__((visibility("default"))) int name(void)                                          \
    {                                                                                              \
        return 4711;                                                                               \
    }
OWN(cufftExecC2C)
OWN(cublasCreate_v2)
OWN(customers)
OWN(cu)
OWN(cuOwn)
OWN(cuMemFree_v2x)

static void check_own(const char *name, void *address)
{
    CHECK(dlsym(RTLD_DEFAULT, name) == address, "%s", name);
    CHECK(((int (*)(void))dlsym(RTLD_DEFAULT, name))() == 4711, "%s", name);
}

static void check_libc(void)
{
    CHECK(dlsym(RTLD_DEFAULT, "getpid") && dlsym(RTLD_NEXT, "getpid"), "%s", dlerror());
    CHECK(((pid_t(*)(void))dlsym(RTLD_NEXT, "getpid"))() == getpid(), "getpid");
    CHECK(dlvsym(RTLD_DEFAULT, "dlsym", "GLIBC_2.2.5") ||
              dlvsym(RTLD_DEFAULT, "dlsym", "GLIBC_2.17"),
          "%s", dlerror());
    CHECK(!dlvsym(RTLD_DEFAULT, "getpid", "GLIBC_0.0"), "found in a version that never was");
    dlerror();
    CHECK(!dlsym(RTLD_DEFAULT, "no_such_function"), "found");
    CHECK(strstr(dlerror(), "no_such_function"), "the linker's own message is lost");
    CHECK(!dlerror(), "reported twice");
    errno = 4711;
    dlsym(RTLD_DEFAULT, "cuMemFree_v2");
    CHECK(errno == 4711, "a look-up changes errno");
}

void check(void)
{
    check_own("cufftExecC2C", (void *)cufftExecC2C);
    check_own("cublasCreate_v2", (void *)cublasCreate_v2);
    check_own("customers", (void *)customers);
    check_own("cu", (void *)cu);
    check_own("cuOwn", (void *)cuOwn);
    check_own("cuMemFree_v2x", (void *)cuMemFree_v2x);
    check_libc();
    CHECK(!dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD), "a driver was loaded");
}
