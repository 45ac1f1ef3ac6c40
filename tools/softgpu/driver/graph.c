/* SPDX-License-Identifier: MIT
 *
 * graph.c - the structure of graphs: adding, copying, ordering, taking apart.
 */
#include "tools/softgpu/driver/graph.h"

#include <stdlib.h>
#include <string.h>

bool nodes_add(struct nodes *nodes, struct CUgraphNode_st *node)
{
    if (nodes->n == nodes->cap) {
        size_t cap = nodes->cap ? 2 * nodes->cap : 4;
        struct CUgraphNode_st **more = realloc(nodes->at, cap * sizeof(*more));

        if (!more)
            return false;
        nodes->at = more;
        nodes->cap = cap;
    }
    nodes->at[nodes->n++] = node;
    return true;
}

bool nodes_has(const struct nodes *nodes, const struct CUgraphNode_st *node)
{
    for (size_t i = 0; i < nodes->n; i++)
        if (nodes->at[i] == node)
            return true;
    return false;
}

void nodes_remove(struct nodes *nodes, const struct CUgraphNode_st *node)
{
    size_t kept = 0;

    for (size_t i = 0; i < nodes->n; i++)
        if (nodes->at[i] != node)
            nodes->at[kept++] = nodes->at[i];
    nodes->n = kept;
}

void nodes_finish(struct nodes *nodes)
{
    free(nodes->at);
    *nodes = (struct nodes){0};
}

struct CUgraph_st *graph_create(void)
{
    struct CUgraph_st *graph = calloc(1, sizeof(*graph));

    if (graph && handle_add(graph, HANDLE_GRAPH)) {
        free(graph);
        graph = NULL;
    }
    return graph;
}

static void free_node(struct CUgraphNode_st *node)
{
    handle_remove(node);
    work_finish(&node->work);
    nodes_finish(&node->before);
    free(node->params);
    graph_destroy(node->child);
    free(node);
}

void graph_destroy(struct CUgraph_st *graph)
{
    if (!graph)
        return;
    handle_remove(graph);
    for (size_t i = 0; i < graph->nodes.n; i++)
        free_node(graph->nodes.at[i]);
    nodes_finish(&graph->nodes);
    free(graph);
}

void node_destroy(struct CUgraphNode_st *node)
{
    struct CUgraph_st *graph = node->graph;

    nodes_remove(&graph->nodes, node);
    for (size_t i = 0; i < graph->nodes.n; i++)
        nodes_remove(&graph->nodes.at[i]->before, node);
    free_node(node);
}

struct CUgraphNode_st *graph_add(struct CUgraph_st *graph, CUgraphNodeType type, struct work *work,
                                 struct CUgraphNode_st *const *before, size_t n_before)
{
    struct CUgraphNode_st *node = calloc(1, sizeof(*node));
    bool ok = node && !handle_add(node, HANDLE_NODE);

    for (size_t i = 0; ok && i < n_before; i++)
        ok = nodes_has(&node->before, before[i]) || nodes_add(&node->before, before[i]);
    if (!ok || !nodes_add(&graph->nodes, node)) {
        if (node)
            free_node(node);
        return NULL;
    }
    node->graph = graph;
    node->type = type;
    node->work = *work;
    return node;
}

static bool clone_node(const struct CUgraphNode_st *node, struct CUgraph_st *into)
{
    struct CUgraphNode_st *copy;
    struct work work;

    if (work_clone(&node->work, &work))
        return false;
    copy = graph_add(into, node->type, &work, NULL, 0);
    if (!copy) {
        work_finish(&work);
        return false;
    }
    copy->priority = node->priority;
    copy->function = node->function;
    copy->event = node->event;
    copy->disabled = node->disabled;
    copy->origin = node;
    if (node->child) {
        copy->child = graph_clone(node->child);
        if (!copy->child)
            return false;
        copy->child->is_child = true;
    }
    return true;
}

/* Nodes are copied in order, so the i-th of the copy stands for the i-th of the original. */
static bool clone_edges(struct CUgraph_st *copy, const struct CUgraph_st *graph)
{
    for (size_t i = 0; i < graph->nodes.n; i++)
        graph->nodes.at[i]->index = i;
    for (size_t i = 0; i < graph->nodes.n; i++) {
        const struct nodes *before = &graph->nodes.at[i]->before;

        for (size_t b = 0; b < before->n; b++)
            if (!nodes_add(&copy->nodes.at[i]->before, copy->nodes.at[before->at[b]->index]))
                return false;
    }
    return true;
}

struct CUgraph_st *graph_clone(const struct CUgraph_st *graph)
{
    struct CUgraph_st *copy = graph_create();
    bool ok = copy;

    for (size_t i = 0; ok && i < graph->nodes.n; i++)
        ok = clone_node(graph->nodes.at[i], copy);
    if (ok && clone_edges(copy, graph))
        return copy;
    graph_destroy(copy);
    return NULL;
}

struct CUgraphNode_st *graph_find_copy(const struct CUgraph_st *copy,
                                       const struct CUgraphNode_st *node)
{
    for (size_t i = 0; i < copy->nodes.n; i++)
        if (copy->nodes.at[i]->origin == node)
            return copy->nodes.at[i];
    return NULL;
}

/* Nodes without unsorted ones before them go first, in the order they were added. */
bool graph_sort(struct CUgraph_st *graph, struct CUgraphNode_st **order)
{
    size_t n = 0, last = 0;

    for (size_t i = 0; i < graph->nodes.n; i++)
        graph->nodes.at[i]->mark = 0;
    do {
        last = n;
        for (size_t i = 0; i < graph->nodes.n; i++) {
            struct CUgraphNode_st *node = graph->nodes.at[i];
            bool ready = !node->mark;

            for (size_t b = 0; ready && b < node->before.n; b++)
                ready = node->before.at[b]->mark;
            if (ready) {
                node->mark = 1;
                order[n++] = node;
            }
        }
    } while (n > last);
    return n == graph->nodes.n;
}

/* Backwards from a set, each node once: the marks of the whole graph are this walk's. */
bool graph_reaches(const struct nodes *from, const struct CUgraphNode_st *wanted)
{
    struct nodes todo = {0};
    bool found = false;

    for (size_t i = 0; i < wanted->graph->nodes.n; i++)
        wanted->graph->nodes.at[i]->mark = 0;
    for (size_t i = 0; i < from->n; i++)
        nodes_add(&todo, from->at[i]);
    while (todo.n && !found) {
        struct CUgraphNode_st *node = todo.at[--todo.n];

        found = node == wanted;
        for (size_t i = 0; !node->mark && i < node->before.n; i++)
            nodes_add(&todo, node->before.at[i]);
        node->mark = 1;
    }
    nodes_finish(&todo);
    return found;
}
