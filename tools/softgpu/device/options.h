/* SPDX-License-Identifier: MIT
 *
 * options.h - what SLIVER_SOFTGPU says about the software device, as a struct.
 *
 * SLIVER_SOFTGPU=sms=4,cc=90,clock=virtual,... is read once, when the driver is initialised. One
 * table in options.c gives every name, type and range. Pure but for the one line about what can't
 * be read.
 */
#ifndef SOFTGPU_DEVICE_OPTIONS_H
#define SOFTGPU_DEVICE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
    uint64_t sms;         /* virtual multiprocessors */
    uint64_t cc;          /* compute capability x 10: 90 is sm_90 */
    uint64_t threads;     /* CPU threads that run blocks (wall clock only) */
    uint64_t memory_mib;  /* device memory */
    uint64_t clock_mhz;   /* of the virtual clock and of what the device reports */
    uint64_t launch_ns;   /* virtual time from a kernel's turn to its first block */
    uint64_t copy_mbps;   /* virtual speed of a copy engine, 10^6 bytes a second */
    uint64_t saturate;    /* warps that keep a multiprocessor busy (virtual time) */
    uint64_t patience_us; /* CPU time granted to a host that does not come to rest */
    uint64_t quantum;     /* instructions a thread runs before its block yields */
    bool virtual_clock;
    bool check;                                        /* describe faults on stderr */
    bool races;                                        /* look for shared memory races */
    bool quiet;                                        /* no hints of what can't be run, and why */
    uint64_t fail_alloc, fail_launch, fail_load, kill; /* the n-th one, from 1; 0 none */
    uint64_t delay_stream; /* number of the stream in creation order, from 1; 0: the legacy one */
    uint64_t delay_ns;     /* what each of its operations is delayed by; 0 none */
};

/* spec may be NULL. What can't be understood is left at its default, and ret_complaint (if not
 * NULL) gets one line about the first such item, else "". */
void options_parse(const char *spec, struct options *ret_options, char ret_complaint[256]);

#endif
