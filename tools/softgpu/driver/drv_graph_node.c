/* SPDX-License-Identifier: MIT
 *
 * drv_graph_node.c - nodes of each type: adding them, reading and changing what they do, in a graph
 * and in an executable one.
 *
 * A node's parameters are kept as its work alone; what the program asks back is made from that.
 */
#include "tools/softgpu/driver/copy.h"
#include "tools/softgpu/driver/graph_node.h"
#include "tools/softgpu/driver/launch.h"
#include "tools/softgpu/driver/module.h"

#include <stdlib.h>

/* ---- kernels ---- */

static CUresult make_kernel(const CUDA_KERNEL_NODE_PARAMS *params, struct work *work,
                            struct CUfunc_st **function)
{
    struct launch_shape shape;
    CUresult r = params ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;

#if CUDA_VERSION >= 12000
    if (!r)
        r = function_lookup(params->func ? params->func : (CUfunction)params->kern, function);
#else
    if (!r)
        r = function_lookup(params->func, function);
#endif
    if (r)
        return r;
    shape =
        (struct launch_shape){.grid = {params->gridDimX, params->gridDimY, params->gridDimZ},
                              .threads = {params->blockDimX, params->blockDimY, params->blockDimZ},
                              .shared_bytes = params->sharedMemBytes};
    return launch_make(*function, &shape, params->kernelParams, params->extra, work);
}

EXPORT CUresult CUDAAPI cuGraphAddKernelNode(CUgraphNode *ret, CUgraph graph,
                                             const CUgraphNode *before, size_t n,
                                             const CUDA_KERNEL_NODE_PARAMS *params)
{
    struct CUfunc_st *function;
    struct work work;
    CUresult r = make_kernel(params, &work, &function);

    if (!r)
        r = node_add(ret, graph, CU_GRAPH_NODE_TYPE_KERNEL, &work, before, n);
    if (!r)
        (*ret)->function = function;
    return r;
}

/* Captured kernels are known by their code alone: the current context has the function. */
static struct CUfunc_st *function_of(CUgraphNode node)
{
    struct CUctx_st *ctx;

    if (node->function || context_current(&ctx))
        return node->function;
    for (struct CUmod_st *module = ctx->modules; module; module = module->next)
        for (size_t i = 0; i < module->n_functions; i++)
            if (module->functions[i].kernel == node->work.kernel.kernel)
                node->function = &module->functions[i];
    return node->function;
}

static void **param_pointers(CUgraphNode node)
{
    const struct exec_kernel *kernel = node->work.kernel.kernel;

    if (!node->params)
        node->params = calloc(kernel->n_params + 1, sizeof(*node->params));
    for (size_t i = 0; node->params && i < kernel->n_params; i++)
        node->params[i] = (char *)node->work.owned + kernel->params[i][0];
    return node->params;
}

EXPORT CUresult CUDAAPI cuGraphKernelNodeGetParams(CUgraphNode node,
                                                   CUDA_KERNEL_NODE_PARAMS *params)
{
    CUresult r = node_check(node, CU_GRAPH_NODE_TYPE_KERNEL);
    const struct exec_launch *launch;

    if (!r && !params)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    launch = &node->work.kernel;
    *params = (CUDA_KERNEL_NODE_PARAMS){.func = function_of(node),
                                        .gridDimX = launch->grid[0],
                                        .gridDimY = launch->grid[1],
                                        .gridDimZ = launch->grid[2],
                                        .blockDimX = launch->threads[0],
                                        .blockDimY = launch->threads[1],
                                        .blockDimZ = launch->threads[2],
                                        .sharedMemBytes = (unsigned)launch->dynamic_shared_bytes,
                                        .kernelParams = param_pointers(node)};
    return params->kernelParams ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

static CUresult set_kernel(CUgraphNode node, const CUDA_KERNEL_NODE_PARAMS *params)
{
    struct CUfunc_st *function;
    struct work work;
    CUresult r = make_kernel(params, &work, &function);

    if (r)
        return r;
    node_replace(node, &work);
    node->function = function;
    return CUDA_SUCCESS;
}

EXPORT CUresult CUDAAPI cuGraphKernelNodeSetParams(CUgraphNode node,
                                                   const CUDA_KERNEL_NODE_PARAMS *params)
{
    CUresult r = node_check(node, CU_GRAPH_NODE_TYPE_KERNEL);

    return r ? r : set_kernel(node, params);
}

EXPORT CUresult CUDAAPI cuGraphExecKernelNodeSetParams(CUgraphExec exec, CUgraphNode node,
                                                       const CUDA_KERNEL_NODE_PARAMS *params)
{
    CUgraphNode copy;
    CUresult r = node_of_exec(exec, node, CU_GRAPH_NODE_TYPE_KERNEL, &copy);

    return r ? r : set_kernel(copy, params);
}

/* ---- copies ---- */

EXPORT CUresult CUDAAPI cuGraphAddMemcpyNode(CUgraphNode *ret, CUgraph graph,
                                             const CUgraphNode *before, size_t n,
                                             const CUDA_MEMCPY3D *params, CUcontext ctx)
{
    struct work work;
    CUresult r = copy_make_3d(params, &work);

    (void)ctx;
    return r ? r : node_add(ret, graph, CU_GRAPH_NODE_TYPE_MEMCPY, &work, before, n);
}

EXPORT CUresult CUDAAPI cuGraphMemcpyNodeGetParams(CUgraphNode node, CUDA_MEMCPY3D *params)
{
    CUresult r = node_check(node, CU_GRAPH_NODE_TYPE_MEMCPY);
    const struct work_copy *copy;

    if (!r && !params)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    copy = &node->work.copy;
    *params = (CUDA_MEMCPY3D){
        .srcMemoryType = copy->from_host ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE,
        .srcHost = (const void *)(uintptr_t)copy->src,
        .srcDevice = copy->src,
        .srcPitch = copy->src_pitch,
        .srcHeight = copy->src_pitch ? copy->src_slice / copy->src_pitch : 0,
        .dstMemoryType = copy->to_host ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE,
        .dstHost = (void *)(uintptr_t)copy->dst,
        .dstDevice = copy->dst,
        .dstPitch = copy->dst_pitch,
        .dstHeight = copy->dst_pitch ? copy->dst_slice / copy->dst_pitch : 0,
        .WidthInBytes = copy->width_bytes,
        .Height = copy->height,
        .Depth = copy->depth};
    return CUDA_SUCCESS;
}

static CUresult set_copy(CUgraphNode node, const CUDA_MEMCPY3D *params)
{
    struct work work;
    CUresult r = copy_make_3d(params, &work);

    if (!r)
        node_replace(node, &work);
    return r;
}

EXPORT CUresult CUDAAPI cuGraphMemcpyNodeSetParams(CUgraphNode node, const CUDA_MEMCPY3D *params)
{
    CUresult r = node_check(node, CU_GRAPH_NODE_TYPE_MEMCPY);

    return r ? r : set_copy(node, params);
}

EXPORT CUresult CUDAAPI cuGraphExecMemcpyNodeSetParams(CUgraphExec exec, CUgraphNode node,
                                                       const CUDA_MEMCPY3D *params, CUcontext ctx)
{
    CUgraphNode copy;
    CUresult r = node_of_exec(exec, node, CU_GRAPH_NODE_TYPE_MEMCPY, &copy);

    (void)ctx;
    return r ? r : set_copy(copy, params);
}

/* ---- fills ---- */

static CUresult make_fill(const CUDA_MEMSET_NODE_PARAMS *params, struct work *work)
{
    if (!params ||
        (params->elementSize != 1 && params->elementSize != 2 && params->elementSize != 4))
        return CUDA_ERROR_INVALID_VALUE;
    return fill_make(params->dst, params->pitch, params->value, params->elementSize, params->width,
                     params->height, work);
}

EXPORT CUresult CUDAAPI cuGraphAddMemsetNode(CUgraphNode *ret, CUgraph graph,
                                             const CUgraphNode *before, size_t n,
                                             const CUDA_MEMSET_NODE_PARAMS *params, CUcontext ctx)
{
    struct work work;
    CUresult r = make_fill(params, &work);

    (void)ctx;
    return r ? r : node_add(ret, graph, CU_GRAPH_NODE_TYPE_MEMSET, &work, before, n);
}

EXPORT CUresult CUDAAPI cuGraphMemsetNodeGetParams(CUgraphNode node,
                                                   CUDA_MEMSET_NODE_PARAMS *params)
{
    CUresult r = node_check(node, CU_GRAPH_NODE_TYPE_MEMSET);

    if (!r && !params)
        r = CUDA_ERROR_INVALID_VALUE;
    if (r)
        return r;
    *params = (CUDA_MEMSET_NODE_PARAMS){.dst = node->work.fill.dst,
                                        .pitch = node->work.fill.pitch,
                                        .value = node->work.fill.value,
                                        .elementSize = node->work.fill.unit_bytes,
                                        .width = node->work.fill.width_units,
                                        .height = node->work.fill.height};
    return CUDA_SUCCESS;
}

static CUresult set_fill(CUgraphNode node, const CUDA_MEMSET_NODE_PARAMS *params)
{
    struct work work;
    CUresult r = make_fill(params, &work);

    if (!r)
        node_replace(node, &work);
    return r;
}

EXPORT CUresult CUDAAPI cuGraphMemsetNodeSetParams(CUgraphNode node,
                                                   const CUDA_MEMSET_NODE_PARAMS *params)
{
    CUresult r = node_check(node, CU_GRAPH_NODE_TYPE_MEMSET);

    return r ? r : set_fill(node, params);
}

EXPORT CUresult CUDAAPI cuGraphExecMemsetNodeSetParams(CUgraphExec exec, CUgraphNode node,
                                                       const CUDA_MEMSET_NODE_PARAMS *params,
                                                       CUcontext ctx)
{
    CUgraphNode copy;
    CUresult r = node_of_exec(exec, node, CU_GRAPH_NODE_TYPE_MEMSET, &copy);

    (void)ctx;
    return r ? r : set_fill(copy, params);
}
