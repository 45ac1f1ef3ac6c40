/* SPDX-License-Identifier: MIT
 *
 * client.h - whose launch this is: the calling thread's, or the stream's (SLIVER_CLIENT=stream).
 */
#ifndef SHIM_CLIENT_H
#define SHIM_CLIENT_H

#include "shim/stream.h"

/* The client of this thread, or of the stream, on the device. NULL if out of memory or the stream
 * is not known: then the launch is nobody's and goes straight through. */
struct sched_client *client_get(struct shim_device *device, CUstream stream,
                                enum driver_flavour flavour);

int client_start(void); /* once; 0 or -errno */

#endif
