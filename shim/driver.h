/* SPDX-License-Identifier: MIT
 *
 * driver.h - the real driver behind us: its functions as typed pointers, and its table of calls.
 *
 * Every file of shim/ includes this in place of cuda.h: the old versions of a call (cuMemAlloc
 * beside cuMemAlloc_v2) and its per-thread variants are only visible with
 * __CUDA_API_VERSION_INTERNAL. The pointers are written once, before driver_state says so, and
 * never change: no lock to read them.
 */
#ifndef SHIM_DRIVER_H
#define SHIM_DRIVER_H

#define __CUDA_API_VERSION_INTERNAL
#include <cuda.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* What our hooks need of later headers (`declared` in driver_calls.txt): a program may be newer
 * than the headers that we are built with. Handles and pointers, which are only passed on. */
#if CUDA_VERSION < 12000
typedef struct CUlib_st *CUlibrary;
typedef struct CUkern_st *CUkernel;
typedef int CUlibraryOption;
typedef int CUdriverProcAddressQueryResult;
#endif
#if CUDA_VERSION < 12030
typedef struct CUgraphEdgeData_st CUgraphEdgeData;
#endif

/* CUeglFrame of cudaEGL.h, which needs EGL's headers; passed by value, never looked into. */
struct driver_egl_frame {
    void *planes[3];
    unsigned int description[9];
};

/* What a null stream stands for: the context's default stream, or the thread's own (_ptsz, _ptds).
 */
enum driver_flavour { FLAVOUR_LEGACY, FLAVOUR_PER_THREAD };

/* Which function a program is to be given for a symbol; driver_calls.txt has what they mean. */
enum driver_decision { DECISION_pass, DECISION_order, DECISION_sync, DECISION_hook, DECISION_warn };

enum driver_state {
    DRIVER_CLOSED,  /* not looked for yet, or not found */
    DRIVER_FILLING, /* one thread is copying the pointers in */
    DRIVER_OFF,     /* open, and SLIVER_DISABLE is set: every door gives the real thing */
    DRIVER_ON,      /* open */
};

/* Symbols that the headers of this build do not declare (doors_untyped.h). */
enum {
#define DRIVER_NEWER(symbol, ...) DRIVER_INDEX_##symbol,
#include "shim/driver_table.inc"
    DRIVER_NEWER_COUNT
};

/* One pointer per symbol that we replace or call ourselves; NULL if the driver is too old for it.
 */
struct driver_real {
    void *newer[DRIVER_NEWER_COUNT + 1]; /* first: doors_untyped.S relies on it */
    void *library;                       /* where to look symbols up: its handle, or RTLD_NEXT */
#define DRIVER_USED(symbol, base, since, flavour, params) CUresult(CUDAAPI *symbol) params;
#define DRIVER_ORDER(symbol, base, since, flavour, params, args, wait)                             \
    CUresult(CUDAAPI *symbol) params;
#define DRIVER_SYNC(symbol, base, since, flavour, params, args, wait)                              \
    CUresult(CUDAAPI *symbol) params;
#define DRIVER_HOOK(symbol, base, since, flavour, params, args, hook)                              \
    CUresult(CUDAAPI *symbol) params;
#define DRIVER_WARN(symbol, base, since, flavour, params, args, why)                               \
    CUresult(CUDAAPI *symbol) params;
#include "shim/driver_table.inc"
};

extern struct driver_real driver;
extern _Atomic enum driver_state driver_state;

/* The real function of one flavour: DRIVER_IN(flavour, cuLaunchKernel)(...). */
#define DRIVER_IN(flavour, symbol)                                                                 \
    ((flavour) == FLAVOUR_PER_THREAD ? driver.symbol##_ptsz : driver.symbol)

/* Finds the driver and fills in the pointers, once; cheap ever after. With `load` it is loaded if
 * the program has not done so; without, only a driver that is in the process already is taken.
 * Holds no lock while it is in the dynamic linker, so that it may be called from constructors and
 * from dlsym. Returns DRIVER_ON or DRIVER_OFF, or DRIVER_CLOSED if there is none (asked again the
 * next time). */
enum driver_state driver_open(bool load);

/* As driver_open(true), for the hot path. */
static inline enum driver_state driver_enter(void)
{
    enum driver_state state = atomic_load_explicit(&driver_state, memory_order_acquire);
    return __builtin_expect(state == DRIVER_ON, 1) ? state : driver_open(true);
}

#endif
