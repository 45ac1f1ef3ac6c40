/* SPDX-License-Identifier: MIT
 *
 * drv_capture_default.c - capturing streams, and launching graphs on them. Compiled twice.
 */
#include "tools/softgpu/driver/capture.h"

EXPORT CUresult CUDAAPI cuStreamBeginCapture(CUstream handle, CUstreamCaptureMode mode)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && (unsigned)mode > CU_STREAM_CAPTURE_MODE_RELAXED)
        r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : capture_begin(stream, mode, NULL, NULL, 0);
}

#if CUDA_VERSION >= 12030
EXPORT CUresult CUDAAPI cuStreamBeginCaptureToGraph(CUstream handle, CUgraph graph,
                                                    const CUgraphNode *nodes,
                                                    const CUgraphEdgeData *edges, size_t n,
                                                    CUstreamCaptureMode mode)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    (void)edges;
    if (!r && ((unsigned)mode > CU_STREAM_CAPTURE_MODE_RELAXED || !handle_is(graph, HANDLE_GRAPH) ||
               (n && !nodes)))
        r = CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; !r && i < n; i++)
        if (!handle_is(nodes[i], HANDLE_NODE) || nodes[i]->graph != graph)
            r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : capture_begin(stream, mode, graph, nodes, n);
}
#endif

EXPORT CUresult CUDAAPI cuStreamEndCapture(CUstream handle, CUgraph *graph)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !graph)
        r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : capture_end(stream, graph);
}

EXPORT CUresult CUDAAPI cuStreamIsCapturing(CUstream handle, CUstreamCaptureStatus *status)
{
    struct CUstream_st *stream;
    unsigned long long id;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !status)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *status = capture_status(stream, &id);
    return r;
}

static CUresult get_info(CUstream handle, CUstreamCaptureStatus *status, cuuint64_t *ret_id,
                         CUgraph *graph, const CUgraphNode **nodes, size_t *n)
{
    struct CUstream_st *stream;
    unsigned long long id;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !status)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *status = capture_status(stream, &id);
    if (*status != CU_STREAM_CAPTURE_STATUS_ACTIVE)
        return CUDA_SUCCESS;
    if (ret_id)
        *ret_id = id;
    if (graph)
        *graph = stream->capture->graph;
    if (nodes)
        *nodes = stream->tails.at;
    if (n)
        *n = stream->tails.n;
    return CUDA_SUCCESS;
}

static CUresult update(CUstream handle, CUgraphNode *nodes, size_t n, unsigned flags)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && (flags > 1 || (n && !nodes)))
        r = CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; !r && i < n; i++)
        if (!handle_is(nodes[i], HANDLE_NODE))
            r = CUDA_ERROR_INVALID_VALUE;
    return r ? r : capture_set_tails(stream, nodes, n, flags == CU_STREAM_ADD_CAPTURE_DEPENDENCIES);
}

#if CUDA_VERSION >= 13000
EXPORT CUresult CUDAAPI cuStreamGetCaptureInfo(CUstream stream, CUstreamCaptureStatus *status,
                                               cuuint64_t *id, CUgraph *graph,
                                               const CUgraphNode **nodes,
                                               const CUgraphEdgeData **edges, size_t *n)
{
    if (edges)
        *edges = NULL;
    return get_info(stream, status, id, graph, nodes, n);
}

EXPORT CUresult CUDAAPI cuStreamUpdateCaptureDependencies(CUstream stream, CUgraphNode *nodes,
                                                          const CUgraphEdgeData *edges, size_t n,
                                                          unsigned int flags)
{
    (void)edges;
    return update(stream, nodes, n, flags);
}
#else
EXPORT CUresult CUDAAPI cuStreamGetCaptureInfo_v2(CUstream stream, CUstreamCaptureStatus *status,
                                                  cuuint64_t *id, CUgraph *graph,
                                                  const CUgraphNode **nodes, size_t *n)
{
    return get_info(stream, status, id, graph, nodes, n);
}

EXPORT CUresult CUDAAPI cuStreamUpdateCaptureDependencies(CUstream stream, CUgraphNode *nodes,
                                                          size_t n, unsigned int flags)
{
    return update(stream, nodes, n, flags);
}
#endif

/* A graph launched on a capturing stream becomes a child of the graph that is captured. */
static CUresult capture_launch(struct CUstream_st *stream, struct CUgraph_st *graph)
{
    struct work mark = {.kind = WORK_MARK};
    struct CUgraph_st *child = graph_clone(graph);
    CUresult r;

    if (!child)
        return CUDA_ERROR_OUT_OF_MEMORY;
    r = capture_add(stream, &mark, stream->order.priority);
    if (r) {
        graph_destroy(child);
        return r;
    }
    child->is_child = true;
    stream->tails.at[0]->type = CU_GRAPH_NODE_TYPE_GRAPH;
    stream->tails.at[0]->child = child;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuGraphLaunch(CUgraphExec exec, CUstream handle)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    if (!r && !handle_is(exec, HANDLE_GRAPH_EXEC))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        r = capture_check(stream);
    if (r)
        return r;
    return stream->capture ? capture_launch(stream, exec->graph) : graph_run(exec->graph, stream);
}

EXPORT CUresult CUDAAPI cuGraphUpload(CUgraphExec exec, CUstream handle)
{
    struct CUstream_st *stream;
    CUresult r = stream_lookup(handle, DEFAULT_STREAM, &stream);

    return !r && !handle_is(exec, HANDLE_GRAPH_EXEC) ? CUDA_ERROR_INVALID_VALUE : r;
}
