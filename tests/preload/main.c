/* SPDX-License-Identifier: MIT
 *
 * main.c - runs one check as a program does.
 */
#include "check.h"

int main(void)
{
    check();
    return 0;
}
