/* SPDX-License-Identifier: MIT
 *
 * next_library.h - an ordinary interposer: getppid is counted and passed on by RTLD_NEXT.
 */
#ifndef TESTS_PRELOAD_NEXT_LIBRARY_H
#define TESTS_PRELOAD_NEXT_LIBRARY_H

int next_calls(void);

/* The library in which RTLD_NEXT finds puts, which this one defines too. */
const char *next_puts_owner(void);

/* RTLD_NEXT as this library sees it. */
void *next_look(const char *symbol);

#endif
