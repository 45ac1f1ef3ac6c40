/* SPDX-License-Identifier: MIT
 *
 * graph_run.c - a graph laid out flat for a stream: child graphs stand between two marks.
 */
#include "tools/softgpu/driver/graph.h"

#include <stdlib.h>

struct layout {
    struct stream_node *nodes;
    struct CUevent_st **events; /* to be recorded as the node of the same index, or NULL */
    size_t n, cap;
};

#define NONE SIZE_MAX

/* A place for one more, with room for n_before indices. NONE: out of memory. */
static size_t add(struct layout *layout, size_t n_before)
{
    size_t *before = calloc(n_before + 1, sizeof(*before));

    if (layout->n == layout->cap) {
        size_t cap = layout->cap ? 2 * layout->cap : 16;
        struct stream_node *nodes = realloc(layout->nodes, cap * sizeof(*nodes));
        struct CUevent_st **events = NULL;

        if (nodes) {
            layout->nodes = nodes;
            events = realloc(layout->events, cap * sizeof(*events));
        }
        if (events) {
            layout->events = events;
            layout->cap = cap;
        }
    }
    if (!before || layout->n == layout->cap) {
        free(before);
        return NONE;
    }
    layout->nodes[layout->n] = (struct stream_node){.work = {.kind = WORK_MARK}, .before = before};
    layout->events[layout->n] = NULL;
    return layout->n++;
}

static void comes_after(struct layout *layout, size_t index, size_t before)
{
    struct stream_node *node = &layout->nodes[index];

    if (before != NONE)
        ((size_t *)node->before)[node->n_before++] = before;
}

static bool lay_out(struct layout *layout, struct CUgraph_st *graph, size_t begin);

/* The child's nodes come after begin; *ret_end is a mark after all of them. */
static bool lay_out_child(struct layout *layout, struct CUgraph_st *child, size_t begin,
                          size_t *ret_end)
{
    if (!lay_out(layout, child, begin))
        return false;
    *ret_end = add(layout, child->nodes.n + 1);
    if (*ret_end == NONE)
        return false;
    comes_after(layout, *ret_end, begin);
    for (size_t i = 0; i < child->nodes.n; i++)
        comes_after(layout, *ret_end, child->nodes.at[i]->index);
    return true;
}

static bool lay_out_node(struct layout *layout, struct CUgraphNode_st *node, size_t begin)
{
    size_t index = add(layout, node->before.n + 1);
    struct stream_node *to;

    if (index == NONE)
        return false;
    comes_after(layout, index, begin);
    for (size_t i = 0; i < node->before.n; i++)
        comes_after(layout, index, node->before.at[i]->index);
    node->index = index;
    to = &layout->nodes[index];
    to->priority = node->priority;
    if (node->disabled)
        return true;
    if (node->child)
        return lay_out_child(layout, node->child, index, &node->index);
    if (node->type == CU_GRAPH_NODE_TYPE_EVENT_RECORD)
        layout->events[index] = node->event;
    if (node->type == CU_GRAPH_NODE_TYPE_WAIT_EVENT)
        to->also_after = node->event->task;
    return !work_clone(&node->work, &to->work);
}

static bool lay_out(struct layout *layout, struct CUgraph_st *graph, size_t begin)
{
    struct CUgraphNode_st **order = calloc(graph->nodes.n + 1, sizeof(*order));
    bool ok = order && graph_sort(graph, order);

    for (size_t i = 0; ok && i < graph->nodes.n; i++)
        ok = lay_out_node(layout, order[i], begin);
    free(order);
    return ok;
}

static void record_events(struct layout *layout)
{
    device_lock();
    for (size_t i = 0; i < layout->n; i++) {
        struct CUevent_st *event = layout->events[i];

        if (event) {
            task_unref(event->task);
            event->task = task_ref(layout->nodes[i].task);
        }
        task_unref(layout->nodes[i].task);
    }
    device_unlock();
}

CUresult graph_run(struct CUgraph_st *graph, struct CUstream_st *stream)
{
    struct layout layout = {0};
    CUresult r = CUDA_SUCCESS;

    domain_flush_print(&stream->ctx->domain);
    if (!lay_out(&layout, graph, NONE) ||
        stream_submit_graph(&stream->order, layout.nodes, layout.n)) {
        r = CUDA_ERROR_OUT_OF_MEMORY;
        for (size_t i = 0; i < layout.n; i++)
            work_finish(&layout.nodes[i].work);
    } else {
        record_events(&layout);
    }
    for (size_t i = 0; i < layout.n; i++)
        free((size_t *)layout.nodes[i].before);
    free(layout.nodes);
    free(layout.events);
    return r;
}
