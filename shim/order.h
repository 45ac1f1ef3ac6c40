/* SPDX-License-Identifier: MIT
 *
 * order.h - what comes behind held slices is submitted behind them.
 *
 * The generated wrappers of driver_table.inc call these, on the thread of the program, before they
 * make the call. They return once everything that the call must come behind is with the driver;
 * they do not wait for the GPU. The shim_sync forms are for calls that then block until the GPU is
 * done.
 */
#ifndef SHIM_ORDER_H
#define SHIM_ORDER_H

#include "shim/driver.h"

/* Operations held back in the whole process; nothing needs ordering while it is 0. Relaxed is
 * enough: a thread sees its own launches, and between threads the program orders its calls itself.
 */
extern _Atomic unsigned shim_held_count;

static inline bool shim_held(void)
{
    return __builtin_expect(atomic_load_explicit(&shim_held_count, memory_order_relaxed) != 0, 0);
}

/* A null stream is the default stream of the current context in that flavour. */
void shim_order_stream(CUstream stream, enum driver_flavour flavour);
void shim_sync_stream(CUstream stream, enum driver_flavour flavour);

/* A null context is the current one. */
void shim_order_context(CUcontext context);
void shim_sync_context(CUcontext context);

void shim_order_all(void);

#endif
