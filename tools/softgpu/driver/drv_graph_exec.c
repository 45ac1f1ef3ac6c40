/* SPDX-License-Identifier: MIT
 *
 * drv_graph_exec.c - executable graphs: made, updated, switched, destroyed. drv_capture_default.c
 * launches them.
 */
#include "tools/softgpu/driver/graph_node.h"

#include <stdlib.h>

static CUresult instantiate(CUgraphExec *ret, CUgraph graph, cuuint64_t flags)
{
    struct CUgraphNode_st **order;
    struct CUgraphExec_st *exec;
    struct CUctx_st *ctx;
    CUresult r = context_current(&ctx);
    bool sorted;

    if (!r && (!ret || !handle_is(graph, HANDLE_GRAPH)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r && (flags & 4)) /* launches of the graph from the device */
        r = CUDA_ERROR_NOT_SUPPORTED;
    if (r)
        return r;
    order = calloc(graph->nodes.n + 1, sizeof(*order));
    exec = calloc(1, sizeof(*exec));
    sorted = order && graph_sort(graph, order);
    free(order);
    if (sorted && exec)
        exec->graph = graph_clone(graph);
    if (!exec || !exec->graph || handle_add(exec, HANDLE_GRAPH_EXEC)) {
        if (exec)
            graph_destroy(exec->graph);
        free(exec);
        return sorted ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_ERROR_INVALID_VALUE; /* a cycle */
    }
    exec->ctx = ctx;
    exec->flags = flags;
    *ret = exec;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuGraphInstantiateWithFlags(CUgraphExec *exec, CUgraph graph,
                                                    unsigned long long flags)
{
    return instantiate(exec, graph, flags);
}

#if CUDA_VERSION >= 12000
/* The upload that the parameters may ask for is nothing here, so the stream's flavour does not
 * matter. */
static CUresult with_params(CUgraphExec *exec, CUgraph graph, CUDA_GRAPH_INSTANTIATE_PARAMS *params)
{
    CUresult r = params ? instantiate(exec, graph, params->flags) : CUDA_ERROR_INVALID_VALUE;

    if (params) {
        params->hErrNode_out = NULL;
        params->result_out = r ? CUDA_GRAPH_INSTANTIATE_ERROR : CUDA_GRAPH_INSTANTIATE_SUCCESS;
    }
    return r;
}

EXPORT CUresult CUDAAPI cuGraphInstantiateWithParams(CUgraphExec *exec, CUgraph graph,
                                                     CUDA_GRAPH_INSTANTIATE_PARAMS *params)
{
    return with_params(exec, graph, params);
}

EXPORT CUresult CUDAAPI cuGraphInstantiateWithParams_ptsz(CUgraphExec *exec, CUgraph graph,
                                                          CUDA_GRAPH_INSTANTIATE_PARAMS *params);
CUresult CUDAAPI cuGraphInstantiateWithParams_ptsz(CUgraphExec *exec, CUgraph graph,
                                                   CUDA_GRAPH_INSTANTIATE_PARAMS *params)
{
    return with_params(exec, graph, params);
}

EXPORT CUresult CUDAAPI cuGraphExecGetFlags(CUgraphExec exec, cuuint64_t *flags)
{
    CUresult r = driver_ready();

    if (!r && (!flags || !handle_is(exec, HANDLE_GRAPH_EXEC)))
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *flags = exec->flags;
    return r;
}
#endif

/* The forms of CUDA 10 and 11, with a buffer for a log that we leave empty. */
static CUresult with_log(CUgraphExec *exec, CUgraph graph, CUgraphNode *error_node, char *log,
                         size_t bytes)
{
    if (error_node)
        *error_node = NULL;
    if (log && bytes)
        *log = '\0';
    return instantiate(exec, graph, 0);
}

#undef cuGraphInstantiate
EXPORT CUresult CUDAAPI cuGraphInstantiate(CUgraphExec *exec, CUgraph graph,
                                           CUgraphNode *error_node, char *log, size_t bytes);
CUresult CUDAAPI cuGraphInstantiate(CUgraphExec *exec, CUgraph graph, CUgraphNode *error_node,
                                    char *log, size_t bytes)
{
    return with_log(exec, graph, error_node, log, bytes);
}

EXPORT CUresult CUDAAPI cuGraphInstantiate_v2(CUgraphExec *exec, CUgraph graph,
                                              CUgraphNode *error_node, char *log, size_t bytes);
CUresult CUDAAPI cuGraphInstantiate_v2(CUgraphExec *exec, CUgraph graph, CUgraphNode *error_node,
                                       char *log, size_t bytes)
{
    return with_log(exec, graph, error_node, log, bytes);
}

EXPORT CUresult CUDAAPI cuGraphExecDestroy(CUgraphExec exec)
{
    CUresult r = driver_ready();

    if (!r && !handle_is(exec, HANDLE_GRAPH_EXEC))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    handle_remove(exec);
    graph_destroy(exec->graph);
    free(exec);
    return CUDA_SUCCESS;
}

static CUresult exec_node_of_any_type(CUgraphExec exec, CUgraphNode node, CUgraphNode *ret)
{
    if (driver_ready() || !handle_is(node, HANDLE_NODE))
        return CUDA_ERROR_INVALID_VALUE;
    return node_of_exec(exec, node, node->type, ret);
}

EXPORT CUresult CUDAAPI cuGraphNodeSetEnabled(CUgraphExec exec, CUgraphNode node,
                                              unsigned int enabled)
{
    CUgraphNode copy;
    CUresult r = exec_node_of_any_type(exec, node, &copy);

    if (!r)
        copy->disabled = !enabled;
    return r;
}

EXPORT CUresult CUDAAPI cuGraphNodeGetEnabled(CUgraphExec exec, CUgraphNode node,
                                              unsigned int *enabled)
{
    CUgraphNode copy;
    CUresult r = exec_node_of_any_type(exec, node, &copy);

    if (!r && !enabled)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *enabled = !copy->disabled;
    return r;
}

/* Same nodes and edges in the same order, differing at most in parameters. */
static CUgraphExecUpdateResult compare(const struct CUgraph_st *now, struct CUgraph_st *then,
                                       CUgraphNode *ret_node)
{
    *ret_node = NULL;
    if (now->nodes.n != then->nodes.n)
        return CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
    for (size_t i = 0; i < now->nodes.n; i++)
        now->nodes.at[i]->index = then->nodes.at[i]->index = i;
    for (size_t i = 0; i < now->nodes.n; i++) {
        const struct CUgraphNode_st *a = now->nodes.at[i], *b = then->nodes.at[i];

        *ret_node = then->nodes.at[i];
        if (a->type != b->type)
            return CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED;
        if (a->before.n != b->before.n)
            return CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
        for (size_t e = 0; e < a->before.n; e++)
            if (a->before.at[e]->index != b->before.at[e]->index)
                return CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED;
    }
    *ret_node = NULL;
    return CU_GRAPH_EXEC_UPDATE_SUCCESS;
}

/* The new copy keeps the origins of the old one: the program still names nodes of the first graph.
 */
static CUresult update(CUgraphExec exec, CUgraph graph, CUgraphExecUpdateResult *ret_result,
                       CUgraphNode *ret_node)
{
    struct CUgraph_st *copy;

    if (driver_ready() || !handle_is(exec, HANDLE_GRAPH_EXEC) || !handle_is(graph, HANDLE_GRAPH))
        return CUDA_ERROR_INVALID_VALUE;
    *ret_result = compare(exec->graph, graph, ret_node);
    if (*ret_result != CU_GRAPH_EXEC_UPDATE_SUCCESS)
        return CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE;
    copy = graph_clone(graph);
    if (!copy)
        return CUDA_ERROR_OUT_OF_MEMORY;
    for (size_t i = 0; i < copy->nodes.n; i++) {
        copy->nodes.at[i]->origin = exec->graph->nodes.at[i]->origin;
        copy->nodes.at[i]->disabled = exec->graph->nodes.at[i]->disabled;
    }
    graph_destroy(exec->graph);
    exec->graph = copy;
    return CUDA_SUCCESS;
}

#if CUDA_VERSION >= 12000
EXPORT CUresult CUDAAPI cuGraphExecUpdate(CUgraphExec exec, CUgraph graph,
                                          CUgraphExecUpdateResultInfo *info)
{
    CUgraphExecUpdateResult result = CU_GRAPH_EXEC_UPDATE_ERROR;
    CUgraphNode node = NULL;
    CUresult r = update(exec, graph, &result, &node);

    if (info)
        *info = (CUgraphExecUpdateResultInfo){.result = result, .errorNode = node};
    return r;
}
#undef cuGraphExecUpdate
#endif

EXPORT CUresult CUDAAPI cuGraphExecUpdate(CUgraphExec exec, CUgraph graph, CUgraphNode *node,
                                          CUgraphExecUpdateResult *result);
CUresult CUDAAPI cuGraphExecUpdate(CUgraphExec exec, CUgraph graph, CUgraphNode *node,
                                   CUgraphExecUpdateResult *result)
{
    return node && result ? update(exec, graph, result, node) : CUDA_ERROR_INVALID_VALUE;
}
