/* SPDX-License-Identifier: MIT
 *
 * graph.h - graphs: nodes of work with the nodes they come behind.
 *
 * An executable graph is a copy of its own of the graph it was made from. A graph belongs to one
 * thread at a time, as CUDA asks of programs.
 */
#ifndef SOFTGPU_DRIVER_GRAPH_H
#define SOFTGPU_DRIVER_GRAPH_H

#include "tools/softgpu/driver/driver.h"

struct CUgraphNode_st {
    struct CUgraph_st *graph;
    CUgraphNodeType type;
    struct work work; /* a mark, where the type is none of kernel, copy, fill, host, value */
    int priority;
    struct nodes before;
    struct CUfunc_st *function; /* kernels */
    void **params;              /* kernels: pointers into work.owned, made when asked for */
    struct CUevent_st *event;   /* record and wait */
    struct CUgraph_st *child;
    const struct CUgraphNode_st *origin; /* what it is a copy of */
    bool disabled;                       /* in an executable graph */
    size_t index;                        /* scratch of walks */
    int mark;
};

struct CUgraph_st {
    struct nodes nodes; /* in the order they were added */
    bool is_child;      /* owned by a node */
};

struct CUgraphExec_st {
    struct CUgraph_st *graph;
    struct CUctx_st *ctx;
    cuuint64_t flags;
};

bool nodes_add(struct nodes *nodes, struct CUgraphNode_st *node);
bool nodes_has(const struct nodes *nodes, const struct CUgraphNode_st *node);
void nodes_remove(struct nodes *nodes, const struct CUgraphNode_st *node);
void nodes_finish(struct nodes *nodes);

struct CUgraph_st *graph_create(void);
void graph_destroy(struct CUgraph_st *graph);
/* before may hold a node twice. work is taken over on success. NULL: out of memory. */
struct CUgraphNode_st *graph_add(struct CUgraph_st *graph, CUgraphNodeType type, struct work *work,
                                 struct CUgraphNode_st *const *before, size_t n_before);
void node_destroy(struct CUgraphNode_st *node);
struct CUgraph_st *graph_clone(const struct CUgraph_st *graph);
/* The node of a copy that stands for node, or for what node is a copy of. */
struct CUgraphNode_st *graph_find_copy(const struct CUgraph_st *copy,
                                       const struct CUgraphNode_st *node);
/* Fills order with the graph's nodes, each behind those it depends on; false: there is a cycle. */
bool graph_sort(struct CUgraph_st *graph, struct CUgraphNode_st **order);
/* Is node among those that any of from comes behind, or one of them? */
bool graph_reaches(const struct nodes *from, const struct CUgraphNode_st *node);

/* Runs the graph on the stream, child graphs and all. */
CUresult graph_run(struct CUgraph_st *graph, struct CUstream_st *stream);

#endif
