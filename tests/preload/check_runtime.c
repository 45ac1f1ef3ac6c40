/* SPDX-License-Identifier: MIT
 *
 * check_runtime.c - the way of NVIDIA's static runtime: one dlsym, and from then on only
 * cuGetProcAddress, which it also asks for itself. Two copies of it in one process.
 */
#include "check.h"

typedef int proc_v2(const char *, void **, int, unsigned long, int *);

static void *get(proc_v2 *proc, const char *name, int version, unsigned long flags)
{
    void *found = NULL;
    int status;
    CHECK(proc(name, &found, version, flags, &status) == 0 && found, "%s", name);
    return found;
}

static void run_runtime(int version)
{
    struct dummy dummy = open_dummy(RTLD_LOCAL);
    proc_v2 *first = (proc_v2 *)dlsym(dummy.library, "cuGetProcAddress_v2");
    proc_v2 *proc = (proc_v2 *)get(first, "cuGetProcAddress", 12000, 0);
    CHECK(proc == first, "asked for itself it answers another");
    int set = find_row(&dummy, "cuMemsetD8Async"),
        set_ptsz = find_row(&dummy, "cuMemsetD8Async_ptsz");
    void *legacy = get(proc, "cuMemsetD8Async", version, 0);
    void *per_thread = get(proc, "cuMemsetD8Async", version, 2);
    check_found(&dummy, set, legacy, "runtime");
    check_found(&dummy, set_ptsz, per_thread, "runtime");
    ((any_call *)per_thread)(0x1000, 7, 64, 0x55, 0, 0, 0, 0, 0, 0, 0);
    CHECK(dummy.argument(set_ptsz, 0) == 0x1000 && dummy.argument(set_ptsz, 2) == 64 &&
              dummy.argument(set_ptsz, 3) == 0x55,
          "arguments");
    check_found(&dummy, find_row(&dummy, "cuLaunchKernel"), get(proc, "cuLaunchKernel", version, 0),
                "runtime");
    check_found(&dummy, find_row(&dummy, "cuGetExportTable"),
                get(proc, "cuGetExportTable", version, 0), "runtime");
}

void check(void)
{
    run_runtime(12040);
    run_runtime(13000);
}
