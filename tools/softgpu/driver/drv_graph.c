/* SPDX-License-Identifier: MIT
 *
 * drv_graph.c - making graphs, walking them, changing their edges.
 */
#include "tools/softgpu/driver/graph.h"

#include <stdlib.h>

static CUresult check_graph(CUgraph graph)
{
    CUresult r = driver_ready();

    return r || handle_is(graph, HANDLE_GRAPH) ? r : CUDA_ERROR_INVALID_VALUE;
}

static CUresult check_node(CUgraphNode node)
{
    CUresult r = driver_ready();

    return r || handle_is(node, HANDLE_NODE) ? r : CUDA_ERROR_INVALID_VALUE;
}

EXPORT CUresult CUDAAPI cuGraphCreate(CUgraph *graph, unsigned int flags)
{
    CUresult r = driver_ready();

    if (!r && (!graph || flags))
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *graph = graph_create();
    return *graph ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

EXPORT CUresult CUDAAPI cuGraphDestroy(CUgraph graph)
{
    CUresult r = check_graph(graph);

    if (!r && graph->is_child)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        graph_destroy(graph);
    return r;
}

EXPORT CUresult CUDAAPI cuGraphClone(CUgraph *copy, CUgraph graph)
{
    CUresult r = check_graph(graph);

    if (!r && !copy)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *copy = graph_clone(graph);
    return *copy ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

EXPORT CUresult CUDAAPI cuGraphNodeFindInClone(CUgraphNode *ret, CUgraphNode node, CUgraph copy)
{
    CUresult r = check_graph(copy);

    if (!r)
        r = check_node(node);
    if (!r && !ret)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *ret = graph_find_copy(copy, node);
    return *ret ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

EXPORT CUresult CUDAAPI cuGraphDestroyNode(CUgraphNode node)
{
    CUresult r = check_node(node);

    if (!r)
        node_destroy(node);
    return r;
}

EXPORT CUresult CUDAAPI cuGraphNodeGetType(CUgraphNode node, CUgraphNodeType *type)
{
    CUresult r = check_node(node);

    if (!r && !type)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        *type = node->type;
    return r;
}

/* The way all these lists go out: how many there are if to is NULL, else as many as fit, the rest
 * NULL. */
static void give(const struct nodes *nodes, CUgraphNode *to, size_t *n)
{
    if (to)
        for (size_t i = 0; i < *n; i++)
            to[i] = i < nodes->n ? nodes->at[i] : NULL;
    if (!to || *n > nodes->n)
        *n = nodes->n;
}

EXPORT CUresult CUDAAPI cuGraphGetNodes(CUgraph graph, CUgraphNode *to, size_t *n)
{
    CUresult r = check_graph(graph);

    if (!r && !n)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        give(&graph->nodes, to, n);
    return r;
}

EXPORT CUresult CUDAAPI cuGraphGetRootNodes(CUgraph graph, CUgraphNode *to, size_t *n)
{
    CUresult r = check_graph(graph);
    struct nodes roots = {0};

    if (!r && !n)
        r = CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; !r && i < graph->nodes.n; i++)
        if (!graph->nodes.at[i]->before.n && !nodes_add(&roots, graph->nodes.at[i]))
            r = CUDA_ERROR_OUT_OF_MEMORY;
    if (!r)
        give(&roots, to, n);
    nodes_finish(&roots);
    return r;
}

static CUresult get_edges(CUgraph graph, CUgraphNode *from, CUgraphNode *to, size_t *n)
{
    struct nodes befores = {0}, afters = {0};
    CUresult r = check_graph(graph);
    size_t wanted;

    if (!r && (!n || !from != !to))
        r = CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; !r && i < graph->nodes.n; i++) {
        struct CUgraphNode_st *node = graph->nodes.at[i];

        for (size_t b = 0; !r && b < node->before.n; b++)
            if (!nodes_add(&befores, node->before.at[b]) || !nodes_add(&afters, node))
                r = CUDA_ERROR_OUT_OF_MEMORY;
    }
    if (!r) {
        wanted = *n;
        give(&befores, from, &wanted);
        give(&afters, to, n);
    }
    nodes_finish(&befores);
    nodes_finish(&afters);
    return r;
}

static CUresult get_dependencies(CUgraphNode node, CUgraphNode *to, size_t *n)
{
    CUresult r = check_node(node);

    if (!r && !n)
        r = CUDA_ERROR_INVALID_VALUE;
    if (!r)
        give(&node->before, to, n);
    return r;
}

static CUresult get_dependents(CUgraphNode node, CUgraphNode *to, size_t *n)
{
    CUresult r = check_node(node);
    struct nodes after = {0};

    if (!r && !n)
        r = CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; !r && i < node->graph->nodes.n; i++)
        if (nodes_has(&node->graph->nodes.at[i]->before, node) &&
            !nodes_add(&after, node->graph->nodes.at[i]))
            r = CUDA_ERROR_OUT_OF_MEMORY;
    if (!r)
        give(&after, to, n);
    nodes_finish(&after);
    return r;
}

static CUresult check_edges(CUgraph graph, const CUgraphNode *from, const CUgraphNode *to, size_t n)
{
    CUresult r = check_graph(graph);

    if (!r && n && (!from || !to))
        r = CUDA_ERROR_INVALID_VALUE;
    for (size_t i = 0; !r && i < n; i++) {
        r = check_node(from[i]);
        if (!r)
            r = check_node(to[i]);
        if (!r && (from[i]->graph != graph || to[i]->graph != graph || from[i] == to[i]))
            r = CUDA_ERROR_INVALID_VALUE;
    }
    return r;
}

static CUresult add_edges(CUgraph graph, const CUgraphNode *from, const CUgraphNode *to, size_t n)
{
    CUresult r = check_edges(graph, from, to, n);

    for (size_t i = 0; !r && i < n; i++) {
        if (nodes_has(&to[i]->before, from[i]))
            r = CUDA_ERROR_INVALID_VALUE;
        else if (!nodes_add(&to[i]->before, from[i]))
            r = CUDA_ERROR_OUT_OF_MEMORY;
    }
    return r;
}

static CUresult remove_edges(CUgraph graph, const CUgraphNode *from, const CUgraphNode *to,
                             size_t n)
{
    CUresult r = check_edges(graph, from, to, n);

    for (size_t i = 0; !r && i < n; i++) {
        if (!nodes_has(&to[i]->before, from[i]))
            r = CUDA_ERROR_INVALID_VALUE;
        else
            nodes_remove(&to[i]->before, from[i]);
    }
    return r;
}

#if CUDA_VERSION >= 13000
/* Edges that carry data are of kinds that kernels here do not have. */
EXPORT CUresult CUDAAPI cuGraphGetEdges(CUgraph graph, CUgraphNode *from, CUgraphNode *to,
                                        CUgraphEdgeData *data, size_t *n)
{
    CUresult r = get_edges(graph, from, to, n);

    for (size_t i = 0; !r && data && from && i < *n; i++)
        data[i] = (CUgraphEdgeData){0};
    return r;
}

EXPORT CUresult CUDAAPI cuGraphNodeGetDependencies(CUgraphNode node, CUgraphNode *to,
                                                   CUgraphEdgeData *data, size_t *n)
{
    CUresult r = get_dependencies(node, to, n);

    for (size_t i = 0; !r && data && to && i < *n; i++)
        data[i] = (CUgraphEdgeData){0};
    return r;
}

EXPORT CUresult CUDAAPI cuGraphNodeGetDependentNodes(CUgraphNode node, CUgraphNode *to,
                                                     CUgraphEdgeData *data, size_t *n)
{
    CUresult r = get_dependents(node, to, n);

    for (size_t i = 0; !r && data && to && i < *n; i++)
        data[i] = (CUgraphEdgeData){0};
    return r;
}

EXPORT CUresult CUDAAPI cuGraphAddDependencies(CUgraph graph, const CUgraphNode *from,
                                               const CUgraphNode *to, const CUgraphEdgeData *data,
                                               size_t n)
{
    return data ? CUDA_ERROR_NOT_SUPPORTED : add_edges(graph, from, to, n);
}

EXPORT CUresult CUDAAPI cuGraphRemoveDependencies(CUgraph graph, const CUgraphNode *from,
                                                  const CUgraphNode *to,
                                                  const CUgraphEdgeData *data, size_t n)
{
    (void)data;
    return remove_edges(graph, from, to, n);
}
#else
EXPORT CUresult CUDAAPI cuGraphGetEdges(CUgraph graph, CUgraphNode *from, CUgraphNode *to,
                                        size_t *n)
{
    return get_edges(graph, from, to, n);
}

EXPORT CUresult CUDAAPI cuGraphNodeGetDependencies(CUgraphNode node, CUgraphNode *to, size_t *n)
{
    return get_dependencies(node, to, n);
}

EXPORT CUresult CUDAAPI cuGraphNodeGetDependentNodes(CUgraphNode node, CUgraphNode *to, size_t *n)
{
    return get_dependents(node, to, n);
}

EXPORT CUresult CUDAAPI cuGraphAddDependencies(CUgraph graph, const CUgraphNode *from,
                                               const CUgraphNode *to, size_t n)
{
    return add_edges(graph, from, to, n);
}

EXPORT CUresult CUDAAPI cuGraphRemoveDependencies(CUgraph graph, const CUgraphNode *from,
                                                  const CUgraphNode *to, size_t n)
{
    return remove_edges(graph, from, to, n);
}
#endif
