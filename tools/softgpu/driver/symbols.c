/* SPDX-License-Identifier: MIT
 *
 * symbols.c - an entry point for every symbol of the driver, and the table to look them up.
 *
 * Those of this file are weak and answer NOT_SUPPORTED; where a drv_*.c defines the same symbol,
 * the linker takes that one. cuda.h stays out, for its prototypes would not agree.
 */
#include "tools/softgpu/driver/symbols.h"

#include <stddef.h>

#define NOT_SUPPORTED 801
#define CUDA_VERSION  1000000 /* all rows, as rows of their newest headers */

#define ENTRY(symbol, ...)                                                                         \
    __attribute__((visibility("default"), weak)) int symbol(void);                                 \
    int symbol(void)                                                                               \
    {                                                                                              \
        return NOT_SUPPORTED;                                                                      \
    }
#define DRIVER_PASS  ENTRY
#define DRIVER_USED  ENTRY
#define DRIVER_ORDER ENTRY
#define DRIVER_SYNC  ENTRY
#define DRIVER_HOOK  ENTRY
#define DRIVER_WARN  ENTRY
#include "shim/driver_table.inc"

#define FLAVOUR_LEGACY     false
#define FLAVOUR_PER_THREAD true

#define ROW(symbol, base, since, flavour, ...) {#base, since, flavour, (void *)symbol},
#define DRIVER_PASS                            ROW
#define DRIVER_USED                            ROW
#define DRIVER_ORDER                           ROW
#define DRIVER_SYNC                            ROW
#define DRIVER_HOOK                            ROW
#define DRIVER_WARN                            ROW

const struct symbol symbols[] = {
#include "shim/driver_table.inc"
    {NULL, 0, false, NULL},
};
