/* SPDX-License-Identifier: MIT
 *
 * doors.h - the ways by which a program gets hold of the driver's functions.
 *
 * Four doors: symbols bound at link time (doors.c exports them), dlsym and dlvsym (doors_dlsym.c),
 * cuGetProcAddress (doors_proc.c). All ask the real thing first and give out one of our functions
 * only where the program would have got the driver's own. The table is constant; no locks.
 */
#ifndef SHIM_DOORS_H
#define SHIM_DOORS_H

#include "shim/driver.h"

/* One symbol of the driver. */
struct door {
    const char *symbol;
    const char *base; /* its name without version and flavour */
    unsigned since;   /* CUDA_VERSION that introduced it */
    enum driver_flavour flavour;
    void *ours;        /* the function to give out; NULL: the driver's own */
    void *const *real; /* its member of `driver`; NULL where ours is NULL */
};

/* The row of an exact symbol, or NULL. */
const struct door *doors_find(const char *symbol);

/* What cuGetProcAddress means by a name: the newest version not newer than `version`, in the
 * flavour asked for if the call has two. `found` is what the driver answered: among several
 * candidates the one that has this address wins. NULL if the name is not a call of the table. */
const struct door *doors_find_proc(const char *name, int version, enum driver_flavour flavour,
                                   const void *found);

/* Whether a call that has no row may have to be followed: a new one, or a new version of one that
 * is replaced. */
bool doors_may_matter(const char *symbol);

/* dlsym as the rest of the process has it, ours left out. */
void *doors_real_dlsym(void *handle, const char *name);

#endif
