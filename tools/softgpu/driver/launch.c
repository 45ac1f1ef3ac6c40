/* SPDX-License-Identifier: MIT
 *
 * launch.c - the checks of a launch, its parameter block, and faults on demand.
 */
#include "tools/softgpu/driver/launch.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CUresult check_shape(const struct CUfunc_st *f, const struct launch_shape *shape)
{
    static const unsigned max_threads[] = {1024, 1024, 64};
    static const unsigned max_grid[] = {0x7fffffff, 65535, 65535};
    const struct exec_kernel *kernel = f->kernel;
    uint64_t threads = 1;

    for (int i = 0; i < 3; i++) {
        if (!shape->grid[i] || shape->grid[i] > max_grid[i] || !shape->threads[i] ||
            shape->threads[i] > max_threads[i])
            return CUDA_ERROR_INVALID_VALUE;
        if (kernel->reqntid[0] &&
            shape->threads[i] != (kernel->reqntid[i] ? kernel->reqntid[i] : 1))
            return CUDA_ERROR_INVALID_VALUE;
        threads *= shape->threads[i];
    }
    return threads > sm_max_threads(kernel) ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

#define PORTABLE_CLUSTER 8

unsigned launch_max_cluster(const struct CUfunc_st *f)
{
    if (device_options()->cc < 90)
        return 1;
    return f->settings.any_cluster ? EXEC_CLUSTER_BLOCKS : PORTABLE_CLUSTER;
}

/* The launch's cluster, or the one the kernel was compiled for; the two must agree. */
static CUresult check_cluster(const struct CUfunc_st *f, const struct launch_shape *shape,
                              uint32_t cluster[3])
{
    const uint32_t *required = f->kernel->reqcluster;
    uint64_t blocks = 1;

    for (int i = 0; i < 3; i++) {
        cluster[i] = shape->cluster[i] ? shape->cluster[i] : required[i] ? required[i] : 1;
        if (required[i] && cluster[i] != required[i])
            return CUDA_ERROR_INVALID_CLUSTER_SIZE;
        if (shape->grid[i] % cluster[i])
            return CUDA_ERROR_INVALID_CLUSTER_SIZE;
        blocks *= cluster[i];
    }
    return blocks > launch_max_cluster(f) ? CUDA_ERROR_INVALID_CLUSTER_SIZE : CUDA_SUCCESS;
}

static CUresult check_room(const struct CUfunc_st *f, const struct launch_shape *shape,
                           const uint32_t cluster[3])
{
    unsigned threads = shape->threads[0] * shape->threads[1] * shape->threads[2];
    struct sm_need need = sm_need_of(device_limits(), f->kernel, threads, shape->shared_bytes);
    uint64_t fits = sm_fits(device_limits(), &need) * device_options()->sms;
    uint64_t blocks = (uint64_t)shape->grid[0] * shape->grid[1] * shape->grid[2];

    if (!fits)
        return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
    if (cluster[0] * cluster[1] * cluster[2] > fits)
        return CUDA_ERROR_INVALID_CLUSTER_SIZE;
    if (shape->cooperative && blocks > fits)
        return CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE;
    return CUDA_SUCCESS;
}

static CUresult read_extra(void **extra, const struct exec_kernel *kernel, unsigned char *block)
{
    const void *bytes = NULL;
    const size_t *size = NULL;

    for (; *extra != CU_LAUNCH_PARAM_END; extra += 2) {
        if (extra[0] == CU_LAUNCH_PARAM_BUFFER_POINTER)
            bytes = extra[1];
        else if (extra[0] == CU_LAUNCH_PARAM_BUFFER_SIZE)
            size = extra[1];
        else
            return CUDA_ERROR_INVALID_VALUE;
    }
    if (!kernel->param_bytes)
        return CUDA_SUCCESS;
    if (!bytes || !size || !*size)
        return CUDA_ERROR_INVALID_VALUE;
    if (*size > kernel->param_bytes)
        return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES; /* so the driver, measured */
    memcpy(block, bytes, *size);                   /* fewer are taken */
    return CUDA_SUCCESS;
}

static CUresult read_params(void **params, void **extra, const struct exec_kernel *kernel,
                            unsigned char *block)
{
    if (extra && params)
        return CUDA_ERROR_INVALID_VALUE;
    if (extra)
        return read_extra(extra, kernel, block);
    if (kernel->n_params && !params)
        return CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; i < kernel->n_params; i++) {
        if (!params[i])
            return CUDA_ERROR_INVALID_VALUE;
        memcpy(block + kernel->params[i][0], params[i], kernel->params[i][1]);
    }
    return CUDA_SUCCESS;
}

CUresult launch_make(struct CUfunc_st *f, const struct launch_shape *shape, void **params,
                     void **extra, struct work *ret_work)
{
    const struct exec_kernel *kernel = f->kernel;
    uint32_t cluster[3];
    CUresult r = check_shape(f, shape);

    if (!r && shape->shared_bytes > function_max_dynamic(f))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = check_cluster(f, shape, cluster);
    if (!r)
        r = check_room(f, shape, cluster);
    if (r)
        return r;
    *ret_work = (struct work){.kind = WORK_KERNEL,
                              .cooperative = shape->cooperative,
                              .owned = calloc(1, kernel->param_bytes + 1),
                              .owned_bytes = kernel->param_bytes};
    if (!ret_work->owned)
        return CUDA_ERROR_OUT_OF_MEMORY;
    r = read_params(params, extra, kernel, ret_work->owned);
    if (r)
        work_finish(ret_work);
    ret_work->kernel = (struct exec_launch){
        .kernel = kernel,
        .grid = {shape->grid[0], shape->grid[1], shape->grid[2]},
        .threads = {shape->threads[0], shape->threads[1], shape->threads[2]},
        .cluster = {cluster[0], cluster[1], cluster[2]},
        .explicit_cluster = shape->cluster[0] || kernel->reqcluster[0],
        .params = ret_work->owned,
        .dynamic_shared_bytes = shape->shared_bytes,
    };
    return r;
}

/* The n-th launch brings its context down, as a fault in a kernel would. */
static void kill_context(struct CUctx_st *ctx, const struct exec_kernel *kernel)
{
    struct exec_fault fault = {.kind = EXEC_FAULT_TRAP};

    snprintf(fault.message, sizeof(fault.message), "%.70s: killed by SLIVER_SOFTGPU", kernel->name);
    device_lock();
    domain_fail(&ctx->domain, &fault);
    device_unlock();
}

CUresult launch_put(struct CUstream_st *stream, struct work *work, int priority)
{
    static _Atomic uint64_t launches;
    uint64_t nth = atomic_fetch_add_explicit(&launches, 1, memory_order_relaxed) + 1;
    CUresult r;

    if (driver_fails_now(COUNT_LAUNCH)) {
        work_finish(work);
        return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
    }
    if (device_options()->kill == nth)
        kill_context(stream->ctx, work->kernel.kernel);
    r = stream_put(stream, work, priority);
    if (r)
        work_finish(work);
    return r;
}
