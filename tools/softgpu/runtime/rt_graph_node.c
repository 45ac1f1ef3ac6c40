/* SPDX-License-Identifier: MIT
 *
 * rt_graph_node.c - graph nodes whose parameters the runtime has its own structs for.
 */
#include "tools/softgpu/runtime/rt.h"
#include "tools/softgpu/runtime/rt_copy.h"

static cudaError_t kernel_params(const struct cudaKernelNodeParams *params,
                                 CUDA_KERNEL_NODE_PARAMS *ret)
{
    CUfunction function = NULL;
    cudaError_t error = rt_enter();

    if (!error && !params)
        error = rt_error(cudaErrorInvalidValue);
    if (!error)
        error = rt_function(params->func, &function);
    if (error)
        return error;
    *ret = (CUDA_KERNEL_NODE_PARAMS){.func = function,
                                     .gridDimX = params->gridDim.x,
                                     .gridDimY = params->gridDim.y,
                                     .gridDimZ = params->gridDim.z,
                                     .blockDimX = params->blockDim.x,
                                     .blockDimY = params->blockDim.y,
                                     .blockDimZ = params->blockDim.z,
                                     .sharedMemBytes = params->sharedMemBytes,
                                     .kernelParams = params->kernelParams,
                                     .extra = params->extra};
    return cudaSuccess;
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddKernelNode(cudaGraphNode_t *node, cudaGraph_t graph,
                                                    const cudaGraphNode_t *before, size_t n,
                                                    const struct cudaKernelNodeParams *params)
{
    CUDA_KERNEL_NODE_PARAMS to;
    cudaError_t error = kernel_params(params, &to);

    return error ? error : rt_result(driver.cuGraphAddKernelNode(node, graph, before, n, &to));
}

EXPORT cudaError_t CUDARTAPI cudaGraphKernelNodeSetParams(cudaGraphNode_t node,
                                                          const struct cudaKernelNodeParams *params)
{
    CUDA_KERNEL_NODE_PARAMS to;
    cudaError_t error = kernel_params(params, &to);

    return error ? error : rt_result(driver.cuGraphKernelNodeSetParams(node, &to));
}

EXPORT cudaError_t CUDARTAPI cudaGraphExecKernelNodeSetParams(
    cudaGraphExec_t exec, cudaGraphNode_t node, const struct cudaKernelNodeParams *params)
{
    CUDA_KERNEL_NODE_PARAMS to;
    cudaError_t error = kernel_params(params, &to);

    return error ? error : rt_result(driver.cuGraphExecKernelNodeSetParams(exec, node, &to));
}

static CUcontext current(void)
{
    CUcontext ctx = NULL;

    driver.cuCtxGetCurrent(&ctx);
    return ctx;
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddMemcpyNode(cudaGraphNode_t *node, cudaGraph_t graph,
                                                    const cudaGraphNode_t *before, size_t n,
                                                    const struct cudaMemcpy3DParms *params)
{
    CUDA_MEMCPY3D to;
    cudaError_t error = rt_copy_3d(params, &to);

    if (error)
        return error;
    return rt_result(driver.cuGraphAddMemcpyNode(node, graph, before, n, &to, current()));
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddMemcpyNode1D(cudaGraphNode_t *node, cudaGraph_t graph,
                                                      const cudaGraphNode_t *before, size_t n,
                                                      void *dst, const void *src, size_t bytes,
                                                      enum cudaMemcpyKind kind)
{
    CUDA_MEMCPY3D to;
    cudaError_t error = rt_copy_2d(dst, bytes, src, bytes, bytes, 1, kind, &to);

    if (error)
        return error;
    return rt_result(driver.cuGraphAddMemcpyNode(node, graph, before, n, &to, current()));
}

EXPORT cudaError_t CUDARTAPI cudaGraphExecMemcpyNodeSetParams1D(cudaGraphExec_t exec,
                                                                cudaGraphNode_t node, void *dst,
                                                                const void *src, size_t bytes,
                                                                enum cudaMemcpyKind kind)
{
    CUDA_MEMCPY3D to;
    cudaError_t error = rt_copy_2d(dst, bytes, src, bytes, bytes, 1, kind, &to);

    if (error)
        return error;
    return rt_result(driver.cuGraphExecMemcpyNodeSetParams(exec, node, &to, current()));
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddMemcpyNodeToSymbol(
    cudaGraphNode_t *node, cudaGraph_t graph, const cudaGraphNode_t *before, size_t n,
    const void *symbol, const void *src, size_t bytes, size_t offset, enum cudaMemcpyKind kind)
{
    void *dst = NULL;
    cudaError_t error = rt_symbol_part(symbol, offset, bytes, &dst);

    return error ? error : cudaGraphAddMemcpyNode1D(node, graph, before, n, dst, src, bytes, kind);
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddMemcpyNodeFromSymbol(
    cudaGraphNode_t *node, cudaGraph_t graph, const cudaGraphNode_t *before, size_t n, void *dst,
    const void *symbol, size_t bytes, size_t offset, enum cudaMemcpyKind kind)
{
    void *src = NULL;
    cudaError_t error = rt_symbol_part(symbol, offset, bytes, &src);

    return error ? error : cudaGraphAddMemcpyNode1D(node, graph, before, n, dst, src, bytes, kind);
}

static cudaError_t fill_params(const struct cudaMemsetParams *params, CUDA_MEMSET_NODE_PARAMS *ret)
{
    cudaError_t error = rt_enter();

    if (!error && !params)
        error = rt_error(cudaErrorInvalidValue);
    if (!error)
        *ret = (CUDA_MEMSET_NODE_PARAMS){.dst = (CUdeviceptr)(uintptr_t)params->dst,
                                         .pitch = params->pitch,
                                         .value = params->value,
                                         .elementSize = params->elementSize,
                                         .width = params->width,
                                         .height = params->height};
    return error;
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddMemsetNode(cudaGraphNode_t *node, cudaGraph_t graph,
                                                    const cudaGraphNode_t *before, size_t n,
                                                    const struct cudaMemsetParams *params)
{
    CUDA_MEMSET_NODE_PARAMS to;
    cudaError_t error = fill_params(params, &to);

    if (error)
        return error;
    return rt_result(driver.cuGraphAddMemsetNode(node, graph, before, n, &to, current()));
}

EXPORT cudaError_t CUDARTAPI cudaGraphExecMemsetNodeSetParams(cudaGraphExec_t exec,
                                                              cudaGraphNode_t node,
                                                              const struct cudaMemsetParams *params)
{
    CUDA_MEMSET_NODE_PARAMS to;
    cudaError_t error = fill_params(params, &to);

    if (error)
        return error;
    return rt_result(driver.cuGraphExecMemsetNodeSetParams(exec, node, &to, current()));
}

EXPORT cudaError_t CUDARTAPI cudaGraphAddHostNode(cudaGraphNode_t *node, cudaGraph_t graph,
                                                  const cudaGraphNode_t *before, size_t n,
                                                  const struct cudaHostNodeParams *params)
{
    CUDA_HOST_NODE_PARAMS to = {0};

    if (params) {
        to.fn = params->fn;
        to.userData = params->userData;
    }
    RT_CALL(driver.cuGraphAddHostNode(node, graph, before, n, params ? &to : NULL));
}
