/* SPDX-License-Identifier: MIT
 *
 * early_main.c - the program that a check of early.c is preloaded into.
 */
#include <stdlib.h>

int main(void)
{
    return getenv("CHECKED_EARLY") ? 0 : 1;
}
