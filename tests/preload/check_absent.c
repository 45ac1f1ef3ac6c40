/* SPDX-License-Identifier: MIT
 *
 * check_absent.c - calls of a driver that is not there. Without us such a program finds null
 * pointers behind its weak symbols; with us it finds functions, which say that there is no device.
 */
#include "check.h"

#include <errno.h>

__attribute__((weak)) int cuMemFree_v2(unsigned long pointer);
__attribute__((weak)) int cuLaunchHostFunc(void *stream, void *function, void *data);

void check(void)
{
    CHECK(!dlopen("libcuda.so.1", RTLD_NOW), "there is a driver");
    CHECK(cuMemFree_v2 || !expect_ours(), "not bound to ours");
    if (cuMemFree_v2) {
        errno = 4711;
        CHECK(cuMemFree_v2(0) == 100 && cuLaunchHostFunc(0, 0, 0) == 100,
              "not CUDA_ERROR_NO_DEVICE");
        CHECK(errno == 4711, "the search for a driver changes errno");
    }
    CHECK(!dlsym(RTLD_DEFAULT, "cuMemFree_v2"), "found without a driver");
}
