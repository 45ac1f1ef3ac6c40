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

#include "sched/sched.h"
#include "shim/stream.h"

/* Is anything held back in the process, or a per-thread default stream away? If not, nothing needs
 * ordering. Relaxed is enough: a thread sees its own launches, and between threads the program
 * orders its calls itself. */
static inline bool shim_held(void)
{
    return __builtin_expect((atomic_load_explicit(&sched_held, memory_order_relaxed) |
                             atomic_load_explicit(&streams_away, memory_order_relaxed)) != 0,
                            0);
}

/* A null stream is the default stream of the current context in that flavour. */
void shim_order_stream(CUstream stream, enum driver_flavour flavour);
void shim_sync_stream(CUstream stream, enum driver_flavour flavour);

/* A null context is the current one. */
void shim_order_context(CUcontext context);
void shim_sync_context(CUcontext context);

void shim_order_all(void);

#endif
