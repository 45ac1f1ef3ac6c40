/* SPDX-License-Identifier: MIT
 *
 * check_link.c - every symbol of the driver, bound by the dynamic linker. A function of ours is
 * bound even when SLIVER_DISABLE is set, and must then lead straight to the driver.
 */
#include "check.h"

#define CUDA_VERSION 99999

#define DRIVER_PASS(symbol, ...)  int symbol(void);
#define DRIVER_USED(symbol, ...)  int symbol(void);
#define DRIVER_ORDER(symbol, ...) int symbol(void);
#define DRIVER_SYNC(symbol, ...)  int symbol(void);
#define DRIVER_HOOK(symbol, ...)  int symbol(void);
#define DRIVER_WARN(symbol, ...)  int symbol(void);
#include "shim/driver_table.inc"

static void *const linked[] = {
#define DRIVER_PASS(symbol, ...)  (void *)symbol,
#define DRIVER_USED(symbol, ...)  (void *)symbol,
#define DRIVER_ORDER(symbol, ...) (void *)symbol,
#define DRIVER_SYNC(symbol, ...)  (void *)symbol,
#define DRIVER_HOOK(symbol, ...)  (void *)symbol,
#define DRIVER_WARN(symbol, ...)  (void *)symbol,
#include "shim/driver_table.inc"
};

void check(void)
{
    struct dummy dummy = open_dummy(RTLD_LOCAL);
    bool preloaded = getenv("LD_PRELOAD") && strstr(getenv("LD_PRELOAD"), "libsliver_hook");
    for (int i = 0; dummy.row(i); i++) {
        const struct row *row = dummy.row(i);
        if (preloaded && row->replaced)
            CHECK(is_in(linked[i], "libsliver_hook"), "%s is not intercepted", row->symbol);
        else
            CHECK(linked[i] == dummy.real(i), "%s is not the driver's own", row->symbol);
        check_calls(&dummy, i, linked[i]);
        if (!expect_ours() && !takes_struct(row)) {
            unsigned calls = dummy.calls(i);
            ((any_call *)linked[i])(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
            CHECK(dummy.calls(i) == calls + 1, "%s does not lead to the driver", row->symbol);
        }
    }
}
