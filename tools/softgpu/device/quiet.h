/* SPDX-License-Identifier: MIT
 *
 * quiet.h - has the program come to rest? For virtual time: while a host thread is still on its way
 * to the next driver call, the device must not move on.
 */
#ifndef SOFTGPU_DEVICE_QUIET_H
#define SOFTGPU_DEVICE_QUIET_H

#include <stdint.h>

/* Returns when every other thread of the process sleeps (in a wait, or for a time), and has not run
 * between two looks; or after they have used patience_us of the CPU, for programs that poll. Reads
 * /proc; no lock. */
void quiet_wait(uint64_t patience_us);

#endif
