/* SPDX-License-Identifier: MIT
 *
 * graph_node.c - the checks and steps that all types of nodes share.
 */
#include "tools/softgpu/driver/graph_node.h"

#include <stdlib.h>

CUresult node_check(CUgraphNode node, CUgraphNodeType type)
{
    CUresult r = driver_ready();

    if (!r && (!handle_is(node, HANDLE_NODE) || node->type != type))
        r = CUDA_ERROR_INVALID_VALUE;
    return r;
}

CUresult node_add(CUgraphNode *ret, CUgraph graph, CUgraphNodeType type, struct work *work,
                  const CUgraphNode *before, size_t n)
{
    CUresult r = driver_ready();

    if (!r && (!ret || !handle_is(graph, HANDLE_GRAPH) || (n && !before)))
        r = CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; !r && i < n; i++)
        if (!handle_is(before[i], HANDLE_NODE) || before[i]->graph != graph)
            r = CUDA_ERROR_INVALID_VALUE;
    if (!r) {
        *ret = graph_add(graph, type, work, before, n);
        r = *ret ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
    }
    if (r)
        work_finish(work);
    return r;
}

void node_replace(CUgraphNode node, const struct work *work)
{
    work_finish(&node->work);
    node->work = *work;
    free(node->params);
    node->params = NULL;
}

CUresult node_of_exec(CUgraphExec exec, CUgraphNode node, CUgraphNodeType type, CUgraphNode *ret)
{
    CUresult r = node_check(node, type);

    if (!r && !handle_is(exec, HANDLE_GRAPH_EXEC))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *ret = graph_find_copy(exec->graph, node);
    return *ret ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
