// SPDX-License-Identifier: MIT
//
// A graph built node by node: kernels, a memset, a copy and a host function; its kernel parameters
// are changed between launches, which alternate with ordinary ones on two streams.
// build: $NVCC -arch=sm_90 $IN -o $BIN
#include "check.h"

enum { BLOCKS = 120, BLOCK = 128, N = BLOCKS * BLOCK };

static int host_calls;

__global__ void add_salt(uint32_t *v, uint32_t salt)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    v[i] = mix32(v[i] + salt * gridDim.x) + blockIdx.x;
}

__global__ void fold(uint32_t *to, const uint32_t *from, const uint32_t *other)
{
    const unsigned i = blockIdx.x * BLOCK + threadIdx.x;

    to[i] += from[N - 1 - i] * 3 + other[(i + BLOCK) % N];
}

static void count(void *)
{
    host_calls++;
}

static cudaKernelNodeParams kernel_params(void *function, void **args)
{
    cudaKernelNodeParams params = {};

    params.func = function;
    params.gridDim = dim3(BLOCKS);
    params.blockDim = dim3(BLOCK);
    params.kernelParams = args;
    return params;
}

int main()
{
    uint32_t *a = device_words(N, 1), *b = device_words(N, 2), *c = device_words(N, 3), salt = 1;
    void *salt_args[] = {&a, &salt}, *fold_args[] = {&b, &a, &c};
    cudaKernelNodeParams salt_params = kernel_params((void *)add_salt, salt_args);
    cudaKernelNodeParams fold_params = kernel_params((void *)fold, fold_args);
    cudaGraphNode_t salt_node, fold_node, set_node, copy_node, host_node;
    cudaMemsetParams set = {};
    cudaHostNodeParams host = {count, NULL};
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    cudaStream_t streams[2];

    CHECK(cudaGraphCreate(&graph, 0));
    set.dst = c;
    set.elementSize = 4;
    set.value = 0x01020304;
    set.width = N / 2;
    set.height = 1;
    CHECK(cudaGraphAddKernelNode(&salt_node, graph, NULL, 0, &salt_params));
    CHECK(cudaGraphAddMemsetNode(&set_node, graph, NULL, 0, &set));
    cudaGraphNode_t before_fold[] = {salt_node, set_node};
    CHECK(cudaGraphAddKernelNode(&fold_node, graph, before_fold, 2, &fold_params));
    CHECK(cudaGraphAddMemcpyNode1D(&copy_node, graph, &fold_node, 1, c + N / 2, b, N,
                                   cudaMemcpyDeviceToDevice));
    CHECK(cudaGraphAddHostNode(&host_node, graph, &copy_node, 1, &host));
    CHECK(cudaGraphInstantiate(&exec, graph, 0));
    for (int s = 0; s < 2; s++)
        CHECK(cudaStreamCreate(&streams[s]));
    for (uint32_t k = 0; k < 8; k++) {
        cudaStream_t stream = streams[k % 2];
        add_salt<<<BLOCKS, BLOCK, 0, stream>>>(c, k);
        salt = 100 + k;
        CHECK(cudaGraphExecKernelNodeSetParams(exec, salt_node, &salt_params));
        CHECK(cudaGraphLaunch(exec, stream));
        add_salt<<<BLOCKS, BLOCK, 0, stream>>>(b, k);
        add_salt<<<BLOCKS, BLOCK>>>(a, k); // the default stream joins the two
    }
    CHECK(cudaDeviceSynchronize());
    printf("host calls %d\n", host_calls);
    show_device("a", a, N * 4);
    show_device("b", b, N * 4);
    show_device("c", c, N * 4);
    CHECK(cudaGraphExecDestroy(exec));
    CHECK(cudaGraphDestroy(graph));
    return 0;
}
