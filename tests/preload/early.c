/* SPDX-License-Identifier: MIT
 *
 * early.c - runs one check from a constructor. Preloaded behind our library, it is initialised
 * before it. The program it is loaded into (early_main.c) fails if this was not reached.
 */
#include "check.h"

__attribute__((constructor)) static void run_early(void)
{
    check();
    setenv("CHECKED_EARLY", "1", 1);
}
