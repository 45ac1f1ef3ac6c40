/* SPDX-License-Identifier: MIT
 *
 * symbols.h - every symbol of the driver with the version that brought it, from
 * shim/driver_table.inc.
 */
#ifndef SOFTGPU_DRIVER_SYMBOLS_H
#define SOFTGPU_DRIVER_SYMBOLS_H

#include <stdbool.h>

struct symbol {
    const char *base; /* the name to ask for */
    int since;        /* 3020: CUDA 3.2 */
    bool per_thread;  /* the flavour for per-thread default streams */
    void *address;
};

extern const struct symbol symbols[]; /* ends with base NULL */

#endif
