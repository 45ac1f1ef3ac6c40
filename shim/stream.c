/* SPDX-License-Identifier: MIT
 *
 * stream.c - see stream.h. Streams with a handle of their own are found by a lock-free map; the
 * default streams by a walk of a short thread-local list, which is keyed by the context's id, since
 * a handle may come again.
 */
#include "shim/stream.h"

#include <pthread.h>
#include <stdlib.h>
#include <utlist.h>

#include "common/cleanup.h"
#include "common/ptr_map.h"
#include "shim/capture.h"
#include "shim/lane.h"

#define MAX_ASKED 15 /* streams are asked before each slice on a lane */

/* What this thread knows of one context. */
struct local {
    uint64_t context_id;
    struct shim_stream *legacy;     /* NULL until used */
    struct shim_stream *per_thread; /* the same */
    struct local *next;
};

_Atomic unsigned streams_away;

static struct ptr_map by_handle;
static pthread_key_t local_key;
static __thread struct local *locals;

static void stream_destroy(struct shim_stream *stream)
{
    struct shim_context *context = stream->context;
    pthread_mutex_lock(&context->lock);
    LL_DELETE2(context->streams, stream, next_in_context);
    pthread_mutex_unlock(&context->lock);
    if (stream->away)
        atomic_fetch_sub_explicit(&streams_away, 1, memory_order_relaxed);
    struct sched_client *client = atomic_load_explicit(&stream->client, memory_order_acquire);
    if (client)
        sched_client_retire(client);
    sched_queue_destroy(stream->queue);
    free(stream);
}

/* The thread ends, and with it the name of its default stream. Its work goes on; the substitute is
 * for somebody else to use, unless something is held in it: then it stays until the context goes.
 * No call of the driver is made, whose own thread-local state may be gone already. */
static void drop_local(struct local *local)
{
    struct shim_context *context = context_find_id(local->context_id);
    struct shim_stream *stream = context ? local->per_thread : NULL;
    if (!stream || sched_queue_busy(stream->queue))
        return;
    lane_give(context, stream->substitute);
    event_give(context, stream->tie);
    stream_destroy(stream);
}

static void drop_locals(void *head)
{
    struct local *local = head;
    while (local) {
        struct local *next = local->next;
        drop_local(local);
        free(local);
        local = next;
    }
    locals = NULL;
}

int streams_start(void)
{
    if (pthread_key_create(&local_key, drop_locals) != 0)
        return -ENOMEM;
    return ptr_map_init(&by_handle);
}

static struct local *local_find(const struct shim_context *context)
{
    struct local *local;
    LL_FOREACH(locals, local)
    if (local->context_id == context->id)
        return local;
    return NULL;
}

static struct local *local_get(const struct shim_context *context)
{
    struct local *local = local_find(context);
    if (local)
        return local;
    local = calloc(1, sizeof(*local));
    if (!local)
        return NULL;
    local->context_id = context->id;
    LL_PREPEND(locals, local);
    pthread_setspecific(local_key, locals);
    return local;
}

static struct shim_stream *stream_create(struct shim_context *context, CUstream handle,
                                         enum sched_queue_kind kind, int priority)
{
    struct shim_stream *stream = calloc(1, sizeof(*stream));
    if (!stream)
        return NULL;
    stream->context = context;
    stream->handle = handle;
    stream->name = handle;
    stream->kind = kind;
    stream->priority = priority;
    stream->queue = sched_queue_create(context->domain, kind, stream, priority);
    if (!stream->queue) {
        free(stream);
        return NULL;
    }
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    LL_PREPEND2(context->streams, stream, next_in_context);
    return stream;
}

static struct shim_stream *find_kind(struct shim_context *context, enum sched_queue_kind kind)
{
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    struct shim_stream *stream;
    LL_SEARCH_SCALAR2(context->streams, stream, kind, kind, next_in_context);
    return stream;
}

/* One for all threads. The race of two first users is settled by a lock of its own. */
static struct shim_stream *legacy_get(struct shim_context *context, struct local *local)
{
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    if (local->legacy)
        return local->legacy;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&making);
    local->legacy = find_kind(context, QUEUE_LEGACY);
    if (!local->legacy)
        local->legacy = stream_create(context, CU_STREAM_LEGACY, QUEUE_LEGACY, 0);
    return local->legacy;
}

static struct shim_stream *per_thread_create(struct shim_context *context)
{
    struct shim_lane *substitute = lane_take(context, 0, true);
    struct shim_event *tie = substitute ? event_take(context) : NULL;
    struct shim_stream *stream =
        tie ? stream_create(context, substitute->handle, QUEUE_BLOCKING, 0) : NULL;
    if (!stream) {
        event_give(context, tie);
        lane_give(context, substitute);
        return NULL;
    }
    stream->substitute = substitute;
    stream->tie = tie;
    stream->name = CU_STREAM_PER_THREAD;
    return stream;
}

static struct shim_stream *per_thread_get(struct shim_context *context, struct local *local)
{
    if (local->per_thread)
        return local->per_thread;
    _cleanup_context_ struct context_scope scope = context_enter(context->handle);
    local->per_thread = per_thread_create(context);
    return local->per_thread;
}

/* A stream the program made, which the driver knows and we do not yet. */
static struct shim_stream *adopt(CUstream handle)
{
    CUcontext owner;
    unsigned flags = 0;
    int priority = 0;
    if (driver.cuStreamGetCtx(handle, &owner) || driver.cuStreamGetFlags(handle, &flags))
        return NULL;
    struct shim_context *context = context_of(owner);
    if (!context)
        return NULL;
    driver.cuStreamGetPriority(handle, &priority);
    static pthread_mutex_t adopting = PTHREAD_MUTEX_INITIALIZER;
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&adopting);
    struct shim_stream *stream = ptr_map_get(&by_handle, handle);
    if (stream)
        return stream;
    enum sched_queue_kind kind =
        flags & CU_STREAM_NON_BLOCKING ? QUEUE_NON_BLOCKING : QUEUE_BLOCKING;
    stream = stream_create(context, handle, kind, priority);
    if (stream && ptr_map_put(&by_handle, handle, stream) < 0)
        return NULL; /* stays in the context's list and goes with it */
    return stream;
}

struct shim_stream *stream_get(CUstream handle, enum driver_flavour flavour)
{
    if (handle == NULL)
        handle = flavour == FLAVOUR_PER_THREAD ? CU_STREAM_PER_THREAD : CU_STREAM_LEGACY;
    if (handle != CU_STREAM_LEGACY && handle != CU_STREAM_PER_THREAD) {
        struct shim_stream *stream = ptr_map_get(&by_handle, handle);
        return stream ? stream : adopt(handle);
    }
    struct shim_context *context = context_current();
    struct local *local = context ? local_get(context) : NULL;
    if (!local)
        return NULL;
    return handle == CU_STREAM_LEGACY ? legacy_get(context, local) : per_thread_get(context, local);
}

struct shim_stream *stream_away_here(void)
{
    CUcontext handle;
    if (!locals || driver.cuCtxGetCurrent(&handle))
        return NULL;
    struct shim_context *context = context_find(handle);
    struct local *local = context ? local_find(context) : NULL;
    return local && local->per_thread && local->per_thread->away ? local->per_thread : NULL;
}

CUresult stream_send_away(struct shim_stream *stream)
{
    if (stream->away)
        return CUDA_SUCCESS;
    CUresult result = lane_tie(stream->tie, CU_STREAM_PER_THREAD, stream->handle);
    if (!result) {
        stream->away = true;
        atomic_fetch_add_explicit(&streams_away, 1, memory_order_relaxed);
    }
    return result;
}

CUresult stream_bring_home(struct shim_stream *stream)
{
    if (!stream->away)
        return CUDA_SUCCESS;
    CUresult result = lane_tie(stream->tie, stream->handle, CU_STREAM_PER_THREAD);
    stream->away = false;
    atomic_fetch_sub_explicit(&streams_away, 1, memory_order_relaxed);
    return result;
}

bool stream_is_alone(const struct shim_stream *stream)
{
    struct shim_context *context = stream->context;
    _cleanup_unlock_ pthread_mutex_t *none_begins = lock_mutex(&capture_lock);
    if (capture_active())
        return false; /* to ask about a stream that captures would spoil it */
    _cleanup_unlock_ pthread_mutex_t *held = lock_mutex(&context->lock);
    unsigned n = 0;
    for (struct shim_stream *other = context->streams; other; other = other->next_in_context)
        if (other != stream && (++n > MAX_ASKED || driver.cuStreamQuery(other->handle)))
            return false;
    return true;
}

void stream_forget(CUstream handle)
{
    struct shim_stream *stream = ptr_map_remove(&by_handle, handle);
    if (stream)
        stream_destroy(stream);
}

void streams_drop(struct shim_context *context)
{
    struct shim_stream *stream, *next;
    for (stream = context->streams; stream; stream = next) {
        next = stream->next_in_context;
        if (stream->away)
            atomic_fetch_sub_explicit(&streams_away, 1, memory_order_relaxed);
        if (!stream->substitute && stream->kind != QUEUE_LEGACY)
            ptr_map_remove(&by_handle, stream->handle);
        struct sched_client *client = atomic_load_explicit(&stream->client, memory_order_acquire);
        if (client)
            sched_client_retire(client);
        free(stream->substitute);
        free(stream->tie);
        free(stream);
    }
}
