// SPDX-License-Identifier: MIT
//
// A graph built node by node, with a child graph, changed parameters, nodes switched off.
#include "expect.h"

enum { N = 256 };

__device__ unsigned table[N];
static int host_calls;

__global__ void scale(unsigned *v, unsigned x)
{
    v[blockIdx.x * 64 + threadIdx.x] *= x;
}

__global__ void use_table(unsigned *v)
{
    int i = blockIdx.x * 64 + threadIdx.x;

    v[i] += table[i];
}

static void count(void *)
{
    host_calls++;
}

int main()
{
    unsigned host[N], got[N], *v = device_alloc<unsigned>(N), x = 3;
    void *scale_args[] = {&v, &x}, *table_args[] = {&v};
    cudaKernelNodeParams scaling = {(void *)scale, dim3(N / 64), dim3(64), 0, scale_args, NULL};
    cudaKernelNodeParams using_table = {(void *)use_table, dim3(N / 64), dim3(64), 0,
                                        table_args,        NULL};
    cudaMemsetParams set = {v, 0, 1, 4, N, 1};
    cudaHostNodeParams call = {count, NULL};
    cudaGraph_t graph, child;
    cudaGraphExec_t exec;
    cudaGraphNode_t n[6], inner[2], from[16], to[16];
    enum cudaGraphNodeType type;
    size_t edges = 16;

    for (int i = 0; i < N; i++)
        host[i] = i * i;
    CHECK(cudaGraphCreate(&graph, 0));
    CHECK(cudaGraphCreate(&child, 0));
    CHECK(cudaGraphAddKernelNode(&inner[0], child, NULL, 0, &scaling));
    CHECK(cudaGraphAddHostNode(&inner[1], child, inner, 1, &call));
    CHECK(cudaGraphAddMemsetNode(&n[0], graph, NULL, 0, &set));
    CHECK(cudaGraphAddChildGraphNode(&n[1], graph, n, 1, child));
    CHECK(cudaGraphAddMemcpyNodeToSymbol(&n[2], graph, NULL, 0, table, host, sizeof(host), 0,
                                         cudaMemcpyHostToDevice));
    CHECK(cudaGraphAddKernelNode(&n[3], graph, n + 1, 2, &using_table));
    CHECK(cudaGraphAddEmptyNode(&n[4], graph, NULL, 0));
    CHECK(cudaGraphAddMemcpyNode1D(&n[5], graph, n + 3, 1, got, v, sizeof(got),
                                   cudaMemcpyDeviceToHost));
    CHECK(cudaGraphAddDependencies(graph, n + 4, n + 5, NULL, 1));
    CHECK(cudaGraphGetEdges(graph, from, to, NULL, &edges));
    EXPECT(edges == 5);
    CHECK(cudaGraphNodeGetType(n[1], &type));
    EXPECT(type == cudaGraphNodeTypeGraph);
    CHECK(cudaGraphInstantiate(&exec, graph, 0));
    for (int r = 0; r < 3; r++) {
        CHECK(cudaGraphLaunch(exec, 0));
        CHECK(cudaDeviceSynchronize());
        for (int i = 0; i < N; i++)
            EXPECT(got[i] == 3u + i * i);
    }
    EXPECT(host_calls == 3);
    set.value = 10;
    CHECK(cudaGraphExecMemsetNodeSetParams(exec, n[0], &set));
    CHECK(cudaGraphLaunch(exec, 0));
    CHECK(cudaDeviceSynchronize());
    EXPECT(got[7] == 30 + 49);
    CHECK(cudaGraphExecDestroy(exec));
    CHECK(cudaGraphAddDependencies(graph, n + 5, n + 4, NULL, 1));
    EXPECT(cudaGraphInstantiate(&exec, graph, 0) == cudaErrorInvalidValue);
    CHECK(cudaGraphDestroy(graph));
    CHECK(cudaGraphDestroy(child));
    return finish();
}
