// SPDX-License-Identifier: MIT
//
// Thread block clusters: shared memory of other blocks, barriers, a histogram spread over a
// cluster, shapes of clusters, and what is refused.
//
// flags: -arch=compute_90
#include <cooperative_groups.h>

#include "expect.h"

namespace cg = cooperative_groups;

enum { B = 64, BLOCKS = 16, BINS = 256, N = 10000 };

__global__ void __cluster_dims__(4, 1, 1) neighbours(int *out, int *sums)
{
    __shared__ int mine[B];
    cg::cluster_group cluster = cg::this_cluster();
    unsigned rank = cluster.block_rank();

    mine[threadIdx.x] = rank * 1000 + threadIdx.x;
    cluster.sync();
    int *next = cluster.map_shared_rank(mine, (rank + 1) % cluster.num_blocks());
    out[blockIdx.x * B + threadIdx.x] = next[threadIdx.x] + (int)cluster.query_shared_rank(next);
    cluster.sync();
    atomicAdd(cluster.map_shared_rank(mine, 0) + threadIdx.x, 1);
    auto token = cluster.barrier_arrive();
    cluster.barrier_wait(std::move(token));
    if (rank == 0)
        sums[blockIdx.x / 4 * B + threadIdx.x] = mine[threadIdx.x];
}

/* Each block of a cluster holds some of the bins. */
__global__ void histogram(int *bins, const int *in, int n)
{
    extern __shared__ int own[];
    cg::cluster_group cluster = cg::this_cluster();
    int each = BINS / (int)cluster.num_blocks(), size = (int)cluster.num_threads();
    int first = (int)(blockIdx.x / cluster.num_blocks()) * size + (int)cluster.thread_rank();

    for (int i = threadIdx.x; i < each; i += blockDim.x)
        own[i] = 0;
    cluster.sync();
    for (int i = first; i < n; i += (int)(gridDim.x / cluster.num_blocks()) * size)
        atomicAdd(cluster.map_shared_rank(own, in[i] / each) + in[i] % each, 1);
    cluster.sync();
    for (int i = threadIdx.x; i < each; i += blockDim.x)
        atomicAdd(&bins[(int)cluster.block_rank() * each + i], own[i]);
}

__global__ void shapes(int *out)
{
    cg::cluster_group cluster = cg::this_cluster();
    dim3 index = cluster.block_index(), dim = cluster.dim_blocks();
    unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);

    if (threadIdx.x == 0)
        out[block] = index.x + 10 * index.y + 100 * index.z + 1000 * cluster.block_rank() +
                     100000 * (dim.x + 10 * dim.y + 100 * dim.z);
}

static cudaLaunchConfig_t config(dim3 grid, size_t shared, cudaLaunchAttribute *attribute,
                                 unsigned x, unsigned y, unsigned z)
{
    cudaLaunchConfig_t config = {};

    attribute->id = cudaLaunchAttributeClusterDimension;
    attribute->val.clusterDim.x = x;
    attribute->val.clusterDim.y = y;
    attribute->val.clusterDim.z = z;
    config.gridDim = grid;
    config.blockDim = dim3(B);
    config.dynamicSmemBytes = shared;
    config.attrs = attribute;
    config.numAttrs = 1;
    return config;
}

static void check_neighbours()
{
    static int out[BLOCKS * B], sums[BLOCKS / 4 * B];
    int *d = device_alloc<int>(BLOCKS * B), *s = device_alloc<int>(BLOCKS / 4 * B);

    neighbours<<<BLOCKS, B>>>(d, s);
    to_host(out, d, BLOCKS * B);
    to_host(sums, s, BLOCKS / 4 * B);
    for (int i = 0; i < BLOCKS * B; i++)
        EXPECT(out[i] == (i / B + 1) % 4 * 1001 + i % B);
    for (int i = 0; i < BLOCKS / 4 * B; i++)
        EXPECT(sums[i] == i % B + 4);
}

static void check_histogram()
{
    static int in[N], bins[BINS], wanted[BINS];
    cudaLaunchAttribute attribute;
    cudaLaunchConfig_t c = config(dim3(BLOCKS), BINS / 8 * sizeof(int), &attribute, 8, 1, 1);
    int active = 0;

    for (int i = 0; i < N; i++)
        wanted[in[i] = mix32(i) % BINS]++;
    int *d = to_device(bins, BINS), *from = to_device(in, N);
    CHECK(cudaOccupancyMaxActiveClusters(&active, histogram, &c));
    EXPECT(active > 0);
    CHECK(cudaLaunchKernelEx(&c, histogram, d, (const int *)from, N));
    to_host(bins, d, BINS);
    EXPECT(!memcmp(bins, wanted, sizeof(bins)));
}

static void check_shapes()
{
    static int out[4 * 4 * 2];
    cudaLaunchAttribute attribute;
    cudaLaunchConfig_t c = config(dim3(4, 4, 2), 0, &attribute, 2, 2, 2);
    int *d = device_alloc<int>(32);

    CHECK(cudaLaunchKernelEx(&c, shapes, d));
    to_host(out, d, 32);
    for (int i = 0; i < 32; i++) {
        int x = i % 4 % 2, y = i / 4 % 4 % 2, z = i / 16;
        EXPECT(out[i] == x + 10 * y + 100 * z + 1000 * (x + 2 * y + 4 * z) + 100000 * 222);
    }
}

static void check_refused()
{
    cudaLaunchAttribute attribute;
    int *d = device_alloc<int>(BLOCKS), most = 0;
    cudaLaunchConfig_t c = config(dim3(BLOCKS), 0, &attribute, 3, 1, 1);

    EXPECT(cudaLaunchKernelEx(&c, shapes, d) == cudaErrorInvalidClusterSize);
    c = config(dim3(BLOCKS), 0, &attribute, 16, 1, 1);
    EXPECT(cudaLaunchKernelEx(&c, shapes, d) == cudaErrorInvalidClusterSize);
    CHECK(cudaOccupancyMaxPotentialClusterSize(&most, shapes, &c));
    EXPECT(most == 8);
    CHECK(cudaFuncSetAttribute(shapes, cudaFuncAttributeNonPortableClusterSizeAllowed, 1));
    CHECK(cudaOccupancyMaxPotentialClusterSize(&most, shapes, &c));
    EXPECT(most == 16);
    CHECK(cudaLaunchKernelEx(&c, shapes, d));
    CHECK(cudaDeviceSynchronize());
}

int main()
{
    check_neighbours();
    check_histogram();
    check_shapes();
    check_refused();
    return finish();
}
