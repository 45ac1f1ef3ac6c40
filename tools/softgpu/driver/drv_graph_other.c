/* SPDX-License-Identifier: MIT
 *
 * drv_graph_other.c - nodes that are neither kernel nor copy nor fill: host functions, child
 * graphs, events, nothing.
 */
#include "tools/softgpu/driver/graph_node.h"
#include "tools/softgpu/driver/host_function.h"

/* ---- host functions ---- */

EXPORT CUresult CUDAAPI cuGraphAddHostNode(CUgraphNode *ret, CUgraph graph,
                                           const CUgraphNode *before, size_t n,
                                           const CUDA_HOST_NODE_PARAMS *params)
{
    struct work work;
    CUresult r =
        params ? host_function_make(params->fn, params->userData, &work) : CUDA_ERROR_INVALID_VALUE;

    return r ? r : node_add(ret, graph, CU_GRAPH_NODE_TYPE_HOST, &work, before, n);
}

EXPORT CUresult CUDAAPI cuGraphHostNodeGetParams(CUgraphNode node, CUDA_HOST_NODE_PARAMS *params)
{
    CUresult r = node_check(node, CU_GRAPH_NODE_TYPE_HOST);

    if (!r && !params)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *params = *(CUDA_HOST_NODE_PARAMS *)node->work.owned;
    return r;
}

static CUresult set_host(CUgraphNode node, const CUDA_HOST_NODE_PARAMS *params)
{
    struct work work;
    CUresult r =
        params ? host_function_make(params->fn, params->userData, &work) : CUDA_ERROR_INVALID_VALUE;

    if (!r)
        node_replace(node, &work);
    return r;
}

EXPORT CUresult CUDAAPI cuGraphHostNodeSetParams(CUgraphNode node,
                                                 const CUDA_HOST_NODE_PARAMS *params)
{
    CUresult r = node_check(node, CU_GRAPH_NODE_TYPE_HOST);

    return r ? r : set_host(node, params);
}

EXPORT CUresult CUDAAPI cuGraphExecHostNodeSetParams(CUgraphExec exec, CUgraphNode node,
                                                     const CUDA_HOST_NODE_PARAMS *params)
{
    CUgraphNode copy;
    CUresult r = node_of_exec(exec, node, CU_GRAPH_NODE_TYPE_HOST, &copy);

    return r ? r : set_host(copy, params);
}

/* ---- nothing, and child graphs ---- */

static CUresult add_mark(CUgraphNode *ret, CUgraph graph, CUgraphNodeType type,
                         const CUgraphNode *before, size_t n)
{
    struct work mark = {.kind = WORK_MARK};

    return node_add(ret, graph, type, &mark, before, n);
}

EXPORT CUresult CUDAAPI cuGraphAddEmptyNode(CUgraphNode *ret, CUgraph graph,
                                            const CUgraphNode *before, size_t n)
{
    return add_mark(ret, graph, CU_GRAPH_NODE_TYPE_EMPTY, before, n);
}

EXPORT CUresult CUDAAPI cuGraphAddChildGraphNode(CUgraphNode *ret, CUgraph graph,
                                                 const CUgraphNode *before, size_t n, CUgraph child)
{
    struct CUgraph_st *copy = NULL;
    CUresult r = handle_is(child, HANDLE_GRAPH) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;

    if (!r) {
        copy = graph_clone(child);
        r = copy ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
    }
    if (!r)
        r = add_mark(ret, graph, CU_GRAPH_NODE_TYPE_GRAPH, before, n);
    if (r) {
        graph_destroy(copy);
        return r;
    }
    copy->is_child = true;
    (*ret)->child = copy;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuGraphChildGraphNodeGetGraph(CUgraphNode node, CUgraph *graph)
{
    CUresult r = node_check(node, CU_GRAPH_NODE_TYPE_GRAPH);

    if (!r && !graph)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *graph = node->child;
    return r;
}

EXPORT CUresult CUDAAPI cuGraphExecChildGraphNodeSetParams(CUgraphExec exec, CUgraphNode node,
                                                           CUgraph child)
{
    struct CUgraph_st *copy;
    CUgraphNode in_exec;
    CUresult r = node_of_exec(exec, node, CU_GRAPH_NODE_TYPE_GRAPH, &in_exec);

    if (!r && !handle_is(child, HANDLE_GRAPH))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    copy = graph_clone(child);
    if (!copy)
        return CUDA_ERROR_OUT_OF_MEMORY;
    copy->is_child = true;
    graph_destroy(in_exec->child);
    in_exec->child = copy;
    return CUDA_SUCCESS;
}

/* ---- events ---- */

static CUresult add_event(CUgraphNode *ret, CUgraph graph, CUgraphNodeType type,
                          const CUgraphNode *before, size_t n, CUevent event)
{
    CUresult r = handle_is(event, HANDLE_EVENT) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;

    if (!r)
        r = add_mark(ret, graph, type, before, n);
    if (!r)
        (*ret)->event = event;
    return r;
}

static CUresult get_event(CUgraphNode node, CUgraphNodeType type, CUevent *event)
{
    CUresult r = node_check(node, type);

    if (!r && !event)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *event = node->event;
    return r;
}

static CUresult set_event(CUgraphNode node, CUgraphNodeType type, CUevent event)
{
    CUresult r = node_check(node, type);

    if (!r && !handle_is(event, HANDLE_EVENT))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        node->event = event;
    return r;
}

EXPORT CUresult CUDAAPI cuGraphAddEventRecordNode(CUgraphNode *ret, CUgraph graph,
                                                  const CUgraphNode *before, size_t n,
                                                  CUevent event)
{
    return add_event(ret, graph, CU_GRAPH_NODE_TYPE_EVENT_RECORD, before, n, event);
}

EXPORT CUresult CUDAAPI cuGraphAddEventWaitNode(CUgraphNode *ret, CUgraph graph,
                                                const CUgraphNode *before, size_t n, CUevent event)
{
    return add_event(ret, graph, CU_GRAPH_NODE_TYPE_WAIT_EVENT, before, n, event);
}

EXPORT CUresult CUDAAPI cuGraphEventRecordNodeGetEvent(CUgraphNode node, CUevent *event)
{
    return get_event(node, CU_GRAPH_NODE_TYPE_EVENT_RECORD, event);
}

EXPORT CUresult CUDAAPI cuGraphEventWaitNodeGetEvent(CUgraphNode node, CUevent *event)
{
    return get_event(node, CU_GRAPH_NODE_TYPE_WAIT_EVENT, event);
}

EXPORT CUresult CUDAAPI cuGraphEventRecordNodeSetEvent(CUgraphNode node, CUevent event)
{
    return set_event(node, CU_GRAPH_NODE_TYPE_EVENT_RECORD, event);
}

EXPORT CUresult CUDAAPI cuGraphEventWaitNodeSetEvent(CUgraphNode node, CUevent event)
{
    return set_event(node, CU_GRAPH_NODE_TYPE_WAIT_EVENT, event);
}

EXPORT CUresult CUDAAPI cuGraphExecEventRecordNodeSetEvent(CUgraphExec exec, CUgraphNode node,
                                                           CUevent event)
{
    CUgraphNode copy;
    CUresult r = node_of_exec(exec, node, CU_GRAPH_NODE_TYPE_EVENT_RECORD, &copy);

    return r ? r : set_event(copy, CU_GRAPH_NODE_TYPE_EVENT_RECORD, event);
}

EXPORT CUresult CUDAAPI cuGraphExecEventWaitNodeSetEvent(CUgraphExec exec, CUgraphNode node,
                                                         CUevent event)
{
    CUgraphNode copy;
    CUresult r = node_of_exec(exec, node, CU_GRAPH_NODE_TYPE_WAIT_EVENT, &copy);

    return r ? r : set_event(copy, CU_GRAPH_NODE_TYPE_WAIT_EVENT, event);
}
