/* SPDX-License-Identifier: MIT
 *
 * capture.h - streams that record a graph. What is launched on them goes whole to the driver: it
 * becomes a node, not work.
 */
#ifndef SHIM_CAPTURE_H
#define SHIM_CAPTURE_H

#include <pthread.h>

#include "shim/driver.h"

extern _Atomic unsigned captures_begun; /* and not ended yet, in the process */

/* Held for calls that would spoil a capture: none begins meanwhile. Taken before a context's lock.
 */
extern pthread_mutex_t capture_lock;

/* Is any stream capturing? While not, nobody has to ask the driver about a stream. */
static inline bool capture_active(void)
{
    return __builtin_expect(atomic_load_explicit(&captures_begun, memory_order_relaxed) != 0, 0);
}

/* Is this one? A null stream is the default stream in that flavour. */
bool capture_on(CUstream stream, enum driver_flavour flavour);

#endif
