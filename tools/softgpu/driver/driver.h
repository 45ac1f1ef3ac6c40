/* SPDX-License-Identifier: MIT
 *
 * driver.h - what the files of the software driver share: its objects behind CUDA's opaque handles.
 *
 * Each drv_*.c holds the entry points of one area, under the names that cuda.h gives them now;
 * drv_old.c has the older ones. Files named *_default.c are compiled twice, the second time with
 * CUDA_API_PER_THREAD_DEFAULT_STREAM, for the _ptds and _ptsz flavours: in them the null stream
 * means DEFAULT_STREAM. Locks: driver_lock guards the lists of objects below and is taken before
 * the device's; an object's own fields belong to whoever uses it, as CUDA asks of programs.
 */
#ifndef SOFTGPU_DRIVER_DRIVER_H
#define SOFTGPU_DRIVER_DRIVER_H

#include <cuda.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/softgpu/device/device.h"
#include "tools/softgpu/device/memory.h"
#include "tools/softgpu/device/stream.h"
#include "tools/softgpu/driver/handle.h"

#define EXPORT __attribute__((visibility("default")))

#ifdef CUDA_API_PER_THREAD_DEFAULT_STREAM
#define DEFAULT_STREAM CU_STREAM_PER_THREAD
#else
#define DEFAULT_STREAM CU_STREAM_LEGACY
#endif

#define DRIVER_LEAST_PRIORITY    0
#define DRIVER_GREATEST_PRIORITY (-5)

struct capture; /* capture.h */
struct CUgraphNode_st;

/* A growing array of nodes (graph.h). */
struct nodes {
    struct CUgraphNode_st **at;
    size_t n, cap;
};

struct CUstream_st {
    struct stream order;
    struct CUctx_st *ctx;
    struct CUstream_st *next; /* the context's */
    unsigned flags;
    unsigned long long id;
    uint64_t thread;         /* per-thread default stream of this thread, else 0 */
    struct capture *capture; /* what it is being captured into, or NULL */
    struct nodes tails;      /* ... and the nodes its next one comes behind */
};

struct CUevent_st {
    struct CUctx_st *ctx;
    unsigned flags;
    struct task *task;          /* what it was recorded as last; device's lock */
    unsigned long long capture; /* recorded in the capture of this id, or 0 ... */
    struct nodes nodes;         /* ... behind these nodes */
};

struct CUctx_st {
    struct domain domain;
    struct CUctx_st *next; /* every context there ever was: handles stay readable */
    bool alive, primary;
    unsigned refs; /* of the primary context */
    unsigned flags, version;
    unsigned long long id;
    size_t limits[CU_LIMIT_MAX];
    CUfunc_cache cache_config;
    CUsharedconfig shared_config;
    struct CUstream_st legacy;
    struct CUstream_st *streams;
    struct CUmod_st *modules;
};

/* What the program may set of a function. */
struct function_settings {
    int max_dynamic_shared_bytes, carveout;
    bool any_cluster; /* clusters of more than 8 blocks */
};

struct CUfunc_st {
    struct CUmod_st *module;
    const struct exec_kernel *kernel;
    struct CUkern_st *handle; /* of a library's kernel, or NULL */
    struct function_settings settings;
    CUfunc_cache cache_config;
    atomic_bool loaded; /* set once, by any thread */
    /* for cuParamSet* and cuLaunchGrid, the interface of CUDA 2 */
    unsigned old_threads[3], old_shared_bytes;
    unsigned char *old_params;
};

/* Code loaded into a context. Its functions stand in one array, in the program's order. */
struct CUmod_st {
    struct CUctx_st *ctx;
    struct CUmod_st *next;
    struct CUlib_st *library; /* it belongs to, or NULL */
    struct exec_program *program;
    struct CUfunc_st *functions;
    size_t n_functions;
};

void driver_lock(void);
void driver_unlock(void);

/* CUDA_SUCCESS once cuInit was called. */
CUresult driver_ready(void);
/* The current context, usable: NOT_INITIALIZED, INVALID_CONTEXT, CONTEXT_IS_DESTROYED, or the error
 * that a fault left in it. */
CUresult context_current(struct CUctx_st **ret_ctx);
/* The same for a given one; NULL is the current one. */
CUresult context_check(struct CUctx_st *ctx, struct CUctx_st **ret_ctx);
/* The error that faults left, or CUDA_SUCCESS. */
CUresult context_error(struct CUctx_st *ctx);
/* Waits for all work of the context, brings device printf text out. */
CUresult context_synchronize(struct CUctx_st *ctx);
CUresult driver_result_of(int fault_kind);

/* Resolves the three special handles and checks others. */
CUresult stream_lookup(CUstream handle, CUstream null_means, struct CUstream_st **ret_stream);
void stream_destroy(struct CUstream_st *stream);
/* This thread's own stream in ctx, or in any context when ctx is NULL; NULL: none yet. */
struct CUstream_st *context_stream_of_thread(struct CUctx_st *ctx, uint64_t thread);
/* A module of the library in any context, or NULL. */
struct CUmod_st *context_module_of(const struct CUlib_st *library);
/* Runs or captures work. On failure the work is still the caller's; priority INT_MAX: the stream's.
 */
CUresult stream_put(struct CUstream_st *stream, struct work *work, int priority);
/* As stream_put, but a capturing stream is refused, and done before it returns. */
CUresult stream_put_and_wait(struct CUstream_st *stream, struct work *work);
/* May the program do now what waits for the device, or would that break a capture? */
CUresult capture_allows_waiting(void);

/* The most dynamic shared memory that a launch of it may ask for now. */
size_t function_max_dynamic(const struct CUfunc_st *function);
/* Function or kernel handle, for the current context. */
CUresult function_lookup(CUfunction handle, struct CUfunc_st **ret_function);
/* Before its first launch. With lazy loading, as a driver does it, that waits for all that the
 * context was asked to do: a kernel that spins for one which is yet to be loaded spins for ever. */
void function_load(struct CUfunc_st *function);
/* CUDA_MODULE_LOADING says EAGER; otherwise code is loaded at first use, the default since 12.2. */
bool driver_loads_eagerly(void);

/* n-th event of a kind, counted from 1, for SLIVER_SOFTGPU=fail_...=N */
enum driver_count { COUNT_ALLOC, COUNT_LAUNCH, COUNT_LOAD, N_COUNTS };
bool driver_fails_now(enum driver_count what);

#endif
