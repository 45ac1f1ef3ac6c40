/* SPDX-License-Identifier: MIT
 *
 * launch.c - a launch: straight to the driver, or copied and handed to the scheduler. See launch.h.
 *
 * The hot path is launch_request down to the program's own call: four look-ups without a lock, no
 * allocation, no clock.
 */
#include "shim/launch.h"

#include "common/log.h"
#include "shim/capture.h"
#include "shim/client.h"
#include "shim/defer.h"

/* As the program asked, behind what is held on its stream: for whatever we can't keep, and for what
 * only the driver can refuse. */
static CUresult launch_unscheduled(const struct request *request, launch_call *call)
{
    if (shim_held())
        shim_order_stream(request->stream, request->flavour);
    return call(request);
}

/* The per-thread default stream may be away; then its substitute carries direct launches, too. */
static CUresult launch_direct(const struct request *request, launch_call *call)
{
    if (__builtin_expect(atomic_load_explicit(&streams_away, memory_order_relaxed) == 0, 1))
        return call(request);
    struct shim_stream *stream = stream_get(request->stream, request->flavour);
    if (!stream || !stream->substitute || !stream->away)
        return call(request);
    struct request redirected = *request;
    CUlaunchConfig config;
    redirected.stream = stream->handle;
    if (request->config) {
        config = *request->config;
        config.hStream = stream->handle;
        redirected.config = &config;
    }
    return call(&redirected);
}

static CUresult launch_marked(struct shim_device *device, struct sched_client *client,
                              const struct request *request, launch_call *call)
{
    CUresult result = launch_direct(request, call);
    struct shim_stream *stream = stream_get(request->stream, request->flavour);
    if (!result && stream)
        sched_mark_direct(device->sched, client, stream->queue);
    return result;
}

/* What the driver would refuse of the grid it must refuse at once, so such a launch is not held. */
static bool grid_is_valid(const struct shim_device *device, const struct request *request,
                          const struct kernel_shape *shape)
{
    struct grid3 grid = request->grid, cluster = shape->cluster;
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > device->max_grid[0] ||
        grid.y > device->max_grid[1] || grid.z > device->max_grid[2])
        return false;
    if (grid.x % cluster.x || grid.y % cluster.y || grid.z % cluster.z)
        return false;
    return !request->cooperative || grid3_count(grid) <= shape->wave_blocks;
}

/* A twin is needed where more than one slice is possible. */
static CUfunction twin_for(const struct request *request, struct shim_kernel *kernel,
                           const struct kernel_shape *shape)
{
    if (request->cooperative || kernel->kernel->rule.mode == SLICE_OFF)
        return NULL;
    if (kernel->kernel->rule.mode == SLICE_AUTO && grid3_count(request->grid) <= shape->wave_blocks)
        return NULL;
    return code_twin(kernel, grid3_count(request->threads));
}

/* As for the twin: to load code the driver may wait for what is held. */
static void prepare_context(struct shim_context *context)
{
    _cleanup_context_ struct context_scope scope = context_enter(context->handle);
    if (shim_held())
        shim_order_all();
    lane_prepare(context);
}

static CUresult launch_held(struct sched_client *client, struct shim_kernel *kernel,
                            struct kernel_shape *shape, const struct shim_device *device,
                            const struct request *request, launch_call *call)
{
    struct shim_stream *stream = stream_get(request->stream, request->flavour);
    if (!stream || stream->context->device != device || stream->context->is_green ||
        !grid_is_valid(device, request, shape))
        return launch_unscheduled(request, call);
    /* First the twin: when it is looked up, this thread's default stream is brought home. */
    CUfunction twin = twin_for(request, kernel, shape);
    if (twin && !atomic_load_explicit(&stream->context->prepared, memory_order_relaxed))
        prepare_context(stream->context);
    struct held_launch *held = held_create(request, kernel, shape, stream);
    if (!held || (stream->substitute && stream_send_away(stream))) {
        held_destroy(held);
        return launch_unscheduled(request, call);
    }
    held->twin = twin;
    held->launch.whole = !held->twin;
    held->launch.whole_reason =
        request->cooperative
            ? "cooperative launch"
            : atomic_load_explicit(&kernel->kernel->whole_reason, memory_order_acquire);
    struct sched_ticket nothing = {NULL, 0};
    int result = sched_submit(stream->queue, client, &held->launch, nothing);
    if (result <= 0)
        return defer_take_error();
    defer_drop_error(stream->context, result);
    return (CUresult)result;
}

/* Whether the driver would take clusters of this size, and how many blocks of them are resident. */
static uint32_t wave_of_clusters(const struct shim_kernel *kernel, const struct request *request,
                                 struct grid3 cluster)
{
#if CUDA_VERSION >= 11080
    CUlaunchAttribute attribute = {.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION};
    attribute.value.clusterDim.x = cluster.x;
    attribute.value.clusterDim.y = cluster.y;
    attribute.value.clusterDim.z = cluster.z;
    CUlaunchConfig config = {
        .gridDimX = request->grid.x,
        .gridDimY = request->grid.y,
        .gridDimZ = request->grid.z,
        .blockDimX = request->threads.x,
        .blockDimY = request->threads.y,
        .blockDimZ = request->threads.z,
        .sharedMemBytes = request->shared_bytes,
        .attrs = &attribute,
        .numAttrs = 1,
    };
    int clusters = 0;
    if (driver.cuOccupancyMaxActiveClusters &&
        !driver.cuOccupancyMaxActiveClusters(&clusters, kernel->original, &config) && clusters > 0)
        return (uint32_t)clusters * (uint32_t)grid3_count(cluster);
#endif
    return 0;
}

/* Blocks of this shape that are resident at once on the whole device; 0 if the driver would refuse
 * the shape. */
static uint32_t wave_of(const struct shim_device *device, const struct shim_kernel *kernel,
                        const struct request *request, struct grid3 cluster)
{
    int per_sm = 0, most_threads = 0, most_shared = 0;
    struct grid3 threads = request->threads;
    uint64_t n_threads = grid3_count(threads);
    if (n_threads == 0 || threads.x > device->max_threads[0] ||
        threads.y > device->max_threads[1] || threads.z > device->max_threads[2])
        return 0;
    if (!code_attribute(kernel, kernel->original, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK,
                        &most_threads) ||
        !code_attribute(kernel, kernel->original, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                        &most_shared) ||
        n_threads > (uint64_t)most_threads || request->shared_bytes > (uint32_t)most_shared)
        return 0;
    if (grid3_count(cluster) > 1)
        return wave_of_clusters(kernel, request, cluster);
    if (driver.cuOccupancyMaxActiveBlocksPerMultiprocessor(&per_sm, kernel->original,
                                                           (int)n_threads, request->shared_bytes))
        return 0;
    return per_sm > 0 ? (uint32_t)per_sm * device->n_sms : 0;
}

static __attribute__((noinline)) struct kernel_shape *add_shape(const struct shim_device *device,
                                                                struct shim_kernel *kernel,
                                                                const struct request *request,
                                                                struct grid3 cluster)
{
    code_load(kernel);
    uint32_t wave_blocks = wave_of(device, kernel, request, cluster);
    if (wave_blocks == 0)
        return NULL;
    log_debug("kernel %s: %u x %u x %u threads, %u bytes: a wave is %u blocks", kernel->of->name,
              request->threads.x, request->threads.y, request->threads.z, request->shared_bytes,
              wave_blocks);
    return kernel_add_shape(kernel->kernel, request->threads, request->shared_bytes, cluster,
                            wave_blocks);
}

static struct grid3 cluster_of(const struct shim_kernel *kernel, const struct request *request)
{
    if (request->cluster.x)
        return request->cluster;
    if (kernel->of->cluster.x)
        return kernel->of->cluster;
    return (struct grid3){1, 1, 1};
}

CUresult launch_request(const struct request *request, launch_call *call)
{
    /* What is captured becomes a node of a graph; and asking the driver more than needed would
     * spoil the capture. */
    if (!shim_ready() || capture_on(request->stream, request->flavour))
        return call(request);
    struct shim_kernel *kernel = code_find_kernel(request->function);
    struct shim_device *device = kernel ? shim_device_current() : NULL;
    struct sched_client *client =
        device ? client_get(device, request->stream, request->flavour) : NULL;
    if (!client)
        return launch_unscheduled(request, call);
    struct grid3 cluster = cluster_of(kernel, request);
    struct kernel_shape *shape =
        kernel_find_shape(kernel->kernel, request->threads, request->shared_bytes, cluster);
    if (!shape)
        shape = add_shape(device, kernel, request, cluster);
    if (!shape)
        return launch_unscheduled(request, call);
    switch (sched_admit(device->sched, client, shape, request->grid)) {
    case ADMIT_DIRECT:
        return launch_direct(request, call);
    case ADMIT_DIRECT_MARK:
        return launch_marked(device, client, request, call);
    case ADMIT_QUEUE:
        break;
    }
    return launch_held(client, kernel, shape, device, request, call);
}
