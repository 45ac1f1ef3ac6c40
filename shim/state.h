/* SPDX-License-Identifier: MIT
 *
 * state.h - what the preloaded library knows once: settings, rules, cache, the devices.
 *
 * Set up on the first intercepted call that needs it, from whatever thread or constructor it comes;
 * afterwards only read. Off (SLIVER_DISABLE, a fork's child, no memory) means every hook passes on.
 */
#ifndef SHIM_STATE_H
#define SHIM_STATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/env.h"
#include "ptx-rewriter/cache.h"
#include "sched/sched.h"
#include "shim/driver.h"
#include "shim/jit_env.h"

struct shim_settings {
    struct env env;
    struct rules *rules;
    struct cache *cache; /* NULL: none */
    struct jit_env jit;
    bool by_stream; /* clients are streams, not threads */
    int lanes;      /* how many a launch may use, lane 0 included */
};

extern struct shim_settings shim_settings; /* valid while shim_ready() */

enum shim_phase { SHIM_NEW, SHIM_ON, SHIM_OFF };
extern _Atomic int shim_phase;

/* Reads the settings, once. Returns whether the shim is on. */
bool shim_start(void);

/* Every hook's first question. */
static inline bool shim_ready(void)
{
    int phase = atomic_load_explicit(&shim_phase, memory_order_acquire);
    return __builtin_expect(phase == SHIM_ON, 1) || (phase == SHIM_NEW && shim_start());
}

/* One GPU; the `gpu` of gpu_ops. Lives as long as the process. */
struct shim_device {
    CUdevice ordinal;
    struct sched *sched;
    unsigned cc; /* compute capability x 10 */
    unsigned n_sms;
    uint32_t max_grid[3], max_threads[3];
};

/* The device of the calling thread's current context; NULL if there is none or it can't be used. */
struct shim_device *shim_device_current(void);
struct shim_device *shim_device_of(CUdevice ordinal);

/* The compute capability of all devices of this machine if they agree, else 0. For images that are
 * loaded before there is a context. */
unsigned shim_common_cc(void);

#endif
