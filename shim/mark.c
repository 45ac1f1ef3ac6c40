/* SPDX-License-Identifier: MIT
 *
 * mark.c - see mark.h. The mark's `where` is the struct shim_event.
 */
#include "shim/mark.h"

#include "shim/lane.h"

CUresult mark_put(struct shim_context *context, CUstream stream, struct gpu_mark *ret_mark)
{
    struct shim_event *event = event_take(context);
    if (!event)
        return CUDA_ERROR_OUT_OF_MEMORY;
    CUresult result = driver.cuEventRecord(event->handle, stream);
    if (result) {
        event_give(context, event);
        return result;
    }
    *ret_mark = (struct gpu_mark){.where = event};
    return CUDA_SUCCESS;
}

bool mark_reached(const struct gpu_mark *mark)
{
    const struct shim_event *event = mark->where;
    _cleanup_context_ struct context_scope scope = context_enter(event->context->handle);
    return driver.cuEventQuery(event->handle) != CUDA_ERROR_NOT_READY;
}

void mark_drop(struct gpu_mark *mark)
{
    struct shim_event *event = mark->where;
    event_give(event->context, event);
    mark->where = NULL;
}
