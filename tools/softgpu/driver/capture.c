/* SPDX-License-Identifier: MIT
 *
 * capture.c - captures under way: which streams take part, and what may not be done meanwhile.
 */
#include "tools/softgpu/driver/capture.h"
#include "tools/softgpu/driver/graph.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct capture *captures;
static unsigned long long last_id;
static __thread CUstreamCaptureMode thread_mode = CU_STREAM_CAPTURE_MODE_GLOBAL;

static void break_capture(struct capture *capture)
{
    capture->invalid = true;
}

CUresult capture_allows_waiting(void)
{
    CUresult r = CUDA_SUCCESS;

    if (thread_mode == CU_STREAM_CAPTURE_MODE_RELAXED)
        return CUDA_SUCCESS;
    pthread_mutex_lock(&lock);
    for (struct capture *c = captures; c; c = c->next) {
        bool mine = pthread_equal(c->thread, pthread_self());

        if ((mine && c->mode != CU_STREAM_CAPTURE_MODE_RELAXED) ||
            (thread_mode == CU_STREAM_CAPTURE_MODE_GLOBAL &&
             c->mode == CU_STREAM_CAPTURE_MODE_GLOBAL)) {
            break_capture(c);
            r = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }
    }
    pthread_mutex_unlock(&lock);
    return r;
}

/* Captures of the legacy stream's context that it would be ordered with. */
static CUresult check_legacy(struct CUstream_st *legacy)
{
    CUresult r = CUDA_SUCCESS;

    for (struct capture *c = captures; c; c = c->next) {
        const struct CUstream_st *origin = c->origin;

        if (origin->ctx == legacy->ctx && origin->order.kind == STREAM_BLOCKING) {
            break_capture(c);
            r = CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
        }
    }
    return r;
}

CUresult capture_check(struct CUstream_st *stream)
{
    CUresult r = CUDA_SUCCESS;

    pthread_mutex_lock(&lock);
    if (stream->capture && stream->capture->invalid)
        r = CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    else if (stream->order.kind == STREAM_LEGACY)
        r = check_legacy(stream);
    pthread_mutex_unlock(&lock);
    return r;
}

static CUgraphNodeType type_of(const struct work *work)
{
    switch (work->kind) {
    case WORK_KERNEL:
        return CU_GRAPH_NODE_TYPE_KERNEL;
    case WORK_COPY:
        return CU_GRAPH_NODE_TYPE_MEMCPY;
    case WORK_FILL:
        return CU_GRAPH_NODE_TYPE_MEMSET;
    case WORK_HOST:
        return CU_GRAPH_NODE_TYPE_HOST;
    case WORK_MARK:
        return CU_GRAPH_NODE_TYPE_EMPTY;
    default:
        return CU_GRAPH_NODE_TYPE_BATCH_MEM_OP;
    }
}

CUresult capture_add(struct CUstream_st *stream, struct work *work, int priority)
{
    struct CUgraphNode_st *node;

    pthread_mutex_lock(&lock);
    node =
        graph_add(stream->capture->graph, type_of(work), work, stream->tails.at, stream->tails.n);
    if (node) {
        node->priority = priority;
        stream->tails.n = 0;
        if (!nodes_add(&stream->tails, node))
            break_capture(stream->capture);
    }
    pthread_mutex_unlock(&lock);
    return node ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult capture_break(struct CUstream_st *stream, CUresult error)
{
    pthread_mutex_lock(&lock);
    if (stream->capture)
        break_capture(stream->capture);
    pthread_mutex_unlock(&lock);
    return error;
}

static bool join(struct CUstream_st *stream, const struct nodes *nodes)
{
    for (size_t i = 0; i < nodes->n; i++)
        if (!nodes_has(&stream->tails, nodes->at[i]) && !nodes_add(&stream->tails, nodes->at[i]))
            return false;
    return true;
}

CUresult capture_record(struct CUstream_st *stream, struct CUevent_st *event, bool *ret_done)
{
    CUresult r = capture_check(stream);

    *ret_done = stream->capture != NULL;
    if (r)
        return r;
    pthread_mutex_lock(&lock);
    event->capture = stream->capture ? stream->capture->id : 0;
    event->nodes.n = 0;
    if (stream->capture)
        for (size_t i = 0; i < stream->tails.n && !r; i++)
            if (!nodes_add(&event->nodes, stream->tails.at[i]))
                r = CUDA_ERROR_OUT_OF_MEMORY;
    pthread_mutex_unlock(&lock);
    return r;
}

static struct capture *find(unsigned long long id)
{
    struct capture *capture = captures;

    while (capture && capture->id != id)
        capture = capture->next;
    return capture;
}

/* Lock held. */
static CUresult wait(struct CUstream_st *stream, struct CUevent_st *event)
{
    struct capture *capture = find(event->capture);

    if (!event->capture) {
        if (!event->task)
            return CUDA_SUCCESS; /* never recorded: nothing to wait for */
        break_capture(stream->capture);
        return CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
    }
    if (!capture)
        return CUDA_ERROR_CAPTURED_EVENT;
    if (stream->order.kind == STREAM_LEGACY) {
        break_capture(capture);
        return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
    if (stream->capture && stream->capture != capture) {
        break_capture(stream->capture);
        break_capture(capture);
        return CUDA_ERROR_STREAM_CAPTURE_MERGE;
    }
    stream->capture = capture;
    return join(stream, &event->nodes) ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult capture_wait(struct CUstream_st *stream, struct CUevent_st *event, bool *ret_done)
{
    CUresult r = capture_check(stream);

    *ret_done = stream->capture || event->capture;
    if (r || !*ret_done)
        return r;
    pthread_mutex_lock(&lock);
    r = wait(stream, event);
    pthread_mutex_unlock(&lock);
    return r;
}

void capture_forget_event(struct CUevent_st *event)
{
    pthread_mutex_lock(&lock);
    nodes_finish(&event->nodes);
    pthread_mutex_unlock(&lock);
}

CUresult capture_begin(struct CUstream_st *stream, CUstreamCaptureMode mode,
                       struct CUgraph_st *graph, struct CUgraphNode_st *const *nodes, size_t n)
{
    struct capture *capture;

    if (stream->order.kind == STREAM_LEGACY)
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    if (stream->capture)
        return CUDA_ERROR_ILLEGAL_STATE;
    capture = calloc(1, sizeof(*capture));
    if (capture)
        capture->graph = graph ? graph : graph_create();
    if (!capture || !capture->graph) {
        free(capture);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    capture->graph_is_given = graph;
    capture->origin = stream;
    capture->mode = mode;
    capture->thread = pthread_self();
    pthread_mutex_lock(&lock);
    capture->id = ++last_id;
    capture->next = captures;
    captures = capture;
    stream->capture = capture;
    stream->tails.n = 0;
    pthread_mutex_unlock(&lock);
    return n ? capture_set_tails(stream, nodes, n, false) : CUDA_SUCCESS;
}

/* Is every node that some other stream of the capture ends with before what the first stream ends
 * with? */
static bool all_joined(const struct capture *capture)
{
    struct CUstream_st *origin = capture->origin;

    for (struct CUstream_st *s = origin->ctx->streams; s; s = s->next) {
        if (s == origin || s->capture != capture)
            continue;
        for (size_t i = 0; i < s->tails.n; i++)
            if (!graph_reaches(&origin->tails, s->tails.at[i]))
                return false;
    }
    return true;
}

/* Lock held: takes the capture out and its streams back to running. */
static void finish(struct capture *capture)
{
    struct capture **at = &captures;

    while (*at != capture)
        at = &(*at)->next;
    *at = capture->next;
    for (struct CUstream_st *s = capture->origin->ctx->streams; s; s = s->next) {
        if (s->capture == capture) {
            s->capture = NULL;
            s->tails.n = 0;
        }
    }
    free(capture);
}

static CUresult check_end(struct CUstream_st *stream)
{
    struct capture *capture = stream->capture;

    if (!capture)
        return CUDA_ERROR_ILLEGAL_STATE;
    if (capture->origin != stream)
        return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    if (capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED &&
        !pthread_equal(capture->thread, pthread_self()))
        return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
    return CUDA_SUCCESS;
}

CUresult capture_end(struct CUstream_st *stream, struct CUgraph_st **ret_graph)
{
    struct CUgraph_st *graph = NULL;
    bool is_given = false;
    struct capture *capture;
    CUresult r;

    driver_lock();
    pthread_mutex_lock(&lock);
    capture = stream->capture;
    r = check_end(stream);
    if (!r) {
        graph = capture->graph;
        is_given = capture->graph_is_given;
        if (capture->invalid)
            r = CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
        else if (!all_joined(capture))
            r = CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
        finish(capture);
    }
    pthread_mutex_unlock(&lock);
    driver_unlock();
    if (r && !is_given)
        graph_destroy(graph);
    *ret_graph = r ? NULL : graph;
    return r;
}

void capture_drop_stream(struct CUstream_st *stream)
{
    struct CUgraph_st *graph = NULL;

    driver_lock();
    pthread_mutex_lock(&lock);
    if (stream->capture && stream->capture->origin == stream) {
        graph = stream->capture->graph_is_given ? NULL : stream->capture->graph;
        finish(stream->capture);
    } else if (stream->capture) {
        break_capture(stream->capture);
    }
    nodes_finish(&stream->tails);
    pthread_mutex_unlock(&lock);
    driver_unlock();
    graph_destroy(graph);
}

CUstreamCaptureStatus capture_status(struct CUstream_st *stream, unsigned long long *ret_id)
{
    CUstreamCaptureStatus status = CU_STREAM_CAPTURE_STATUS_NONE;

    pthread_mutex_lock(&lock);
    *ret_id = stream->capture ? stream->capture->id : 0;
    if (stream->capture)
        status = stream->capture->invalid ? CU_STREAM_CAPTURE_STATUS_INVALIDATED
                                          : CU_STREAM_CAPTURE_STATUS_ACTIVE;
    pthread_mutex_unlock(&lock);
    return status;
}

CUresult capture_set_tails(struct CUstream_st *stream, struct CUgraphNode_st *const *nodes,
                           size_t n, bool keep)
{
    CUresult r = CUDA_SUCCESS;

    pthread_mutex_lock(&lock);
    if (!stream->capture)
        r = CUDA_ERROR_ILLEGAL_STATE;
    else if (!keep)
        stream->tails.n = 0;
    for (size_t i = 0; !r && i < n; i++) {
        if (nodes[i]->graph != stream->capture->graph)
            r = CUDA_ERROR_INVALID_VALUE;
        else if (!nodes_has(&stream->tails, nodes[i]) && !nodes_add(&stream->tails, nodes[i]))
            r = CUDA_ERROR_OUT_OF_MEMORY;
    }
    pthread_mutex_unlock(&lock);
    return r;
}

EXPORT CUresult CUDAAPI cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode *mode)
{
    CUstreamCaptureMode old = thread_mode;

    if (!mode || (unsigned)*mode > CU_STREAM_CAPTURE_MODE_RELAXED)
        return CUDA_ERROR_INVALID_VALUE;
    thread_mode = *mode;
    *mode = old;
    return CUDA_SUCCESS;
}
