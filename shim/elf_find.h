/* SPDX-License-Identifier: MIT
 *
 * elf_find.h - looks a symbol up without the dynamic linker's own look-up functions.
 *
 * We export dlsym and dlvsym, so neither can be used to find the real ones, and no other name for
 * them exists. This reads the symbol tables of the loaded libraries in memory. It calls nothing,
 * not even libc, and so may run before any constructor and inside a replacement of any function.
 */
#ifndef SHIM_ELF_FIND_H
#define SHIM_ELF_FIND_H

/* The address of the first definition of the function `name` in the libraries that were loaded
 * behind this one, in load order, which is what RTLD_NEXT would find; failing that, in any other
 * library. NULL if there is none. Only for what is in a library that is never unloaded. */
void *elf_find_next(const char *name);

#endif
