/* SPDX-License-Identifier: MIT
 *
 * rt_graph.c - graphs: structure and the nodes whose parameters are the driver's.
 */
#include "tools/softgpu/runtime/rt.h"

EXPORT cudaError_t CUDARTAPI cudaGraphCreate(cudaGraph_t *graph, unsigned int flags)
{
    RT_CALL(driver.cuGraphCreate(graph, flags));
}

EXPORT cudaError_t CUDARTAPI cudaGraphDestroy(cudaGraph_t graph)
{
    RT_CALL(driver.cuGraphDestroy(graph));
}

EXPORT cudaError_t CUDARTAPI cudaGraphClone(cudaGraph_t *copy, cudaGraph_t graph)
{
    RT_CALL(driver.cuGraphClone(copy, graph));
}

EXPORT cudaError_t CUDARTAPI cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t *nodes, size_t *n)
{
    RT_CALL(driver.cuGraphGetNodes(graph, nodes, n));
}

EXPORT cudaError_t CUDARTAPI cudaGraphGetRootNodes(cudaGraph_t graph, cudaGraphNode_t *nodes,
                                                   size_t *n)
{
    RT_CALL(driver.cuGraphGetRootNodes(graph, nodes, n));
}

EXPORT cudaError_t CUDARTAPI cudaGraphNodeGetType(cudaGraphNode_t node,
                                                  enum cudaGraphNodeType *type)
{
    RT_CALL(driver.cuGraphNodeGetType(node, (CUgraphNodeType *)type));
}

EXPORT cudaError_t CUDARTAPI cudaGraphDestroyNode(cudaGraphNode_t node)
{
    RT_CALL(driver.cuGraphDestroyNode(node));
}

#if CUDART_VERSION >= 13000
EXPORT cudaError_t CUDARTAPI cudaGraphGetEdges(cudaGraph_t graph, cudaGraphNode_t *from,
                                               cudaGraphNode_t *to, cudaGraphEdgeData *data,
                                               size_t *n)
{
    RT_CALL(driver.cuGraphGetEdges(graph, from, to, (CUgraphEdgeData *)data, n));
}

EXPORT cudaError_t CUDARTAPI cudaGraphNodeGetDependencies(cudaGraphNode_t node, cudaGraphNode_t *to,
                                                          cudaGraphEdgeData *data, size_t *n)
{
    RT_CALL(driver.cuGraphNodeGetDependencies(node, to, (CUgraphEdgeData *)data, n));
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddDependencies(cudaGraph_t graph,
                                                      const cudaGraphNode_t *from,
                                                      const cudaGraphNode_t *to,
                                                      const cudaGraphEdgeData *data, size_t n)
{
    RT_CALL(driver.cuGraphAddDependencies(graph, from, to, (const CUgraphEdgeData *)data, n));
}

EXPORT cudaError_t CUDARTAPI cudaGraphExecUpdate(cudaGraphExec_t exec, cudaGraph_t graph,
                                                 cudaGraphExecUpdateResultInfo *info)
{
    RT_CALL(driver.cuGraphExecUpdate(exec, graph, (CUgraphExecUpdateResultInfo *)info));
}

EXPORT cudaError_t CUDARTAPI cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph,
                                                  unsigned long long flags)
{
    RT_CALL(driver.cuGraphInstantiateWithFlags(exec, graph, flags));
}
#else
EXPORT cudaError_t CUDARTAPI cudaGraphAddDependencies(cudaGraph_t graph,
                                                      const cudaGraphNode_t *from,
                                                      const cudaGraphNode_t *to, size_t n)
{
    RT_CALL(driver.cuGraphAddDependencies(graph, from, to, n));
}

#if CUDART_VERSION >= 12000
EXPORT cudaError_t CUDARTAPI cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph,
                                                  unsigned long long flags)
{
    RT_CALL(driver.cuGraphInstantiateWithFlags(exec, graph, flags));
}
#else
EXPORT cudaError_t CUDARTAPI cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph,
                                                  cudaGraphNode_t *error_node, char *log,
                                                  size_t bytes)
{
    if (error_node)
        *error_node = NULL;
    if (log && bytes)
        *log = '\0';
    RT_CALL(driver.cuGraphInstantiateWithFlags(exec, graph, 0));
}
#endif
#endif

EXPORT cudaError_t CUDARTAPI cudaGraphInstantiateWithFlags(cudaGraphExec_t *exec, cudaGraph_t graph,
                                                           unsigned long long flags)
{
    RT_CALL(driver.cuGraphInstantiateWithFlags(exec, graph, flags));
}

EXPORT cudaError_t CUDARTAPI cudaGraphExecDestroy(cudaGraphExec_t exec)
{
    RT_CALL(driver.cuGraphExecDestroy(exec));
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddEmptyNode(cudaGraphNode_t *node, cudaGraph_t graph,
                                                   const cudaGraphNode_t *before, size_t n)
{
    RT_CALL(driver.cuGraphAddEmptyNode(node, graph, before, n));
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddChildGraphNode(cudaGraphNode_t *node, cudaGraph_t graph,
                                                        const cudaGraphNode_t *before, size_t n,
                                                        cudaGraph_t child)
{
    RT_CALL(driver.cuGraphAddChildGraphNode(node, graph, before, n, child));
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddEventRecordNode(cudaGraphNode_t *node, cudaGraph_t graph,
                                                         const cudaGraphNode_t *before, size_t n,
                                                         cudaEvent_t event)
{
    RT_CALL(driver.cuGraphAddEventRecordNode(node, graph, before, n, event));
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddEventWaitNode(cudaGraphNode_t *node, cudaGraph_t graph,
                                                       const cudaGraphNode_t *before, size_t n,
                                                       cudaEvent_t event)
{
    RT_CALL(driver.cuGraphAddEventWaitNode(node, graph, before, n, event));
}
