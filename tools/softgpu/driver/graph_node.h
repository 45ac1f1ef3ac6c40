/* SPDX-License-Identifier: MIT
 *
 * graph_node.h - what the entry points for nodes of all types do alike.
 */
#ifndef SOFTGPU_DRIVER_GRAPH_NODE_H
#define SOFTGPU_DRIVER_GRAPH_NODE_H

#include "tools/softgpu/driver/graph.h"

/* INVALID_VALUE unless it is a node of that type. */
CUresult node_check(CUgraphNode node, CUgraphNodeType type);
/* Checks what the program gave and adds. Takes work over in any case. */
CUresult node_add(CUgraphNode *ret, CUgraph graph, CUgraphNodeType type, struct work *work,
                  const CUgraphNode *before, size_t n);
/* The node of an executable graph that stands for node. */
CUresult node_of_exec(CUgraphExec exec, CUgraphNode node, CUgraphNodeType type, CUgraphNode *ret);
/* Gives the node other work of the same type. */
void node_replace(CUgraphNode node, const struct work *work);

#endif
