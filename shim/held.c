/* SPDX-License-Identifier: MIT
 *
 * held.c - a launch as it is kept while it is held: everything it borrows from the caller is
 * copied. See launch.h. Free ones are kept on a stack, so that a held launch costs no allocation.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "shim/launch.h"

#define MOST_FREE 256

static pthread_mutex_t free_lock = PTHREAD_MUTEX_INITIALIZER;
static struct held_launch *free_list; /* under free_lock */
static unsigned n_free;

static struct held_launch *take(void)
{
    pthread_mutex_lock(&free_lock);
    struct held_launch *held = free_list;
    if (held) {
        free_list = held->next_free;
        n_free--;
    }
    pthread_mutex_unlock(&free_lock);
    if (!held)
        return calloc(1, sizeof(*held));
    memset(held, 0, offsetof(struct held_launch, inline_params));
    return held;
}

static void give(struct held_launch *held)
{
    pthread_mutex_lock(&free_lock);
    bool keep = n_free < MOST_FREE;
    if (keep) {
        held->next_free = free_list;
        free_list = held;
        n_free++;
    }
    pthread_mutex_unlock(&free_lock);
    if (!keep)
        free(held);
}

/* The packed form: pairs of a name and a value, ended by CU_LAUNCH_PARAM_END. */
static bool copy_packed(struct held_launch *held, void **extra)
{
    const void *buffer = NULL;
    size_t size = 0;
    for (; *extra != CU_LAUNCH_PARAM_END; extra += 2) {
        if (*extra == CU_LAUNCH_PARAM_BUFFER_POINTER)
            buffer = extra[1];
        else if (*extra == CU_LAUNCH_PARAM_BUFFER_SIZE)
            size = *(const size_t *)extra[1];
        else
            return false;
    }
    /* Another size than the kernel's is for the driver to judge. */
    if (size != held->param_bytes || (size > 0 && !buffer))
        return false;
    if (size > 0)
        memcpy(held->params, buffer, size);
    return true;
}

static bool copy_params(struct held_launch *held, const struct request *request,
                        const struct shim_kernel *kernel)
{
    if (request->extra)
        return !request->params && copy_packed(held, request->extra);
    const struct ptx_param *params = atomic_load_explicit(&kernel->params, memory_order_relaxed);
    if (kernel->n_params > 0 && !request->params)
        return false;
    for (size_t i = 0; i < kernel->n_params; i++) {
        if (!request->params[i])
            return false;
        memcpy(held->params + params[i].offset_bytes, request->params[i], params[i].size_bytes);
    }
    return true;
}

/* Those that only describe the launch. Others name things of the program (an event to record, a
 * graph node to change), which must not be done later than the program thinks. */
static bool can_be_kept(CUlaunchAttributeID id)
{
    switch ((int)id) {
    case CU_LAUNCH_ATTRIBUTE_IGNORE:
    case CU_LAUNCH_ATTRIBUTE_ACCESS_POLICY_WINDOW:
    case CU_LAUNCH_ATTRIBUTE_COOPERATIVE:
    case CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION:
    case CU_LAUNCH_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
    case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION:
    case CU_LAUNCH_ATTRIBUTE_PRIORITY:
#if CUDA_VERSION >= 12000
    case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN_MAP:
    case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN:
#endif
#if CUDA_VERSION >= 12060
    case CU_LAUNCH_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
#endif
        return true;
    default:
        return false;
    }
}

static bool copy_attributes(struct held_launch *held, const CUlaunchConfig *config)
{
    held->has_attributes = config != NULL;
    if (!config)
        return true;
    if (config->numAttrs > HELD_ATTRIBUTES || (config->numAttrs > 0 && !config->attrs))
        return false;
    for (unsigned i = 0; i < config->numAttrs; i++) {
        if (!can_be_kept(config->attrs[i].id))
            return false;
        held->attributes[i] = config->attrs[i];
    }
    held->n_attributes = config->numAttrs;
    return true;
}

static bool make_room(struct held_launch *held, const struct shim_kernel *kernel)
{
    held->param_bytes = kernel->param_bytes;
    held->tail_bytes = (kernel->param_bytes + 3) & ~3u;
    size_t bytes = held->tail_bytes + sizeof(struct ptx_twin_tail);
    held->params = bytes <= HELD_INLINE_BYTES ? held->inline_params : calloc(1, bytes);
    return held->params != NULL;
}

struct held_launch *held_create(const struct request *request, struct shim_kernel *kernel,
                                struct kernel_shape *shape, struct shim_stream *stream)
{
    if (!code_params(kernel))
        return NULL;
    struct held_launch *held = take();
    if (!held)
        return NULL;
    held->launch.shape = shape;
    held->launch.grid = request->grid;
    held->launch.stream = stream;
    held->context = stream->context;
    held->stream = stream;
    held->original = request->function;
    held->threads = request->threads;
    held->shared_bytes = request->shared_bytes;
    kernel_ref(shape->kernel);
    if (make_room(held, kernel) && copy_params(held, request, kernel) &&
        copy_attributes(held, request->config))
        return held;
    held_destroy(held);
    return NULL;
}

void held_destroy(struct held_launch *held)
{
    if (!held)
        return;
    if (held->params != held->inline_params)
        free(held->params);
    kernel_unref(held->launch.shape->kernel);
    for (unsigned i = 0; i < GPU_LANES; i++)
        lane_give(held->context, held->lanes[i]);
    event_give(held->context, held->fork);
    give(held);
}
