/* SPDX-License-Identifier: MIT
 *
 * preload_probe.c - stands for libsliver_hook.so in test_run.sh: says that it was loaded.
 */
#include <stdio.h>

__attribute__((constructor)) static void say_loaded(void)
{
    fputs("probe loaded\n", stderr);
}
