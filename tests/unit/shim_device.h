/* SPDX-License-Identifier: MIT
 *
 * shim_device.h - the shim's own files on the software device: no preload, no doors. The hooks are
 * called as the generated wrappers call them, `driver` holds the software device's functions, and a
 * test may put one of its own in the place of any.
 *
 * Kernels "step*" are sliced block by block; all others are as the driver has them.
 */
#ifndef TESTS_UNIT_SHIM_DEVICE_H
#define TESTS_UNIT_SHIM_DEVICE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "shim/driver.h"
#include "shim/hooks.h"

/* A call of the driver that the shim itself has no need of: CU(cuMemAlloc_v2)(&at, 4). */
#define CU(name) ((__typeof__(&name))device_symbol(#name))
void *device_symbol(const char *name);

/* Every call in a test, with its place in the output. */
#define OK(call) assert_int_equal((call), CUDA_SUCCESS)

/* For cmocka's group: the primary context of device 0 is current on the thread, SLIVER_CACHE is a
 * folder of this process. The group's state is not used. */
int device_setup(void **state);
int device_teardown(void **state);
CUcontext device_context(void);

/* v[i] += x, one thread per block; "step" has %ctaid, so it has a twin. */
extern const char device_step[];
struct device_kernel {
    CUmodule module;
    CUfunction function;
};
struct device_kernel device_load(const char *ptx, const char *name); /* through the hooks */
CUresult device_launch(CUfunction function, unsigned blocks, CUdeviceptr v, unsigned x,
                       CUstream stream, enum driver_flavour flavour);

/* A stream that stands still, with slices of a launch held on it, until device_go. */
struct device_hold {
    CUstream stream;
    struct device_kernel step;
    CUdeviceptr v; /* HOLD_BLOCKS words of pinned memory, each 1 when the launch is done */
    uint32_t *host_v;
    uint32_t *word; /* what the stream waits for */
};
#define HOLD_BLOCKS 8u
void device_hold(struct device_hold *hold, CUstream stream);
/* The same in two steps: only the second leaves something held. */
void device_prepare(struct device_hold *hold, CUstream stream);
void device_block(struct device_hold *hold);
void device_go(struct device_hold *hold);
/* Lets it go, waits, checks that the launch was done once, and frees all but the stream. */
void device_done(struct device_hold *hold);

/* Pinned memory, zero; its device address is the same. */
void *device_pinned(size_t bytes);

#endif
