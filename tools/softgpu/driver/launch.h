/* SPDX-License-Identifier: MIT
 *
 * launch.h - a launch as the driver's callers put it, checked and made into work.
 */
#ifndef SOFTGPU_DRIVER_LAUNCH_H
#define SOFTGPU_DRIVER_LAUNCH_H

#include "tools/softgpu/driver/driver.h"

struct launch_shape {
    unsigned grid[3], threads[3], cluster[3]; /* cluster 0: as the kernel says, or none */
    unsigned shared_bytes;
    bool cooperative;
};

/* Refuses what the driver refuses at once; copies the parameters, given by pointers or packed. The
 * work's owned bytes are the parameter block. */
CUresult launch_make(struct CUfunc_st *function, const struct launch_shape *shape, void **params,
                     void **extra, struct work *ret_work);
/* The most blocks that a cluster of the function may have. */
unsigned launch_max_cluster(const struct CUfunc_st *function);
/* Puts it on the stream, counting for SLIVER_SOFTGPU's faults. Takes work over in any case. */
CUresult launch_put(struct CUstream_st *stream, struct work *work, int priority);

#endif
